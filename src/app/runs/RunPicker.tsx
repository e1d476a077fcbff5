import { History } from 'lucide-react';
import type { RunInfo } from '../../worker/protocol';
import { MenuButton } from '../parts/MenuButton';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';
import { shownRun, useRuns } from '../stores/runs';
import { statusWords } from './runWords';

/** More would not fit on a screen; the Compare page has all. */
const MOST = 12;

/** Which run the page shows, and the way to another one. */
export function RunPicker() {
  const session = useSession();
  const runs = useRuns((state) => state.runs);
  const shown = useRuns(shownRun);
  const opening = useRuns((state) => state.opening);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const choices = runs.filter(({ canShow }) => canShow);
  if (choices.length === 0 || isRunning) return null;
  return (
    <MenuButton
      label={
        <>
          <History size={14} aria-hidden /> {opening !== null ? 'Opening …' : shown ? `Run ${shown.name}` : 'Runs'}
        </>
      }
    >
      {(close) =>
        choices.slice(0, MOST).map((run) => (
          <button
            key={run.id}
            type="button"
            className="run-choice"
            aria-current={run.isShown ? 'true' : undefined}
            onClick={() => {
              close();
              if (!run.isShown) void session.runs.show(run.id);
            }}
          >
            <span className="run-choice-name">{run.name}</span>
            <span className="run-choice-note">{noteOf(run)}</span>
          </button>
        ))
      }
    </MenuButton>
  );
}

const noteOf = (run: RunInfo): string => [run.system, run.data.name, statusWords(run)].join(' · ');
