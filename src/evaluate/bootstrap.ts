/** Percentile bootstrap of a mean (Efron 1979): resamples users with replacement. Seeded, so that a figure repeats. */
import { uniformGenerator } from '../base/random';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const DRAWS = 1000;
/** Share outside the interval on each side: 95 %. */
const TAIL = 0.025;

/** 95 % interval of the mean of `values`; both ends are NaN for no values. */
export function bootstrapMean(values: ArrayLike<number>, seed: number, draws = DRAWS): Interval {
  const count = values.length;
  if (count === 0) return { low: Number.NaN, high: Number.NaN };
  const uniform = uniformGenerator(seed);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += values[Math.floor(uniform() * count)] as number;
    means[draw] = sum / count;
  }
  means.sort();
  return { low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) };
}

/** Of sorted values, between neighbours linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
