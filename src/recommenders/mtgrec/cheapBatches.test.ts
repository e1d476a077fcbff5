import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapBatches, ROW_STEP } from './cheapBatches';

const numbers = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);
const cost = (batches: readonly Uint32Array[], padded: readonly number[]): number =>
  batches.reduce((sum, batch) => sum + batch.length * (padded[batch.at(-1) ?? 0] ?? 0), 0);

describe('cheapBatches', () => {
  it('keeps every example once, in order, in batches that are not too large', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 700 }),
        fc.integer({ min: 1, max: 200 }),
        (lengths, batchSize) => {
          const padded = lengths.sort((a, b) => a - b);
          const batches = cheapBatches(numbers(padded.length), padded, batchSize);
          expect(batches.flatMap((batch) => [...batch])).toEqual([...numbers(padded.length)]);
          expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(batchSize);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('cuts long histories off from short ones', () => {
    const padded = [...new Array<number>(96).fill(2), ...new Array<number>(32).fill(20)];
    expect(cheapBatches(numbers(128), padded, 128).map(({ length }) => length)).toEqual([96, 32]);
  });

  it('keeps full batches where all are alike, and gives one block where there is no more', () => {
    expect(cheapBatches(numbers(512), new Array<number>(512).fill(6), 128)).toHaveLength(4);
    expect(cheapBatches(numbers(5), [1, 1, 1, 1, 2], 128).map(({ length }) => length)).toEqual([5]);
    expect(cheapBatches(numbers(12), new Array<number>(12).fill(1), 5).map(({ length }) => length)).toEqual([5, 5, 2]);
  });

  it('saves a quarter of the tokens of a sample like that of the sample data', () => {
    const counts = [186, 114, 72, 51, 58, 22, 9];
    const padded = [2, 4, 6, 8, 11, 15, 20].flatMap((length, at) => new Array<number>(counts[at] ?? 0).fill(length));
    const batches = cheapBatches(numbers(512), padded, 128);
    const full = [0, 1, 2, 3].map((at) => numbers(512).subarray(at * 128, at * 128 + 128));
    expect(cost(batches, padded)).toBeLessThan(0.75 * cost(full, padded));
    expect(batches.every(({ length }) => length % ROW_STEP === 0)).toBe(true);
  });
});
