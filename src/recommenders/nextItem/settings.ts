/** What decides a next-item recommender (SASRec, GRU4Rec) and its training. Sizes: D width, T positions, N items. */
import type { Storage } from '../../tensor/storage';

export type NextItemSystem = 'sasrec' | 'gru4rec';

/** `crossEntropy`: softmax over all items. `sampled`: over the target and `negatives` items a sequence. `bce`: one negative a position. */
export const NEXT_ITEM_LOSSES = ['crossEntropy', 'sampled', 'bce'] as const;
export type NextItemLoss = (typeof NEXT_ITEM_LOSSES)[number];

/** `kept`: items of the history stay candidates. `removed`: they are no candidates (a target among them is a miss). */
export const SEEN_POLICIES = ['kept', 'removed'] as const;
export type SeenPolicy = (typeof SEEN_POLICIES)[number];

export interface NextItemTraining {
  /** Latest items of a history that the network sees. */
  readonly historyLimit: number;
  readonly loss: NextItemLoss;
  /** Items drawn for each sequence under `sampled`. */
  readonly negatives: number;
  readonly dropout: number;
  readonly epochs: number;
  /** Predictions an update learns from: short sequences come in many rows, long ones in few. */
  readonly targetsPerBatch: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly validateEvery: number;
  readonly validationUsers: number;
  /** Validations without improvement of NDCG@10 before stopping; 0 = never stop early. */
  readonly patience: number;
  readonly seenItems: SeenPolicy;
  /** How activations are kept between the forward and the backward pass, f32 by default (ADR 10). */
  readonly storage?: Storage;
}

export interface SasrecSettings extends NextItemTraining {
  readonly system: 'sasrec';
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForwardWidth: number;
  readonly attentionDropout: number;
}

export interface Gru4recSettings extends NextItemTraining {
  readonly system: 'gru4rec';
  readonly width: number;
  readonly hiddenWidth: number;
}

export type NextItemSettings = SasrecSettings | Gru4recSettings;
