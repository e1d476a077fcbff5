import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../base/errors';
import { MISS, metricsFromRanks } from './metrics';
import { listMetrics, NO_PLACE, topItems } from './recommendedLists';
import { popularityGroups } from './userGroups';

describe('topItems', () => {
  it('equals a full sort by score and item, without NaN and excluded items', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 1.5, -2, Number.NaN, Number.NEGATIVE_INFINITY), { maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        fc.uniqueArray(fc.nat(29), { maxLength: 5 }),
        (scores, width, excluded) => {
          const out = new Set(excluded);
          const sorted = scores
            .map((score, item) => ({ score, item }))
            .filter(({ score, item }) => !Number.isNaN(score) && !out.has(item))
            .sort((a, b) => (a.score === b.score ? a.item - b.item : b.score > a.score ? 1 : -1))
            .map(({ item }) => item);
          const want = Array.from({ length: width }, (_, place) => sorted[place] ?? NO_PLACE);
          expect([...topItems(scores, width, out)]).toEqual(want);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('listMetrics', () => {
  const popularity = Uint32Array.from([10, 0, 2, 4]);
  const lists = { width: 2, items: Uint32Array.from([0, 2, 0, 3, 0, NO_PLACE]) };

  it('measures coverage of the catalogue and popularity against the targets', () => {
    const [one, two] = listMetrics(lists, popularity, Uint32Array.from([2, 3, 1]), [1, 2]);
    expect(one).toEqual({ cutoff: 1, coverage: 0.25, popularityBias: 10 / 2 });
    expect(two?.coverage).toBe(0.75);
    expect(two?.popularityBias).toBeCloseTo((10 + 2 + 10 + 4 + 10) / 5 / 2, 14);
  });

  it('refuses cut-offs beyond the lists, missing users and unknown items', () => {
    expect(() => listMetrics(lists, popularity, new Uint32Array(3), [3])).toThrow(ShapeError);
    expect(() => listMetrics(lists, popularity, new Uint32Array(2), [1])).toThrow(ShapeError);
    const wrong = { width: 1, items: Uint32Array.of(9) };
    expect(() => listMetrics(wrong, popularity, new Uint32Array(1), [1])).toThrow(ShapeError);
  });
});

describe('popularityGroups', () => {
  it('puts every user in one group, cold ones also in their own row', () => {
    const popularity = Uint32Array.from([0, 19, 20, 99, 100, 5000, 0]);
    const ranks = Uint32Array.from([1, 11, 3, MISS, 2, 1, MISS]);
    const groups = popularityGroups(ranks, popularity);
    expect(groups.map(({ name, users }) => [name, users])).toEqual([
      ['[0, 20)', 3],
      ['[20, 40)', 1],
      ['[40, 60)', 0],
      ['[60, 80)', 0],
      ['[80, 100)', 1],
      ['≥ 100', 2],
      ['cold', 2],
    ]);
    expect(groups[0]?.recall10).toBeCloseTo(1 / 3, 14);
    expect(groups.at(-1)).toMatchObject({ recall10: 0.5, ndcg10: 0.5 });
    const whole = metricsFromRanks(ranks, [10])[0]?.mean ?? 0;
    const joined = groups.slice(0, -1).reduce((sum, { users, recall10 }) => sum + users * recall10, 0) / 7;
    expect(joined).toBeCloseTo(whole, 14);
    expect(() => popularityGroups(ranks, popularity.subarray(1))).toThrow(ShapeError);
  });
});

describe('metricsFromRanks', () => {
  it('has MRR@k, 1 over the rank within k', () => {
    const [r1, m1, r5, m5] = metricsFromRanks(Uint32Array.of(1, 2, 5, 6, MISS), [1, 5], ['recall', 'mrr']);
    expect([r1, m1, r5, m5].map((metric) => metric?.label)).toEqual(['R@1', 'MRR@1', 'R@5', 'MRR@5']);
    expect(m1?.mean).toBe(0.2);
    expect(m5?.mean).toBeCloseTo((1 + 0.5 + 0.2) / 5, 14);
  });
});
