import { gruCell } from '../../../src/tensor/ops/gruCell';
import type { OpCase, OpRow } from '../table';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function reference(fromX: Float64Array, fromH: Float64Array, h: Float64Array, width: number): Float64Array {
  return h.map((held, i) => {
    const reset = Math.floor(i / width) * 3 * width + (i % width);
    const at = (array: Float64Array, gate: number): number => array[reset + gate * width] as number;
    const r = sigmoid(at(fromX, 0) + at(fromH, 0));
    const z = sigmoid(at(fromX, 1) + at(fromH, 1));
    const n = Math.tanh(at(fromX, 2) + r * at(fromH, 2));
    return (1 - z) * n + z * held;
  });
}

const cases = (
  [
    [0, 3],
    [1, 1],
    [5, 16],
    [7, 33],
    [130, 20],
  ] as const
).map(
  ([rows, width]): OpCase => ({
    name: `gruCell [${rows}, ${width}]`,
    inputs: {
      fromX: { shape: [rows, 3 * width], values: 'normal' },
      fromH: { shape: [rows, 3 * width], values: 'normal' },
      h: { shape: [rows, width], values: 'normal' },
    },
    build: (t) => [gruCell(t['fromX'] as never, t['fromH'] as never, t['h'] as never)],
    reference: (a) => [
      reference(a['fromX'] as Float64Array, a['fromH'] as Float64Array, a['h'] as Float64Array, width),
    ],
    ...(rows > 0 ? { gradients: ['fromX', 'fromH', 'h'] } : {}),
  }),
);

export const gruCellRows: readonly OpRow[] = [{ ops: ['gru_cell', 'gru_cell_grad'], cases }];
