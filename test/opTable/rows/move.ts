import { broadcastTo, concat, pad, slice, split, transpose } from '../../../src/tensor/ops/move';
import { elementCount, type Shape, stridesOf } from '../../../src/tensor/shape';
import type { OpCase, OpRow } from '../table';

const COPY = { atol: 0, rtol: 0, reason: 'a copy' } as const;

/** The array of `shape` whose entry at an index is `read(index)`. */
function build(shape: Shape, read: (index: readonly number[]) => number): Float64Array {
  const strides = stridesOf(shape);
  return Float64Array.from({ length: elementCount(shape) }, (_, i) =>
    read(shape.map((size, axis) => Math.floor(i / (strides[axis] as number)) % size)),
  );
}

/** The entry of a row-major array at `index`; 0 outside. */
function at(x: Float64Array, shape: Shape, index: readonly number[]): number {
  if (index.some((i, axis) => i < 0 || i >= (shape[axis] as number))) return 0;
  const strides = stridesOf(shape);
  return x[index.reduce((total, i, axis) => total + i * (strides[axis] as number), 0)] ?? 0;
}

const shifted = (index: readonly number[], axis: number, by: number): number[] =>
  index.map((i, a) => (a === axis ? i + by : i));
const resized = (shape: Shape, axis: number, size: number): Shape => shape.map((held, a) => (a === axis ? size : held));

const transposes = (
  [
    [
      [3, 5],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [0, 2, 1],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [4, 7, 2, 5],
      [0, 2, 1, 3],
    ],
    // Whole vectors of four move together.
    [
      [3, 5, 2, 8],
      [0, 2, 1, 3],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 0, 2],
    ],
    [
      [0, 3],
      [1, 0],
    ],
    [
      [257, 65],
      [-1, 0],
    ],
  ] as const
).map(
  ([shape, permutation]): OpCase => ({
    name: `transpose [${shape}] by [${permutation}]`,
    inputs: { x: { shape, values: 'normal' } },
    build: ({ x }) => [transpose(x as never, permutation)],
    reference: ({ x }) => {
      const axes = permutation.map((axis) => (axis + shape.length) % shape.length);
      return [
        build(
          axes.map((axis) => shape[axis] as number),
          (index) =>
            at(
              x as Float64Array,
              shape,
              shape.map((_, axis) => index[axes.indexOf(axis)] as number),
            ),
        ),
      ];
    },
    tolerance: COPY,
    ...(shape[0] !== 0 ? { gradients: ['x'] } : {}),
  }),
);

const slices = (
  [
    [[9], 0, 2, 5],
    [[3, 7], 1, 6, 1],
    [[4, 5, 6], 1, 1, 3],
    [[4, 5, 6], -1, 0, 2],
    [[2, 3], 0, 1, 0],
    [[2, 3, 4, 5], 2, 1, 2],
    [[5, 8], 0, 1, 3],
    [[3, 12], 1, 4, 8],
    [[3, 12], 1, 2, 8],
    [[3, 10], 1, 4, 4],
    [[2, 5, 4], 1, 2, 3],
  ] as const
).flatMap(([shape, axis, start, length]): OpCase[] => {
  const along = (axis + shape.length) % shape.length;
  const after = (shape[along] as number) - start - length;
  const small = resized(shape, along, length);
  return [
    {
      name: `slice [${shape}] axis ${axis} from ${start} length ${length}`,
      inputs: { x: { shape, values: 'normal' } },
      build: ({ x }) => [slice(x as never, axis, start, length)],
      reference: ({ x }) => [build(small, (index) => at(x as Float64Array, shape, shifted(index, along, start)))],
      tolerance: COPY,
      ...(length > 0 ? { gradients: ['x'] } : {}),
    },
    {
      name: `pad [${small}] axis ${axis} by ${start} and ${after}`,
      inputs: { x: { shape: small, values: 'normal' } },
      build: ({ x }) => [pad(x as never, axis, start, after)],
      reference: ({ x }) => [build(shape, (index) => at(x as Float64Array, small, shifted(index, along, -start)))],
      tolerance: COPY,
      ...(length > 0 ? { gradients: ['x'] } : {}),
    },
  ];
});

