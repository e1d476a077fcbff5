import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CurvePoint, type EarlierRun, medianVerdict, withPoint } from './medianStopping';

const curve = (...values: readonly number[]): CurvePoint[] => values.map((value, at) => ({ epoch: at + 1, value }));
const whole = (...values: readonly number[]): EarlierRun => ({ points: curve(...values), isWhole: true });
const cut = (...values: readonly number[]): EarlierRun => ({ points: curve(...values), isWhole: false });
const RULE = { minRuns: 3, graceEpochs: 1 };

describe('medianVerdict', () => {
  it('compares the best so far with the median of the means so far', () => {
    const earlier = [whole(1, 3, 9), whole(2, 2, 2), whole(0, 8, 9)];
    // Means up to epoch 2: 2, 2, 4.
    expect(medianVerdict(curve(1.5, 1.25), earlier, RULE)).toEqual({
      epoch: 2,
      best: 1.5,
      median: 2,
      runs: 3,
      isBehind: true,
    });
    // A best of an earlier epoch counts, however bad the newest is.
    expect(medianVerdict(curve(5, 0), earlier, RULE)?.isBehind).toBe(false);
  });

  it('lets a tie go on', () => {
    const earlier = [whole(2), whole(2), whole(2)];
    expect(medianVerdict(curve(2), earlier, RULE)).toMatchObject({ best: 2, median: 2, isBehind: false });
  });

  it('takes the mean of the middle two of an even number', () => {
    const earlier = [whole(1), whole(2), whole(4), whole(9)];
    expect(medianVerdict(curve(3), earlier, RULE)).toMatchObject({ median: 3, isBehind: false });
    expect(medianVerdict(curve(2.999), earlier, RULE)?.isBehind).toBe(true);
  });

  it('says nothing before the grace is over, without a validation, or with too few runs to compare with', () => {
    const earlier = [whole(9, 9), whole(9, 9), whole(9, 9)];
    expect(medianVerdict(curve(0), earlier, { minRuns: 3, graceEpochs: 2 })).toBeNull();
    expect(medianVerdict(curve(0, 0), earlier, { minRuns: 3, graceEpochs: 2 })?.isBehind).toBe(true);
    expect(medianVerdict([], earlier, RULE)).toBeNull();
    expect(medianVerdict(curve(0), earlier.slice(1), RULE)).toBeNull();
    expect(medianVerdict(curve(0), [], { minRuns: 0, graceEpochs: 0 })).toBeNull();
  });

  it('counts a run that was cut short only as far as it went, one that ended by itself with all it had', () => {
    const own = curve(0, 0, 0);
    expect(medianVerdict(own, [whole(9, 9, 9), whole(9, 9, 9), cut(9, 9)], RULE)).toBeNull();
    expect(medianVerdict(own.slice(0, 2), [whole(9, 9, 9), whole(9, 9, 9), cut(9, 9)], RULE)?.runs).toBe(3);
    expect(medianVerdict(own, [whole(9, 9, 9), whole(9, 9, 9), whole(3, 5)], RULE)).toMatchObject({ runs: 3 });
  });

  it('leaves out a run whose first validation came later', () => {
    const late: EarlierRun = { points: [{ epoch: 5, value: 1 }], isWhole: true };
    expect(medianVerdict(curve(0), [whole(1), whole(1), late], RULE)).toBeNull();
  });

  it('agrees with a plain reckoning on any curves, with missing epochs and ties', () => {
    // Few different values, so that ties are common.
    const value = fc.integer({ min: 0, max: 4 }).map((tenths) => tenths / 10);
    const points = fc
      .uniqueArray(fc.record({ epoch: fc.integer({ min: 1, max: 6 }), value }), {
        selector: ({ epoch }) => epoch,
        maxLength: 6,
      })
      .map((all) => all.sort((a, b) => a.epoch - b.epoch));
    const run = fc.record({ points, isWhole: fc.boolean() });
    const rule = fc.record({ minRuns: fc.integer({ min: 1, max: 4 }), graceEpochs: fc.integer({ min: 1, max: 4 }) });
    let decided = 0;
    fc.assert(
      fc.property(points, fc.array(run, { maxLength: 6 }), rule, (own, earlier, wanted) => {
        const verdict = medianVerdict(own, earlier, wanted);
        const epoch = Math.max(0, ...own.map((point) => point.epoch));
        const means: number[] = [];
        for (const other of earlier) {
          let [sum, count, last] = [0, 0, 0];
          for (const point of other.points) {
            last = point.epoch;
            if (point.epoch > epoch) continue;
            sum += point.value;
            count++;
          }
          if (count > 0 && (other.isWhole || last >= epoch)) means.push(sum / count);
        }
        const isOpen = own.length === 0 || epoch < wanted.graceEpochs || means.length < wanted.minRuns;
        expect(verdict === null).toBe(isOpen);
        if (verdict === null) return;
        decided++;
        // A median has at most half of the values on either side.
        const below = means.filter((mean) => mean < verdict.median).length;
        const above = means.filter((mean) => mean > verdict.median).length;
        expect(Math.max(below, above) * 2).toBeLessThanOrEqual(means.length);
        expect(verdict.runs).toBe(means.length);
        expect(verdict.isBehind).toBe(own.every((point) => point.value < verdict.median));
      }),
      { numRuns: 2000 },
    );
    expect(decided).toBeGreaterThan(200);
  });
});

describe('withPoint', () => {
  it('replaces what a run validates again after it went back to a checkpoint', () => {
    expect(withPoint(curve(1, 2, 3), { epoch: 2, value: 9 })).toEqual(curve(1, 9));
    expect(withPoint(curve(1), { epoch: 4, value: 9 })).toEqual([
      { epoch: 1, value: 1 },
      { epoch: 4, value: 9 },
    ]);
  });
});
