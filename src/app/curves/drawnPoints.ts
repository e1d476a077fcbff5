/**
 * Which points of a curve must be drawn so that its line covers the same pixels as the line through all of them: of each
 * column of pixels the first, the lowest, the highest and the last (M4; Jugel, Jerzak, Hackenbroich and Markl 2014,
 * "M4: A Visualization-Oriented Time Series Data Aggregation"). No spike is lost, and zooming in ends at every point.
 */
import type { Ends } from './extremes';

/** Steps ascending, and where the values that belong to them are lowest and highest. */
export interface Drawable {
  readonly steps: ArrayLike<number>;
  readonly find: (from: number, until: number, ends: Ends) => void;
}

interface Window {
  readonly from: number;
  readonly to: number;
  /** Columns of pixels between the two. */
  readonly columns: number;
}

/**
 * Indices, ascending, of the points to draw: at most four a column, and one beyond each end, to which the line leaves the
 * window. All points of the window where they are no more than that.
 */
export function drawnPoints({ steps, find }: Drawable, { from, to, columns }: Window): number[] {
  const first = firstAtLeast(steps, from, 0);
  const end = firstAtLeast(steps, to, first, true);
  const drawn: number[] = first > 0 ? [first - 1] : [];
  if (end - first <= 4 * columns) for (let index = first; index < end; index++) drawn.push(index);
  else pushColumns({ steps, find }, { from, to, columns }, [first, end], drawn);
  if (end < steps.length) drawn.push(end);
  return drawn;
}

function pushColumns(
  { steps, find }: Drawable,
  { from, to, columns }: Window,
  [first, end]: readonly [number, number],
  drawn: number[],
): void {
  const ends: Ends = { least: 0, most: 0 };
  const push = (index: number): void => {
    if (drawn.at(-1) !== index) drawn.push(index);
  };
  let start = first;
  // The next column holds about as many points as the last one: looking near is cheaper than over the whole curve.
  let reach = 1;
  for (let column = 1; column <= columns && start < end; column++) {
    const edge = from + ((to - from) * column) / columns;
    const near = start + 2 * reach;
    const high = near < end && (steps[near] ?? 0) >= edge ? near : end;
    const until = column === columns ? end : firstAtLeast(steps, edge, start, false, high);
    reach = Math.max(1, until - start);
    if (until === start) continue;
    find(start, until, ends);
    push(start);
    push(Math.min(ends.least, ends.most));
    push(Math.max(ends.least, ends.most));
    push(until - 1);
    start = until;
  }
}

/** The first index from `low` on whose step is at least `step` (past it, with `isAfter`); `high` if none before it is. */
export function firstAtLeast(
  steps: ArrayLike<number>,
  step: number,
  low: number,
  isAfter = false,
  high = steps.length,
): number {
  let [least, most] = [low, high];
  while (least < most) {
    const middle = (least + most) >>> 1;
    const at = steps[middle] ?? 0;
    if (at < step || (isAfter && at === step)) least = middle + 1;
    else most = middle;
  }
  return least;
}
