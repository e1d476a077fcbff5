/**
 * Wires the worker to the stores: one function for each thing a user can ask, one for what the worker tells. The only
 * place in the window that holds the client.
 */
import type { Client } from '../worker/client';
import {
  type CodeNeighbours,
  type CodeWall,
  type DataSummary,
  type DriftItems,
  type DriftRequest,
  type DriftSummary,
  type GalleryReply,
  type GalleryRequest,
  type HelloReply,
  type ItemCard,
  type PathTree,
  PROTOCOL_VERSION,
  type PrefixItems,
  type RestoredState,
  type ResultsReply,
  type ResultsRequest,
  type SystemConfig,
  type WorkerEvent,
} from '../worker/protocol';
import type { CodebooksReplies, CodebooksRequest } from '../worker/protocol/codebooks';
import { PRESETS } from './config/presets';
import { sameRun } from './config/sameRun';
import { appendRows, clearCurves, type Run } from './curves/curves';
import { downloadBlob } from './figures/download';
import { createQueueRequests, type QueueRequests } from './queue/queueRequests';
import { reportOf } from './reportOf';
import { isRunFile } from './runFile';
import { createRunRequests, type RunRequests } from './runs/runRequests';
import { useCodes } from './stores/codes';
import { useDraft } from './stores/draft';
import { useElsewhere } from './stores/elsewhere';
import { type RunState, runningRun, useJobs } from './stores/jobs';
import { useMultiIdentifier } from './stores/multiIdentifier';
import { useQueue } from './stores/queue';
import { shownRun, useRuns } from './stores/runs';
import { stopRules } from './stores/stopRules';
import { useToasts } from './stores/toasts';
import { useWorkspace } from './stores/workspace';

/** What the page of codebooks asks. */
type AskCodebooks = <K extends CodebooksRequest['kind']>(
  request: Extract<CodebooksRequest, { readonly kind: K }>,
) => Promise<CodebooksReplies[K]>;

export interface Session {
  hello(): Promise<void>;
  openSample(): Promise<void>;
  openFiles(files: readonly File[]): Promise<void>;
  /** Opens domains of a workspace for training. */
  openDomains(workspace: string, domains: readonly string[], name: string): Promise<void>;
  /** Takes over a `.tessera` file, the folder of `tessera train` or an exported model. */
  openRun(files: readonly File[]): Promise<void>;
  /** Hands a run, the shown one by default, to the browser's downloads as one file. */
  saveRun(isAnonymous: boolean, id?: string): Promise<void>;
  readonly runs: RunRequests;
  readonly queue: QueueRequests;
  start(run: Run, config: SystemConfig): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Lets a paused job do one step. */
  step(): Promise<void>;
  stop(): Promise<void>;
  /** Goes on here with what another tab trains. */
  takeOver(): Promise<void>;
  forget(): Promise<void>;
  /** These three throw what the worker refuses: their callers show it beside what was asked. */
  searchItems(query: string, limit: number): Promise<readonly ItemCard[]>;
  /** What the Demo asks (worker/protocol/demo.ts). */
  readonly ask: Client['request'];
  /** These throw what the worker refuses. */
  codeWall(): Promise<CodeWall | null>;
  codePaths(prefix: readonly number[], picked?: readonly number[]): Promise<PathTree | null>;
  prefixItems(prefix: readonly number[], offset: number, limit: number): Promise<PrefixItems>;
  codeNeighbours(item: number, limit: number): Promise<CodeNeighbours>;
  codebooks: AskCodebooks;
  results(table: ResultsRequest): Promise<ResultsReply | null>;
  compareWith(files: readonly File[]): Promise<string>;
  compareNoMore(): Promise<null>;
  gallery(page: Omit<GalleryRequest, 'kind'>): Promise<GalleryReply>;
  driftSummary(): Promise<DriftSummary | null>;
  driftItems(band: Omit<Extract<DriftRequest, { kind: 'driftItems' }>, 'kind'>): Promise<DriftItems>;
}

export { reportOf };

