/**
 * Principal components with whitening: turns item embeddings into fewer, uncorrelated numbers of equal variance.
 *
 * x̂ = (x − μ)·Vᵀ / σ, where the rows of V are the leading principal axes and σ = singular value / √(N−1) is the sample
 * standard deviation along each. So every component has mean 0, sample variance 1 (divisor N−1) and no correlation with
 * the others, over the items it was fitted on. Method of MTGRec (arXiv 2504.04400), fitted once on all items.
 * We decompose the D × D sample covariance C = V·diag(σ²)·Vᵀ instead of the N × D matrix: O(N·D² + D³) float64, and small
 * axes lose some accuracy (relative error of σ² about ε·σ²_max/σ²), which the rank check bounds.
 */
import { ConfigError, FormatError, ShapeError } from '../base/errors';
import { symmetricEigen } from './symmetricEigen';

export interface Whitening {
  /** D, the width of the embeddings. */
  readonly width: number;
  /** C, the number of components kept. */
  readonly components: number;
  /** μ `[D]`. */
  readonly mean: Float64Array;
  /** V `[C, D]`: unit rows; the entry of greatest magnitude in each is positive, so the sign is determined. */
  readonly axes: Float64Array;
  /** σ `[C]`, descending. */
  readonly deviations: Float64Array;
  /** Share of the total variance that the components carry, 0..1. */
  readonly explainedShare: number;
}

/** Rows centred at a time: 128 float64 of one dimension are 1 KiB, a tile of 4 + 2 dimensions stays in the first cache. */
const CHUNK_ROWS = 128;

/**
 * Fits the whitening on all rows.
 * @param x embeddings `[N, D]`, borrowed. @param n N ≥ 2. @param d D. @param components C ≤ rank of the centred embeddings.
 * @throws ShapeError `encoders/whiteningShape`; FormatError `encoders/whiteningValue` naming the row of a NaN or infinity;
 *   ConfigError `encoders/whiteningRank`.
 */
export function fitWhitening(x: Float32Array, n: number, d: number, components: number): Whitening {
  checkShape('fitWhitening', x, n, d);
  if (!Number.isInteger(components) || components < 1) {
    throw new ConfigError(
      'encoders/whiteningRank',
      `fitWhitening: wanted at least 1 component, came ${components}; ask for a whole number.`,
    );
  }
  checkFinite('fitWhitening', x, d);
  const mean = columnMeans(x, n, d);
  const { values, vectors } = symmetricEigen(sampleCovariance(x, n, d, mean), d);
  // numpy's matrix-rank rule, max(N, D)·ε of the greatest, applied to variances, whose rounding error it bounds.
  const least = at(values, 0) * Math.max(n, d) * Number.EPSILON;
  const rank = values.reduce((count, value) => count + (value > least ? 1 : 0), 0);
  if (components > rank) {
    throw new ConfigError(
      'encoders/whiteningRank',
      `fitWhitening: wanted ${components} components, the ${n} embeddings of width ${d} span only ${rank}; ask for at most ${rank} or add items with other texts.`,
    );
  }
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const kept = values.subarray(0, components);
  return {
    width: d,
    components,
    mean,
    axes: vectors.slice(0, components * d),
    deviations: kept.map(Math.sqrt),
    explainedShare: Math.min(1, kept.reduce((sum, value) => sum + value, 0) / total),
  };
}

/**
 * Whitens rows, those of the fit or new ones.
 * @param x embeddings `[n, width]`, borrowed. @returns `[n, components]`, new; computed in float64, rounded once.
 * @throws ShapeError `encoders/whiteningShape`; FormatError `encoders/whiteningValue`.
 */
export function applyWhitening(whitening: Whitening, x: Float32Array, n: number): Float32Array<ArrayBuffer> {
  const { width, components, mean, axes, deviations } = whitening;
  checkShape('applyWhitening', x, n, width);
  checkFinite('applyWhitening', x, width);
  // Four components share each load; the padding components are 0 and not stored.
  const padded = Math.ceil(components / 4) * 4;
  const scaled = new Float64Array(padded * width);
  for (let i = 0; i < axes.length; i++) scaled[i] = at(axes, i) / at(deviations, Math.floor(i / width));
  const centred = new Float64Array(width);
  const values = new Float64Array(padded);
  const output = new Float32Array(n * components);
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < width; k++) centred[k] = (x[row * width + k] as number) - at(mean, k);
    for (let c = 0; c < padded; c += 4) projectOnFour(scaled, centred, values, c);
    output.set(values.subarray(0, components), row * components);
  }
  return output;
}

