import { describe, expect, it } from 'vitest';
import { ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';
import { bestAssignment } from './assignment';

/** All orders of 0 … n−1. */
function* permutations(n: number, chosen: readonly number[] = []): Iterable<readonly number[]> {
  if (chosen.length === n) yield chosen;
  for (let next = 0; next < n; next++) if (!chosen.includes(next)) yield* permutations(n, [...chosen, next]);
}

const total = (weights: Float64Array, n: number, columns: ArrayLike<number>): number =>
  Array.from({ length: n }, (_, row) => weights[row * n + (columns[row] ?? -1)] ?? Number.NaN).reduce(
    (a, b) => a + b,
    0,
  );

describe('bestAssignment', () => {
  it.each([1, 2, 3, 4, 5, 6])('is as good as the best of all orders, n = %i', (n) => {
    const random = uniformGenerator(100 * 1 + n);
    for (let trial = 0; trial < 40; trial++) {
      // Few distinct values: many ties; some negative.
      const weights = Float64Array.from({ length: n * n }, () => Math.floor(random() * 7) - 2);
      const columns = bestAssignment(weights, n);
      expect([...columns].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, index) => index));
      const best = Math.max(...[...permutations(n)].map((order) => total(weights, n, order)));
      expect(total(weights, n, columns)).toBe(best);
    }
  });

  it('undoes a renaming of 200 names', () => {
    const n = 200;
    const weights = new Float64Array(n * n);
    for (let row = 0; row < n; row++) weights[row * n + ((row * 7 + 3) % n)] = 1 + (row % 5);
    expect([...bestAssignment(weights, n)]).toEqual(Array.from({ length: n }, (_, row) => (row * 7 + 3) % n));
  });

  it('refuses a table that is not square', () => {
    expect(() => bestAssignment(new Float64Array(6), 2)).toThrow(ShapeError);
  });
});
