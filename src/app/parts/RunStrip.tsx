import type { Run } from '../curves/curves';
import { formatCount, formatDuration, formatRate } from '../format/numbers';
import { useStoppedBehind } from '../runs/useStoppedBehind';
import { STAGE_TITLES } from '../shell/stageTitles';
import { useJobElsewhere } from '../stores/elsewhere';
import { useJobs } from '../stores/jobs';
import { ErrorNote } from './ErrorNote';
import { ProgressBar } from './ProgressBar';

/** How far a run is: stage, steps, epoch, rate, time left. */
export function RunStrip({ run }: { readonly run: Run }) {
  const record = useJobs((jobs) => jobs[run]);
  const own = useJobs((jobs) => jobs.progress);
  const other = useJobElsewhere(run);
  const progress = other ? other.progress : own;
  const behind = useStoppedBehind();
  if (!other && record.state === 'failed' && record.error)
    return <ErrorNote title={`The ${run} stopped with an error`} error={record.error} />;
  if (!other && record.state !== 'running')
    return run === 'recommender' && behind !== null ? <p className="draft-note">{behind}</p> : null;
  const isPaused = progress?.isPaused ?? false;
  const cells: readonly (readonly [string, string])[] = [
    [other ? 'Stage, in another tab' : 'Stage', progress ? STAGE_TITLES[progress.stage] : 'Preparing the device'],
    [
      progress ? capitalised(progress.unit) : 'Steps',
      progress ? `${formatCount(progress.done)} / ${formatCount(progress.total)}` : '–',
    ],
    [
      'Epoch',
      progress && progress.epochs > 0
        ? `${formatCount(Math.min(progress.epoch + 1, progress.epochs))} / ${formatCount(progress.epochs)}`
        : '–',
    ],
    ['Rate', progress && !isPaused ? formatRate(progress.rate, progress.unit) : isPaused ? 'paused' : '–'],
    ['Time left', progress?.etaSeconds != null && !isPaused ? formatDuration(progress.etaSeconds) : '–'],
  ];
  return (
    // Takes the focus, so that the space bar can hold the job and let it go on.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="run-strip" aria-label="Progress" data-training tabIndex={0}>
      <dl>
        {cells.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ProgressBar label={`Progress of the ${run}${other ? ' in another tab' : ''}`} progress={progress} />
    </section>
  );
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