/** values[c..c+3] = dot products of `centred` with four rows of `axes`. */
function projectOnFour(axes: Float64Array, centred: Float64Array, values: Float64Array, c: number): void {
  const width = centred.length;
  let index = c * width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let k = 0; k < width; k++, index++) {
    const value = at(centred, k);
    s0 += value * at(axes, index);
    s1 += value * at(axes, index + width);
    s2 += value * at(axes, index + 2 * width);
    s3 += value * at(axes, index + 3 * width);
  }
  values[c] = s0;
  values[c + 1] = s1;
  values[c + 2] = s2;
  values[c + 3] = s3;
}

function checkShape(operation: string, x: Float32Array, n: number, d: number): void {
  if (!Number.isInteger(n) || !Number.isInteger(d) || n < 0 || d < 1 || x.length !== n * d) {
    throw new ShapeError(
      'encoders/whiteningShape',
      `${operation}: wanted ${n} rows of ${d} numbers, came ${x.length} numbers; pass the whole [N, D] array.`,
    );
  }
}

function checkFinite(operation: string, x: Float32Array, d: number): void {
  const index = x.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  throw new FormatError(
    'encoders/whiteningValue',
    `${operation}: wanted finite embeddings, row ${Math.floor(index / d)} has ${x[index]} at position ${index % d}; encode that item again or leave it out.`,
  );
}

function columnMeans(x: Float32Array, n: number, d: number): Float64Array {
  const sums = new Float64Array(d);
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < d; k++) sums[k] = at(sums, k) + (x[row * d + k] as number);
  }
  return sums.map((sum) => sum / n);
}

/**
 * Sample covariance (divisor N−1), two passes, `[D, D]`. Rows are centred in chunks that are stored dimension by
 * dimension, so that each entry is a dot product of neighbouring numbers; a 4 × 2 tile of entries shares its loads.
 */
function sampleCovariance(x: Float32Array, n: number, d: number, mean: Float64Array): Float64Array {
  const padded = Math.ceil(d / 4) * 4; // whole tiles; the padding dimensions stay 0
  const sums = new Float64Array(padded * padded);
  const chunk = new Float64Array(padded * CHUNK_ROWS);
  for (let first = 0; first < n; first += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, n - first);
    for (let k = 0; k < d; k++) {
      const m = at(mean, k);
      for (let r = 0; r < rows; r++) chunk[k * CHUNK_ROWS + r] = (x[(first + r) * d + k] as number) - m;
    }
    for (let i = 0; i < padded; i += 4) {
      for (let j = 0; j < i + 4; j += 2) addTile(sums, chunk, { i, j, rows, padded });
    }
  }
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const value = at(sums, i * padded + j) / Math.max(n - 1, 1);
      covariance[i * d + j] = value;
      covariance[j * d + i] = value;
    }
  }
  return covariance;
}

interface Tile {
  readonly i: number;
  readonly j: number;
  readonly rows: number;
  readonly padded: number;
}

/** sums[i..i+3, j..j+1] += dot products over one chunk. */
function addTile(sums: Float64Array, chunk: Float64Array, { i, j, rows, padded }: Tile): void {
  const a = i * CHUNK_ROWS;
  const b = j * CHUNK_ROWS;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let r = 0; r < rows; r++) {
    const b0 = at(chunk, b + r);
    const b1 = at(chunk, b + CHUNK_ROWS + r);
    const a0 = at(chunk, a + r);
    const a1 = at(chunk, a + CHUNK_ROWS + r);
    const a2 = at(chunk, a + 2 * CHUNK_ROWS + r);
    const a3 = at(chunk, a + 3 * CHUNK_ROWS + r);
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s30 += a3 * b0;
    s31 += a3 * b1;
  }
  const add = (index: number, value: number): void => {
    sums[index] = at(sums, index) + value;
  };
  const corner = i * padded + j;
  add(corner, s00);
  add(corner + 1, s01);
  add(corner + padded, s10);
  add(corner + padded + 1, s11);
  add(corner + 2 * padded, s20);
  add(corner + 2 * padded + 1, s21);
  add(corner + 3 * padded, s30);
  add(corner + 3 * padded + 1, s31);
}

const at = (values: Float64Array, index: number): number => values[index] as number;
