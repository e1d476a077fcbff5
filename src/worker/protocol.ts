/**
 * Messages between the window and the training worker: one discriminated union a direction, versioned. The window owns
 * pixels, the worker owns tensors, data and storage. Every request gets exactly one reply; events come unasked.
 */

import type { MedianRule } from '../train/medianStopping';
import type { CodebookReport, CurriculumReport, EvaluationReport, MetricRow, Progress } from '../train/reports';
import type { SystemConfig } from '../train/systemConfig';
import type { CodebooksReplies, CodebooksRequest } from './protocol/codebooks';
import type { CodesReplies, CodesRequest } from './protocol/codes';
import type { CompareReplies, CompareRequest } from './protocol/compare';
import type { DemoReplies, DemoRequest } from './protocol/demo';
import type { DriftReplies, DriftRequest, KeptEpoch } from './protocol/drift';
import type { EstimateReplies, EstimateRequest } from './protocol/estimate';
import type { ErrorReport } from './protocol/failure';
import type { GalleryReplies, GalleryRequest, TokenizerQuality } from './protocol/gallery';
import type { ItemCard } from './protocol/items';
import type { PictureVaeReplies, PictureVaeRequest } from './protocol/pictureVae';
import type { QueueReplies, QueueRequest, QueueState, StopRules } from './protocol/queue';
import type { ResultsQuestion, ResultsReplies } from './protocol/results';
import type { RunsReplies, RunsRequest } from './protocol/runs';
import type { SpeedReplies, SpeedRequest } from './protocol/speed';
import type { OtherJob, TabsReplies, TabsRequest } from './protocol/tabs';

export type { PathNode, PathTree } from '../evaluate/codePaths';
export type { CodeWall } from '../evaluate/codeWall';
export type { DriftSummary } from '../evaluate/driftSummary';
export type { RunConfig } from '../train/config';
export type {
  CodebookReport,
  CurriculumReport,
  EvaluationReport,
  LevelReport,
  MetricRow,
  MetricSet,
  Progress,
  Stage,
} from '../train/reports';
export type { SystemConfig } from '../train/systemConfig';
export { checkUtgrecConfig, type UtgrecConfig } from '../train/utgrecConfig';

export type { CodeNeighbours, CodesReplies, CodesRequest, PrefixItems } from './protocol/codes';
export type {
  CompareReplies,
  CompareRequest,
  Interval,
  NamedDelta,
  PairedTest,
  PairMatrix,
  PairQuestion,
  TailBin,
  TailFacet,
  TailQuestion,
  TailUsers,
} from './protocol/compare';
export type {
  BeamItems,
  BeamLeaf,
  BeamReply,
  BesideReply,
  DemoReplies,
  DemoRequest,
  Question,
  RecommendReply,
  ReferenceReply,
  SearchSettings,
  TargetRank,
  UserGroupName,
  UserHistory,
  UserList,
  UserSummary,
  WhyReply,
} from './protocol/demo';
export type { DriftItems, DriftReplies, DriftRequest, KeptEpoch } from './protocol/drift';
export type { PartCost, RunCost, TimeEstimate } from './protocol/estimate';
export type { ErrorReport } from './protocol/failure';
export type {
  DomainQuality,
  GalleryEntry,
  GalleryReply,
  GalleryRequest,
  TokenizerQuality,
} from './protocol/gallery';
export type { ItemCard } from './protocol/items';
export type { ChosenVae, VaeRole } from './protocol/pictureVae';
export type {
  QueueBatch,
  QueuedRun,
  QueueEntry,
  QueueReplies,
  QueueRequest,
  QueueState,
  RemovedEntry,
  RunCheck,
  StopRules,
} from './protocol/queue';
export type {
  GroupTable,
  Results,
  ResultsQuestion,
  ResultsReplies,
  ResultsReply,
  ResultsRequest,
} from './protocol/results';
export type { MetricSummary, RunInfo, RunsReplies, RunsRequest } from './protocol/runs';
export type { AdapterSpeed } from './protocol/speed';
export type { OtherJob, TabsReplies, TabsRequest } from './protocol/tabs';
export type { MedianRule };

