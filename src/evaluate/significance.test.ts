import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../base/random';
import { holmAdjusted, pairedTTest, randomisationTest } from './significance';

const FIRST = [0.1, 0.5, 0.3, 0.9, 0.2, 0.7];
const SECOND = [0.2, 0.4, 0.1, 0.5, 0.25, 0.3];

/** Exact two-sided p over all 2^n sign patterns. */
function exactP(differences: readonly number[]): number {
  const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0));
  let extreme = 0;
  for (let pattern = 0; pattern < 2 ** differences.length; pattern++) {
    const sum = differences.reduce((total, d, bit) => total + (pattern & (1 << bit) ? d : -d), 0);
    if (Math.abs(sum) >= observed - 1e-9) extreme++;
  }
  return extreme / 2 ** differences.length;
}

describe('pairedTTest', () => {
  // Expected values: scipy.stats.ttest_rel, SciPy 1.x.
  it('agrees with SciPy', () => {
    const small = pairedTTest(FIRST, SECOND);
    expect(small.t).toBeCloseTo(1.8001595780051454, 12);
    expect(small.pValue).toBeCloseTo(0.13173051753462534, 12);
    const x = Array.from({ length: 500 }, (_, i) => Math.sin(i) + 0.05);
    const y = Array.from({ length: 500 }, (_, i) => Math.cos(i * 1.3));
    expect(pairedTTest(x, y).pValue).toBeCloseTo(0.2505109453904201, 11);
    expect(pairedTTest([1, 2, 4], [0, 0, 1]).pValue).toBeCloseTo(0.07417990022744854, 12);
  });

  it('gives p = 1 for equal systems and p = 0 for a constant gain', () => {
    expect(pairedTTest(FIRST, FIRST)).toMatchObject({ pValue: 1, t: 0 });
    expect(pairedTTest([2, 2, 2], [1, 1, 1]).pValue).toBe(0);
  });
});

describe('randomisationTest', () => {
  it('approaches the exact p-value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 10 }),
        fc.integer(),
        (d, seed) => {
          const { pValue } = randomisationTest(
            d,
            d.map(() => 0),
            { seed },
          );
          // Five standard errors of 10,000 draws.
          const exact = exactP(d);
          expect(Math.abs(pValue - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 10_000) + 2e-4);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('repeats for a seed and sees a clear difference between thousands of users', () => {
    const uniform = uniformGenerator(5);
    const hits = Array.from({ length: 8000 }, () => Number(uniform() < 0.08));
    const better = hits.map((hit) => (hit === 0 && uniform() < 0.01 ? 1 : hit));
    const result = randomisationTest(better, hits, { seed: 1 });
    expect(result).toEqual(randomisationTest(better, hits, { seed: 1 }));
    expect(result.pValue).toBeLessThan(0.001);
    expect(randomisationTest(hits, hits, { seed: 1 }).pValue).toBe(1);
  });

  it('refuses vectors of different users', () => {
    expect(() => randomisationTest([1], [1, 2], { seed: 0 })).toThrow('wanted the same users');
    expect(() => pairedTTest([1], [1])).toThrow('2 or more pairs');
  });
});

describe('holmAdjusted', () => {
  it('steps down, stays monotone and keeps the order given', () => {
    const adjusted = holmAdjusted([0.03, 0.01, 0.04, 0.005]);
    expect(adjusted.map((p) => p.toFixed(12))).toEqual([0.06, 0.03, 0.06, 0.02].map((p) => p.toFixed(12)));
    expect(holmAdjusted([0.9, 0.8])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
  });
});
