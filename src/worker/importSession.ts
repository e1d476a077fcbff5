/**
 * Imports of the page, one at a time: recognise files, run a chosen candidate into the open workspace, answer for its state. An
 * import that stopped (bad rows, full storage, a closed tab) runs again from the first byte; the workspace passes over what it has.
 */
import { CancelledError, ConfigError, FormatError, QuotaError } from '../base/errors';
import { RobustRate } from '../base/robustRate';
import { expandArchives } from '../data/import/archives';
import { fileByteSource } from '../data/import/byteSources';
import type { Candidate, ImportOptions, ImportPart } from '../data/import/candidate';
import { importCandidate, recognise } from '../data/import/recognise';
import type { ByteSource, ImportSink } from '../data/import/sink';
import { checkedUrl, urlSource } from '../data/import/urlSource';
import type { Workspace } from '../data/workspace/api';
import type { DomainInfo, ImportOrigin, ImportProgress } from '../data/workspace/types';
import { lockImport } from '../storage/browserColumnStorage';
import { candidateView, keepMapping } from './candidateView';
import { isQuotaExceeded } from './errorReport';
import { Gate, type PausingSink, pausingSink } from './pausingSink';
import type { ErrorReport } from './protocol';
import {
  type DataEvent,
  type ImportPlan,
  type ImportState,
  type ImportView,
  type ImportWish,
  type PickedFile,
  type Recognised,
  UNDO_MS,
} from './protocol/data';

/** Between two reports of progress. */
const REPORT_MS = 200;
/** Gzipped JSON lines and tables grow about this much. */
const INFLATED_FACTOR = 5;
const PICTURES = /image|picture|poster/i;

/** What an import keeps in the workspace to be resumed by: its options and what the user called it. */
interface StoredOptions {
  readonly label: string;
  /** Files and addresses as the user gave them: an archive is one file, its members are the origin's. */
  readonly picked: readonly string[];
  readonly urls: readonly string[];
  /** Counts that the source claims. */
  readonly published?: Candidate['published'];
  readonly isWithoutImages: boolean;
  readonly options: ImportOptions;
}

/** A catalogue, and the pictures, vectors or codes that came with it under another format. */
interface Found {
  readonly main: Candidate;
  readonly additions: readonly Candidate[];
}

interface Job {
  readonly workspace: Workspace;
  readonly found: Found;
  readonly options: ImportOptions;
  readonly gate: Gate;
  readonly rate: RobustRate;
  control: AbortController;
  view: ImportView;
  done: Promise<void>;
  isCancelled: boolean;
  lastReportMs: number;
}

export class ImportSession {
  #found: readonly Found[] = [];
  #picked: Pick<StoredOptions, 'picked' | 'urls'> = { picked: [], urls: [] };
  readonly #jobs = new Map<string, Job>();

  constructor(
    readonly emit: (event: DataEvent) => void,
    readonly errorReport: (error: unknown) => ErrorReport,
    readonly nowMs: () => number,
  ) {}

  async recognise(files: readonly PickedFile[], urls: readonly string[]): Promise<Recognised> {
    const { found, unrecognised } = await find(await sourcesOf(files, urls));
    this.#found = found;
    this.#picked = { picked: files.map(({ path }) => path), urls };
    return {
      candidates: await Promise.all(
        found.map(({ main, additions }, index) =>
          candidateView({ ...main, parts: partsOf({ main, additions }) }, index),
        ),
      ),
      ignored: unrecognised.map(({ name }) => name),
    };
  }

