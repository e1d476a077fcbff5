/**
 * Median stopping (Golovin et al. 2017, "Google Vizier", §3.2.2): a run ends early when its best value so far is strictly below
 * the median of what earlier runs had at the same point, each earlier run counted by the mean of its values up to there. The
 * paper counts by steps; here the point is an epoch, since runs of one sweep may have batches of different sizes.
 *
 * An earlier run that was itself cut short counts only as far as it went: its mean up to a later epoch is not known. One that
 * ended by itself counts with all its values. O(runs × validations) a question.
 */

export interface MedianRule {
  /** Earlier runs that can be compared with, before any run is stopped. */
  readonly minRuns: number;
  /** Epochs that every run gets. */
  readonly graceEpochs: number;
}

/** One validation; larger is better. */
export interface CurvePoint {
  /** Epochs done. */
  readonly epoch: number;
  readonly value: number;
}

export interface EarlierRun {
  readonly points: readonly CurvePoint[];
  /** Whether its training came to its own end. */
  readonly isWhole: boolean;
}

export interface MedianVerdict {
  readonly epoch: number;
  /** Of the run itself, up to `epoch`. */
  readonly best: number;
  /** Of the earlier runs' means up to `epoch`. */
  readonly median: number;
  /** Earlier runs that were compared with. */
  readonly runs: number;
  readonly isBehind: boolean;
}

/** A curve with one more point; a run that went back to a checkpoint validates the epochs after it again. */
export const withPoint = (points: readonly CurvePoint[], point: CurvePoint): readonly CurvePoint[] => [
  ...points.filter(({ epoch }) => epoch < point.epoch),
  point,
];

/**
 * How a run stands at its newest validation. @param own by epoch, ascending
 * @returns null where it cannot be told yet: no validation, within the grace, or too few earlier runs
 */
export function medianVerdict(
  own: readonly CurvePoint[],
  earlier: readonly EarlierRun[],
  { minRuns, graceEpochs }: MedianRule,
): MedianVerdict | null {
  const epoch = own.at(-1)?.epoch;
  if (epoch === undefined || epoch < graceEpochs) return null;
  const means = earlier.flatMap((run) => meanUntil(run, epoch) ?? []);
  if (means.length < Math.max(1, minRuns)) return null;
  const best = Math.max(...own.map(({ value }) => value));
  const median = medianOf(means);
  return { epoch, best, median, runs: means.length, isBehind: best < median };
}

/** Null where the run did not get so far. */
function meanUntil({ points, isWhole }: EarlierRun, epoch: number): number | null {
  const until = points.filter((point) => point.epoch <= epoch);
  const isKnown = isWhole || points.some((point) => point.epoch >= epoch);
  if (until.length === 0 || !isKnown) return null;
  return until.reduce((sum, { value }) => sum + value, 0) / until.length;
}

/** Of an even number of values the mean of the middle two. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
