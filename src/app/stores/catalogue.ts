/** The workspace as the data worker last told it: domains, imports, sizes; and what the user looks at in it. */
import { create } from 'zustand';
import type { StorageUse } from '../../worker/client';
import type { DomainInfo, ImportView, StorageReport, WorkspaceInfo, WorkspaceView } from '../../worker/protocol/data';

export type DetailTab = 'items' | 'users' | 'shape' | 'origin';

/** A deleted domain that can still be put back. */
export interface Removed {
  readonly id: string;
  readonly name: string;
}

interface Catalogue {
  /** False until the data worker has answered once. */
  readonly isKnown: boolean;
  /** Why there is no workspace (storage refused …); null when there is one or none was asked for. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly workspace: WorkspaceInfo | null;
  readonly workspaces: readonly WorkspaceInfo[];
  readonly domains: readonly DomainInfo[];
  readonly imports: readonly ImportView[];
  readonly storage: StorageReport;
  /** The domain shown in detail, and how. */
  readonly shown: string | null;
  readonly tab: DetailTab;
  /** Domains marked for training. */
  readonly marked: readonly string[];
  readonly removed: readonly Removed[];
}

interface CatalogueActions {
  told(view: WorkspaceView): void;
  failed(problem: { readonly code: string; readonly message: string }): void;
  progressed(job: ImportView): void;
  /** What the browser says is stored now; runs and checkpoints change it as much as imports do. */
  measured(use: StorageUse): void;
  show(domain: string | null, tab?: DetailTab): void;
  mark(domain: string, isMarked: boolean): void;
  tookOut(removed: Removed): void;
  settled(id: string): void;
}

export const useCatalogue = create<Catalogue & CatalogueActions>()((set) => ({
  isKnown: false,
  problem: null,
  workspace: null,
  workspaces: [],
  domains: [],
  imports: [],
  storage: { usedBytes: 0, quotaBytes: 0, domains: [] },
  shown: null,
  tab: 'items',
  marked: [],
  removed: [],
  told: (view) =>
    set((state) => {
      const ids = new Set(view.domains.map(({ id }) => id));
      return {
        ...view,
        isKnown: true,
        problem: null,
        shown: state.shown !== null && ids.has(state.shown) ? state.shown : null,
        marked: state.marked.filter((id) => ids.has(id)),
      };
    }),
  failed: (problem) => set({ isKnown: true, problem }),
  progressed: (job) =>
    set(({ imports }) => ({
      imports: imports.some(({ id }) => id === job.id)
        ? imports.map((old) => (old.id === job.id ? job : old))
        : [...imports, job],
    })),
  measured: ({ usedBytes, quotaBytes }) =>
    set(({ storage }) =>
      storage.usedBytes === usedBytes && storage.quotaBytes === quotaBytes
        ? {}
        : { storage: { ...storage, usedBytes, quotaBytes } },
    ),
  show: (shown, tab = 'items') => set({ shown, tab }),
  mark: (domain, isMarked) =>
    set(({ marked }) => {
      const others = marked.filter((id) => id !== domain);
      return { marked: isMarked ? [...others, domain] : others };
    }),
  tookOut: (removed) => set((state) => ({ removed: [...state.removed, removed] })),
  settled: (id) => set((state) => ({ removed: state.removed.filter((entry) => entry.id !== id) })),
}));

const ACTIVE: ReadonlySet<ImportView['state']> = new Set(['queued', 'running', 'shaping', 'paused', 'asking', 'full']);

/** The import at work or waiting for an answer, or null. */
export const activeImport = ({ imports }: Pick<Catalogue, 'imports'>): ImportView | null =>
  imports.find(({ state }) => ACTIVE.has(state) && state !== 'queued') ??
  imports.find(({ state }) => state === 'queued') ??
  null;
