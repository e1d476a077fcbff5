import { dropout } from '../../../src/tensor/ops/dropout';
import type { OpCase, OpRow } from '../table';

const hash32 = (value: number): number => {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
  return (x ^ (x >>> 16)) >>> 0;
};

/** The bits of shaders/lib/random.wgsl. */
export function randomBits(seed: number, step: number, stream: number, element: number): number {
  const key = hash32(seed ^ hash32(step ^ hash32((stream + 0x9e3779b9) >>> 0)));
  return hash32(key ^ hash32((element + 0x85ebca6b) >>> 0));
}

export function referenceDropout(
  x: Float64Array,
  rate: number,
  key: { seed: number; step: number; stream: number },
): Float64Array {
  return x.map((value, i) =>
    randomBits(key.seed, key.step, key.stream, i) >= Math.round(rate * 2 ** 32) ? value / (1 - rate) : 0,
  );
}

// The runner's programs have seed 0 and run step 0.
const cases = (
  [
    [0, 0.1, 0],
    [1, 0.5, 1],
    [257, 0.1, 2],
    [65_537, 0.3, 3],
  ] as const
).map(
  ([count, rate, stream]): OpCase => ({
    name: `dropout [${count}] at ${rate}, stream ${stream}`,
    inputs: { x: { shape: [count], values: 'awayFromZero' } },
    build: ({ x }) => [dropout(x as never, rate, stream)],
    reference: ({ x }) => [referenceDropout(x as Float64Array, rate, { seed: 0, step: 0, stream })],
    ...(count > 0 ? { gradients: ['x'] } : {}),
  }),
);

export const dropoutRows: readonly OpRow[] = [{ ops: ['dropout'], cases }];
