import { ListPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { methodOf } from '../config/presets';
import { MenuButton } from '../parts/MenuButton';
import { useMisfit } from '../parts/useRunCost';
import { useSession } from '../sessionContext';
import { useDraft } from '../stores/draft';
import { useElsewhere } from '../stores/elsewhere';
import { runningRun, useJobs } from '../stores/jobs';
import { useQueue, waitingCount } from '../stores/queue';
import { useWorkspace } from '../stores/workspace';
import { queuedDraft } from './runName';

const SweepDialog = lazy(async () => ({ default: (await import('./SweepDialog')).SweepDialog }));
const AblationDialog = lazy(async () => ({ default: (await import('./AblationDialog')).AblationDialog }));

/** The ways from the draft into the queue: as one run, as a sweep, as the ablations of its paper. */
export function QueueMenu() {
  const session = useSession();
  const [opened, setOpened] = useState<'sweep' | 'ablations' | null>(null);
  const config = useDraft((draft) => draft.config);
  const hasProblems = useDraft((draft) => Object.keys(draft.problems).length > 0);
  const hasGpu = useWorkspace((state) => state.adapter !== null);
  const isElsewhere = useElsewhere(({ job }) => job !== null);
  const isBusy = useJobs((jobs) => runningRun(jobs) !== null) || isElsewhere;
  const isWaiting = useQueue((queue) => waitingCount(queue) > 0);
  const misfit = useMisfit();
  const isOff = !hasGpu || hasProblems;
  const close = (): void => setOpened(null);
  return (
    <>
      <MenuButton
        label={
          <>
            <ListPlus size={14} aria-hidden /> Queue
          </>
        }
      >
        {(closeMenu) => {
          const choose = (work: () => void) => () => {
            closeMenu();
            work();
          };
          return (
            <>
              <button
                type="button"
                disabled={isOff || misfit !== null}
                title={misfit?.message}
                onClick={choose(() => void session.queue.addOne(queuedDraft(config)))}
              >
                {isBusy || isWaiting ? 'Add this run to the queue' : 'Train tokenizer and recommender'}
              </button>
              {misfit && <small className="blocking-reason">{misfit.reason}</small>}
              <button type="button" disabled={isOff} onClick={choose(() => setOpened('sweep'))}>
                Sweep over settings and seeds …
              </button>
              {methodOf(config) !== 'tiger' && (
                <button type="button" disabled={isOff} onClick={choose(() => setOpened('ablations'))}>
                  Ablations of the paper …
                </button>
              )}
            </>
          );
        }}
      </MenuButton>
      {opened !== null && (
        <Suspense fallback={null}>
          {opened === 'sweep' ? <SweepDialog onClose={close} /> : <AblationDialog onClose={close} />}
        </Suspense>
      )}
    </>
  );
}
