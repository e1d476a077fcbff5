/** An import's state in words and numbers; the job tray, the page and the announcer say the same. */
import type { ImportState, ImportView } from '../../worker/protocol/data';
import { formatCount, formatDuration, formatSize } from '../format/numbers';

export const STATE_WORDS: Readonly<Record<ImportState, string>> = {
  queued: 'waits for its turn',
  running: 'reading',
  shaping: 'sorting and counting',
  paused: 'paused',
  asking: 'waits for your answer',
  full: 'storage is full',
  interrupted: 'interrupted',
  done: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** Share of the source that has been read, or null. */
export function shareOf(job: ImportView): number | null {
  if (job.state === 'done') return 1;
  return job.bytesTotal !== null && job.bytesTotal > 0 ? Math.min(1, job.bytesRead / job.bytesTotal) : null;
}

/** "12.4 MB of 1.2 GB · 48 MB/s · 25 s left", as far as it is known. */
export function progressSentence(job: ImportView): string {
  const read = formatSize(job.bytesRead);
  const parts = [job.bytesTotal === null ? read : `${read} of ${formatSize(job.bytesTotal)}`];
  if (job.state === 'running') {
    if (job.isReplaying) parts.push('passing what is stored already');
    if (job.rate > 0) parts.push(`${formatSize(job.rate)}/s`);
    if (job.etaSeconds !== null) parts.push(`${formatDuration(job.etaSeconds)} left`);
  }
  return parts.join(' · ');
}

/** What has come in so far. */
export function countsSentence(job: ImportView): string {
  const parts = [`${formatCount(job.items)} items`, `${formatCount(job.interactions)} interactions`];
  if (job.images > 0) parts.push(`${formatCount(job.images)} pictures`);
  if (job.rejected > 0) parts.push(`${formatCount(job.rejected)} bad rows`);
  return parts.join(', ');
}
