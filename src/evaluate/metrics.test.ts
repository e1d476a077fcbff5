import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISS, metricsFromRanks, rankInList, rankOfTarget } from './metrics';

/** Scores with many ties and some NaN. */
const scoreLists = fc.array(fc.constantFrom(0, 1, 2, 3, 0.5, Number.NaN, Number.NEGATIVE_INFINITY), {
  minLength: 1,
  maxLength: 12,
});

/** The definition: put the target after everything it does not strictly beat, then look where it is. */
function rankByDefinition(scores: readonly number[], target: number, excluded: ReadonlySet<number>): number {
  if (excluded.has(target)) return MISS;
  const key = (item: number) => (Number.isNaN(scores[item]) ? -Infinity : (scores[item] ?? 0));
  const isNan = (item: number) => Number(Number.isNaN(scores[item]));
  const candidates = scores.map((_, item) => item).filter((item) => !excluded.has(item));
  candidates.sort(
    (a, b) => isNan(a) - isNan(b) || Math.sign(key(b) - key(a) || 0) || Number(a === target) - Number(b === target),
  );
  return candidates.indexOf(target) + 1;
}

describe('rankOfTarget', () => {
  it('equals the definition by sorting, with ties, NaN and exclusions (10,000 cases)', () => {
    fc.assert(
      fc.property(scoreLists, fc.nat(11), fc.array(fc.nat(11), { maxLength: 6 }), (scores, pick, excluded) => {
        const target = pick % scores.length;
        const inRange = excluded.filter((item) => item < scores.length);
        expect(rankOfTarget(scores, target, inRange)).toBe(rankByDefinition(scores, target, new Set(inRange)));
      }),
      { numRuns: 10_000 },
    );
  });

  it('ranks a tied target last of its group and a NaN target last of all', () => {
    expect(rankOfTarget([1, 1, 1], 0)).toBe(3);
    expect(rankOfTarget([Number.NaN, 0, Number.NaN], 0)).toBe(3);
    expect(rankOfTarget([Number.NaN, 0, Number.NaN], 1)).toBe(1);
  });

  it('refuses a target without a score', () => {
    for (const target of [-1, 2, Number.NaN]) expect(() => rankOfTarget([1, 2], target)).toThrow('index below 2');
  });
});

describe('metricsFromRanks', () => {
  it('gives the published worked example', () => {
    const ranks = Uint32Array.of(1, 3, rankInList([4, 5], 9), 7);
    const byLabel = Object.fromEntries(metricsFromRanks(ranks).map(({ label, mean }) => [label, mean]));
    expect(byLabel['R@5']).toBe(0.5);
    expect(byLabel['N@5']).toBe(0.375);
    expect(byLabel['R@10']).toBe(0.75);
    expect(byLabel['N@10']).toBeCloseTo(0.4583333, 7);
  });

  it('has per-user values whose mean is the mean', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 30 }), (ranks) => {
        for (const { perUser, mean, kind, cutoff } of metricsFromRanks(Uint32Array.from(ranks))) {
          expect(perUser.reduce((sum, value) => sum + value, 0) / ranks.length).toBeCloseTo(mean, 6);
          ranks.forEach((rank, user) => {
            const gain = rank > cutoff ? 0 : kind === 'recall' ? 1 : Math.LN2 / Math.log(rank + 1);
            expect(perUser[user]).toBeCloseTo(gain, 6);
          });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('gives 0 for no users and finds places in lists', () => {
    expect(metricsFromRanks(new Uint32Array(0)).map(({ mean }) => mean)).toEqual([0, 0, 0, 0]);
    expect([rankInList([7, 8, 9], 9), rankInList([7, 8, 9], 1)]).toEqual([3, MISS]);
  });
});
