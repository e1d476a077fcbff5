/** How fast an adapter multiplies, as one measured number: what a software adapter's warning says. */
import { normalArray } from '../base/random';
import type { GpuDevice } from '../gpu/device';
import { chooseMatmul } from './matmulChoice';
import { MatmulTrial } from './matmulTrial';

export interface AdapterSpeed {
  /** 10⁹ multiplications and additions a second. */
  readonly gflops: number;
  /** Of the square matrices that were multiplied. */
  readonly side: number;
}

/** A width that training steps have; about 10 ms a product on a software adapter. */
const SIDE = 256;
/** The median of so many, fewer where they take long. */
const MOST_ROUNDS = 9;
const LEAST_ROUNDS = 3;

export interface SpeedOptions {
  /** Time to spend measuring, compilation and the first product not counted; three products are timed in any case. */
  readonly budgetMs?: number;
  readonly now?: () => number;
}

/** Times products as training does them. @throws DeviceLostError, OutOfMemoryError as any GPU work does */
export async function measureAdapterSpeed(device: GpuDevice, options: SpeedOptions = {}): Promise<AdapterSpeed> {
  const { budgetMs = 250, now = () => performance.now() } = options;
  const attributes = {
    batch: 1,
    m: SIDE,
    n: SIDE,
    k: SIDE,
    transposeA: false,
    transposeB: false,
    alpha: 1,
    epilogue: 'none',
    aBatchStride: 0,
    bBatchStride: 0,
  } as const;
  const operands = { a: normalArray(SIDE * SIDE, 1), b: normalArray(SIDE * SIDE, 2), aux: null };
  const shape = { kind: 'nn', batch: 1, m: SIDE, n: SIDE, k: SIDE } as const;
  const trial = await MatmulTrial.build(device, attributes, operands, chooseMatmul(device.profile, shape));
  try {
    await trial.run();
    const times: number[] = [];
    const start = now();
    while (times.length < LEAST_ROUNDS || (times.length < MOST_ROUNDS && now() - start < budgetMs)) {
      const before = now();
      await trial.run();
      times.push(now() - before);
    }
    const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
    return { gflops: (2 * SIDE ** 3) / (median * 1e6), side: SIDE };
  } finally {
    trial.dispose();
  }
}