export function createSession(client: Client): Session {
  const runs = createRunRequests(client, { forget: forgetRuns, restore: applyRestored });
  const queue = createQueueRequests(client);
  const jobs = useJobs.getState;
  const workspace = useWorkspace.getState;
  client.subscribe((event) => (event.kind === 'runs' ? void runs.refresh() : applyEvent(event)));

  const open = async (what: string, request: () => Promise<DataSummary>): Promise<void> => {
    workspace().opens(what);
    try {
      const data = await request();
      forgetRuns();
      workspace().opened(data);
      workspace().dismiss('restored');
      await runs.refresh();
    } catch (error) {
      workspace().refused(reportOf(error));
    }
  };
  const ask = async (what: 'pause' | 'resume' | 'step' | 'stop'): Promise<void> => {
    if (what !== 'step') jobs().asked(what);
    try {
      await client.request({ kind: what });
    } catch (error) {
      workspace().notify({ kind: 'error', ...reportOf(error) });
    }
  };

  const openRun = async (files: readonly File[]): Promise<void> => {
    workspace().dismiss('restored');
    workspace().dismiss('error');
    const known = workspace().data;
    workspace().opens(folderName(files));
    try {
      const restored = await client.request({ kind: 'openRun', files });
      forgetRuns();
      applyRestored(restored, `Opened ${restored.run?.name ?? 'the run'}`);
      await runs.refresh();
    } catch (error) {
      workspace().opened(known);
      workspace().notify({ kind: 'error', title: 'The run could not be opened', ...reportOf(error) });
    }
  };

  return {
    async hello() {
      try {
        applyHello(
          await client.request({
            kind: 'hello',
            version: PROTOCOL_VERSION,
            baseUrl: new URL('./', location.href).href,
          }),
        );
        await runs.refresh();
        await queue.refresh();
      } catch (error) {
        workspace().broken(reportOf(error));
      }
    },
    openSample: () => open('the sample', () => client.request({ kind: 'openSample' })),
    openFiles: (files) => {
      if (files.some(({ name }) => isRunFile(name))) return openRun(files);
      const name = folderName(files);
      return open(name, () => client.request({ kind: 'openFiles', files, name }));
    },
    openDomains: (workspace, domains, name) =>
      open(name, () => client.request({ kind: 'openDomains', workspace, domains, name })),
    openRun,
    async saveRun(isAnonymous, id) {
      try {
        const { name, file } = await client.request({
          kind: 'saveRun',
          isAnonymous,
          ...(id === undefined ? {} : { id }),
        });
        downloadBlob(name, file);
      } catch (error) {
        workspace().notify({ kind: 'error', title: 'The run could not be saved', ...reportOf(error) });
      }
    },
    runs,
    queue,
    async start(run, config) {
      // The worker goes on with a run of the same settings, also one that has ended: what is shown of it stays.
      const isContinued = canContinue(run, config) || isTrainedSo(run, config);
      if (!isContinued) forgetResults(run);
      jobs().started(run, config);
      workspace().dismiss('deviceLost');
      workspace().dismiss('error');
      try {
        const order = { config, rules: stopRules() };
        await client.request(
          run === 'tokenizer' ? { kind: 'startTokenizer', ...order } : { kind: 'startRecommender', ...order },
        );
      } catch (error) {
        const report = reportOf(error);
        jobs().ended(run, 'failed', report);
        const shown = shownRun(useRuns.getState());
        if (isContinued || !shown || !UNTOUCHED.has(report.code)) return;
        // What the page let go of for the new training is all there: it comes back.
        await runs.show(shown.id);
        workspace().dismiss('restored');
        workspace().notify({ kind: 'error', title: 'The training did not start', ...report, message: BUSY });
      }
    },
    pause: () => ask('pause'),
    resume: () => ask('resume'),
    step: () => ask('step'),
    stop: () => ask('stop'),
    async takeOver() {
      const { asked } = useElsewhere.getState();
      asked(true);
      workspace().dismiss('error');
      try {
        const config = await client.request({ kind: 'takeOver' });
        if (config) useDraft.getState().load(config);
      } catch (error) {
        workspace().notify({ kind: 'error', title: 'The training was not taken over', ...reportOf(error) });
      } finally {
        asked(false);
      }
    },
    async forget() {
      try {
        await client.request({ kind: 'clear' });
        forgetRuns();
        workspace().opened(null);
        workspace().dismiss('restored');
        await runs.refresh();
      } catch (error) {
        workspace().notify({ kind: 'error', ...reportOf(error) });
      }
    },
    searchItems: (query, limit) => client.request({ kind: 'searchItems', query, limit }),
    ask: (request) => client.request(request),
    codeWall: () => client.request({ kind: 'codeWall' }),
    codePaths: (prefix, picked = []) => client.request({ kind: 'codePaths', prefix, picked }),
    prefixItems: (prefix, offset, limit) => client.request({ kind: 'prefixItems', prefix, offset, limit }),
    codeNeighbours: (item, limit) => client.request({ kind: 'codeNeighbours', item, limit }),
    codebooks: (request) => client.request(request),
    results: (table) => client.request({ kind: 'results', table }),
    compareWith: (files) => client.request({ kind: 'compareWith', files }),
    compareNoMore: () => client.request({ kind: 'compareNoMore' }),
    gallery: (page) => client.request({ kind: 'gallery', ...page }),
    driftSummary: () => client.request({ kind: 'driftSummary' }),
    driftItems: (band) => client.request({ kind: 'driftItems', ...band }),
  };
}

