import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../base/errors';
import { planPieceBatches } from './pieceBatches';

describe('piece batches', () => {
  it('puts each text into the smallest bucket that holds it, rows rounded up to a power of two', () => {
    expect(planPieceBatches([3, 8, 9, 16, 0], [8, 16], 64)).toEqual([
      { positions: 8, rows: 4, textIndices: [0, 1, 4] },
      { positions: 16, rows: 2, textIndices: [2, 3] },
    ]);
  });

  it('starts a new batch when the positions are used up', () => {
    const rows = planPieceBatches(new Array<number>(11).fill(5), [8], 32).map((batch) => batch.textIndices.length);
    expect(rows).toEqual([4, 4, 3]);
  });

  it('runs every text exactly once, in a batch that is large enough and not too large', () => {
    const buckets = [8, 24, 128];
    fc.assert(
      fc.property(fc.array(fc.nat(128), { maxLength: 200 }), fc.integer({ min: 128, max: 1000 }), (counts, limit) => {
        const batches = planPieceBatches(counts, buckets, limit);
        const seen = batches.flatMap((batch) => batch.textIndices);
        expect([...seen].sort((a, b) => a - b)).toEqual([...counts.keys()]);
        for (const { positions, rows, textIndices } of batches) {
          expect(rows * positions).toBeLessThanOrEqual(limit);
          expect(textIndices.length).toBeLessThanOrEqual(rows);
          expect(textIndices.length).toBeGreaterThan(rows / 2);
          for (const index of textIndices) expect(counts[index]).toBeLessThanOrEqual(positions);
        }
      }),
    );
  });

  it('refuses a text longer than the last bucket and a batch smaller than it', () => {
    expect(() => planPieceBatches([17], [8, 16], 64)).toThrow(ConfigError);
    expect(() => planPieceBatches([1], [8, 16], 15)).toThrow(ConfigError);
  });
});
