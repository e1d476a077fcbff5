import { crossEntropy, meanCrossEntropy } from '../../../src/tensor/ops/crossEntropy';
import { logSoftmax, softmax } from '../../../src/tensor/ops/softmax';
import type { OpCase, OpRow } from '../table';

const SOFTMAX = { atol: 1e-6, rtol: 2e-5, reason: 'softmax and norms' } as const;

function logSumExp(row: Float64Array): number {
  const top = row.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  return top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0));
}

function rowLosses(
  logits: Float64Array,
  targets: ArrayLike<number>,
  classes: number,
  ignored: number,
): { losses: Float64Array; lse: Float64Array; count: number } {
  const losses = new Float64Array(targets.length);
  const lse = new Float64Array(targets.length);
  let count = 0;
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    lse[row] = logSumExp(logits.subarray(row * classes, (row + 1) * classes));
    if (target >= classes || target === ignored) continue;
    losses[row] = (lse[row] as number) - (logits[row * classes + target] as number);
    count++;
  }
  return { losses, lse, count };
}

const SHAPES: readonly (readonly [number, number])[] = [
  [0, 4],
  [1, 1],
  [3, 5],
  [7, 8],
  [33, 129],
  [5, 1300],
  [2, 65_537],
];
const IGNORED = 1;

const rowCases = SHAPES.map(
  ([rows, classes]): OpCase => ({
    name: `crossEntropy [${rows}, ${classes}]`,
    inputs: {
      logits: { shape: [rows, classes], values: 'normal' },
      targets: { shape: [rows], values: { below: classes + 1 } },
    },
    build: ({ logits, targets }) => [crossEntropy(logits as never, targets as never, { ignoreIndex: IGNORED }).losses],
    reference: ({ logits, targets }) => [
      rowLosses(logits as Float64Array, targets as Float64Array, classes, IGNORED).losses,
    ],
    tolerance: SOFTMAX,
    ...(rows > 0 && classes < 10_000 ? { gradients: ['logits'] } : {}),
  }),
);

const lseCase: OpCase = {
  name: 'lse of crossEntropy [6, 40] with logits of 1e4',
  inputs: {
    logits: { shape: [6, 40], values: Float32Array.from({ length: 240 }, (_, i) => (i % 7) * 1e4 - 3e4) },
    targets: { shape: [6], values: { below: 40 } },
  },
  build: ({ logits, targets }) => {
    const { losses, lse } = crossEntropy(logits as never, targets as never);
    return [losses, lse];
  },
  reference: ({ logits, targets }) => {
    const { losses, lse } = rowLosses(logits as Float64Array, targets as Float64Array, 40, 99);
    return [losses, lse];
  },
  tolerance: SOFTMAX,
};

const meanCases = (
  [
    [1, 3, 9],
    [70, 12, 4],
    [257, 30, 99],
  ] as const
).map(
  ([rows, classes, ignored]): OpCase => ({
    name: `meanCrossEntropy [${rows}, ${classes}] ignoring ${ignored}`,
    inputs: {
      logits: { shape: [rows, classes], values: 'normal' },
      targets: { shape: [rows], values: { below: classes } },
    },
    build: ({ logits, targets }) => [meanCrossEntropy(logits as never, targets as never, { ignoreIndex: ignored })],
    reference: ({ logits, targets }) => {
      const { losses, count } = rowLosses(logits as Float64Array, targets as Float64Array, classes, ignored);
      return [Float64Array.of(losses.reduce((total, loss) => total + loss, 0) / Math.max(count, 1))];
    },
    tolerance: SOFTMAX,
    gradients: ['logits'],
  }),
);

const allIgnored: OpCase = {
  name: 'meanCrossEntropy with every row ignored is 0',
  inputs: { logits: { shape: [4, 8], values: 'normal' }, targets: { shape: [4], values: new Uint32Array(4).fill(3) } },
  build: ({ logits, targets }) => [meanCrossEntropy(logits as never, targets as never, { ignoreIndex: 3 })],
  reference: () => [Float64Array.of(0)],
  gradients: ['logits'],
};

const softmaxCases = (
  [
    [0, 3],
    [1, 1],
    [3, 4, 7],
    [65, 60],
    [9, 257],
    [2, 5000],
  ] as const
).flatMap((shape) =>
  [false, true].map(
    (isLog): OpCase => ({
      name: `${isLog ? 'logSoftmax' : 'softmax'} [${shape}]`,
      inputs: { x: { shape, values: 'normal' } },
      build: ({ x }) => [isLog ? logSoftmax(x as never) : softmax(x as never)],
      reference: ({ x }) => {
        const width = shape.at(-1) ?? 1;
        const values = x as Float64Array;
        const out = new Float64Array(values.length);
        for (let first = 0; first < values.length; first += width) {
          const lse = logSumExp(values.subarray(first, first + width));
          for (let i = first; i < first + width; i++)
            out[i] = isLog ? (values[i] as number) - lse : Math.exp((values[i] as number) - lse);
        }
        return [out];
      },
      tolerance: SOFTMAX,
      ...(shape[0] !== 0 ? { gradients: ['x'] } : {}),
    }),
  ),
);

export const crossEntropyRows: readonly OpRow[] = [
  {
    ops: ['cross_entropy', 'cross_entropy_grad', 'mean_counted'],
    cases: [...rowCases, lseCase, ...meanCases, allIgnored],
  },
  { ops: ['softmax', 'softmax_grad'], cases: softmaxCases },
];
