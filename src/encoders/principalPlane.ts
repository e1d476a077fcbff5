/**
 * The plane of greatest variance: item vectors as points for a map. Coordinates are (x − μ) · v₁, v₂ with the two leading
 * principal axes of the sample covariance; no randomness, and the sign of an axis is fixed (whitening.ts). Beyond
 * `MOST_FITTED` rows the axes come from evenly spaced rows; all rows are projected.
 */
import { ConfigError } from '../base/errors';
import { applyWhitening, fitWhitening, type Whitening } from './whitening';

/** Enough for two axes: their angle errs by about √(D / rows), 0.2 at most for the widest encoder (768). */
const MOST_FITTED = 20_000;

export interface PrincipalPlane {
  /** [N] each, centred. */
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  /** Share of the variance that both together carry, 0..1. */
  readonly explainedShare: number;
  /** Rows that the axes were fitted on. */
  readonly fitted: number;
}

/**
 * @param vectors `[N, D]`, borrowed. @param n N. @param d D.
 * @returns zeros along axes without variance (all rows alike, or on a line)
 * @throws ShapeError `encoders/whiteningShape`; FormatError `encoders/whiteningValue` naming the row of a NaN or infinity
 */
export function principalPlane(vectors: Float32Array, n: number, d: number): PrincipalPlane {
  const fitted = Math.min(n, MOST_FITTED);
  const sample = fitted === n ? vectors : evenRows(vectors, n, d, fitted);
  const plane = widestFit(sample, fitted, d);
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  if (!plane) return { x, y, explainedShare: 0, fitted };
  const white = applyWhitening(plane, vectors, n);
  const { components, deviations, explainedShare } = plane;
  const [first = 0, second = 0] = deviations;
  for (let row = 0; row < n; row++) {
    x[row] = (white[row * components] ?? 0) * first;
    if (components > 1) y[row] = (white[row * components + 1] ?? 0) * second;
  }
  return { x, y, explainedShare, fitted };
}

/** Two axes, or as many as there is variance for; null if there is none. */
function widestFit(vectors: Float32Array, n: number, d: number): Whitening | null {
  for (const components of [2, 1])
    try {
      return fitWhitening(vectors, n, d, components);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  return null;
}

function evenRows(vectors: Float32Array, n: number, d: number, wanted: number): Float32Array {
  const rows = new Float32Array(wanted * d);
  for (let row = 0; row < wanted; row++) {
    const from = Math.floor((row * n) / wanted) * d;
    rows.set(vectors.subarray(from, from + d), row * d);
  }
  return rows;
}
