/** Messages about other tabs of this browser: one of them trains, the others look on and may take over. */
import type { Progress } from '../../train/reports';
import type { SystemConfig } from '../../train/systemConfig';

/** What another tab trains. */
export interface OtherJob {
  readonly runId: string;
  /** What the run is called. */
  readonly name: string;
  readonly part: 'tokenizer' | 'recommender';
  readonly dataName: string;
  /** Null before its first report. */
  readonly progress: Progress | null;
}

/** The other tab stops at a checkpoint and lets go of the GPU; this one goes on from there. */
export type TabsRequest = { readonly kind: 'takeOver' };

export interface TabsReplies {
  /** Of the run that is gone on with here; null for a queued one, which begins by itself. */
  readonly takeOver: SystemConfig | null;
}
