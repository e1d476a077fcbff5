import { packHalf, unpackHalf } from '../../../src/tensor/ops/half';
import { roundHalf } from '../../fixtures/half';
import type { OpCase, OpRow } from '../table';

const EXACT = { atol: 0, rtol: 0, reason: 'rounding to f16 and widening are exact' } as const;

/** Around the borders of finite f16: subnormals, the smallest normal, ties of both parities, the largest. */
const BORDERS = Float32Array.from(
  [
    [0, 2 ** -26, 2 ** -25, 2 ** -24, 1.5 * 2 ** -24, 3 * 2 ** -25, 2 ** -14, 2 ** -14 - 2 ** -25],
    [1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 2049, 2051, 65_504, 65_519.99],
  ].flatMap((values) => values.flatMap((value) => [value, -value])),
);

const round = (name: string, shape: readonly number[], values: OpCase['inputs'][string]['values']): OpCase => ({
  name,
  inputs: { x: { shape, values } },
  build: ({ x }) => [unpackHalf(packHalf(x as never), shape)],
  reference: ({ x }) => [(x as Float64Array).map(roundHalf)],
  tolerance: EXACT,
});

export const halfRows: readonly OpRow[] = [
  {
    ops: ['pack_half', 'unpack_half'],
    cases: [
      ...[0, 1, 2, 3, 5, 64, 1027].map((size) => round(`half of [${size}]`, [size], 'normal')),
      round('half of [3, 70, 33]', [3, 70, 33], 'awayFromZero'),
      round('half at its borders', [BORDERS.length], BORDERS),
    ],
  },
];
