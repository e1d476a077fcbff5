import { normalArray, uniformGenerator } from '../../../src/base/random';
import { codeSums, emaCodebook, type NearestCodeVariant, nearestCode } from '../../../src/tensor/ops/quantize';
import type { OpCase, OpRow } from '../table';

/** float64 arg-min by squared distance, the smaller index on ties. */
export function referenceNearest(
  x: ArrayLike<number>,
  codebook: ArrayLike<number>,
  dims: number,
): { code: Float64Array; distance: Float64Array } {
  const rows = x.length / dims;
  const codes = codebook.length / dims;
  const code = new Float64Array(rows);
  const distance = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < codes; k++) {
      let total = 0;
      for (let d = 0; d < dims; d++) total += ((x[i * dims + d] as number) - (codebook[k * dims + d] as number)) ** 2;
      if (total < (distance[i] as number)) {
        distance[i] = total;
        code[i] = k;
      }
    }
  return { code, distance };
}

/** Whole numbers in −2..2: distances are exact in f32, and ties are many. */
const wholeNumbers = (count: number, seed: number): Float32Array => {
  const uniform = uniformGenerator(seed);
  return Float32Array.from({ length: count }, () => Math.floor(uniform() * 5) - 2);
};

const SHAPES: readonly (readonly [rows: number, codes: number, dims: number])[] = [
  [0, 5, 3],
  [1, 1, 1],
  [7, 5, 3],
  [9, 64, 8],
  [33, 65, 31],
  [130, 257, 12],
  [40, 1031, 6],
  [17, 130, 129],
];
const VARIANTS: readonly NearestCodeVariant[] = ['auto', 'plain', 'tile'];

const nearest: OpCase[] = SHAPES.flatMap(([rows, codes, dims]) =>
  VARIANTS.flatMap((variant): OpCase[] => [
    {
      name: `nearest_code (${variant}) ${rows}x${dims} in ${codes}, ties to the smaller index`,
      inputs: {
        x: { shape: [rows, dims], values: wholeNumbers(rows * dims, rows) },
        codebook: { shape: [codes, dims], values: wholeNumbers(codes * dims, codes) },
      },
      build: ({ x, codebook }) => {
        const found = nearestCode(x as never, codebook as never, variant);
        return [found.code, found.distance];
      },
      reference: ({ x, codebook }) => {
        const found = referenceNearest(x as Float64Array, codebook as Float64Array, dims);
        return [found.code, found.distance];
      },
      tolerance: { atol: 0, rtol: 0, reason: 'whole numbers below 2^24: every sum is exact' },
    },
    {
      name: `nearest_code (${variant}) distance of normal ${rows}x${dims} in ${codes}`,
      inputs: { x: { shape: [rows, dims], values: 'normal' }, codebook: { shape: [codes, dims], values: 'normal' } },
      build: ({ x, codebook }) => [nearestCode(x as never, codebook as never, variant).distance],
      reference: ({ x, codebook }) => [referenceNearest(x as Float64Array, codebook as Float64Array, dims).distance],
      tolerance: { atol: 1e-7, rtol: 1e-5, reason: 'a sum of squares has no cancellation: D/2 * 2^-24 at most' },
    },
  ]),
);

const sums: OpCase[] = (
  [
    [1, 1, 1],
    [50, 7, 5],
    [700, 256, 33],
  ] as const
).map(([rows, codes, dims]) => ({
  name: `code_counts and sums of ${rows}x${dims} by ${codes}`,
  inputs: { x: { shape: [rows, dims], values: 'normal' }, code: { shape: [rows], values: { below: codes } } },
  build: ({ x, code }) => {
    const found = codeSums(x as never, code as never, codes);
    return [found.counts, found.sums];
  },
  reference: ({ x, code }) => {
    const counts = new Float64Array(codes);
    const total = new Float64Array(codes * dims);
    (code as Float64Array).forEach((k, i) => {
      counts[k] = (counts[k] as number) + 1;
      for (let d = 0; d < dims; d++)
        total[k * dims + d] = (total[k * dims + d] as number) + ((x as Float64Array)[i * dims + d] as number);
    });
    return [counts, total];
  },
  tolerance: { atol: 1e-4, rtol: 1e-5, reason: 'sums of up to 700 normal deviates' },
}));

const DECAY = 0.99;
const EPS = 1e-5;
const ema: OpCase[] = (
  [
    [1, 1],
    [5, 3],
    [257, 70],
  ] as const
).map(([codes, dims]) => ({
  name: `ema_codebook of ${codes}x${dims}`,
  inputs: {
    counts: { shape: [codes], values: normalArray(codes, 3).map((value) => Math.floor(Math.abs(value) * 4)) },
    sums: { shape: [codes, dims], values: 'normal' },
    count: { shape: [codes], values: 'positive' },
    sum: { shape: [codes, dims], values: 'normal' },
  },
  build: (t) => {
    const batch = { counts: t['counts'] as never, sums: t['sums'] as never };
    const next = emaCodebook(batch, { count: t['count'] as never, sum: t['sum'] as never }, { decay: DECAY, eps: EPS });
    return [next.count, next.sum, next.codebook];
  },
  reference: ({ counts, sums: s, count, sum }) => {
    const moved = (old: Float64Array, now: Float64Array) =>
      old.map((v, i) => DECAY * v + (1 - DECAY) * (now[i] as number));
    const newCount = moved(count as Float64Array, counts as Float64Array);
    const newSum = moved(sum as Float64Array, s as Float64Array);
    const total = newCount.reduce((a, b) => a + b, 0);
    const smoothed = newCount.map((v) => (total * (v + EPS)) / (total + codes * EPS));
    return [newCount, newSum, newSum.map((v, i) => v / (smoothed[Math.floor(i / dims)] as number))];
  },
}));

export const quantizeRows: readonly OpRow[] = [
  { ops: ['nearest_code'], cases: nearest },
  { ops: ['code_counts', 'build_index', 'scatter_rows'], cases: sums },
  { ops: ['ema_codebook'], cases: ema },
];
