import type { Progress } from '../train/reports';

const duration = (seconds: number): string => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** One line of text: stage, bar, share, epoch, rate, ETA, last loss. Stages that are no part of a run have names of their own. */
export function progressLine(
  progress: Omit<Progress, 'stage' | 'isPaused'> & { readonly stage: string },
  loss: number | null,
  width = 24,
): string {
  const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
  const filled = Math.round(share * width);
  const parts = [
    progress.stage.padEnd(11),
    `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`,
    `${Math.floor(share * 100)} %`.padStart(5),
    `${progress.done}/${progress.total} ${progress.unit}`,
  ];
  if (progress.epochs > 0) parts.push(`epoch ${progress.epoch}/${progress.epochs}`);
  if (progress.rate > 0) parts.push(`${progress.rate.toPrecision(3)}/s`);
  if (progress.etaSeconds !== null) parts.push(`${duration(progress.etaSeconds)} left`);
  if (loss !== null) parts.push(`loss ${loss.toFixed(4)}`);
  return parts.join('  ');
}
