import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { bootstrapMean } from './bootstrap';
import { byActivity, byDomain, byPopularity, longTail, tailBin } from './longTail';
import { pairedDelta } from './pairedDelta';
import { pairedTTest } from './significance';

const users = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, user) => 10 + user);

describe('bootstrap interval of a mean', () => {
  it('is as wide as the normal approximation for many values, and repeats', () => {
    const values = normalArray(2000, 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const { low, high } = bootstrapMean(values, 1);
    // ± 1.96 / √2000 = 0.0438; 1,000 draws give the ends to about a tenth of that.
    expect(low).toBeCloseTo(mean - 0.0438, 1.9);
    expect(high).toBeCloseTo(mean + 0.0438, 1.9);
    expect(high - low).toBeGreaterThan(0.07);
    expect(bootstrapMean(values, 1)).toEqual({ low, high });
    expect(bootstrapMean([], 1)).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(bootstrapMean([2, 2, 2], 1)).toEqual({ low: 2, high: 2 });
  });
});

describe('paired difference', () => {
  it('counts who is better off and keeps the mean of the differences', () => {
    const first = [1, 0, 0.5, 0, 1, 0];
    const second = [0, 0, 1, 0, 0, 1];
    const delta = pairedDelta(users(6), first, second, { test: 't' });
    expect(delta).toMatchObject({ users: 6, better: 2, ties: 2, worse: 2 });
    expect(delta.mean).toBeCloseTo(0.5 / 6, 12);
    expect(delta.pValue).toBe(pairedTTest(first, second).pValue);
    // numpy: d = [1, 0, -.5, 0, 1, -1]; d.mean() / d.std(ddof=1)
    expect(delta.effect).toBeCloseTo(0.104031297, 8);
    expect(delta.steps.map(({ from, until, delta: by }) => [from, until, by])).toEqual([
      [0, 2, 1],
      [2, 4, 0],
      [4, 5, -0.5],
      [5, 6, -1],
    ]);
    expect(delta.gains.map(({ user }) => user)).toEqual([10, 14]);
    expect(delta.losses.map(({ user }) => user)).toEqual([15, 12]);
    expect(delta.histogram.filter(({ count }) => count > 0).map(({ until, count }) => [until > 0, count])).toEqual([
      [false, 1],
      [false, 1],
      [true, 2],
    ]);
  });

  it('is none between equal systems', () => {
    const delta = pairedDelta(users(5), [1, 0, 1, 0, 0], [1, 0, 1, 0, 0], { test: 'randomisation' });
    expect(delta).toMatchObject({ mean: 0, effect: 0, pValue: 1, ties: 5, histogram: [], gains: [], losses: [] });
  });

  it('joins steps without losing a user or moving the mean, and never over zero', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 200 }), (values) => {
        const delta = pairedDelta(users(values.length), values, new Array(values.length).fill(0), {
          test: 't',
          mostSteps: 6,
        });
        const total = delta.steps.reduce((sum, { from, until, delta: by }) => sum + (until - from) * by, 0);
        expect(total / values.length).toBeCloseTo(delta.mean, 9);
        expect(delta.steps.at(-1)?.until).toBe(values.length);
        const counts = (sign: number) =>
          delta.steps
            .filter(({ delta: by }) => Math.sign(by) === sign)
            .reduce((sum, { from, until }) => sum + until - from, 0);
        expect([counts(1), counts(0), counts(-1)]).toEqual([delta.better, delta.ties, delta.worse]);
        expect(delta.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(delta.better + delta.worse);
      }),
    );
  });

  it('refuses values of other users', () => {
    expect(() => pairedDelta(users(3), [1, 2], [1, 2, 3], { test: 't' })).toThrow(/wanted 3 values/);
  });
});

describe('long tail', () => {
  it('puts every user into the bin of their target', () => {
    expect([0, 1, 2, 3, 4, 7, 8].map(tailBin)).toEqual([0, 1, 2, 2, 3, 3, 4]);
    const bins = longTail({
      groups: byPopularity([0, 1, 2, 3, 9], [0, 1, 2, 3, 4, 4]),
      first: [0, 1, 1, 1, 1, 1],
      second: [0, 0, 1, 0, 1, 0],
      test: 't',
    });
    expect(bins.map(({ name, items, users: n, difference }) => [name, items, n, difference])).toEqual([
      ['cold', 1, 1, 0],
      ['1', 1, 1, 1],
      ['2–3', 2, 2, 0.5],
      ['4–7', 0, 0, 0],
      ['8–15', 1, 2, 0.5],
    ]);
    const sum = (key: 'caseShare' | 'interactionShare' | 'firstShare' | 'secondShare') =>
      bins.reduce((total, bin) => total + bin[key], 0);
    for (const key of ['caseShare', 'interactionShare', 'firstShare', 'secondShare'] as const)
      expect(sum(key)).toBeCloseTo(1, 12);
    expect(bins[4]?.interactionShare).toBeCloseTo(9 / 15, 12);
  });

  it('puts users together by what they did, and by the domain of their target', () => {
    const active = byActivity([1, 3, 2, 9, 8]);
    expect(active.bins).toEqual([
      { name: 'none', items: null, interactions: 0 },
      { name: '1', items: null, interactions: 1 },
      { name: '2–3', items: null, interactions: 5 },
      { name: '4–7', items: null, interactions: 0 },
      { name: '8–15', items: null, interactions: 17 },
    ]);
    expect(active.binOfUser).toEqual([1, 2, 2, 4, 4]);
    const names = { domainOfItem: Uint8Array.of(0, 1, 1), domainNames: ['Maps', 'Moon'] };
    const domains = byDomain(names, [4, 1, 2], [2, 0, 2]);
    expect(domains.bins).toEqual([
      { name: 'Maps', items: 1, interactions: 4 },
      { name: 'Moon', items: 2, interactions: 3 },
    ]);
    const bins = longTail({ groups: domains, first: [1, 0, 1], second: [0, 1, 1], test: 't' });
    expect(bins.map(({ users: n, difference }) => [n, difference])).toEqual([
      [1, -1],
      [2, 0.5],
    ]);
    expect(byDomain({ domainOfItem: null, domainNames: [] }, [1, 1], [0, 1]).bins).toHaveLength(1);
  });

  it('adds up to the difference over all users', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 60 }),
        (cases) => {
          const bins = longTail({
            groups: byPopularity(
              Array.from({ length: 21 }, (_, item) => item),
              cases.map(([target]) => target),
            ),
            first: cases.map(([, first]) => Number(first)),
            second: cases.map(([, , second]) => Number(second)),
            test: 't',
          });
          const total = bins.reduce((sum, { users: n, difference }) => sum + n * difference, 0);
          expect(total).toBeCloseTo(
            cases.reduce((sum, [, first, second]) => sum + Number(first) - Number(second), 0),
            9,
          );
        },
      ),
    );
  });
});
