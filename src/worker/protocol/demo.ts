/** Messages of the Demo: users, what a model recommends them and how its search came to it. */
import type { ItemCard } from './items';

export type DemoRequest =
  /** History, held-out item and top items for a user or an edited history (dense item indices). */
  {
    readonly kind: 'recommend';
    readonly user: number;
    readonly history: readonly number[] | null;
    readonly count: number;
  };

export interface DemoReplies {
  readonly recommend: RecommendReply;
}

export interface RecommendReply {
  readonly user: number;
  readonly history: readonly ItemCard[];
  /** The user's true next (test) item, when the history is the user's own. */
  readonly target: ItemCard | null;
  readonly top: readonly { readonly card: ItemCard; readonly logProbability: number; readonly isTarget: boolean }[];
  readonly elapsedMs: number;
  /** Where it was decoded; wasm, the processor, where there is no WebGPU. */
  readonly backend: 'webgpu' | 'wasm';
}