/** Refusals before the worker changed anything: another training has the GPU, here or in another tab. */
const UNTOUCHED: ReadonlySet<string> = new Set(['storage/locked', 'worker/busy']);
const BUSY =
  'Another training has the GPU, perhaps in another tab of this browser. Wait for its end, stop it there, or queue this one.';

const GPU_LOST =
  'The last checkpoint is safe: press Continue on the run’s page, or try it again in the queue. If it goes again, reload the page.';
const GPU_BACK = 'The GPU is back; training goes on from its last checkpoint.';
const GPU_RETRIED = 'It is asked for again in a moment; training then goes on from the last checkpoint by itself.';

/** A stopped or failed run goes on from its checkpoint if nothing that decides it has changed. */
export function canContinue(run: Run, config: SystemConfig): boolean {
  const record = useJobs.getState()[run];
  return (
    (record.state === 'stopped' || record.state === 'failed') &&
    record.config !== null &&
    sameRun(run, record.config, config)
  );
}

function isTrainedSo(run: Run, config: SystemConfig): boolean {
  const record = useJobs.getState()[run];
  return record.state === 'done' && record.config !== null && sameRun(run, record.config, config);
}

function folderName(files: readonly File[]): string {
  const folder = files[0]?.webkitRelativePath.split('/')[0];
  return folder || (files.length === 1 ? (files[0]?.name ?? 'files') : 'dropped files');
}

function forgetResults(run: Run): void {
  const jobs = useJobs.getState();
  clearCurves(run);
  useJobs.setState({ evaluations: [] });
  useMultiIdentifier.getState().forgotten(run === 'recommender' ? 'curriculum' : 'all');
  if (run === 'recommender') return;
  useCodes.getState().forgotten();
  // Other identifiers: a recommender trained on the old ones no longer fits.
  clearCurves('recommender');
  jobs.measuredCodebook(null);
  jobs.tokenized(null);
  jobs.restored('recommender', 'none', null);
}

function forgetRuns(): void {
  clearCurves('tokenizer');
  clearCurves('recommender');
  useJobs.getState().forgotten();
  useMultiIdentifier.getState().forgotten('all');
  useCodes.getState().forgotten();
}

function applyHello(reply: HelloReply): void {
  // A software adapter needs an hour for what a GPU does in a minute: offer the small preset first.
  if (!reply.restored && reply.adapter?.isSoftware) useDraft.getState().load(PRESETS.test);
  if (reply.restored) applyRestored(reply.restored);
  useWorkspace.getState().connected(reply.adapter, reply.adapterProblem);
}

function applyRestored(state: RestoredState, what = 'Restored from your last visit'): void {
  useWorkspace.getState().opened(state.data);
  if (state.config) useDraft.getState().load(state.config);
  const [tokenizer, recommender] = applyRun(state);
  const { data, run } = state;
  const message = run?.isTraining
    ? `${what}: ${data.name}; its run trains in another tab.`
    : `${what}: ${data.name}; tokenizer ${STATE_WORDS[tokenizer]}, recommender ${STATE_WORDS[recommender]}.`;
  useWorkspace.getState().notify({ kind: 'restored', message, code: null });
}

