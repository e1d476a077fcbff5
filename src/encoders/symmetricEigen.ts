/**
 * Eigenvalues and eigenvectors of a dense real symmetric matrix in float64.
 *
 * Householder reduction to tridiagonal form, then implicit QL with shifts; the EISPACK pair tred2/tql2 (Bowdler, Martin,
 * Reinsch, Wilkinson 1968; Martin, Wilkinson 1968). O(n³), about 1 s for n = 512. The working matrix holds vectors as
 * rows (the originals have columns), so that every inner loop runs over neighbouring numbers.
 */
import { NumericsError, ShapeError } from '../base/errors';

export interface SymmetricEigen {
  /** `[n]`, descending. */
  readonly values: Float64Array;
  /** `[n, n]`; row i is the unit eigenvector of value i. Its entry of greatest magnitude (the first of equals) is positive. */
  readonly vectors: Float64Array;
}

/** Of a matrix whose greatest entry is about 1, couplings below this are 0: with smaller numbers rotations lose their digits. */
const NEGLIGIBLE = 1e-290;
/** QL needs 1–2 sweeps per value in practice; EISPACK gives up at 30. */
const MAX_SWEEPS = 60;

/**
 * @param matrix `[n, n]` row-major, borrowed; only symmetric input is meaningful, the lower triangle is read.
 * @throws ShapeError `encoders/eigenShape`; NumericsError `encoders/eigenDiverged` (only NaN or infinite input).
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  if (matrix.length !== n * n) {
    throw new ShapeError(
      'encoders/eigenShape',
      `symmetricEigen: wanted ${n} × ${n} numbers, came ${matrix.length}; pass the full square matrix.`,
    );
  }
  // A power of two: no digit changes, and tiny or huge entries neither vanish nor overflow when squared.
  const scale = powerOfTwoBelow(matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const rows = Array.from({ length: n }, (_, i) => matrix.slice(i * n, (i + 1) * n).map((value) => value / scale));
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  if (n > 0) {
    const halfNorms = reduceToTridiagonal(rows, diagonal, offDiagonal);
    accumulateReflections(rows, halfNorms);
    offDiagonal.copyWithin(0, 1);
    offDiagonal[n - 1] = 0;
    diagonalize(rows, diagonal, offDiagonal);
  }
  return sortDescending(
    rows,
    diagonal.map((value) => value * scale),
  );
}

/** 1 where there is none: of 0, NaN and infinity. */
const powerOfTwoBelow = (value: number): number =>
  value > 0 && Number.isFinite(value) ? 2 ** Math.max(-1000, Math.floor(Math.log2(value))) : 1;

/**
 * Householder reflections from the last row up. Afterwards row i of `rows` holds the reflection vector in its first i
 * entries, `offDiagonal[i]` couples i−1 and i. @returns h per row (0: no reflection was needed).
 */
function reduceToTridiagonal(rows: Float64Array[], diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const n = rows.length;
  const halfNorms = new Float64Array(n);
  const p = offDiagonal; // entries below i are free while row i is reduced
  for (let i = n - 1; i > 0; i--) {
    const u = row(rows, i);
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(at(u, k));
    if (i === 1 || scale === 0) {
      offDiagonal[i] = at(u, i - 1);
      continue;
    }
    let h = 0;
    for (let k = 0; k < i; k++) {
      u[k] = at(u, k) / scale;
      h += at(u, k) ** 2;
    }
    const last = at(u, i - 1);
    const root = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
    h -= last * root;
    u[i - 1] = last - root;
    // p = A·u / h, reading only the lower triangle of the leading i × i block.
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const a = row(rows, j);
      const uj = at(u, j);
      let sum = 0;
      for (let k = 0; k < j; k++) {
        const value = at(a, k);
        sum += value * at(u, k);
        p[k] = at(p, k) + value * uj;
      }
      p[j] = at(p, j) + sum + at(a, j) * uj;
    }
    let projection = 0;
    for (let k = 0; k < i; k++) {
      p[k] = at(p, k) / h;
      projection += at(p, k) * at(u, k);
    }
    const half = projection / (2 * h);
    for (let k = 0; k < i; k++) p[k] = at(p, k) - half * at(u, k);
    // A ← A − u·qᵀ − q·uᵀ
    for (let j = 0; j < i; j++) {
      const a = row(rows, j);
      const uj = at(u, j);
      const qj = at(p, j);
      for (let k = 0; k <= j; k++) a[k] = at(a, k) - (uj * at(p, k) + qj * at(u, k));
    }
    offDiagonal[i] = scale * root;
    halfNorms[i] = h;
  }
  for (let i = 0; i < n; i++) diagonal[i] = at(row(rows, i), i);
  offDiagonal[0] = 0;
  return halfNorms;
}

