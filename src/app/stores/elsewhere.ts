/** What another tab of this browser trains, as it last told, and whether it was asked to let go. */
import { create } from 'zustand';
import type { OtherJob } from '../../worker/protocol';
import type { Run } from '../curves/curves';
import { shownRun, useRuns } from './runs';

interface Elsewhere {
  readonly job: OtherJob | null;
  /** Asked to let go; it saves a checkpoint first. */
  readonly isAsked: boolean;
  told(job: OtherJob | null): void;
  asked(isAsked: boolean): void;
}

export const useElsewhere = create<Elsewhere>()((set) => ({
  job: null,
  isAsked: false,
  told: (job) => set({ job }),
  asked: (isAsked) => set({ isAsked }),
}));

/** Whether this tab's pages show the run that another one trains. */
export function useIsShownElsewhere(): boolean {
  const runId = useElsewhere(({ job }) => job?.runId ?? null);
  const shown = useRuns((state) => shownRun(state)?.id ?? null);
  return runId !== null && runId === shown;
}

/** The other tab's job, if it is this part of the run that the pages show. */
export function useJobElsewhere(run: Run): OtherJob | null {
  const isShown = useIsShownElsewhere();
  return useElsewhere(({ job }) => (isShown && job?.part === run ? job : null));
}
