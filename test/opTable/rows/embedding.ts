import { normalArray } from '../../../src/base/random';
import { multiply } from '../../../src/tensor/ops/elementwise';
import { buildIndex, embedding, invertIndex } from '../../../src/tensor/ops/embedding';
import { sum, sumAll } from '../../../src/tensor/ops/reduce';
import { dotTolerance, type OpCase, type OpRow } from '../table';

const gather = (table: Float64Array, ids: ArrayLike<number>, width: number): Float64Array => {
  const out = new Float64Array(ids.length * width);
  for (let i = 0; i < ids.length; i++)
    for (let c = 0; c < width; c++) out[i * width + c] = table[(ids[i] as number) * width + c] ?? 0;
  return out;
};

/** Ids with one hot row, as padding and user tokens are in a batch of sequences. */
const hotIds = (count: number, rows: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 2 % rows : (i * 7919 + (i >> 3)) % rows));

const SHAPES: readonly (readonly [rows: number, width: number, count: number])[] = [
  [5, 3, 7],
  [1, 4, 65],
  [9, 8, 0],
  [40, 64, 129],
  [130, 36, 1000],
  [3, 8, 500],
  [300, 7, 700],
  [25, 1, 257],
  [3000, 64, 400],
  [3000, 5, 400],
];

const cases: OpCase[] = SHAPES.flatMap(([rows, width, count]) =>
  (['host', 'gpu'] as const).map((side): OpCase => {
    const ids = hotIds(count, rows);
    const { order, starts } = invertIndex(ids, rows);
    return {
      name: `embedding [${rows}, ${width}] of ${count} ids, index from the ${side}`,
      inputs: {
        table: { shape: [rows, width], values: 'normal' },
        ids: { shape: [count], values: ids },
        ...(side === 'host'
          ? { order: { shape: [count], values: order }, starts: { shape: [rows + 1], values: starts } }
          : {}),
      },
      build: (t) => [
        embedding(
          t['table'] as never,
          t['ids'] as never,
          t['order'] ? { order: t['order'], starts: t['starts'] as never } : undefined,
        ),
      ],
      reference: ({ table }) => [gather(table as Float64Array, ids, width)],
      tolerance: { atol: 0, rtol: 0, reason: 'a copy' },
      ...(count > 0 ? { gradients: ['table'] } : {}),
    };
  }),
);

const outside: OpCase = {
  name: 'embedding of ids [3, 4], some outside the table',
  inputs: { table: { shape: [6, 4], values: 'normal' }, ids: { shape: [3, 4], values: { below: 9 } } },
  build: ({ table, ids }) => [embedding(table as never, ids as never)],
  reference: ({ table, ids }) => [gather(table as Float64Array, ids as Float64Array, 4)],
  tolerance: { atol: 0, rtol: 0, reason: 'a copy' },
  gradients: ['table'],
};

const paddedTable = normalArray(24, 11);
const padded: OpCase = {
  name: 'embedding with a padding row that sends no gradient',
  inputs: { table: { shape: [6, 4], values: paddedTable }, ids: { shape: [50], values: { below: 6 } } },
  build: ({ table, ids }) => [embedding(table as never, ids as never, undefined, { paddingId: 2 })],
  // Row 2 comes from the constant, so the differences see no dependence on it.
  reference: ({ table, ids }) => [
    gather(
      (table as Float64Array).map((value, i) => (i >> 2 === 2 ? (paddedTable[i] as number) : value)),
      ids as Float64Array,
      4,
    ),
  ],
  tolerance: { atol: 0, rtol: 0, reason: 'a copy' },
  gradients: ['table'],
};

const index: OpCase = {
  name: 'index of 1000 ids in 97 rows',
  inputs: { unused: { shape: [1], values: 'normal' }, ids: { shape: [1000], values: { below: 97 } } },
  build: ({ ids }) => {
    const { order, starts } = buildIndex(ids as never, 97);
    return [order, starts];
  },
  reference: ({ ids }) => {
    const { order, starts } = invertIndex(Uint32Array.from(ids as Float64Array), 97);
    return [Float64Array.from(order), Float64Array.from(starts)];
  },
  tolerance: { atol: 0, rtol: 0, reason: 'integers' },
};

const dotCases: OpCase[] = (
  [
    [40, 64, 129],
    [3, 8, 1000],
    [300, 36, 257],
    [5, 4, 1],
    [9, 7, 20],
  ] as const
).flatMap(([rows, width, count]) =>
  (['rows', 'all'] as const).map((over): OpCase => {
    const inputs = {
      table: { shape: [rows, width], values: 'normal' },
      ids: { shape: [count], values: { below: rows + 1 } },
      x: { shape: [count, width], values: 'normal' },
    } as const;
    const products = (table: Float64Array, ids: Float64Array, x: Float64Array): Float64Array =>
      gather(table, ids, width).map((value, i) => value * (x[i] as number));
    return {
      name: `products of [${rows}, ${width}] looked up by ${count} ids, summed over ${over}`,
      inputs,
      build: ({ table, ids, x }) => {
        const product = multiply(x as never, embedding(table as never, ids as never));
        return [over === 'rows' ? sum(product, 1) : sumAll(product)];
      },
      reference: ({ table, ids, x }) => {
        const each = products(table as Float64Array, ids as Float64Array, x as Float64Array);
        if (over === 'all') return [Float64Array.of(each.reduce((total, value) => total + value, 0))];
        return [
          Float64Array.from({ length: count }, (_, row) =>
            each.subarray(row * width, (row + 1) * width).reduce((total, value) => total + value, 0),
          ),
        ];
      },
      tolerance: dotTolerance(over === 'rows' ? width : width * count),
      gradients: ['table', 'x'],
    };
  }),
);

export const embeddingRows: readonly OpRow[] = [
  { ops: ['gather_rows', 'scatter_rows', 'build_index'], cases: [...cases, outside, padded, index] },
  { ops: ['gather_dot'], cases: dotCases },
];