  /** About how many unpacked bytes a plan reads. */
  sourceBytes(plan: ImportPlan): number {
    return partsOf(this.#planned(plan)).reduce((sum, { source }) => {
      const size = Number.isNaN(source.sizeBytes) ? 0 : source.sizeBytes;
      return sum + (/\.(gz|tgz|parquet)$/i.test(source.name) ? INFLATED_FACTOR * size : size);
    }, 0);
  }

  /** Starts the import, or lets it wait for the one before it. */
  async start(workspace: Workspace, plan: ImportPlan): Promise<{ id: string }> {
    const found = this.#planned(plan);
    const { main } = found;
    const options: ImportOptions = plan.mapping ? { mapping: plan.mapping } : {};
    if (plan.mapping) await keepMapping(main, plan.mapping);
    const { label, published } = main;
    const { isWithoutImages } = plan;
    const stored: StoredOptions = { label, ...this.#picked, isWithoutImages, options, ...(published && { published }) };
    const origin: ImportOrigin = {
      format: main.format,
      files: partsOf(found).map(({ source: { name, sizeBytes } }) => ({ name, sizeBytes })),
      options: JSON.stringify(stored),
    };
    const domain = await workspace.createImport(plan.domainName, plan.role, origin);
    this.#run(workspace, domain, found, options);
    return { id: domain.id };
  }

  /** @throws FormatError `import/changed` if the files are not those that the import began with */
  async continueWith(workspace: Workspace, id: string, files: readonly PickedFile[]): Promise<null> {
    const domain = await workspace.domain(id);
    const { isWithoutImages, options, picked, urls } = optionsOf(domain);
    const candidates = (await find(await sourcesOf(files, urls))).found;
    const found = candidates
      .map((one) => (isWithoutImages ? withoutImages(one) : one))
      .find((one) => isSameSource(one, domain.origin));
    if (!found) {
      const wanted = [...picked, ...urls].join(', ');
      const message = `resume import: wanted ${wanted} as it was, came ${files.map(({ path }) => path).join(', ') || 'another file'}; choose the same files again, or cancel this import.`;
      throw new FormatError('import/changed', message);
    }
    this.#run(workspace, domain, found, options);
    return null;
  }

  async steer(workspace: Workspace, id: string, wish: ImportWish): Promise<null> {
    const job = this.#jobs.get(id);
    switch (wish) {
      case 'pause':
        if (job?.view.state !== 'running') return null;
        job.gate.shut();
        this.#tell(job, { state: 'paused', rate: 0, etaSeconds: null });
        return null;
      case 'resume':
      case 'acceptBadRows':
        if (!job) return null;
        if (job.view.state === 'paused') {
          job.rate.restart();
          this.#tell(job, { state: 'running' });
          job.gate.open();
        } else if (job.view.state === 'asking' || job.view.state === 'full' || job.view.state === 'failed')
          job.done = this.#attempt(job, wish === 'acceptBadRows' || job.view.state === 'full');
        return null;
      case 'cancel':
        if (job) {
          job.isCancelled = true;
          job.control.abort();
          job.gate.open();
          // One that waits for its turn has begun nothing.
          if (job.view.state !== 'queued') await job.done;
        }
        this.#jobs.delete(id);
        await workspace.delete(id);
        this.#purgeLater(workspace);
        return null;
      case 'dismiss':
        this.#jobs.delete(id);
        return null;
    }
  }

  /** Live imports, and those that an earlier visit left unfinished. */
  views(domains: readonly DomainInfo[]): ImportView[] {
    const left = domains
      .filter(({ id, state }) => state === 'importing' && !this.#jobs.has(id))
      .map((domain): ImportView => ({ ...emptyView(domain), state: 'interrupted' }));
    return [...[...this.#jobs.values()].map(({ view }) => view), ...left];
  }

  /** Frees what was cancelled; not at once, as the bin may also hold a domain that can still be put back. */
  #purgeLater(workspace: Workspace): void {
    const purge = async (): Promise<void> => {
      if ((await workspace.purge(UNDO_MS)) > 0) this.emit({ kind: 'workspaceChanged' });
    };
    setTimeout(() => void purge().catch((error: unknown) => console.warn(error)), UNDO_MS + 100);
  }

  #planned(plan: ImportPlan): Found {
    const found = this.#found[plan.candidate];
    if (!found)
      throw new ConfigError('import/none', 'import: the chosen files are gone from memory; choose them again.');
    return plan.isWithoutImages ? withoutImages(found) : found;
  }

  #run(workspace: Workspace, domain: DomainInfo, found: Found, options: ImportOptions): void {
    const job: Job = {
      workspace,
      found,
      options,
      gate: new Gate(),
      rate: new RobustRate(),
      control: new AbortController(),
      view: { ...emptyView(domain), state: 'queued' },
      done: Promise.resolve(),
      isCancelled: false,
      lastReportMs: 0,
    };
    const before = Promise.all([...this.#jobs.values()].map(({ done }) => done));
    this.#jobs.set(domain.id, job);
    this.emit({ kind: 'importProgress', job: job.view });
    job.done = before.then(() => (job.isCancelled ? undefined : this.#attempt(job, false)));
  }

  /** One run from the first byte to a domain that can train, or to the state that says why not. Never rejects. */
  async #attempt(job: Job, acceptsBadRows: boolean): Promise<void> {
    const { workspace, found, view } = job;
    job.control = new AbortController();
    job.rate.restart();
    const { signal } = job.control;
    let sink: PausingSink | null = null;
    this.#tell(job, { state: 'running', error: null, rejected: 0, rejectedRows: [] });
    try {
      const release = await lockImport(`${workspace.info.id}.${view.id}`);
      try {
        const read = async (inner: ImportSink): Promise<void> => {
          sink = pausingSink(inner, job.gate, signal);
          for (const candidate of [found.main, ...found.additions])
            await importCandidate(candidate, sink, job.options, signal);
        };
        const onProgress = (progress: ImportProgress): void => this.#progressed(job, progress, sink);
        const report = await workspace.runImport(view.id, read, { signal, acceptsBadRows, onProgress });
        const { raw, rejected, rejectedRows, bytesRead } = report;
        const { items, interactions } = raw;
        this.#tell(job, { state: 'shaping', items, interactions, rejected, rejectedRows, bytesRead });
        const rules = await workspace.defaultTransform(view.id);
        const { statistics } = await workspace.applyTransform(view.id, rules, signal);
        this.#tell(job, { state: 'done', images: statistics?.withImage ?? 0 });
      } finally {
        release();
      }
    } catch (error) {
      const rejectedRows = (sink as PausingSink | null)?.rejectedRows ?? [];
      this.#tell(job, { state: stateAfter(error), error: this.errorReport(error), rejectedRows });
    }
    this.emit({ kind: 'workspaceChanged' });
  }

  #progressed(job: Job, progress: ImportProgress, sink: PausingSink | null): void {
    const now = this.nowMs();
    job.rate.add(now / 1000, progress.bytesRead);
    if (now - job.lastReportMs < REPORT_MS || job.view.state !== 'running') return;
    const bytesTotal = Number.isNaN(progress.bytesTotal) ? null : progress.bytesTotal;
    this.#tell(job, {
      bytesRead: progress.bytesRead,
      bytesTotal,
      rate: job.rate.rate,
      etaSeconds: job.rate.etaSeconds(progress.bytesRead, bytesTotal),
      items: progress.items,
      interactions: progress.interactions,
      images: progress.images,
      rejected: progress.rejected,
      rejectedRows: sink?.rejectedRows.slice() ?? [],
      isReplaying: progress.isReplaying,
    });
  }

  #tell(job: Job, change: Partial<ImportView>): void {
    job.lastReportMs = this.nowMs();
    job.view = { ...job.view, ...change };
    this.emit({ kind: 'importProgress', job: job.view });
  }
}

