/** Wilcoxon's signed-rank test and what is reported beside a p-value: effect size, ties, a bootstrap interval. */
import { ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';
import type { PairedComparison } from './significance';

export interface WilcoxonTest extends PairedComparison {
  /** The smaller of the sums of ranks of positive and of negative differences. */
  readonly statistic: number;
  /** Pairs with a difference; the others are left out. */
  readonly usedPairs: number;
}

const DEFAULT_RESAMPLES = 2000;

function differencesOf(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array {
  if (first.length !== second.length)
    throw new ShapeError(
      'significance/length',
      `compare systems: wanted the same users, came ${first.length} and ${second.length} values; evaluate both on one split`,
    );
  return Float64Array.from(first, (value, at) => value - (second[at] as number));
}

/**
 * Two-sided signed-rank test (Wilcoxon 1945): pairs without a difference are left out, equal sizes share their mean rank, and
 * the sum of ranks is compared with a normal distribution whose variance is corrected for those ties. No continuity
 * correction: SciPy's `wilcoxon(zero_method="wilcox", correction=False, method="approx")`. No difference at all gives p = 1.
 * @throws ShapeError `significance/length`
 */
export function wilcoxonTest(first: ArrayLike<number>, second: ArrayLike<number>): WilcoxonTest {
  const all = differencesOf(first, second);
  const pairCount = all.length;
  const meanDifference = pairCount === 0 ? 0 : all.reduce((sum, d) => sum + d, 0) / pairCount;
  const differences = all.filter((d) => d !== 0);
  const n = differences.length;
  if (n === 0) return { pairCount, meanDifference, pValue: 1, statistic: 0, usedPairs: 0 };
  const order = Array.from(differences, (_, at) => at).sort(
    (a, b) => Math.abs(differences[a] as number) - Math.abs(differences[b] as number),
  );
  let positive = 0;
  let tieTerm = 0;
  for (let start = 0; start < n; ) {
    const size = Math.abs(differences[order[start] as number] as number);
    let end = start + 1;
    while (end < n && Math.abs(differences[order[end] as number] as number) === size) end++;
    const ties = end - start;
    tieTerm += ties ** 3 - ties;
    for (let at = start; at < end; at++)
      if ((differences[order[at] as number] as number) > 0) positive += (start + end + 1) / 2;
    start = end;
  }
  const total = (n * (n + 1)) / 2;
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tieTerm / 48);
  const z = deviation === 0 ? 0 : (positive - total / 2) / deviation;
  return {
    pairCount,
    meanDifference,
    pValue: Math.min(1, complementaryError(Math.abs(z) / Math.SQRT2)),
    statistic: Math.min(positive, total - positive),
    usedPairs: n,
  };
}

export interface PairedSummary {
  readonly pairCount: number;
  readonly meanDifference: number;
  /** Pairs without a difference. */
  readonly ties: number;
  /** Mean over standard deviation of the differences (Cohen's d for pairs); 0 if they do not differ. */
  readonly effectSize: number;
  /** 95 % percentile bootstrap interval of the mean difference. */
  readonly interval: readonly [number, number];
}

/** The numbers beside a p-value. @throws ShapeError `significance/length` */
export function pairedSummary(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: { readonly seed: number; readonly resamples?: number },
): PairedSummary {
  const differences = differencesOf(first, second);
  const n = differences.length;
  const resamples = options.resamples ?? DEFAULT_RESAMPLES;
  const meanDifference = n === 0 ? 0 : differences.reduce((sum, d) => sum + d, 0) / n;
  const spread = Math.sqrt(differences.reduce((sum, d) => sum + (d - meanDifference) ** 2, 0) / Math.max(1, n - 1));
  const uniform = uniformGenerator(options.seed);
  const means = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(uniform() * n)] as number;
    means[draw] = n === 0 ? 0 : sum / n;
  }
  means.sort();
  return {
    pairCount: n,
    meanDifference,
    ties: differences.filter((d) => d === 0).length,
    effectSize: spread === 0 ? 0 : meanDifference / spread,
    interval: [quantile(means, 0.025), quantile(means, 0.975)],
  };
}

/** Linear interpolation between order statistics, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** erfc(x) for x ≥ 0: the series of erf below 2.5, Lentz's continued fraction above; relative error below 1e-12. */
export function complementaryError(x: number): number {
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && k < 200; k++) {
      term *= -(x * x) / k;
      sum += term / (2 * k + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}
