import {
  add,
  affine,
  BINARY_KINDS,
  binary,
  UNARY_KINDS,
  type UnaryKind,
  unary,
} from '../../../src/tensor/ops/elementwise';
import type { OpCase, OpRow } from '../table';

const erf = (x: number): number => {
  // Series for small |x|, continued fraction beyond: good to 1e-14, far below the kernel's 1.5e-7.
  const a = Math.abs(x);
  if (a < 2.5) {
    let term = a;
    let total = a;
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n;
      total += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
};

const REFERENCE: Readonly<Record<UnaryKind, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x / (1 + Math.exp(-x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  exp: Math.exp,
  log: Math.log,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  negate: (x) => -x,
  softplus: (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0),
};
const NEEDS_POSITIVE: readonly UnaryKind[] = ['log', 'sqrt', 'reciprocal'];
const SIZES = [0, 1, 63, 65, 257, 65_537];

const unaryCases = UNARY_KINDS.flatMap((kind): OpCase[] =>
  SIZES.map((size) => ({
    name: `${kind} [${size}]`,
    inputs: { x: { shape: [size], values: NEEDS_POSITIVE.includes(kind) ? 'positive' : 'awayFromZero' } },
    build: ({ x }) => [unary(kind, x as never)],
    reference: ({ x }) => [(x as Float64Array).map(REFERENCE[kind])],
    ...(size > 0 && size < 1000 ? { gradients: ['x'] } : {}),
  })),
);

const operate = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
};
const SHAPES: readonly (readonly [readonly number[], readonly number[], (i: number) => number])[] = [
  [[0], [0], (i) => i],
  [[7, 5], [7, 5], (i) => i],
  [[7, 5], [], () => 0],
  [[7, 5], [5], (i) => i % 5],
  [[7, 5], [7, 1], (i) => Math.floor(i / 5)],
  [[3, 4, 5], [4, 1], (i) => Math.floor(i / 5) % 4],
  [[129, 65], [65], (i) => i % 65],
];
const binaryCases = BINARY_KINDS.flatMap((kind): OpCase[] =>
  SHAPES.map(([a, b, at]) => ({
    name: `${kind} [${a}] [${b}]`,
    inputs: { a: { shape: a, values: 'awayFromZero' }, b: { shape: b, values: 'awayFromZero' } },
    build: (tensors) => [binary(kind, tensors['a'] as never, tensors['b'] as never)],
    reference: (arrays) => [
      (arrays['a'] as Float64Array).map((value, i) =>
        operate[kind](value, (arrays['b'] as Float64Array)[at(i)] as number),
      ),
    ],
    ...(a[0] !== 0 ? { gradients: ['a', 'b'] } : {}),
  })),
);

export const elementwiseRows: readonly OpRow[] = [
  { ops: ['unary', 'unary_grad', 'relu_mask'], cases: unaryCases },
  { ops: ['binary', 'reduce_sum'], cases: binaryCases },
  {
    ops: ['affine'],
    cases: [
      {
        name: 'affine [300]',
        inputs: { x: { shape: [300], values: 'normal' } },
        build: ({ x }) => [affine(x as never, 2.5, -1)],
        reference: ({ x }) => [(x as Float64Array).map((v) => 2.5 * v - 1)],
        gradients: ['x'],
      },
      {
        name: 'a tensor added to itself',
        inputs: { x: { shape: [70], values: 'normal' } },
        build: ({ x }) => [add(x as never, x as never)],
        reference: ({ x }) => [(x as Float64Array).map((v) => 2 * v)],
        gradients: ['x'],
      },
    ],
  },
];
