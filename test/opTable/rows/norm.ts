import { add } from '../../../src/tensor/ops/elementwise';
import { layerNorm, rmsNorm } from '../../../src/tensor/ops/norm';
import type { OpCase, OpRow } from '../table';

const NORM = { atol: 1e-6, rtol: 2e-5, reason: 'softmax and norms' } as const;

const overRows = (x: Float64Array, width: number, each: (row: Float64Array) => Float64Array): Float64Array => {
  const out = new Float64Array(x.length);
  for (let first = 0; first < x.length; first += width) out.set(each(x.slice(first, first + width)), first);
  return out;
};

export function referenceRmsNorm(x: Float64Array, weight: Float64Array, eps: number): Float64Array {
  return overRows(x, weight.length, (row) => {
    const scale = 1 / Math.sqrt(row.reduce((total, value) => total + value * value, 0) / row.length + eps);
    return row.map((value, c) => (weight[c] as number) * value * scale);
  });
}

export function referenceLayerNorm(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  eps: number,
): Float64Array {
  return overRows(x, weight.length, (row) => {
    const mean = row.reduce((total, value) => total + value, 0) / row.length;
    const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / row.length;
    return row.map(
      (value, c) => ((weight[c] as number) * (value - mean)) / Math.sqrt(variance + eps) + (bias[c] as number),
    );
  });
}

const SHAPES: readonly (readonly number[])[] = [
  [0, 8],
  [1, 1],
  [3, 7],
  [2, 33, 128],
  [129, 64],
  [5, 257],
  [700, 12],
];
const last = (shape: readonly number[]): number => shape.at(-1) ?? 0;

const rms = SHAPES.map(
  (shape): OpCase => ({
    name: `rmsNorm [${shape}]`,
    inputs: { x: { shape, values: 'normal' }, weight: { shape: [last(shape)], values: 'positive' } },
    build: ({ x, weight }) => [rmsNorm(x as never, weight as never)],
    reference: ({ x, weight }) => [referenceRmsNorm(x as Float64Array, weight as Float64Array, 1e-6)],
    tolerance: NORM,
    ...(shape[0] !== 0 ? { gradients: ['x', 'weight'] } : {}),
  }),
);

const layer = SHAPES.filter((shape) => last(shape) > 1).map(
  (shape): OpCase => ({
    name: `layerNorm [${shape}]`,
    inputs: {
      x: { shape, values: 'normal' },
      weight: { shape: [last(shape)], values: 'positive' },
      bias: { shape: [last(shape)], values: 'normal' },
    },
    build: ({ x, weight, bias }) => [layerNorm(x as never, weight as never, bias as never, 1e-5)],
    reference: ({ x, weight, bias }) => [
      referenceLayerNorm(x as Float64Array, weight as Float64Array, bias as Float64Array, 1e-5),
    ],
    tolerance: NORM,
    ...(shape[0] !== 0 ? { gradients: ['x', 'weight', 'bias'] } : {}),
  }),
);

/** A pre-norm residual: the gradients of both branches meet at x, where they are added in the norm's own kernel. */
const residual: OpCase[] = [
  {
    name: 'x + rmsNorm(x) [9, 20]',
    inputs: { x: { shape: [9, 20], values: 'normal' }, weight: { shape: [20], values: 'positive' } },
    build: ({ x, weight }) => [add(x as never, rmsNorm(x as never, weight as never))],
    reference: ({ x, weight }) => [
      referenceRmsNorm(x as Float64Array, weight as Float64Array, 1e-6).map(
        (value, i) => value + ((x as Float64Array)[i] as number),
      ),
    ],
    tolerance: NORM,
    gradients: ['x', 'weight'],
  },
  {
    name: 'x + layerNorm(x) [9, 20]',
    inputs: {
      x: { shape: [9, 20], values: 'normal' },
      weight: { shape: [20], values: 'positive' },
      bias: { shape: [20], values: 'normal' },
    },
    build: ({ x, weight, bias }) => [add(x as never, layerNorm(x as never, weight as never, bias as never, 1e-5))],
    reference: ({ x, weight, bias }) => [
      referenceLayerNorm(x as Float64Array, weight as Float64Array, bias as Float64Array, 1e-5).map(
        (value, i) => value + ((x as Float64Array)[i] as number),
      ),
    ],
    tolerance: NORM,
    gradients: ['x', 'weight', 'bias'],
  },
];

export const normRows: readonly OpRow[] = [
  { ops: ['rms_norm', 'rms_norm_grad', 'rms_norm_weight_grad'], cases: [...rms, residual[0] as OpCase] },
  { ops: ['layer_norm', 'layer_norm_grad', 'layer_norm_weight_grad'], cases: [...layer, residual[1] as OpCase] },
];
