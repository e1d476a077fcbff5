/** The two runs and the job that works on one of them. Curves are not here: see curves/. */
import { create } from 'zustand';
import type {
  CodebookReport,
  ErrorReport,
  EvaluationReport,
  Progress,
  SystemConfig,
  TokenizerQuality,
} from '../../worker/protocol';
import type { Run } from '../curves/curves';

export type RunState = 'none' | 'running' | 'stopped' | 'done' | 'failed';

export interface RunRecord {
  readonly state: RunState;
  /** What it was started with; null before the first start. */
  readonly config: SystemConfig | null;
  readonly error: ErrorReport | null;
}

interface Jobs {
  readonly tokenizer: RunRecord;
  readonly recommender: RunRecord;
  readonly codebook: CodebookReport | null;
  /** Of a finished UTGRec tokenizer. */
  readonly quality: TokenizerQuality | null;
  readonly evaluations: readonly EvaluationReport[];
  /** Tells the Demo's models apart: of a finished run, a stopped one, or one that was opened; 0 without one. */
  readonly model: number;
  /** Of the running job; null when none runs. */
  readonly progress: Progress | null;
  readonly isPausing: boolean;
  readonly isStopping: boolean;
}

interface JobActions {
  started(run: Run, config: SystemConfig): void;
  progressed(progress: Progress): void;
  asked(what: 'pause' | 'resume' | 'stop'): void;
  ended(run: Run, state: 'done' | 'stopped' | 'failed', error: ErrorReport | null): void;
  measuredCodebook(report: CodebookReport | null): void;
  tokenized(quality: TokenizerQuality | null): void;
  evaluated(reports: readonly EvaluationReport[]): void;
  restored(run: Run, state: RunState, config: SystemConfig | null): void;
  foundModel(hasModel: boolean): void;
  forgotten(): void;
}

const NO_RUN: RunRecord = { state: 'none', config: null, error: null };
const IDLE = { progress: null, isPausing: false, isStopping: false };

let nextModel = 1;

export const useJobs = create<Jobs & JobActions>()((set) => ({
  tokenizer: NO_RUN,
  recommender: NO_RUN,
  codebook: null,
  quality: null,
  evaluations: [],
  model: 0,
  ...IDLE,
  started: (run, config) => set({ ...IDLE, model: 0, [run]: { state: 'running', config, error: null } }),
  progressed: (progress) =>
    set((state) => ({
      progress: progress.stage === 'idle' ? null : progress,
      isPausing: state.isPausing && !progress.isPaused,
    })),
  asked: (what) =>
    set((state) => {
      if (what === 'stop') return { isStopping: true };
      if (what === 'pause') return { isPausing: true };
      return { isPausing: false, progress: state.progress && { ...state.progress, isPaused: false } };
    }),
  ended: (run, outcome, error) =>
    set((state) => ({
      ...IDLE,
      // A job that was stopped has saved where it was.
      model: run === 'recommender' && outcome !== 'failed' ? nextModel++ : 0,
      [run]: { ...state[run], state: outcome, error },
    })),
  measuredCodebook: (codebook) => set({ codebook }),
  tokenized: (quality) => set({ quality }),
  evaluated: (reports) =>
    set((state) => ({
      evaluations: [
        ...state.evaluations.filter(
          (old) => !reports.some((report) => report.name === old.name && report.split === old.split),
        ),
        ...reports,
      ],
    })),
  restored: (run, state, config) => set({ [run]: { state, config: state === 'none' ? null : config, error: null } }),
  foundModel: (hasModel) => set({ model: hasModel ? nextModel++ : 0 }),
  forgotten: () =>
    set({ tokenizer: NO_RUN, recommender: NO_RUN, codebook: null, quality: null, evaluations: [], model: 0, ...IDLE }),
}));

/** Of what is under way; null before its first report. */
export const percentOf = (progress: Progress | null): number | null =>
  progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : null;

/** The run that a job works on now, or null. */
export const runningRun = (jobs: Jobs): Run | null =>
  jobs.tokenizer.state === 'running' ? 'tokenizer' : jobs.recommender.state === 'running' ? 'recommender' : null;
