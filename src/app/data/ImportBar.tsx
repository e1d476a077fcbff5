import type { ImportView } from '../../worker/protocol/data';
import { shareOf } from './importWords';

/** How much of the source has been read; a sweep while its size is unknown. */
export function ImportBar({ job }: { readonly job: ImportView }) {
  const share = job.state === 'shaping' ? null : shareOf(job);
  const isStill = job.state !== 'running' && job.state !== 'shaping' && job.state !== 'done';
  return (
    <div
      className={`progress ${share === null && !isStill ? 'is-unknown' : ''} ${isStill ? 'is-paused' : ''}`}
      role="progressbar"
      aria-label={`Import of ${job.domainName}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <div className="progress-fill" style={{ transform: `scaleX(${share ?? 0.3})` }} />
    </div>
  );
}
