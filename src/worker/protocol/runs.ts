/** Messages about runs: the list of all of them, and what is done to one. */

import type { RunEnding } from '../../storage/runStore';
import type { AnyConfig } from '../../train/anyConfig';
import type { EvaluationReport } from '../../train/reports';

export interface MetricSummary {
  readonly last: number;
  /** Smallest loss, largest quality. */
  readonly best: number;
  /** Its value when validation was best; null before the first validation. */
  readonly atBest: number | null;
}

export interface RunInfo {
  /** Also the generated name; stands in links. */
  readonly id: string;
  /** What the user calls it. */
  readonly name: string;
  /** E.g. TIGER, SASRec. */
  readonly system: string;
  readonly source: 'trained' | 'imported' | 'shipped';
  /** `interrupted`: its tab died, or its GPU was lost, while it trained. `tokenized`: its recommender is not trained. */
  readonly status: 'created' | 'running' | 'paused' | 'interrupted' | 'tokenized' | 'finished' | 'failed';
  /** How its last training came to its end; null where none has. */
  readonly ending: RunEnding | null;
  /** Whether the pages show it. */
  readonly isShown: boolean;
  /** Whether it can be shown: systems without a tokenizer can only be compared and demonstrated. */
  readonly canShow: boolean;
  /** Whether its files are here; those of a run that comes with Tessera are fetched when they are asked for. */
  readonly isFetched: boolean;
  readonly data: { readonly name: string; readonly hash: string };
  readonly config: AnyConfig;
  readonly seed: number;
  readonly createdAtMs: number;
  /** Whether there is a model to recommend with. */
  readonly hasModel: boolean;
  /** Bytes of its newest checkpoints; of its file where it is not fetched. */
  readonly sizeBytes: number;
  /** Latest of each name and split. */
  readonly evaluations: readonly EvaluationReport[];
  /** By `tokenizer/loss`, `recommender/validNdcg10` … */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
}

export type RunsRequest =
  /** All runs, newest first; those that come with Tessera last. */
  | { readonly kind: 'listRuns' }
  | { readonly kind: 'renameRun'; readonly id: string; readonly name: string }
  /** The deletion waits ten seconds to be undone. Replies whether the pages showed the run; then they show none. */
  | { readonly kind: 'deleteRun'; readonly id: string }
  | { readonly kind: 'putBackRun'; readonly id: string }
  /** One curve of runs, by id, as it was logged. @param metric e.g. `recommender/loss` */
  | { readonly kind: 'runCurves'; readonly ids: readonly string[]; readonly metric: string };

/** A value over steps; both `[points]`. */
export interface RunCurve {
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

export interface RunsReplies {
  readonly listRuns: readonly RunInfo[];
  readonly renameRun: null;
  readonly deleteRun: boolean;
  readonly putBackRun: null;
  readonly runCurves: Readonly<Record<string, RunCurve>>;
}
