/** All runs as the worker last listed them, and those whose deletion can still be undone. */
import { create } from 'zustand';
import type { RunInfo } from '../../worker/protocol';

/** A deleted run that can still be put back. */
export interface RemovedRun {
  readonly id: string;
  readonly name: string;
  /** Whether the pages showed it: undone, they do again. */
  readonly wasShown: boolean;
}

interface Runs {
  /** False until the worker has answered once. */
  readonly isKnown: boolean;
  readonly runs: readonly RunInfo[];
  readonly removed: readonly RemovedRun[];
  /** A run that is being opened or fetched. */
  readonly opening: string | null;
}

interface RunActions {
  listed(runs: readonly RunInfo[]): void;
  tookOut(run: RemovedRun): void;
  settled(id: string): void;
  opens(id: string | null): void;
}

export const useRuns = create<Runs & RunActions>()((set) => ({
  isKnown: false,
  runs: [],
  removed: [],
  opening: null,
  listed: (runs) => set({ runs, isKnown: true }),
  tookOut: (run) => set(({ removed }) => ({ removed: [...removed.filter(({ id }) => id !== run.id), run] })),
  settled: (id) => set(({ removed }) => ({ removed: removed.filter((run) => run.id !== id) })),
  opens: (opening) => set({ opening }),
}));

export const shownRun = ({ runs }: Runs): RunInfo | null => runs.find(({ isShown }) => isShown) ?? null;
