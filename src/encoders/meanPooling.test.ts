import { describe, expect, it } from 'vitest';
import { ShapeError } from '../base/errors';
import { poolMeanNormalized } from './meanPooling';

describe('mean pooling', () => {
  it('averages only the positions whose mask is 1 and scales to length 1', () => {
    // Row 0: mean of (3, 4) and (3, 4) = (3, 4); the padding (100, −7) is left out. Row 1: (0, 2) alone.
    const states = [3, 4, 3, 4, 100, -7, 0, 2, 9, 9, 9, 9];
    const pooled = poolMeanNormalized(states, [1, 1, 0, 1, 0, 0], [2, 3, 2]);
    [0.6, 0.8, 0, 1].forEach((value, i) => {
      expect(pooled[i]).toBeCloseTo(value, 6);
    });
  });

  it('reads masks of big integers', () => {
    expect([...poolMeanNormalized([5, 0, 0, 5], BigInt64Array.of(0n, 1n), [1, 2, 2])]).toEqual([0, 1]);
  });

  it('gives zeros, not NaN, for a row without real positions', () => {
    expect([...poolMeanNormalized([5, 5], [0], [1, 1, 2])]).toEqual([0, 0]);
  });

  it('refuses a mask of another length and states that are not [B, T, D]', () => {
    expect(() => poolMeanNormalized([1, 2], [1, 1], [1, 1, 2])).toThrow(ShapeError);
    expect(() => poolMeanNormalized([1, 2], [1], [1, 2])).toThrow(ShapeError);
  });
});
