/**
 * From influence to sampling probabilities (mtgrec.md §6.2). After stage s with learning rate η_s:
 *   S̄ = Σ_{u ≤ s} (η_u / Σ_{w ≤ s} η_w) S⁽ᵘ⁾,  a_i = mean_j S̄_ij,  p = softmax(a / τ).
 * Everything here is K × K numbers in float64.
 */
import { ShapeError } from '../../base/errors';

export type Matrix = readonly (readonly number[])[];

/** p = softmax(a / τ); the page recomputes it for other temperatures, so it lives below both. */
export { type Centring, samplingProbabilities } from '../../evaluate/curriculum';

/** Shares of the stages in the running mean; they add up to 1. All rates 0: equal shares. */
export function learningRateWeights(rates: readonly number[]): number[] {
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  return rates.map((rate) => (total > 0 ? rate / total : 1 / rates.length));
}

/** S̄ of the stages so far. @throws ShapeError `mtgrec/influence` unless there is one rate a matrix, all of one size */
export function meanInfluence(matrices: readonly Matrix[], rates: readonly number[]): number[][] {
  const size = matrices[0]?.length ?? 0;
  if (matrices.length !== rates.length || matrices.some((m) => m.length !== size || m.some((r) => r.length !== size)))
    throw new ShapeError(
      'mtgrec/influence',
      `influence: wanted one square matrix of one size a learning rate, got ${matrices.length} for ${rates.length}.`,
    );
  const weights = learningRateWeights(rates);
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_unused, j) =>
      matrices.reduce((sum, matrix, stage) => sum + (weights[stage] ?? 0) * (matrix[i]?.[j] ?? 0), 0),
    ),
  );
}

/** a_i: how much training on identifiers i helps all identifiers alike. */
export function influenceScores(mean: Matrix): number[] {
  return mean.map((row) => row.reduce((sum, value) => sum + value, 0) / row.length);
}

export const uniformProbabilities = (count: number): number[] => new Array<number>(count).fill(1 / count);
