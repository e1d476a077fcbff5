/**
 * Is the difference real? Two systems on the same users, user by user: the sorted differences, how many are ties, the mean with
 * its interval, and a test. Figure V9. Sparse metrics tie for most users, so ties are a block of their own.
 */
import { ShapeError } from '../base/errors';
import { bootstrapMean, type Interval } from './bootstrap';
import { type PairedTest, pairedP } from './pairedTests';

/** Seeds of the interval and of the randomisation test. */
const SEED = 1;
/** Bars of the histogram over the differences that are no ties. */
const BINS = 20;
/** Users shown at either end. */
const EXTREMES = 10;

export interface UserDelta {
  readonly user: number;
  readonly delta: number;
}

/** Users `from` (of all, best first) up to the next step have this difference. */
export interface DeltaStep {
  readonly from: number;
  readonly until: number;
  readonly delta: number;
}

export interface PairedDelta {
  readonly users: number;
  readonly better: number;
  readonly ties: number;
  readonly worse: number;
  readonly mean: number;
  readonly interval: Interval;
  readonly pValue: number;
  /** Mean over standard deviation of the differences (Cohen's d_z); 0 without any difference. */
  readonly effect: number;
  /** The waterfall: steps of equal difference, largest first; neighbouring ones are joined (mean) where there are many. */
  readonly steps: readonly DeltaStep[];
  /** Differences that are no ties, in bins from `from` to `until`. */
  readonly histogram: readonly { readonly from: number; readonly until: number; readonly count: number }[];
  /** Users who gain and who lose most. */
  readonly gains: readonly UserDelta[];
  readonly losses: readonly UserDelta[];
}

/**
 * `first` against `second`, values of the same users in the same order; a positive difference is better.
 * @param mostSteps of the waterfall @throws ShapeError `delta/users`
 */
export function pairedDelta(
  users: Uint32Array,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { test, mostSteps = 400 }: { readonly test: PairedTest; readonly mostSteps?: number },
): PairedDelta {
  if (first.length !== users.length || second.length !== users.length)
    throw new ShapeError(
      'delta/users',
      `paired difference: wanted ${users.length} values each, came ${first.length} and ${second.length}; evaluate both on one split.`,
    );
  const deltas = Float64Array.from(users, (_, at) => (first[at] as number) - (second[at] as number));
  const order = [...deltas.keys()].sort((a, b) => (deltas[b] as number) - (deltas[a] as number) || a - b);
  const count = deltas.length;
  const mean = count === 0 ? 0 : deltas.reduce((sum, delta) => sum + delta, 0) / count;
  const variance = count < 2 ? 0 : deltas.reduce((sum, delta) => sum + (delta - mean) ** 2, 0) / (count - 1);
  const better = deltas.filter((delta) => delta > 0).length;
  const worse = deltas.filter((delta) => delta < 0).length;
  const userAt = (at: number): UserDelta => ({ user: users[at] as number, delta: deltas[at] as number });
  return {
    users: count,
    better,
    worse,
    ties: count - better - worse,
    mean,
    interval: bootstrapMean(deltas, SEED),
    pValue: count < 2 ? 1 : pairedP(test, first, second, SEED),
    effect: variance === 0 ? 0 : mean / Math.sqrt(variance),
    steps: stepsOf(
      order.map((at) => deltas[at] as number),
      mostSteps,
    ),
    histogram: histogramOf(deltas),
    gains: order.slice(0, Math.min(EXTREMES, better)).map(userAt),
    losses: order
      .slice(count - Math.min(EXTREMES, worse))
      .reverse()
      .map(userAt),
  };
}

/** Runs of equal differences; while there are too many, neighbours of the same sign become one with their mean. */
function stepsOf(sorted: readonly number[], most: number): DeltaStep[] {
  let steps: DeltaStep[] = [];
  sorted.forEach((delta, at) => {
    const last = steps.at(-1);
    if (last && last.delta === delta) steps[steps.length - 1] = { ...last, until: at + 1 };
    else steps.push({ from: at, until: at + 1, delta });
  });
  while (steps.length > most) {
    const joined: DeltaStep[] = [];
    for (let at = 0; at < steps.length; at += 2) {
      const [one, two] = [steps[at] as DeltaStep, steps[at + 1]];
      if (!two) joined.push(one);
      else if (Math.sign(one.delta) !== Math.sign(two.delta)) joined.push(one, two);
      else {
        const [a, b] = [one.until - one.from, two.until - two.from];
        joined.push({ from: one.from, until: two.until, delta: (one.delta * a + two.delta * b) / (a + b) });
      }
    }
    if (joined.length === steps.length) break;
    steps = joined;
  }
  return steps;
}

function histogramOf(deltas: Float64Array): PairedDelta['histogram'] {
  const moved = deltas.filter((delta) => delta !== 0);
  if (moved.length === 0) return [];
  // Even bins around zero, so that better and worse are never in one.
  const reach = moved.reduce((most, delta) => Math.max(most, Math.abs(delta)), 0);
  const width = (2 * reach) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const delta of moved) {
    const place = Math.floor((delta + reach) / width);
    const bin = Math.min(BINS - 1, Math.max(0, delta < 0 ? Math.min(place, BINS / 2 - 1) : Math.max(place, BINS / 2)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count, bin) => ({ from: bin * width - reach, until: (bin + 1) * width - reach, count }));
}
