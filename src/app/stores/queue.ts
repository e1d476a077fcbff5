/** The queue as the worker last told it. */
import { create } from 'zustand';
import type { QueueEntry, QueueState } from '../../worker/protocol';

interface Queue extends QueueState {
  told(state: QueueState): void;
}

export const useQueue = create<Queue>()((set) => ({
  entries: [],
  isHeld: false,
  heldBecause: null,
  told: (state) => set(state),
}));

export const isWaiting = ({ state }: QueueEntry): boolean => state === 'waiting';
export const isOver = ({ state }: QueueEntry): boolean => state !== 'waiting' && state !== 'running';
export const waitingCount = ({ entries }: QueueState): number => entries.filter(isWaiting).length;

/** Runs that were queued together and are all over, with the ids of those that can be compared. */
export interface FinishedBatch {
  readonly id: string;
  readonly title: string;
  readonly runs: readonly string[];
}

/** Batches of which nothing waits or trains any more, newest last. */
export function finishedBatches({ entries }: Pick<QueueState, 'entries'>): readonly FinishedBatch[] {
  const batches = new Map<string, QueueEntry[]>();
  for (const entry of entries)
    if (entry.batch) batches.set(entry.batch.id, [...(batches.get(entry.batch.id) ?? []), entry]);
  return [...batches.values()].flatMap((all) => {
    const [first] = all;
    const runs = all.flatMap(({ state, runId }) => (state === 'done' && runId !== null ? [runId] : []));
    return first?.batch && all.every(isOver) && runs.length > 1 ? [{ ...first.batch, runs: [...new Set(runs)] }] : [];
  });
}
