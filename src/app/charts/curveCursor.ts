/** Where keys take the data cursor of a curve. */
import { firstAtLeast } from '../curves/drawnPoints';
import type { Span } from './zoom';

interface Shown {
  /** Null for all steps. */
  readonly span: Span | null;
  /** Steps to go at least: of many points on one pixel not each is a stop. */
  readonly least: number;
}

/**
 * The step of the next point to the left or right, or of the first or last one shown; null for other keys and empty curves.
 * @param from where the cursor is; null for nowhere
 */
export function steppedTo(
  steps: Float64Array,
  from: number | null,
  key: string,
  { span, least }: Shown,
): number | null {
  const begin = span ? firstAtLeast(steps, span[0], 0) : 0;
  const end = span ? firstAtLeast(steps, span[1], begin, true) : steps.length;
  const [first, last] = [steps[begin], steps[end - 1]];
  if (begin >= end || first === undefined || last === undefined) return null;
  if (key === 'Home' || (key === 'ArrowRight' && from === null)) return first;
  if (key === 'End' || (key === 'ArrowLeft' && from === null)) return last;
  if (from === null) return null;
  if (key === 'ArrowRight') {
    const next = Math.max(firstAtLeast(steps, from, 0, true), firstAtLeast(steps, from + least, 0));
    return steps[Math.max(begin, Math.min(next, end - 1))] ?? last;
  }
  if (key === 'ArrowLeft') {
    const next = Math.min(firstAtLeast(steps, from, 0), firstAtLeast(steps, from - least, 0, true)) - 1;
    return steps[Math.min(end - 1, Math.max(next, begin))] ?? first;
  }
  return null;
}
