import { Pause, Play, Square } from 'lucide-react';
import { Link } from 'wouter';
import { ProgressBar } from '../parts/ProgressBar';
import { QueueCount } from '../queue/QueueCount';
import { useStoppedBehind } from '../runs/useStoppedBehind';
import { useSession } from '../sessionContext';
import { useElsewhere } from '../stores/elsewhere';
import { runningRun, useJobs } from '../stores/jobs';
import { JobNumbers } from './JobNumbers';
import { OtherTabJob } from './OtherTabJob';
import { STAGE_TITLES } from './stageTitles';

/** The current job, on every page. */
export function JobTray() {
  const session = useSession();
  const run = useJobs(runningRun);
  const progress = useJobs((state) => state.progress);
  const isPausing = useJobs((state) => state.isPausing);
  const isStopping = useJobs((state) => state.isStopping);
  const isElsewhere = useElsewhere(({ job }) => job !== null);
  if (!run && isElsewhere) return <OtherTabJob />;
  if (!run)
    return (
      <section className="job-tray is-idle" aria-label="Job">
        <LastOutcome />
        <QueueCount />
      </section>
    );
  const isPaused = progress?.isPaused ?? false;
  const state = isStopping ? 'stopping' : isPaused ? 'paused' : isPausing ? 'pausing' : null;
  return (
    <section className="job-tray" aria-label="Job">
      <Link href={`/${run}`} className="job-name">
        {progress ? STAGE_TITLES[progress.stage] : 'Starting'}
        {state && <span className="badge is-warn">{state}</span>}
      </Link>
      <ProgressBar label="Progress of the job" progress={progress} />
      <JobNumbers progress={progress} before="preparing the device" />
      <QueueCount />
      <span className="job-buttons">
        <button
          type="button"
          className="icon-button"
          aria-label={isPaused ? 'Resume the job' : 'Pause the job'}
          title={isPaused ? 'Resume' : 'Pause'}
          disabled={isStopping || isPausing}
          onClick={() => void (isPaused ? session.resume() : session.pause())}
        >
          {isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Stop the job"
          title="Stop"
          disabled={isStopping}
          onClick={() => void session.stop()}
        >
          <Square size={14} aria-hidden />
        </button>
      </span>
    </section>
  );
}

function LastOutcome() {
  const behind = useStoppedBehind();
  const tokenizer = useJobs((state) => state.tokenizer.state);
  const recommender = useJobs((state) => state.recommender.state);
  const [name, state] =
    recommender !== 'none' ? (['Recommender', recommender] as const) : (['Tokenizer', tokenizer] as const);
  if (state === 'none' || state === 'running') return <span>No job is running.</span>;
  const words = {
    done: 'trained',
    stopped: `stopped${behind === null ? '' : ' behind the earlier runs of its sweep'}; its page continues it`,
    failed: 'failed; its page says why',
  };
  return (
    <span title={behind ?? undefined}>
      No job is running. {name} {words[state]}.
    </span>
  );
}
