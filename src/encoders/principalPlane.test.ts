import { describe, expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { principalPlane } from './principalPlane';

const N = 60;
const D = 5;

function cloud(): Float32Array {
  const normal = normalArray(N * D, 3);
  const spread = [1, 6, 0.5, 3, 0.2];
  const mixed = Array.from({ length: N }, (_, n) =>
    spread.map((deviation, d) => deviation * (normal[n * D + d] ?? 0) + 4),
  );
  // A rotation in two planes, so that no axis is a column.
  const turned = mixed.map(([a = 0, b = 0, c = 0, e = 0, f = 0]) => [
    0.6 * a - 0.8 * b,
    0.8 * a + 0.6 * b,
    c,
    0.28 * e - 0.96 * f,
    0.96 * e + 0.28 * f,
  ]);
  return Float32Array.from(turned.flat());
}

/** Leading axes of the covariance by plain power iteration with deflation, in f64. */
function bruteForce(vectors: Float32Array) {
  const row = (n: number): number[] => [...vectors.subarray(n * D, (n + 1) * D)];
  const mean = Array.from({ length: D }, (_, d) => [...Array(N).keys()].reduce((s, n) => s + (row(n)[d] ?? 0), 0) / N);
  const centred = [...Array(N).keys()].map((n) => row(n).map((value, d) => value - (mean[d] ?? 0)));
  const covariance = mean.map((_, i) =>
    mean.map((__, j) => centred.reduce((s, r) => s + (r[i] ?? 0) * (r[j] ?? 0), 0) / (N - 1)),
  );
  const trace = covariance.reduce((s, r, i) => s + (r[i] ?? 0), 0);
  const axes: number[][] = [];
  const values: number[] = [];
  for (let axis = 0; axis < 2; axis++) {
    let v = mean.map((_, i) => 1 + i);
    let value = 0;
    for (let round = 0; round < 5000; round++) {
      let next = covariance.map((r) => r.reduce((s, c, j) => s + c * (v[j] ?? 0), 0));
      for (const known of axes) {
        const along = next.reduce((s, c, i) => s + c * (known[i] ?? 0), 0);
        next = next.map((c, i) => c - along * (known[i] ?? 0));
      }
      value = Math.hypot(...next);
      v = next.map((c) => c / value);
    }
    axes.push(v);
    values.push(value);
  }
  const points = centred.map((r) => axes.map((axis) => r.reduce((s, c, d) => s + c * (axis[d] ?? 0), 0)));
  return { points, share: values.reduce((s, v) => s + v, 0) / trace };
}

describe('principalPlane', () => {
  it('agrees with power iteration on the covariance, up to the sign of each axis', () => {
    const vectors = cloud();
    const plane = principalPlane(vectors, N, D);
    const { points, share } = bruteForce(vectors);
    const signs = [0, 1].map((axis) =>
      Math.sign((points[0]?.[axis] ?? 0) * ((axis === 0 ? plane.x : plane.y)[0] ?? 0)),
    );
    points.forEach(([x = 0, y = 0], n) => {
      expect(plane.x[n]).toBeCloseTo(x * (signs[0] ?? 1), 3);
      expect(plane.y[n]).toBeCloseTo(y * (signs[1] ?? 1), 3);
    });
    expect(plane.explainedShare).toBeCloseTo(share, 6);
    expect(plane.fitted).toBe(N);
  });

  it('says the same twice', () => {
    expect(principalPlane(cloud(), N, D)).toEqual(principalPlane(cloud(), N, D));
  });

  it('puts rows on a line on a line, and equal rows on one point', () => {
    const line = principalPlane(Float32Array.of(0, 0, 3, 4, 6, 8), 3, 2);
    expect([...line.x].map((x) => Math.round(Math.abs(x)))).toEqual([5, 0, 5]);
    expect([...line.y]).toEqual([0, 0, 0]);
    const point = principalPlane(Float32Array.of(1, 2, 1, 2), 2, 2);
    expect([...point.x, ...point.y]).toEqual([0, 0, 0, 0]);
  });

  it('fits on evenly spaced rows beyond its limit and projects all', () => {
    const n = 20_010;
    const vectors = Float32Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? at : at % 7));
    const plane = principalPlane(vectors, n, 2);
    expect(plane.fitted).toBe(20_000);
    // The long axis is the first column: neighbours are 2 apart.
    expect(Math.abs((plane.x[n - 1] ?? 0) - (plane.x[n - 2] ?? 0))).toBeCloseTo(2, 1);
  });
});
