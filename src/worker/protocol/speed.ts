/** Messages about how fast the adapter is. */
import type { AdapterSpeed } from '../../plan/adapterSpeed';

export type { AdapterSpeed };

export type SpeedRequest = { readonly kind: 'adapterSpeed' };

export interface SpeedReplies {
  /** Null without a GPU, or while it trains and was not measured before. */
  readonly adapterSpeed: AdapterSpeed | null;
}
