import { describe, expect, it } from 'vitest';
import { loadGolden } from '../../test/goldens';
import { ShapeError } from '../base/errors';
import { holmAdjusted, pairedTTest, randomisationTest } from './significance';
import { complementaryError, pairedSummary, wilcoxonTest } from './wilcoxon';

interface PairedCase {
  readonly name: string;
  readonly first: number[];
  readonly second: number[];
  readonly t: number;
  readonly t_p: number;
  readonly wilcoxon: number;
  readonly wilcoxon_p: number;
  readonly exact_sign_flip_p: number | null;
}

const { meta } = loadGolden('models/blocks/golden/paired_tests');
const cases = meta['cases'] as PairedCase[];

describe.each(cases)('paired tests, $name', (golden) => {
  const { first, second } = golden;

  it('the t-test equals scipy.stats.ttest_rel', () => {
    const { t, pValue } = pairedTTest(first, second);
    expect(t).toBeCloseTo(golden.t, 10);
    expect(pValue).toBeCloseTo(golden.t_p, 10);
  });

  it('the signed-rank test equals scipy.stats.wilcoxon', () => {
    const { statistic, pValue } = wilcoxonTest(first, second);
    expect(statistic).toBe(golden.wilcoxon);
    expect(Math.abs(pValue - golden.wilcoxon_p)).toBeLessThan(1e-12);
    expect(wilcoxonTest(second, first).pValue).toBe(pValue);
  });

  // SciPy can only enumerate all sign flips of small samples.
  const exact = golden.exact_sign_flip_p;
  if (exact === null) return;
  it('the randomisation test approaches the exact one of SciPy', () => {
    const { pValue } = randomisationTest(first, second, { seed: 3, draws: 40_000 });
    // Four standard errors of a share over the draws.
    expect(Math.abs(pValue - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 40_000) + 1 / 40_000);
  });
});

it("Holm's correction equals its definition in NumPy", () => {
  const { p, adjusted } = meta['holm'] as { p: number[]; adjusted: number[] };
  const got = holmAdjusted(p);
  adjusted.forEach((want, at) => {
    expect(got[at]).toBeCloseTo(want, 14);
  });
});

it('erfc equals scipy.special.erfc to 1e-11 of its value on both sides of the switch', () => {
  for (const [x, want] of meta['erfc'] as [number, number][])
    expect(Math.abs(complementaryError(x) - want) / want, `x = ${x}`).toBeLessThan(1e-11);
});

describe('wilcoxonTest', () => {
  it('gives p = 1 for equal systems and refuses other users', () => {
    expect(wilcoxonTest([1, 2], [1, 2])).toMatchObject({ pValue: 1, usedPairs: 0 });
    expect(() => wilcoxonTest([1, 2], [1])).toThrow(ShapeError);
  });
});

describe('pairedSummary', () => {
  it('gives the mean difference, ties, effect size and an interval around the mean', () => {
    const first = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const second = Array.from({ length: 400 }, (_, i) => (i % 8 === 0 ? 1 : 0));
    const { meanDifference, ties, effectSize, interval } = pairedSummary(first, second, { seed: 5 });
    expect(meanDifference).toBe(0.125);
    expect(ties).toBe(350);
    // 50 ones and 350 zeros: mean 1/8, sample variance 400/399 · 7/64.
    expect(effectSize).toBeCloseTo(0.125 / Math.sqrt(((400 / 399) * 7) / 64), 12);
    // Normal interval: 0.125 ± 1.96 · 0.0165.
    expect(interval[0]).toBeCloseTo(0.0926, 2);
    expect(interval[1]).toBeCloseTo(0.1574, 2);
    expect(pairedSummary(first, second, { seed: 5 }).interval).toEqual(interval);
  });
});
