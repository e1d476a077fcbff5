import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, type BatchPlan, batches, batchesPerEpoch, epochOrder } from './batches';

const plans: fc.Arbitrary<BatchPlan> = fc
  .record({
    exampleCount: fc.integer({ min: 1, max: 400 }),
    batchSize: fc.integer({ min: 1, max: 70 }),
    seed: fc.integer(),
    isBucketed: fc.boolean(),
  })
  .map(({ exampleCount, batchSize, seed, isBucketed }) => {
    const lengths = Uint32Array.from({ length: exampleCount }, (_, i) => 1 + ((i * 7) % 20));
    return isBucketed ? { exampleCount, batchSize, seed, lengths } : { exampleCount, batchSize, seed };
  });

function take(plan: BatchPlan, count: number, cursor?: Batch['next']): Batch[] {
  const stream = batches(plan, cursor);
  return Array.from({ length: count }, () => stream.next().value);
}

const plain = (list: readonly Batch[]) => list.map(({ examples, ...rest }) => ({ ...rest, examples: [...examples] }));

describe('batches', () => {
  it('hands out every example exactly once an epoch', () => {
    fc.assert(
      fc.property(plans, fc.nat(3), (plan, epoch) => {
        const epochBatches = take(plan, batchesPerEpoch(plan), { epoch, position: 0 });
        const seen = epochBatches.flatMap(({ examples }) => [...examples]).sort((a, b) => a - b);
        expect(seen).toEqual(Array.from({ length: plan.exampleCount }, (_, i) => i));
        expect(epochBatches.map((batch) => batch.isLastOfEpoch).lastIndexOf(true)).toBe(epochBatches.length - 1);
        expect(epochBatches.slice(0, -1).every(({ examples }) => examples.length === plan.batchSize)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('resumes identically from any batch', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 30 }), (plan, stop) => {
        const whole = take(plan, stop + 10);
        const cursor = whole[stop - 1]?.next;
        expect(plain(take(plan, 10, cursor))).toEqual(plain(whole.slice(stop)));
      }),
      { numRuns: 500 },
    );
  });

  it('orders epochs and seeds differently', () => {
    const plan = { exampleCount: 100, batchSize: 10, seed: 1 };
    expect(epochOrder(plan, 0)).not.toEqual(epochOrder(plan, 1));
    expect(epochOrder(plan, 0)).not.toEqual(epochOrder({ ...plan, seed: 2 }, 0));
    expect(epochOrder(plan, 3)).toEqual(epochOrder(plan, 3));
  });

  it('puts examples of similar length together and still mixes the batches', () => {
    const lengths = Uint32Array.from({ length: 6400 }, (_, i) => 1 + ((i * 7919) % 20));
    const plan = { exampleCount: 6400, batchSize: 64, seed: 3, lengths };
    const spread = (list: Batch[]) =>
      list.reduce((sum, { examples }) => {
        const own = Array.from(examples, (example) => lengths[example] ?? 0);
        return sum + Math.max(...own) - Math.min(...own);
      }, 0) / list.length;
    const bucketed = take(plan, 100);
    expect(spread(bucketed)).toBeLessThan(2);
    expect(spread(take({ exampleCount: 6400, batchSize: 64, seed: 3 }, 100))).toBeGreaterThan(17);
    const firstLengths = bucketed.slice(0, 20).map(({ examples }) => lengths[examples[0] ?? 0]);
    expect(new Set(firstLengths).size).toBeGreaterThan(5);
  });

  it('can leave the partial batch out', () => {
    const list = take({ exampleCount: 10, batchSize: 4, seed: 0, dropsPartial: true }, 3);
    expect(list.map(({ examples, at }) => [examples.length, at.epoch])).toEqual([
      [4, 0],
      [4, 0],
      [4, 1],
    ]);
  });

  it('refuses empty plans and foreign cursors', () => {
    expect(() => take({ exampleCount: 0, batchSize: 4, seed: 0 }, 1)).toThrow('at least one batch');
    const plan = { exampleCount: 10, batchSize: 4, seed: 0 };
    for (const position of [3, 12, -4]) expect(() => take(plan, 1, { epoch: 0, position })).toThrow('batch boundary');
  });
});