export const PROTOCOL_VERSION = 1;

export type Request =
  | { readonly kind: 'hello'; readonly version: number; readonly baseUrl: string }
  /** Opens the embedded sample. */
  | { readonly kind: 'openSample' }
  /** Opens dropped files: items.jsonl.gz, sequences.jsonl.gz and optionally an image pack with its index. */
  | { readonly kind: 'openFiles'; readonly files: readonly File[]; readonly name: string }
  /** Opens domains of a workspace (made by the data worker) as one data set. */
  | {
      readonly kind: 'openDomains';
      readonly workspace: string;
      readonly domains: readonly string[];
      readonly name: string;
    }
  /**
   * Adds a run on the open data set and shows it: a `.tessera` file, the folder of the command line, or an exported model's folder. With
   * nothing open, a run on the sample opens the sample.
   */
  | { readonly kind: 'openRun'; readonly files: readonly File[] }
  /** Another run becomes the one that the pages show, with its data; one without a tokenizer changes nothing but the data. */
  | { readonly kind: 'showRun'; readonly id: string }
  /** A run, the shown one by default, as one `.tessera` file. */
  | { readonly kind: 'saveRun'; readonly id?: string; readonly isAnonymous: boolean }
  | { readonly kind: 'startTokenizer'; readonly config: SystemConfig; readonly rules?: StopRules }
  | { readonly kind: 'startRecommender'; readonly config: SystemConfig; readonly rules?: StopRules }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** A paused job goes on to its next step and waits again. */
  | { readonly kind: 'step' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'items'; readonly items: readonly number[] }
  | { readonly kind: 'searchItems'; readonly query: string; readonly limit: number }
  /** Forgets the data set, the runs and the checkpoints. */
  | { readonly kind: 'clear' }
  | CodebooksRequest
  | CodesRequest
  | DemoRequest
  | DriftRequest
  | EstimateRequest
  | GalleryRequest
  | PictureVaeRequest
  | ResultsQuestion
  | CompareRequest
  | QueueRequest
  | RunsRequest
  | SpeedRequest
  | TabsRequest;

export interface ReplyValues
  extends CodebooksReplies,
    CodesReplies,
    CompareReplies,
    DemoReplies,
    DriftReplies,
    EstimateReplies,
    GalleryReplies,
    PictureVaeReplies,
    QueueReplies,
    ResultsReplies,
    RunsReplies,
    SpeedReplies,
    TabsReplies {
  readonly hello: HelloReply;
  readonly openSample: DataSummary;
  readonly openFiles: DataSummary;
  readonly openDomains: DataSummary;
  readonly openRun: RestoredState;
  readonly showRun: RestoredState;
  readonly saveRun: SavedRun;
  readonly startTokenizer: null;
  readonly startRecommender: null;
  readonly pause: null;
  readonly resume: null;
  readonly step: null;
  readonly stop: null;
  readonly items: readonly ItemCard[];
  readonly searchItems: readonly ItemCard[];
  readonly clear: null;
}

export type FromWorker =
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorReport }
  | { readonly kind: 'event'; readonly event: WorkerEvent };

export type ToWorker = { readonly id: number; readonly request: Request };

export interface AdapterReport {
  readonly name: string;
  readonly isSoftware: boolean;
  readonly hasF16: boolean;
  readonly subgroupSize: number;
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
}

export interface HelloReply {
  readonly version: number;
  /** null without WebGPU; `adapterProblem` says why. */
  readonly adapter: AdapterReport | null;
  readonly adapterProblem: string | null;
  /** What a previous visit left: the page shows it at once and can go on. */
  readonly restored: RestoredState | null;
}