/** A queued run has its turn: its pages show it, and the draft stays what the user edits. */
function applyBegan({ run, config, state }: Extract<WorkerEvent, { kind: 'began' }>): void {
  const { data, opened, dismiss } = useWorkspace.getState();
  if (data?.hash !== state.data.hash) opened(state.data);
  forgetRuns();
  applyRun(state);
  useJobs.getState().started(run, config);
  dismiss('restored');
  dismiss('deviceLost');
}

/** @returns how far its tokenizer and its recommender are */
function applyRun({ config, tokenizer, recommender }: RestoredState): readonly [RunState, RunState] {
  const stateOf = (run: { readonly isDone: boolean; readonly rows: readonly unknown[] }): RunState =>
    run.isDone ? 'done' : run.rows.length > 0 ? 'stopped' : 'none';
  // A model that was trained elsewhere comes without rows and evaluations.
  const isOpened = recommender.hasModel && recommender.rows.length === 0;
  const recommenderState = isOpened ? 'done' : stateOf(recommender);
  const jobs = useJobs.getState();
  appendRows(tokenizer.rows);
  appendRows(recommender.rows);
  jobs.measuredCodebook(tokenizer.codebook);
  jobs.tokenized(tokenizer.quality);
  if (tokenizer.isDone || tokenizer.rows.length > 0) useCodes.getState().changed();
  useMultiIdentifier.getState().restored(tokenizer.drift, recommender.curriculum);
  jobs.evaluated(recommender.evaluations);
  jobs.restored('tokenizer', stateOf(tokenizer), config);
  jobs.restored('recommender', recommenderState, config);
  jobs.foundModel(recommender.hasModel);
  return [stateOf(tokenizer), recommenderState];
}

const STATE_WORDS: Readonly<Record<RunState, string>> = {
  none: 'not started',
  running: 'running',
  stopped: 'not finished, can go on',
  done: 'trained',
  failed: 'failed',
};

function applyEvent(event: WorkerEvent): void {
  const jobs = useJobs.getState();
  switch (event.kind) {
    case 'began':
      applyBegan(event);
      break;
    case 'elsewhere':
      useElsewhere.getState().told(event.job);
      break;
    case 'shippedProblem':
      useWorkspace.getState().notify({
        kind: 'error',
        title:
          event.count === 1
            ? 'A run that comes with Tessera is left out'
            : `${event.count} runs that come with Tessera are left out`,
        ...event.error,
      });
      break;
    case 'shown':
      forgetRuns();
      applyRun(event.state);
      // It said how far the run was before.
      useWorkspace.getState().dismiss('restored');
      break;
    case 'queue':
      useQueue.getState().told(event.state);
      break;
    case 'progress':
      jobs.progressed(event.progress);
      break;
    case 'metrics':
      appendRows(event.rows);
      break;
    case 'codebook':
      jobs.measuredCodebook(event.report);
      break;
    case 'tokenized':
      jobs.tokenized(event.quality);
      break;
    case 'codes':
      useCodes.getState().changed();
      break;
    case 'evaluation':
      jobs.evaluated([event.report]);
      break;
    case 'drift':
      useMultiIdentifier.getState().keptEpoch(event.report);
      break;
    case 'curriculum':
      useMultiIdentifier.getState().estimated(event.report);
      break;
    case 'finished':
      jobs.ended(event.run, event.outcome, null);
      break;
    case 'failed':
      // A crash is reported for both runs; only the one at work has failed.
      if (runningRun(jobs) === event.run) jobs.ended(event.run, 'failed', event.error);
      break;
    case 'deviceLost':
      useToasts.getState().take(GPU_BACK);
      useWorkspace.getState().notify({
        kind: 'deviceLost',
        message: `${event.isRetried ? GPU_RETRIED : GPU_LOST}${event.message === '' ? '' : ` The browser says: “${event.message}”`}`,
        code: 'gpu/lost',
      });
      break;
    case 'deviceBack':
      useWorkspace.getState().dismiss('deviceLost');
      useToasts.getState().say(GPU_BACK);
      break;
  }
}
