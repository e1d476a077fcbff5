import { useIsShownElsewhere } from '../stores/elsewhere';
import { useJobs } from '../stores/jobs';
import { shownRun, useRuns } from '../stores/runs';

/** Why the shown run was stopped behind the others of its sweep, in a sentence; null where it was not, or trains again. */
export function useStoppedBehind(): string | null {
  const isStopped = useJobs(({ recommender }) => recommender.state === 'stopped');
  const ending = useRuns((runs) => shownRun(runs)?.ending ?? null);
  const isElsewhere = useIsShownElsewhere();
  return isStopped && !isElsewhere && ending?.kind === 'median' ? ending.message : null;
}
