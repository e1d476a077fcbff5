import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericsError, ShapeError } from '../base/errors';
import { symmetricEigen } from './symmetricEigen';

const entry = (values: ArrayLike<number>, index: number) => values[index] ?? Number.NaN;

/** Greatest |A·v − λ·v| and greatest |VᵀV − 1|. */
function errors(matrix: Float64Array, n: number): { residual: number; orthogonality: number } {
  const { values, vectors } = symmetricEigen(matrix, n);
  let residual = 0;
  let orthogonality = 0;
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < n; r++) {
      let product = 0;
      let dot = 0;
      for (let k = 0; k < n; k++) {
        product += entry(matrix, r * n + k) * entry(vectors, i * n + k);
        dot += entry(vectors, r * n + k) * entry(vectors, i * n + k);
      }
      residual = Math.max(residual, Math.abs(product - entry(values, i) * entry(vectors, i * n + r)));
      orthogonality = Math.max(orthogonality, Math.abs(dot - (r === i ? 1 : 0)));
    }
  }
  return { residual, orthogonality };
}

describe('symmetric eigensolver', () => {
  it('solves a 2 × 2 matrix exactly, greatest value first, greatest entry positive', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(entry(values, 0)).toBeCloseTo(3, 14);
    expect(entry(values, 1)).toBeCloseTo(1, 14);
    expect(entry(vectors, 0)).toBeCloseTo(Math.SQRT1_2, 14);
    expect(entry(vectors, 1)).toBeCloseTo(Math.SQRT1_2, 14);
    expect(entry(vectors, 2) * entry(vectors, 3)).toBeCloseTo(-0.5, 14);
  });

  it('gives the known values 2 − 2cos(πk/(n+1)) of the second-difference matrix', () => {
    const n = 60;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    const { values } = symmetricEigen(matrix, n);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (n - i)) / (n + 1)), 12);
    });
  });

  it('satisfies A·v = λ·v with orthonormal vectors for any symmetric matrix, repeated values included', () => {
    const matrices = fc.integer({ min: 1, max: 12 }).chain((n) =>
      fc
        .array(fc.oneof(fc.integer({ min: -2, max: 2 }), fc.double({ min: -10, max: 10, noNaN: true })), {
          minLength: n * n,
          maxLength: n * n,
        })
        .map((entries) => {
          const lower = (i: number, j: number) => entries[Math.max(i, j) * n + Math.min(i, j)] ?? 0;
          return { n, matrix: Float64Array.from({ length: n * n }, (_, k) => lower(Math.floor(k / n), k % n)) };
        }),
    );
    fc.assert(
      fc.property(matrices, ({ n, matrix }) => {
        const { residual, orthogonality } = errors(matrix, n);
        expect(residual).toBeLessThan(1e-12 * 10 * n);
        expect(orthogonality).toBeLessThan(1e-12);
      }),
    );
  });

  it('stays orthonormal where entries are as small or as large as numbers can be', () => {
    for (const [a, b] of [
      [0, 5e-324],
      [0, 1e-310],
      [1e-320, -5e-324],
      [0, 1e300],
      [-1e307, 1e307],
    ] as const) {
      const alone = Float64Array.of(a, b, b, a);
      expect(errors(alone, 2).orthogonality, `${a}, ${b}`).toBeLessThan(1e-14);
      expect(errors(Float64Array.of(1, 0, 0, 0, a, b, 0, b, a), 3).orthogonality, `${a}, ${b} beside 1`).toBeLessThan(
        1e-14,
      );
      const greatest = entry(symmetricEigen(alone, 2).values, 0);
      expect(Math.abs(greatest - (a + Math.abs(b)))).toBeLessThanOrEqual(1e-14 * Math.max(Math.abs(a), Math.abs(b)));
    }
  });

  it('keeps its accuracy at 200 × 200', () => {
    const n = 200;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = Math.sin(1 + 7 * i * j + 3 * (i + j));
    }
    const { residual, orthogonality } = errors(matrix, n);
    expect(residual).toBeLessThan(1e-11);
    expect(orthogonality).toBeLessThan(1e-12);
  });

  it('refuses a matrix that is not square and one with NaN', () => {
    expect(() => symmetricEigen(new Float64Array(5), 2)).toThrow(ShapeError);
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(NumericsError);
  });
});
