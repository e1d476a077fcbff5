/** What a run tells its host while it goes on: plain data that survives `structuredClone`. */

export type Stage = 'idle' | 'embedding' | 'tokenizer' | 'recommender' | 'validation' | 'test';

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
}
