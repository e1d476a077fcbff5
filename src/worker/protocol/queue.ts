/** Messages about the queue: runs that wait for the GPU, one after another, and what became of those that had their turn. */
import type { RunEnding } from '../../storage/runStore';
import type { MedianRule } from '../../train/medianStopping';
import type { SystemConfig } from '../../train/systemConfig';
import type { ErrorReport } from './failure';

/** When a run ends before its last epoch. Patience stands in the configuration; a loss that is not finite always ends a run. */
export interface StopRules {
  /** Minutes of work, pauses not counted; null: no limit. */
  readonly minutes: number | null;
  /** Of runs queued together: stops one that falls behind those before it. */
  readonly median?: MedianRule;
}

/** A run that is to be queued. */
export interface QueuedRun {
  /** What the run will be called: says what differs from its neighbours. */
  readonly name: string;
  readonly config: SystemConfig;
  readonly rules: StopRules;
}

/** Runs that were queued together: a sweep, the ablations of a paper. */
export interface QueueBatch {
  readonly id: string;
  readonly title: string;
}

export interface QueueEntry extends QueuedRun {
  readonly id: string;
  readonly batch: QueueBatch | null;
  readonly data: { readonly name: string; readonly hash: string };
  /** How the data set is opened again, as JSON text; null for one that cannot be. */
  readonly dataOrigin: string | null;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped';
  /** The run that it became; null before its first turn. */
  readonly runId: string | null;
  /** Why it failed. */
  readonly error: ErrorReport | null;
  /** How its training ended, of one that is done. */
  readonly ending?: RunEnding;
  /** Times that it was begun without coming to an end: the page was closed or crashed. */
  readonly attempts: number;
  readonly addedAtMs: number;
  readonly endedAtMs: number | null;
}

/** An entry and where it stood, to be put back. */
export interface RemovedEntry {
  readonly entry: QueueEntry;
  readonly index: number;
}

export interface QueueState {
  /** Those that had their turn first, then the running one, then those that wait, in their order. */
  readonly entries: readonly QueueEntry[];
  /** Nothing is begun while it is held. */
  readonly isHeld: boolean;
  /** Why it is held, if the user did not ask for it. */
  readonly heldBecause: string | null;
}

/** What was found of a run before it is queued. */
export interface RunCheck {
  /** Why it cannot be queued; null if it can. */
  readonly error: ErrorReport | null;
  /** The finished run of the same configuration and data, whose results would be the same. */
  readonly finished: string | null;
  /** Training of both parts, as earlier runs of the same shape on this adapter took; null where none was measured. */
  readonly seconds: number | null;
}

export type QueueRequest =
  | { readonly kind: 'queue' }
  /** Checks runs as `enqueue` does, without adding any. */
  | { readonly kind: 'checkRuns'; readonly runs: readonly QueuedRun[] }
  /** Adds all of them behind the others, or none. They are begun as soon as nothing trains. */
  | { readonly kind: 'enqueue'; readonly runs: readonly QueuedRun[]; readonly batch: string | null }
  /** Moves one that waits to another place among those that wait, from 0. */
  | { readonly kind: 'moveInQueue'; readonly id: string; readonly to: number }
  /** Takes entries out, all but the running one. Replies with what is needed to put them back. */
  | { readonly kind: 'removeFromQueue'; readonly ids: readonly string[] }
  | { readonly kind: 'putBackInQueue'; readonly removed: readonly RemovedEntry[] }
  /** One that failed or was stopped waits again; it goes on from its last checkpoint, and where it fell behind, to its end. */
  | { readonly kind: 'retryInQueue'; readonly id: string }
  | { readonly kind: 'holdQueue' }
  | { readonly kind: 'releaseQueue' }
  /** Stops the running entry and goes on with the next. */
  | { readonly kind: 'skipInQueue' };

export interface QueueReplies {
  readonly queue: QueueState;
  readonly checkRuns: readonly RunCheck[];
  readonly enqueue: null;
  readonly moveInQueue: null;
  readonly removeFromQueue: readonly RemovedEntry[];
  readonly putBackInQueue: null;
  readonly retryInQueue: null;
  readonly holdQueue: null;
  readonly releaseQueue: null;
  readonly skipInQueue: null;
}
