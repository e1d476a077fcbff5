import { useMemo } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';

/** Trained runs on the open data besides the shown one. */
export function useOtherRuns(): readonly RunInfo[] {
  const hash = useWorkspace((state) => state.data?.hash ?? null);
  const runs = useRuns((state) => state.runs);
  return useMemo(() => runs.filter((run) => run.hasModel && !run.isShown && run.data.hash === hash), [runs, hash]);
}

/** Those that search identifiers: the others score items. */
export const withSearch = (runs: readonly RunInfo[]): readonly RunInfo[] => runs.filter(({ canShow }) => canShow);