function stateAfter(error: unknown): ImportState {
  if (error instanceof CancelledError) return 'cancelled';
  if (error instanceof QuotaError || isQuotaExceeded(error)) return 'full';
  return error instanceof FormatError && error.code === 'import/badRows' ? 'asking' : 'failed';
}

function emptyView(domain: DomainInfo): ImportView {
  const sizes = domain.origin.files.map(({ sizeBytes }) => sizeBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const { label, picked, urls } = optionsOf(domain);
  return {
    id: domain.id,
    domainName: domain.name,
    label,
    state: 'running',
    bytesRead: 0,
    bytesTotal: Number.isFinite(total) ? total : null,
    rate: 0,
    etaSeconds: null,
    items: 0,
    interactions: 0,
    images: 0,
    rejected: 0,
    rejectedRows: [],
    isReplaying: false,
    error: null,
    files: picked,
    urls,
  };
}

const optionsOf = (domain: DomainInfo): StoredOptions => JSON.parse(domain.origin.options) as StoredOptions;

/** Hosts that the user allowed by asking for `urls`; Hugging Face hands its files over to storage hosts of its own. */
function hostsOf(urls: readonly string[]): { has(host: string): boolean } {
  const named = new Set(urls.map((url) => checkedUrl(url).host));
  const hasHub = named.has('huggingface.co');
  return { has: (host) => named.has(host) || (hasHub && /\.(hf\.co|huggingface\.co)$/.test(host)) };
}

/** Archives are replaced by what is in them. */
async function sourcesOf(files: readonly PickedFile[], urls: readonly string[]): Promise<ByteSource[]> {
  const sources = files.map(({ file, path }) => fileByteSource(file, path));
  const options = {
    fetch: fetch.bind(globalThis),
    allowedHosts: hostsOf(urls),
    signal: new AbortController().signal,
  };
  for (const url of urls) sources.push(await urlSource(url, options));
  return expandArchives(sources);
}

async function find(sources: readonly ByteSource[]): Promise<{ found: Found[]; unrecognised: readonly ByteSource[] }> {
  const { candidates, unrecognised } = await recognise(sources);
  const additions = candidates.filter(({ isAddition }) => isAddition);
  const mains = candidates.filter(({ isAddition }) => !isAddition);
  const [main] = mains;
  if (main && mains.length === 1) return { found: [{ main, additions }], unrecognised };
  // To which of several catalogues they belong cannot be told; alone they are shown, but not imported.
  return { found: [...mains, ...additions].map((one) => ({ main: one, additions: [] })), unrecognised };
}

const partsOf = ({ main, additions }: Found): ImportPart[] => [main, ...additions].flatMap(({ parts }) => parts);

function withoutImages({ main, additions }: Found): Found {
  const kept = main.parts.filter(({ role }) => !PICTURES.test(role));
  return { main: { ...main, parts: kept }, additions: additions.filter(({ format }) => format !== 'images') };
}

/** Same format and files of the same names (whatever folder they are picked from) and sizes. */
function isSameSource(found: Found, origin: ImportOrigin): boolean {
  const key = (name: string, sizeBytes: number): string => `${name.split('/').at(-1)}:${sizeBytes}`;
  const came = partsOf(found).map(({ source }) => key(source.name, source.sizeBytes));
  const wanted = origin.files.map(({ name, sizeBytes }) => key(name, sizeBytes));
  return found.main.format === origin.format && JSON.stringify(came.sort()) === JSON.stringify(wanted.sort());
}
