import type { Progress } from '../../worker/protocol';

/** Determinate when the total is known. */
export function ProgressBar({ label, progress }: { readonly label: string; readonly progress: Progress | null }) {
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  return (
    <div
      className={`progress ${share === null ? 'is-unknown' : ''} ${progress?.isPaused ? 'is-paused' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <div className="progress-fill" style={{ transform: `scaleX(${share ?? 0.3})` }} />
    </div>
  );
}
