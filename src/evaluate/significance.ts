/**
 * Is one system really better than another on the same users? Paired tests over per-user metric vectors, and Holm's
 * correction for several comparisons at once.
 */
import { ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';

export interface PairedComparison {
  readonly pairCount: number;
  /** mean(first) - mean(second). */
  readonly meanDifference: number;
  /** Two-sided. */
  readonly pValue: number;
}

export interface PairedTTest extends PairedComparison {
  readonly t: number;
  readonly degreesOfFreedom: number;
}

const DEFAULT_DRAWS = 10_000;
/** Sums of the same differences in another order may differ by this share; such draws count as equally extreme. */
const EQUAL_SHARE = 1e-9;

/**
 * Paired randomisation test: under the null hypothesis each user's difference could have had either sign. Flips signs
 * `draws` times and counts sums at least as far from 0 as the observed one: p = (1 + extreme) / (1 + draws).
 * @throws ShapeError `significance/length`
 */
export function randomisationTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: { readonly seed: number; readonly draws?: number },
): PairedComparison {
  const differences = pairedDifferences(first, second);
  const draws = options.draws ?? DEFAULT_DRAWS;
  const observed = differences.reduce((sum, d) => sum + d, 0);
  // Users with equal values, usually most of them, contribute 0 whatever their sign.
  const moving = differences.filter((d) => d !== 0);
  const threshold = Math.abs(observed) * (1 - EQUAL_SHARE);
  const uniform = uniformGenerator(options.seed);
  let extreme = 0;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let start = 0; start < moving.length; start += 32) {
      let bits = Math.floor(uniform() * 4294967296);
      const end = Math.min(moving.length, start + 32);
      for (let at = start; at < end; at++) {
        sum += bits & 1 ? (moving[at] as number) : -(moving[at] as number);
        bits >>>= 1;
      }
    }
    if (Math.abs(sum) >= threshold) extreme++;
  }
  const pairCount = differences.length;
  const meanDifference = pairCount === 0 ? 0 : observed / pairCount;
  return { pairCount, meanDifference, pValue: (1 + extreme) / (1 + draws) };
}

/**
 * Student's paired t-test, t = mean / (s / sqrt(n)) with n - 1 degrees of freedom. Equal vectors give p = 1.
 * @throws ShapeError `significance/length`, `significance/tooFew` for fewer than 2 pairs
 */
export function pairedTTest(first: ArrayLike<number>, second: ArrayLike<number>): PairedTTest {
  const differences = pairedDifferences(first, second);
  const pairCount = differences.length;
  if (pairCount < 2) {
    throw new ShapeError('significance/tooFew', `paired t-test: wanted 2 or more pairs, came ${pairCount}; add users`);
  }
  const meanDifference = differences.reduce((sum, d) => sum + d, 0) / pairCount;
  const squares = differences.reduce((sum, d) => sum + (d - meanDifference) ** 2, 0);
  const degreesOfFreedom = pairCount - 1;
  const standardError = Math.sqrt(squares / degreesOfFreedom / pairCount);
  const t = meanDifference === 0 ? 0 : meanDifference / standardError;
  const tail = degreesOfFreedom / (degreesOfFreedom + t * t);
  const pValue = t === 0 ? 1 : incompleteBeta(tail, degreesOfFreedom / 2, 0.5);
  return { pairCount, meanDifference, pValue, t, degreesOfFreedom };
}

/** Holm's step-down adjusted p-values, in the given order: the k-th smallest of m times (m - k), made monotone, capped at 1. */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach((index, k) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - k) * (pValues[index] as number)));
    adjusted[index] = largest;
  });
  return adjusted;
}

function pairedDifferences(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array {
  if (first.length !== second.length) {
    const message = `compare systems: wanted the same users, came ${first.length} and ${second.length} values; evaluate both on one split`;
    throw new ShapeError('significance/length', message);
  }
  return Float64Array.from(first, (value, at) => value - (second[at] as number));
}

/** Regularised incomplete beta function I_x(a, b) by Lentz's continued fraction (Numerical Recipes, 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only on this side of the mean; the other side is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** ln Γ(x) for x > 0: Stirling's series after shifting x up to 10, error below 1e-13. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 10) shift += Math.log(z++);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
