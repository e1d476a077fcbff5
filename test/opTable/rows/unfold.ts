import { conv2d, doubled } from '../../../src/nn/convolution';
import { fold, unfold } from '../../../src/tensor/ops/unfold';
import type { OpCase, OpRow } from '../table';
import { dotTolerance } from '../table';

interface Case {
  /** B, H, W, C. */
  readonly shape: readonly [number, number, number, number];
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

const CASES: readonly Case[] = [
  { shape: [1, 1, 1, 1], kernel: 1, stride: 1, padding: 0 },
  { shape: [2, 5, 7, 3], kernel: 3, stride: 1, padding: 1 },
  { shape: [2, 6, 6, 4], kernel: 3, stride: 2, padding: 1 },
  { shape: [1, 9, 8, 5], kernel: 4, stride: 3, padding: 0 },
  { shape: [3, 4, 4, 2], kernel: 2, stride: 2, padding: 0 },
  { shape: [1, 3, 3, 2], kernel: 5, stride: 1, padding: 2 },
  // Pixels that no window reaches.
  { shape: [2, 5, 5, 2], kernel: 2, stride: 4, padding: 0 },
  { shape: [4, 17, 15, 6], kernel: 3, stride: 1, padding: 1 },
];

const across = (size: number, { kernel, stride, padding }: Case): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

/** Calls with every pair of a window's entry and the pixel that it shows. */
function eachTap(tested: Case, visit: (entry: number, pixel: number) => void): void {
  const { shape, kernel, stride, padding } = tested;
  const [batch, height, width, channels] = shape;
  let entry = 0;
  for (let b = 0; b < batch; b++)
    for (let oy = 0; oy < across(height, tested); oy++)
      for (let ox = 0; ox < across(width, tested); ox++)
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++)
            for (let c = 0; c < channels; c++, entry++) {
              const [iy, ix] = [oy * stride + ky - padding, ox * stride + kx - padding];
              if (iy >= 0 && iy < height && ix >= 0 && ix < width)
                visit(entry, ((b * height + iy) * width + ix) * channels + c);
            }
}

function windows(tested: Case, x: Float64Array): Float64Array {
  const [batch, height, width, channels] = tested.shape;
  const out = new Float64Array(batch * across(height, tested) * across(width, tested) * tested.kernel ** 2 * channels);
  eachTap(tested, (entry, pixel) => {
    out[entry] = x[pixel] as number;
  });
  return out;
}

const named = ({ shape, kernel, stride, padding }: Case): string =>
  `[${shape}] by ${kernel}, stride ${stride}, padding ${padding}`;

const unfolds = CASES.map(
  (tested): OpCase => ({
    name: `unfold ${named(tested)}`,
    inputs: { x: { shape: tested.shape, values: 'normal' } },
    build: ({ x }) => [unfold(x as never, tested)],
    reference: ({ x }) => [windows(tested, x as Float64Array)],
    tolerance: { atol: 0, rtol: 0, reason: 'a copy' },
    gradients: ['x'],
  }),
);

const folds = CASES.map((tested): OpCase => {
  const [batch, height, width, channels] = tested.shape;
  const [rows, columns] = [across(height, tested), across(width, tested)];
  return {
    name: `fold to ${named(tested)}`,
    inputs: { y: { shape: [batch, rows, columns, tested.kernel ** 2 * channels], values: 'normal' } },
    build: ({ y }) => [fold(y as never, { ...tested, height, width, channels, rows, columns })],
    reference: ({ y }) => {
      const out = new Float64Array(batch * height * width * channels);
      eachTap(tested, (entry, pixel) => {
        out[pixel] = (out[pixel] as number) + ((y as Float64Array)[entry] as number);
      });
      return [out];
    },
    gradients: ['y'],
  };
});

/** A convolution against its definition: windows times the weight, plus the bias. */
const convolutions = [CASES[1], CASES[2], CASES[3]].flatMap((tested): OpCase[] => {
  if (!tested) return [];
  const outputs = 5;
  const depth = tested.kernel ** 2 * tested.shape[3];
  return [
    {
      name: `conv2d ${named(tested)} to ${outputs}`,
      inputs: {
        x: { shape: tested.shape, values: 'normal' },
        weight: { shape: [depth, outputs], values: 'normal' },
        bias: { shape: [outputs], values: 'normal' },
      },
      build: (t) => [conv2d((name) => t[name.replace('c.', '')] as never, 'c', t['x'] as never, tested)],
      reference: ({ x, weight, bias }) => {
        const rows = windows(tested, x as Float64Array);
        return [
          Float64Array.from({ length: (rows.length / depth) * outputs }, (_, at) => {
            const [row, output] = [Math.floor(at / outputs), at % outputs];
            let total = bias?.[output] ?? 0;
            for (let d = 0; d < depth; d++)
              total += (rows[row * depth + d] as number) * (weight?.[d * outputs + output] as number);
            return total;
          }),
        ];
      },
      tolerance: dotTolerance(depth),
      gradients: ['x', 'weight', 'bias'],
    },
  ];
});

const doubling: OpCase = {
  name: 'a picture [2, 3, 2, 4] of twice the side',
  inputs: { x: { shape: [2, 3, 2, 4], values: 'normal' } },
  build: ({ x }) => [doubled(x as never)],
  reference: ({ x }) => [
    Float64Array.from({ length: 2 * 6 * 4 * 4 }, (_, at) => {
      const [b, y, column, c] = [Math.floor(at / 96), Math.floor(at / 16) % 6, Math.floor(at / 4) % 4, at % 4];
      return x?.[((b * 3 + Math.floor(y / 2)) * 2 + Math.floor(column / 2)) * 4 + c] ?? 0;
    }),
  ],
  tolerance: { atol: 0, rtol: 0, reason: 'a copy' },
  gradients: ['x'],
};

export const unfoldRows: readonly OpRow[] = [
  { ops: ['unfold', 'fold'], cases: [...unfolds, ...folds, ...convolutions, doubling] },
];