const joins = (
  [
    [[3, 4], 0, [2, 1, 3]],
    [[3, 4], 1, [1, 4]],
    [[2, 3, 5], 1, [1, 0, 2]],
    [[2, 3, 5], -1, [1, 1, 1]],
    [[5, 12], 1, [8, 4]],
  ] as const
).flatMap(([shape, axis, lengths]): OpCase[] => {
  const along = (axis + shape.length) % shape.length;
  const starts = lengths.map((_, piece) =>
    lengths.slice(0, piece).reduce((total: number, length) => total + length, 0),
  );
  const whole = resized(
    shape,
    along,
    lengths.reduce((total: number, length) => total + length, 0),
  );
  const pieces = lengths.map((length) => resized(shape, along, length));
  return [
    {
      name: `concat of ${lengths.length} along axis ${axis} to [${whole}]`,
      inputs: Object.fromEntries(pieces.map((piece, i) => [`x${i}`, { shape: piece, values: 'normal' as const }])),
      build: (t) => [
        concat(
          pieces.map((_, i) => t[`x${i}`] as never),
          axis,
        ),
      ],
      reference: (arrays) => [
        build(whole, (index) =>
          pieces.reduce(
            (total, piece, i) =>
              total + at(arrays[`x${i}`] as Float64Array, piece, shifted(index, along, -(starts[i] as number))),
            0,
          ),
        ),
      ],
      tolerance: COPY,
      gradients: pieces.flatMap((piece, i) => (elementCount(piece) > 0 ? [`x${i}`] : [])),
    },
    {
      name: `split of [${whole}] along axis ${axis} in ${lengths}`,
      inputs: { x: { shape: whole, values: 'normal' } },
      build: ({ x }) => split(x as never, axis, lengths),
      reference: ({ x }) =>
        pieces.map((piece, i) =>
          build(piece, (index) => at(x as Float64Array, whole, shifted(index, along, starts[i] as number))),
        ),
      tolerance: COPY,
      gradients: ['x'],
    },
  ];
});

/** A piece that nobody uses must give zeros to the gradient. */
const unused: OpCase = {
  name: 'split of [6, 2] with one piece unused',
  inputs: { x: { shape: [6, 2], values: 'normal' } },
  build: ({ x }) => [split(x as never, 0, [2, 3, 1])[1] as never],
  reference: ({ x }) => [(x as Float64Array).slice(4, 10)],
  tolerance: COPY,
  gradients: ['x'],
};

const broadcasts = (
  [
    [[], [3, 4]],
    [[5], [3, 5]],
    [[8], [3, 8]],
    [
      [3, 1],
      [3, 6],
    ],
    [
      [2, 1, 4],
      [2, 3, 4],
    ],
    [
      [1, 3, 1],
      [2, 5, 3, 4],
    ],
  ] as const
).map(
  ([from, to]): OpCase => ({
    name: `broadcastTo [${from}] to [${to}]`,
    inputs: { x: { shape: from, values: 'normal' } },
    build: ({ x }) => [broadcastTo(x as never, to)],
    reference: ({ x }) => [
      build(to, (index) =>
        at(
          x as Float64Array,
          from,
          index.slice(to.length - from.length).map((i, axis) => (from[axis] === 1 ? 0 : i)),
        ),
      ),
    ],
    tolerance: COPY,
    gradients: ['x'],
  }),
);

export const moveRows: readonly OpRow[] = [
  { ops: ['transpose'], cases: transposes },
  { ops: ['slice', 'pad'], cases: slices },
  { ops: ['concat', 'split'], cases: [...joins, unused] },
  { ops: ['broadcast_to'], cases: broadcasts },
];
