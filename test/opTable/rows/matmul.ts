import { add, relu } from '../../../src/tensor/ops/elementwise';
import { matmul } from '../../../src/tensor/ops/matmul';
import { dotTolerance, type OpCase, type OpRow } from '../table';

/** Plain float64 product of [batch, m, k] and [batch or 1, k, n] with optional transposes. */
export function referenceMatmul(
  a: Float64Array,
  b: Float64Array,
  size: {
    batch: number;
    m: number;
    n: number;
    k: number;
    transposeA?: boolean;
    transposeB?: boolean;
    sharedB?: boolean;
  },
): Float64Array {
  const { batch, m, n, k, transposeA = false, transposeB = false, sharedB = false } = size;
  const out = new Float64Array(batch * m * n);
  for (let z = 0; z < batch; z++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let p = 0; p < k; p++) {
          const av = a[z * m * k + (transposeA ? p * m + i : i * k + p)] as number;
          const bv = b[(sharedB ? 0 : z * k * n) + (transposeB ? j * k + p : p * n + j)] as number;
          total += av * bv;
        }
        out[(z * m + i) * n + j] = total;
      }
  return out;
}

const SIZES: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [3, 5, 7],
  [8, 32, 16],
  [64, 64, 64],
  [65, 33, 17],
  [60, 128, 36],
  [129, 40, 128],
  [4, 4, 515],
  [0, 4, 4],
  [50, 97, 40],
  [37, 30, 66],
  [13, 128, 301],
];
const cases: OpCase[] = SIZES.flatMap(([m, n, k]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map(
      (transposeB): OpCase => ({
        name: `matmul ${m}x${n}x${k}${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`,
        inputs: {
          a: { shape: transposeA ? [k, m] : [m, k], values: 'normal' },
          b: { shape: transposeB ? [n, k] : [k, n], values: 'normal' },
        },
        build: ({ a, b }) => [matmul(a as never, b as never, { transposeA, transposeB })],
        reference: ({ a, b }) => [
          referenceMatmul(a as Float64Array, b as Float64Array, { batch: 1, m, n, k, transposeA, transposeB }),
        ],
        tolerance: dotTolerance(k),
        ...(m * n * k < 40_000 && m > 0 ? { gradients: ['a', 'b'] } : {}),
      }),
    ),
  ),
);
const batched: OpCase[] = [
  [5, 6, 9, 4],
  [24, 16, 16, 16],
  [3, 33, 20, 12],
].map(([batch = 1, m = 1, n = 1, k = 1]) => ({
  name: `matmul batch ${batch} ${m}x${n}x${k}`,
  inputs: { a: { shape: [batch, m, k], values: 'normal' }, b: { shape: [batch, k, n], values: 'normal' } },
  build: ({ a, b }) => [matmul(a as never, b as never, { alpha: 0.5 })],
  reference: ({ a, b }) => [
    referenceMatmul(a as Float64Array, b as Float64Array, { batch, m, n, k }).map((v) => v / 2),
  ],
  tolerance: dotTolerance(k),
  gradients: ['a', 'b'],
}));
const fused: OpCase[] = [
  {
    name: 'matmul shared weight over [3, 10, 8], ReLU, residual',
    inputs: {
      a: { shape: [3, 10, 8], values: 'normal' },
      b: { shape: [8, 12], values: 'normal' },
      c: { shape: [12, 8], values: 'normal' },
    },
    build: ({ a, b, c }) => [add(matmul(relu(matmul(a as never, b as never)), c as never), a as never)],
    reference: ({ a, b, c }) => {
      const hidden = referenceMatmul(a as Float64Array, b as Float64Array, { batch: 1, m: 30, n: 12, k: 8 }).map((v) =>
        Math.max(v, 0),
      );
      return [
        referenceMatmul(hidden, c as Float64Array, { batch: 1, m: 30, n: 8, k: 12 }).map(
          (v, i) => v + ((a as Float64Array)[i] as number),
        ),
      ];
    },
    tolerance: dotTolerance(64),
    gradients: ['a', 'b', 'c'],
  },
  ...(['bias', 'biasRelu'] as const).map(
    (epilogue): OpCase => ({
      name: `matmul 33x20x12 ${epilogue}`,
      inputs: {
        a: { shape: [33, 12], values: 'normal' },
        b: { shape: [12, 20], values: 'normal' },
        bias: { shape: [20], values: 'normal' },
      },
      build: ({ a, b, bias }) => [matmul(a as never, b as never, { epilogue, aux: bias as never })],
      reference: ({ a, b, bias }) => [
        referenceMatmul(a as Float64Array, b as Float64Array, { batch: 1, m: 33, n: 20, k: 12 }).map((v, i) => {
          const value = v + ((bias as Float64Array)[i % 20] as number);
          return epilogue === 'bias' ? value : Math.max(value, 0);
        }),
      ],
      tolerance: dotTolerance(12),
      gradients: ['a', 'b', 'bias'],
    }),
  ),
];

/** Every epilogue above the size where the tiled kernels take over, with N a multiple of 4 and not. */
const epilogues: OpCase[] = [36, 37].flatMap((n) =>
  (['relu', 'add', 'reluMask', 'bias', 'biasRelu'] as const).map((epilogue): OpCase => {
    const [m, k] = [41, 24];
    const isBias = epilogue === 'bias' || epilogue === 'biasRelu';
    const needsAux = epilogue !== 'relu';
    return {
      name: `matmul ${m}x${n}x${k} ${epilogue}, alpha`,
      inputs: {
        a: { shape: [m, k], values: 'normal' },
        b: { shape: [n, k], values: 'normal' },
        ...(needsAux ? { aux: { shape: isBias ? [n] : [m, n], values: 'normal' } } : {}),
      },
      build: ({ a, b, aux }) => [
        matmul(a as never, b as never, {
          transposeB: true,
          alpha: 0.25,
          epilogue,
          ...(needsAux ? { aux: aux as never } : {}),
        }),
      ],
      reference: ({ a, b, aux }) => [
        referenceMatmul(a as Float64Array, b as Float64Array, { batch: 1, m, n, k, transposeB: true }).map((v, i) => {
          const extra = (aux as Float64Array | undefined)?.[isBias ? i % n : i] ?? 0;
          if (epilogue === 'reluMask') return extra > 0 ? v / 4 : 0;
          const value = v / 4 + extra;
          return epilogue === 'relu' || epilogue === 'biasRelu' ? Math.max(value, 0) : value;
        }),
      ],
      tolerance: dotTolerance(k),
      gradients: ['a', 'b', ...(epilogue === 'add' || isBias ? ['aux'] : [])],
    };
  }),
);
const transposedBatches: OpCase[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB): OpCase => {
    const [batch, m, n, k] = [6, 30, 27, 18];
    return {
      name: `matmul batch ${batch} ${m}x${n}x${k}${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`,
      inputs: {
        a: { shape: transposeA ? [batch, k, m] : [batch, m, k], values: 'normal' },
        b: { shape: transposeB ? [batch, n, k] : [batch, k, n], values: 'normal' },
      },
      build: ({ a, b }) => [matmul(a as never, b as never, { transposeA, transposeB })],
      reference: ({ a, b }) => [
        referenceMatmul(a as Float64Array, b as Float64Array, { batch, m, n, k, transposeA, transposeB }),
      ],
      tolerance: dotTolerance(k),
      gradients: ['a', 'b'],
    };
  }),
);

export const matmulRows: readonly OpRow[] = [
  { ops: ['matmul'], cases: [...cases, ...batched, ...fused, ...epilogues, ...transposedBatches] },
];
