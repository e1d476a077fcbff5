import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError, ShapeError } from '../base/errors';
import { normalArray } from '../base/random';
import { applyWhitening, fitWhitening } from './whitening';

const entry = (values: ArrayLike<number>, index: number) => values[index] ?? Number.NaN;

function expectClose(values: ArrayLike<number>, wanted: readonly number[]) {
  expect(values.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(entry(values, i)).toBeCloseTo(value, 6);
}

/** Correlated embeddings away from the origin: rows · mixing + offset, with axes of very different length. */
function correlatedRows(n: number, d: number, seed: number): Float32Array {
  const noise = normalArray(n * d, seed);
  const mixing = normalArray(d * d, seed + 1);
  const rows = new Float32Array(n * d);
  for (let r = 0; r < n; r++) {
    for (let j = 0; j < d; j++) {
      let sum = 3 * Math.cos(j);
      for (let k = 0; k < d; k++) sum += (entry(noise, r * d + k) * entry(mixing, k * d + j)) / (1 + k);
      rows[r * d + j] = sum;
    }
  }
  return rows;
}

/** Greatest |mean|, |variance − 1| and |correlation| of the columns. */
function departures(x: Float32Array, n: number, c: number) {
  const mean = Array.from({ length: c }, (_, j) => {
    let sum = 0;
    for (let r = 0; r < n; r++) sum += entry(x, r * c + j);
    return sum / n;
  });
  let [greatestMean, greatestVariance, greatestCorrelation] = [0, 0, 0];
  for (let i = 0; i < c; i++) {
    greatestMean = Math.max(greatestMean, Math.abs(entry(mean, i)));
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let r = 0; r < n; r++) {
        sum += (entry(x, r * c + i) - entry(mean, i)) * (entry(x, r * c + j) - entry(mean, j));
      }
      const covariance = sum / (n - 1);
      if (i === j) greatestVariance = Math.max(greatestVariance, Math.abs(covariance - 1));
      else greatestCorrelation = Math.max(greatestCorrelation, Math.abs(covariance));
    }
  }
  return { greatestMean, greatestVariance, greatestCorrelation };
}

describe('whitening', () => {
  it.each([
    [500, 37, 20], // two chunks of 128 rows and a remainder; width no multiple of the tile
    [129, 5, 5],
    [40, 64, 39], // fewer items than dimensions: rank N − 1
    [3, 2, 2],
  ])('gives %i rows of width %i as %i components of mean 0, variance 1 and no correlation', (n, d, components) => {
    const x = correlatedRows(n, d, 7);
    const whitened = applyWhitening(fitWhitening(x, n, d, components), x, n);
    const { greatestMean, greatestVariance, greatestCorrelation } = departures(whitened, n, components);
    expect(greatestMean).toBeLessThan(1e-6);
    expect(greatestVariance).toBeLessThan(1e-5);
    expect(greatestCorrelation).toBeLessThan(1e-5);
  });

  it('gives known axes for points on a known ellipse', () => {
    // ±2 along (0.6, 0.8), ±1 along (−0.8, 0.6), around (5, −1): variances 8/3 and 2/3.
    const x = Float32Array.of(6.2, 0.6, 3.8, -2.6, 4.2, -0.4, 5.8, -1.6);
    const fit = fitWhitening(x, 4, 2, 2);
    expectClose(fit.mean, [5, -1]);
    expectClose(fit.deviations, [Math.sqrt(8 / 3), Math.sqrt(2 / 3)]);
    expectClose(fit.axes, [0.6, 0.8, 0.8, -0.6]);
    expect(fit.explainedShare).toBeCloseTo(1, 12);
    const root = Math.sqrt(1.5);
    expectClose(applyWhitening(fit, x, 4), [root, 0, -root, 0, 0, -root, 0, root]);
  });

  it('reconstructs the rows from all components: x = x̂·σ·V + μ', () => {
    const [n, d] = [60, 9];
    const x = correlatedRows(n, d, 3);
    const fit = fitWhitening(x, n, d, d);
    const whitened = applyWhitening(fit, x, n);
    x.forEach((value, index) => {
      const [r, k] = [Math.floor(index / d), index % d];
      let sum = entry(fit.mean, k);
      for (let c = 0; c < d; c++) {
        sum += entry(whitened, r * d + c) * entry(fit.deviations, c) * entry(fit.axes, c * d + k);
      }
      expect(sum).toBeCloseTo(value, 4);
    });
  });

  it('keeps the leading components when fewer are asked for', () => {
    const x = correlatedRows(80, 12, 11);
    const all = fitWhitening(x, 80, 12, 12);
    const some = fitWhitening(x, 80, 12, 4);
    expect(some.axes).toEqual(all.axes.slice(0, 48));
    expect(some.explainedShare).toBeLessThan(all.explainedShare);
    expect([...all.deviations]).toEqual([...all.deviations].sort((a, b) => b - a));
  });

  it('makes the entry of greatest magnitude of every axis positive', () => {
    const { axes } = fitWhitening(correlatedRows(50, 8, 5), 50, 8, 8);
    for (let c = 0; c < 8; c++) {
      const axis = [...axes.subarray(c * 8, c * 8 + 8)];
      expect(Math.max(...axis)).toBe(Math.max(...axis.map(Math.abs)));
    }
  });

  it('names the row of a NaN embedding', () => {
    const x = correlatedRows(10, 4, 1);
    const fit = fitWhitening(x, 10, 4, 2);
    x[6 * 4 + 1] = Number.NaN;
    expect(() => fitWhitening(x, 10, 4, 2)).toThrow(FormatError);
    expect(() => fitWhitening(x, 10, 4, 2)).toThrow(/row 6 has NaN at position 1/);
    expect(() => applyWhitening(fit, x, 10)).toThrow(/row 6/);
  });

  it('refuses more components than the rank and says how many there are', () => {
    const x = correlatedRows(10, 20, 1);
    expect(() => fitWhitening(x, 10, 20, 10)).toThrow(/span only 9/);
    expect(() => fitWhitening(new Float32Array(21).fill(0.1), 7, 3, 1)).toThrow(/span only 0/);
    expect(() => fitWhitening(Float32Array.of(1, 2), 1, 2, 1)).toThrow(ConfigError);
    expect(() => fitWhitening(x, 10, 20, 0)).toThrow(/at least 1 component/);
    expect(fitWhitening(x, 10, 20, 9).components).toBe(9);
  });

  it('refuses rows of another width', () => {
    const fit = fitWhitening(correlatedRows(10, 4, 1), 10, 4, 2);
    expect(() => applyWhitening(fit, new Float32Array(15), 5)).toThrow(ShapeError);
  });
});
