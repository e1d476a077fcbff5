/** Messages about what a run will take, before it is started. */
import type { SystemConfig } from '../../train/systemConfig';

/** How long the phases of one part trained before, scaled to the epochs that are planned now. */
export interface TimeEstimate {
  readonly seconds: number;
  /** The run it was measured in, on the same data and adapter, with steps of the same shape. */
  readonly measuredIn: string;
}

export interface PartCost {
  readonly parameters: number;
  /** Parameters, gradients, optimizer state and intermediates of the largest training step. */
  readonly gpuBytes: number;
  /** One checkpoint. */
  readonly checkpointBytes: number;
}

export interface RunCost {
  /** Null where the data's text decides the sizes: known when it has begun. */
  readonly tokenizer: PartCost | null;
  readonly recommender: PartCost;
  /** MTGRec's estimates of influence take GPU memory besides. */
  readonly hasMore: boolean;
  /** Null: not known until the first steps. */
  readonly tokenizerTime: TimeEstimate | null;
  readonly recommenderTime: TimeEstimate | null;
  /** Why the adapter cannot train it. */
  readonly problem: string | null;
  /** Why what is left of the storage cannot keep it. */
  readonly storageProblem: string | null;
}

export type EstimateRequest = { readonly kind: 'estimateRun'; readonly config: SystemConfig };

export interface EstimateReplies {
  /** Null without a GPU. */
  readonly estimateRun: RunCost | null;
}
