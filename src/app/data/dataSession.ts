/**
 * Wires the data worker to its stores: one function for each thing a user can do with imports and domains. What only one
 * component shows (rows of a table, live counts) is answered to that component, which shows a refusal beside it.
 */
import { type DataClient, errorOf } from '../../worker/client';
import {
  type CandidateView,
  DATA_PROTOCOL_VERSION,
  type DataReplies,
  type DataRequest,
  type DomainInfo,
  type DomainRole,
  type ImportPlan,
  type ImportWish,
  type PickedFile,
  type TransformOptions,
  UNDO_MS,
} from '../../worker/protocol/data';
import { reportOf } from '../session';
import { useCatalogue } from '../stores/catalogue';
import { useImportDraft } from '../stores/importDraft';
import { useWorkspace } from '../stores/workspace';

/** Requests whose answer only the asking component needs. */
type Question = Extract<
  DataRequest,
  { readonly kind: 'items' | 'item' | 'users' | 'user' | 'defaultTransform' | 'previewTransform' | 'overlap' }
>;

export interface DataSession {
  hello(): Promise<void>;
  switchTo(workspace: string): Promise<void>;
  createWorkspace(name: string): Promise<void>;
  recognise(files: readonly PickedFile[], urls: readonly string[]): Promise<void>;
  /** Asks whether the drafted import fits; its answer is in the draft. */
  preflight(): Promise<void>;
  startImport(): Promise<void>;
  /** Imports candidates one after the other under their proposed names. */
  importAll(candidates: readonly CandidateView[]): Promise<void>;
  continueImport(id: string, files: readonly PickedFile[]): Promise<void>;
  steer(id: string, wish: ImportWish): Promise<void>;
  setRole(domain: string, role: DomainRole): Promise<void>;
  rename(domain: string, name: string): Promise<void>;
  applyTransform(domain: string, options: TransformOptions): Promise<boolean>;
  /** Takes the domain out; it can be put back for ten seconds, then its bytes are freed. */
  remove(domain: DomainInfo): Promise<void>;
  putBack(domain: string): Promise<void>;
  exportDomain(domain: string): Promise<DataReplies['exportDomain'] | null>;
  /** @throws TesseraError as the worker refuses */
  ask<K extends Question['kind']>(question: Extract<Question, { readonly kind: K }>): Promise<DataReplies[K]>;
}

export function createDataSession(client: DataClient): DataSession {
  const catalogue = useCatalogue.getState;
  const draft = useImportDraft.getState;

  const refresh = async (id: string | null): Promise<void> => {
    try {
      catalogue().told(await client.request({ kind: 'workspace', version: DATA_PROTOCOL_VERSION, id }));
    } catch (error) {
      catalogue().failed(reportOf(error));
    }
  };
  const again = (): Promise<void> => refresh(catalogue().workspace?.id ?? null);
  /** Does it, tells a refusal as a notice, then asks for the workspace anew. @returns whether it was done */
  const act = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      useWorkspace.getState().notify({ kind: 'error', ...reportOf(error) });
      return false;
    } finally {
      await again();
    }
  };

  client.subscribe((event) => {
    if (event.kind === 'workspaceChanged') void again();
    else {
      catalogue().progressed(event.job);
      // What was just imported is what the user wants to train on.
      if (event.job.state === 'done') catalogue().mark(event.job.id, true);
    }
  });

  return {
    hello: () => refresh(null),
    switchTo: (workspace) => refresh(workspace),
    async createWorkspace(name) {
      await act(async () => catalogue().told(await client.request({ kind: 'createWorkspace', name })));
    },
    async recognise(files, urls) {
      const what = files.length === 1 ? files[0]?.path : `${files.length || urls.length} files`;
      draft().works(`Looking at ${urls.length === 1 ? urls[0] : what} …`);
      try {
        draft().recognises(await client.request({ kind: 'recognise', files, urls }));
      } catch (error) {
        draft().fails(reportOf(error));
      }
    },
    async preflight() {
      try {
        draft().checks(await client.request({ kind: 'preflight', plan: draftedPlan() }));
      } catch (error) {
        draft().fails(reportOf(error));
      }
    },
    async startImport() {
      draft().works('Starting …');
      try {
        await client.request({ kind: 'import', plan: draftedPlan() });
        draft().close();
        await again();
      } catch (error) {
        draft().fails(reportOf(error));
      }
    },
    async importAll(candidates) {
      draft().works('Starting …');
      try {
        const taken = new Set(catalogue().domains.map(({ name }) => name));
        for (const { index, domainName } of candidates) {
          const free = freeName(domainName, taken);
          taken.add(free);
          const answers = { role: draft().role, mapping: null, isWithoutImages: false };
          await client.request({ kind: 'import', plan: { candidate: index, domainName: free, ...answers } });
        }
        draft().close();
        await again();
      } catch (error) {
        draft().fails(reportOf(error));
      }
    },
    async continueImport(id, files) {
      await act(() => client.request({ kind: 'continueImport', id, files }));
    },
    async steer(id, wish) {
      await act(() => client.request({ kind: 'steerImport', id, wish }));
    },
    async setRole(domain, role) {
      await act(() => client.request({ kind: 'setRole', domain, role }));
    },
    async rename(domain, name) {
      await act(() => client.request({ kind: 'rename', domain, name }));
    },
    applyTransform: (domain, options) => act(() => client.request({ kind: 'applyTransform', domain, options })),
    async remove({ id, name }) {
      if (!(await act(() => client.request({ kind: 'deleteDomain', domain: id })))) return;
      catalogue().tookOut({ id, name });
      setTimeout(() => {
        if (!catalogue().removed.some((entry) => entry.id === id)) return;
        catalogue().settled(id);
        void act(() => client.request({ kind: 'purge' }));
      }, UNDO_MS);
    },
    async putBack(domain) {
      catalogue().settled(domain);
      await act(() => client.request({ kind: 'undoDelete', domain }));
    },
    async exportDomain(domain) {
      try {
        return await client.request({ kind: 'exportDomain', domain });
      } catch (error) {
        useWorkspace.getState().notify({ kind: 'error', ...reportOf(error) });
        return null;
      }
    },
    ask: (question) => client.request(question),
  };
}

/** `name`, or `name 2`, `name 3` … if that is taken. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}

/** @throws TesseraError `import/none` if nothing has been recognised */
function draftedPlan(): ImportPlan {
  const { candidate, name, role, mapping, isWithoutImages } = useImportDraft.getState();
  if (!candidate)
    throw errorOf({ code: 'import/none', message: 'import: there is nothing to import yet; choose files first.' });
  return {
    candidate: candidate.index,
    domainName: name.trim(),
    role,
    mapping: candidate.mapping ? mapping : null,
    isWithoutImages,
  };
}
