import { linearCrossEntropy } from '../../../src/tensor/ops/linearCrossEntropy';
import type { OpCase, OpRow } from '../table';

const TOLERANCE = { atol: 2e-6, rtol: 3e-5, reason: 'softmax of dot products' } as const;

interface Sizes {
  readonly rows: number;
  readonly width: number;
  readonly table: number;
  readonly classes: number;
  readonly chunkRows: number;
}

function meanLoss(h: Float64Array, table: Float64Array, targets: ArrayLike<number>, sizes: Sizes) {
  const { rows, width, classes } = sizes;
  const losses = new Float64Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const logits = Float64Array.from({ length: classes }, (_, item) => {
      let dot = 0;
      for (let d = 0; d < width; d++) dot += (h[row * width + d] as number) * (table[item * width + d] as number);
      return dot;
    });
    const target = targets[row] as number;
    if (target >= classes) continue;
    const top = logits.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
    losses[row] =
      top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0)) - (logits[target] as number);
    count++;
  }
  return { mean: losses.reduce((sum, loss) => sum + loss, 0) / Math.max(count, 1), losses };
}

/** Targets go one past the classes: such rows do not count. */
function makeCase(sizes: Sizes, targets?: Uint32Array): OpCase {
  const { rows, width, table, classes, chunkRows } = sizes;
  return {
    name: `linearCrossEntropy [${rows}, ${width}] over ${classes} of ${table}, chunks of ${chunkRows}`,
    inputs: {
      h: { shape: [rows, width], values: 'normal' },
      table: { shape: [table, width], values: 'normal' },
      targets: { shape: [rows], values: targets ?? { below: classes + 1 } },
    },
    build: ({ h, table: entries, targets: wanted }) => [
      linearCrossEntropy(h as never, entries as never, wanted as never, { classes, chunkRows }).mean,
    ],
    reference: ({ h, table: entries, targets: wanted }) => [
      Float64Array.of(meanLoss(h as Float64Array, entries as Float64Array, wanted as Float64Array, sizes).mean),
    ],
    tolerance: TOLERANCE,
    gradients: ['h', 'table'],
    gradientTolerance: { atol: 2e-5, rtol: 2e-3 },
  };
}

const sizes: readonly Sizes[] = [
  { rows: 1, width: 1, table: 4, classes: 1, chunkRows: 0 },
  { rows: 1, width: 4, table: 4, classes: 3, chunkRows: 0 },
  { rows: 7, width: 8, table: 12, classes: 9, chunkRows: 0 },
  { rows: 130, width: 12, table: 44, classes: 41, chunkRows: 64 },
  { rows: 128, width: 16, table: 300, classes: 300, chunkRows: 64 },
  { rows: 200, width: 5, table: 1028, classes: 1026, chunkRows: 64 },
];

const rowLosses: OpCase = {
  name: 'row losses of linearCrossEntropy without a gradient, chunks of 64, logits up to 1e3',
  inputs: {
    h: { shape: [70, 4], values: Float32Array.from({ length: 280 }, (_, i) => ((i % 9) - 4) * 8) },
    table: { shape: [24, 4], values: Float32Array.from({ length: 96 }, (_, i) => ((i % 7) - 3) * 8) },
    targets: { shape: [70], values: { below: 25 } },
  },
  build: ({ h, table, targets }) => {
    const options = { classes: 22, hasGradient: false, chunkRows: 64 };
    const { mean, losses } = linearCrossEntropy(h as never, table as never, targets as never, options);
    return [mean, losses];
  },
  reference: ({ h, table, targets }) => {
    const shape = { rows: 70, width: 4, table: 24, classes: 22, chunkRows: 64 };
    const { mean, losses } = meanLoss(h as Float64Array, table as Float64Array, targets as Float64Array, shape);
    return [Float64Array.of(mean), losses];
  },
  tolerance: { atol: 1e-4, rtol: 1e-5, reason: 'logits up to 1e3 have 6e-5 between neighbours' },
};

const noneCounts = makeCase({ rows: 66, width: 4, table: 8, classes: 8, chunkRows: 64 }, new Uint32Array(66).fill(9));

export const linearCrossEntropyRows: readonly OpRow[] = [
  { ops: ['linear_cross_entropy'], cases: [...sizes.map((each) => makeCase(each)), rowLosses, noneCounts] },
];