export interface RestoredState {
  readonly data: DataSummary;
  /** The shown run. */
  readonly run: {
    readonly id: string;
    readonly name: string;
    /** Some tab trains it now. */
    readonly isTraining: boolean;
  } | null;
  /** null before the first training on this data. */
  readonly config: SystemConfig | null;
  readonly tokenizer: {
    readonly isDone: boolean;
    readonly rows: readonly MetricRow[];
    readonly codebook: CodebookReport | null;
    /** Kept epochs of a multi-identifier run, oldest first; empty otherwise. */
    readonly drift: readonly KeptEpoch[];
    /** Of a finished UTGRec tokenizer. */
    readonly quality: TokenizerQuality | null;
  };
  readonly recommender: {
    readonly isDone: boolean;
    /** Whether there is a model to recommend with: also of a run that was stopped, or came without evaluations. */
    readonly hasModel: boolean;
    readonly rows: readonly MetricRow[];
    readonly evaluations: readonly EvaluationReport[];
    /** Estimates of a multi-identifier run, oldest first; empty otherwise. */
    readonly curriculum: readonly CurriculumReport[];
  };
}

export interface DataSummary {
  readonly name: string;
  /** True for the embedded sample: figures must say "simulated behaviour over public-domain pictures". */
  readonly isSimulated: boolean;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  readonly images: number;
  readonly domains: readonly { readonly name: string; readonly items: number; readonly interactions: number }[];
  /** Sequence lengths: count of users at each length, index = length, capped at 50. */
  readonly lengthHistogram: readonly number[];
  /** Sentences for the user: skipped lines, short users … */
  readonly notes: readonly string[];
  readonly hash: string;
}

export interface SavedRun {
  readonly name: string;
  readonly file: Blob;
}

export type WorkerEvent =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'metrics'; readonly rows: readonly MetricRow[] }
  | { readonly kind: 'codebook'; readonly report: CodebookReport }
  /** A UTGRec tokenizer is trained and all items have their codes. */
  | { readonly kind: 'tokenized'; readonly quality: TokenizerQuality }
  /** A queued run has its turn: the pages show it, `state` as far as it is, and this part of it trains from now on. */
  | {
      readonly kind: 'began';
      readonly run: 'tokenizer' | 'recommender';
      readonly config: SystemConfig;
      readonly state: RestoredState;
    }
  | { readonly kind: 'queue'; readonly state: QueueState }
  /** What another tab trains, as it last told; null: none does any more. Rows of the shown run come as this tab's own do. */
  | { readonly kind: 'elsewhere'; readonly job: OtherJob | null }
  /** The shown run went on in another tab, and ended there: as far as it is now. */
  | { readonly kind: 'shown'; readonly state: RestoredState }
  /** The list of runs changed. */
  | { readonly kind: 'runs' }
  /** Runs that come with Tessera are left out of the list: the first one's fault, and how many there are. */
  | { readonly kind: 'shippedProblem'; readonly error: ErrorReport; readonly count: number }
  /** Items have other codes than before; they stay in the worker. */
  | { readonly kind: 'codes' }
  | { readonly kind: 'evaluation'; readonly report: EvaluationReport }
  /** Another kept tokenizer; its codes stay in the worker. */
  | { readonly kind: 'drift'; readonly report: KeptEpoch }
  | { readonly kind: 'curriculum'; readonly report: CurriculumReport }
  | { readonly kind: 'finished'; readonly run: 'tokenizer' | 'recommender'; readonly outcome: 'done' | 'stopped' }
  /** A job ended with an error; nothing half-written. */
  | { readonly kind: 'failed'; readonly run: 'tokenizer' | 'recommender'; readonly error: ErrorReport }
  /** `isRetried`: it is asked for again, and what trained goes on by itself. */
  | { readonly kind: 'deviceLost'; readonly message: string; readonly isRetried: boolean }
  /** Training goes on from the last checkpoint. */
  | { readonly kind: 'deviceBack' };