/** Replaces `rows` by the product of the reflections: afterwards row i is the i-th column of Q, A = Q·T·Qᵀ. */
function accumulateReflections(rows: Float64Array[], halfNorms: Float64Array): void {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    const reflection = row(rows, i).slice(0, i);
    const h = at(halfNorms, i);
    if (h !== 0) {
      for (let j = 0; j < i; j++) {
        const q = row(rows, j);
        let dot = 0;
        for (let k = 0; k < i; k++) dot += at(reflection, k) * at(q, k);
        const factor = dot / h;
        for (let k = 0; k < i; k++) q[k] = at(q, k) - factor * at(reflection, k);
      }
    }
    row(rows, i).fill(0);
    row(rows, i)[i] = 1;
    for (let j = 0; j < i; j++) row(rows, j)[i] = 0;
  }
}

/** Implicit QL: turns the tridiagonal matrix diagonal and rotates the rows along. `offDiagonal[i]` couples i and i+1. */
function diagonalize(rows: Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const least = Number.EPSILON * (Math.abs(at(d, m)) + Math.abs(at(d, m + 1)));
        if (Math.abs(at(e, m)) <= Math.max(NEGLIGIBLE, least)) break;
      }
      if (m === l) break;
      if (sweep === MAX_SWEEPS) {
        throw new NumericsError(
          'encoders/eigenDiverged',
          `symmetricEigen: eigenvalue ${l} of ${n} did not settle in ${MAX_SWEEPS} sweeps; the matrix has NaN or infinite entries.`,
        );
      }
      sweepQl(rows, d, e, l, m);
    }
  }
}

/** One QL sweep with Wilkinson's shift over the unreduced block l..m. */
function sweepQl(rows: Float64Array[], d: Float64Array, e: Float64Array, l: number, m: number): void {
  const slope = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
  const hypotenuse = Math.hypot(slope, 1);
  let g = at(d, m) - at(d, l) + at(e, l) / (slope + (slope >= 0 ? hypotenuse : -hypotenuse));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * at(e, i);
    const b = cosine * at(e, i);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = at(d, i + 1) - shift;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = at(d, i + 1) - shift;
    const t = (at(d, i) - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
    const upper = row(rows, i + 1);
    const lower = row(rows, i);
    for (let k = 0; k < lower.length; k++) {
      const u = at(upper, k);
      const v = at(lower, k);
      upper[k] = sine * v + cosine * u;
      lower[k] = cosine * v - sine * u;
    }
  }
  d[l] = at(d, l) - shift;
  e[l] = g;
  e[m] = 0;
}

function sortDescending(rows: Float64Array[], diagonal: Float64Array): SymmetricEigen {
  const n = diagonal.length;
  const order = Array.from(diagonal.keys()).sort((a, b) => at(diagonal, b) - at(diagonal, a) || a - b);
  const vectors = new Float64Array(n * n);
  order.forEach((source, i) => {
    const vector = row(rows, source);
    let peak = 0;
    for (let k = 1; k < n; k++) if (Math.abs(at(vector, k)) > Math.abs(at(vector, peak))) peak = k;
    const sign = at(vector, peak) < 0 ? -1 : 1;
    for (let k = 0; k < n; k++) vectors[i * n + k] = sign * at(vector, k);
  });
  return { values: Float64Array.from(order, (source) => at(diagonal, source)), vectors };
}

const at = (values: Float64Array, index: number): number => values[index] as number;
const row = (rows: readonly Float64Array[], index: number): Float64Array => rows[index] as Float64Array;
