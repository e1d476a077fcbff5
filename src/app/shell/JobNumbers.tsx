import type { Progress } from '../../worker/protocol';
import { formatCount, formatDuration, formatRate } from '../format/numbers';

/** In the tray: how much of a job is done, how fast it goes and how long it still takes. `before`: said until the first of it. */
export function JobNumbers({ progress, before }: { readonly progress: Progress | null; readonly before: string }) {
  const moving = progress?.isPaused ? null : progress;
  return (
    <>
      <span className="job-numbers">
        {progress ? `${formatCount(progress.done)} / ${formatCount(progress.total)} ${progress.unit}` : before}
      </span>
      <span className="job-numbers">{moving ? formatRate(moving.rate, moving.unit) : ''}</span>
      <span className="job-numbers job-eta">
        {moving?.etaSeconds != null ? `${formatDuration(moving.etaSeconds)} left` : ''}
      </span>
    </>
  );
}
