/** What a run tells its host while it goes on: plain data that survives `structuredClone`. */
import type { Protocol } from '../evaluate/protocol';
import type { ListMetric } from '../evaluate/recommendedLists';
import type { UserGroup } from '../evaluate/userGroups';

export type Stage =
  | 'idle'
  | 'embedding'
  | 'tokenizer'
  | 'recommender'
  | 'influence'
  | 'fineTuning'
  | 'validation'
  | 'test';

/** Where the running job is; sent at most a few times a second. */
export interface Progress {
  readonly stage: Stage;
  readonly isPaused: boolean;
  /** Units done and in all: items embedded, optimizer steps, users evaluated. */
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Units a second over the last seconds. */
  readonly rate: number;
  readonly etaSeconds: number | null;
  readonly epoch: number;
  readonly epochs: number;
}

/** One point of the live curves. */
export interface MetricRow {
  readonly run: 'tokenizer' | 'recommender';
  readonly step: number;
  readonly epoch: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** E.g. loss, reconstruction, commitment, learningRate, gradientNorm, validRecall10, validNdcg10. */
  readonly values: Readonly<Record<string, number>>;
}

export interface LevelReport {
  readonly usedShare: number;
  readonly perplexity: number;
  readonly dead: number;
  /** Items on each code. */
  readonly counts: readonly number[];
}

/** Codebook health, for all items and for each domain. Definitions: quantize/statistics.ts. */
export interface CodebookReport {
  readonly step: number;
  readonly codes: number;
  readonly levels: number;
  readonly groups: readonly {
    readonly name: string;
    readonly items: number;
    readonly collisionRate: number;
    readonly levels: readonly LevelReport[];
    /** Where levels share a book: entries in use on any of its levels. */
    readonly books?: readonly { readonly name: string; readonly entries: number; readonly usedShare: number }[];
  }[];
}

export interface MetricSet {
  readonly recall5: number;
  readonly ndcg5: number;
  readonly recall10: number;
  readonly ndcg10: number;
}

export interface EvaluationReport {
  readonly name: string;
  readonly kind: 'model' | 'reference';
  readonly split: 'validation' | 'test';
  readonly users: number;
  readonly metrics: MetricSet;
  /** Protocol in words: full ranking, ties, beam width, seen items. */
  readonly protocol: string;
  /** Against Most-popular on Recall@10: paired randomisation, two-sided; null for itself. */
  readonly pAgainstPopular: number | null;
  /** What tables and comparisons need; reports of older versions have none. */
  readonly details?: EvaluationDetails;
}

export interface EvaluationDetails {
  /** Name of the recommender without remarks on the protocol. */
  readonly system: string;
  readonly protocol: Protocol;
  /** Users by the popularity of their target, and those with a cold one. */
  readonly groups: readonly UserGroup[];
  /** Coverage and popularity bias of the recommended lists; empty where no lists were made. */
  readonly lists: readonly ListMetric[];
  /** Of an unconstrained search only. */
  readonly generation?: GenerationCounts;
}

export interface GenerationCounts {
  /** Users × beam width. */
  readonly results: number;
  /** Codes that no item has. */
  readonly invalid: number;
  /** Items that the same user's list has already. */
  readonly repeated: number;
}

/**
 * One kept epoch of a multi-identifier tokenizer (MTGRec): every item's codes, and how far they drifted from the kept
 * epoch before. All reports of a run, in order, are the tensor [T][N][L] of figure V5.
 */
export interface DriftReport {
  /** Tokenizer epoch, from 1. */
  readonly epoch: number;
  /** Position among the kept epochs, from 0, and how many the run keeps (K). */
  readonly index: number;
  readonly tokenizers: number;
  readonly levels: number;
  /** Entries of a codebook. */
  readonly codes: number;
  /** u16 [N, L], without the conflict digit. */
  readonly assignments: Uint16Array;
  /** u16 [L, codes]: nearest other entry of each entry in this epoch's codebooks; null where they are not known. */
  readonly neighbours: Uint16Array | null;
  /** Share of the items whose codes differ from the kept epoch before; null for the first. */
  readonly changedShare: number | null;
  /** The same by level [L]; empty for the first. */
  readonly changedByLevel: readonly number[];
}

/** One estimate of the curriculum: how much a step on each tokenizer's data lowers the validation loss of each (figure V6). */
export interface CurriculumReport {
  /** From 1, and how many the plan has. */
  readonly stage: number;
  readonly stages: number;
  /** Pre-training epochs and steps done. */
  readonly epoch: number;
  readonly step: number;
  /** Tokenizer epochs of the K identifiers. */
  readonly tokenizers: readonly number[];
  /** S [K][K] of this stage: row = trained on, column = validated on; positive helps. */
  readonly influence: readonly (readonly number[])[];
  /** S̄ [K][K], the running mean weighted by learning rates. */
  readonly meanInfluence: readonly (readonly number[])[];
  /** Row means of S̄ [K]. */
  readonly scores: readonly number[];
  /** Sampling probabilities from here on [K]. */
  readonly probabilities: readonly number[];
  readonly learningRate: number;
  /** Share of this stage in S̄; `learningRateWeights` has all stages' so far, the last being this one's. */
  readonly learningRateWeight: number;
  readonly learningRateWeights: readonly number[];
  /** Training examples and validation users that the gradients were taken over. */
  readonly trainingSamples: number;
  readonly validationSamples: number;
  readonly isFullPass: boolean;
  /** ‖S − S_full‖ / ‖S_full‖ (Frobenius) where the run also made the full pass; else null. */
  readonly samplingError: number | null;
  /** Seconds of the estimate, and of the epochs since the last one. */
  readonly estimateSeconds: number;
  readonly trainingSeconds: number;
  /** Mean over the K identifiers of the last validation before the estimate; null if there was none. */
  readonly validation: MetricSet | null;
}
