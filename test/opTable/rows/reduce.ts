import { multiply } from '../../../src/tensor/ops/elementwise';
import { max, mean, sum } from '../../../src/tensor/ops/reduce';
import { reshape, stopGradient, straightThrough } from '../../../src/tensor/ops/views';
import type { OpCase, OpRow } from '../table';

const SHAPES: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [4, 7, 1],
  [3, 300, 1],
  [2, 5, 6],
  [1, 1030, 33],
  [5, 0, 3],
  [0, 4, 2],
  [2, 65_537, 1],
];

const reduceReference = (
  x: Float64Array,
  [outer, middle, inner]: readonly [number, number, number],
  start: number,
  merge: (a: number, b: number) => number,
): Float64Array => {
  const out = new Float64Array(outer * inner).fill(start);
  for (let o = 0; o < outer; o++)
    for (let m = 0; m < middle; m++)
      for (let i = 0; i < inner; i++)
        out[o * inner + i] = merge(out[o * inner + i] as number, x[(o * middle + m) * inner + i] as number);
  return out;
};

const cases = SHAPES.flatMap((shape): OpCase[] => {
  const [outer, middle, inner] = shape;
  const input = { x: { shape, values: 'normal' as const } };
  const length = Math.max(1, middle);
  const tolerance = {
    atol: 4 * 2 ** -24 * length + 1e-6,
    rtol: 1e-5,
    reason: 'a sum of N(0,1) values in tree or index order',
  };
  const gradients = outer * middle * inner > 0 && outer * middle * inner < 50_000 ? { gradients: ['x'] } : {};
  const list: OpCase[] = [
    {
      name: `sum [${shape}]`,
      inputs: input,
      build: ({ x }) => [sum(x as never, 1)],
      reference: ({ x }) => [reduceReference(x as Float64Array, shape, 0, (a, b) => a + b)],
      tolerance,
      ...gradients,
    },
    {
      name: `mean [${shape}]`,
      inputs: input,
      build: ({ x }) => [mean(x as never, 1, true)],
      reference: ({ x }) => [reduceReference(x as Float64Array, shape, 0, (a, b) => a + b).map((v) => v / length)],
      tolerance,
      ...gradients,
    },
  ];
  if (middle > 0)
    list.push({
      name: `max [${shape}]`,
      inputs: input,
      build: ({ x }) => [max(x as never, 1)],
      reference: ({ x }) => [reduceReference(x as Float64Array, shape, Number.NEGATIVE_INFINITY, Math.max)],
    });
  return list;
});

const viewCases: OpCase[] = [
  {
    name: 'stopGradient keeps the value and stops one branch',
    inputs: { x: { shape: [33], values: 'normal' } },
    build: ({ x }) => [stopGradient(multiply(x as never, x as never))],
    reference: ({ x }) => [(x as Float64Array).map((v) => v * v)],
  },
  {
    name: 'straightThrough has the value of hard',
    inputs: { h: { shape: [33], values: 'normal' }, s: { shape: [33], values: 'normal' } },
    build: ({ h, s }) => [straightThrough(h as never, s as never)],
    reference: ({ h }) => [h as Float64Array],
  },
  {
    name: 'reshape of a product',
    inputs: { x: { shape: [4, 6], values: 'normal' } },
    build: ({ x }) => [multiply(reshape(x as never, [2, 12]), reshape(x as never, [2, -1]))],
    reference: ({ x }) => [(x as Float64Array).map((v) => v * v)],
    gradients: ['x'],
  },
];

export const reduceRows: readonly OpRow[] = [
  { ops: ['reduce_sum', 'reduce_max', 'spread'], cases },
  { ops: ['stop_gradient', 'straight_through', 'reshape'], cases: viewCases },
];
