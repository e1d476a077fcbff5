import { Link } from 'wouter';
import { ProgressBar } from '../parts/ProgressBar';
import { TakeOver } from '../parts/TakeOver';
import { QueueCount } from '../queue/QueueCount';
import { useSession } from '../sessionContext';
import { useElsewhere, useIsShownElsewhere } from '../stores/elsewhere';
import { JobNumbers } from './JobNumbers';
import { STAGE_TITLES } from './stageTitles';

/** The tray while another tab of this browser trains: how far it is, and the ways to look at it and to go on with it here. */
export function OtherTabJob() {
  const session = useSession();
  const job = useElsewhere((state) => state.job);
  const isShown = useIsShownElsewhere();
  if (!job) return null;
  const { part, name, progress, runId } = job;
  const isPaused = progress?.isPaused ?? false;
  return (
    <section className="job-tray" aria-label="Job">
      <Link href={`/${part}`} className="job-name" title={`${name}, on ${job.dataName}`}>
        {progress ? STAGE_TITLES[progress.stage] : 'Starting'}
        <span className="badge">in another tab</span>
        {isPaused && <span className="badge is-warn">paused</span>}
      </Link>
      <ProgressBar label="Progress of the job in another tab" progress={progress} />
      <JobNumbers progress={progress} before="" />
      <QueueCount />
      <span className="job-buttons">
        {!isShown && (
          <button
            type="button"
            className="button is-small"
            title={`The pages show ${name}`}
            onClick={() => void session.runs.show(runId)}
          >
            Show this run
          </button>
        )}
        <TakeOver className="button is-small" />
      </span>
    </section>
  );
}
