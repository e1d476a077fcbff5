/**
 * Times the kernel families of the matrix product on the device at hand and returns which is fastest for each kind and
 * shape class, as plain JSON for the app to store and pass to `setMatmulTable`. Off unless called: the table decides the
 * order of summation, so a run that uses one must record it.
 */
import { normalArray } from '../base/random';
import type { GpuDevice } from '../gpu/device';
import type { MatmulAttributes } from '../tensor/ops/matmul';
import {
  defaultFamily,
  MATMUL_CLASSES,
  type MatmulClass,
  type MatmulFamily,
  type MatmulKind,
  type MatmulTable,
  possibleFamilies,
  splitsFor,
} from './matmulChoice';
import { MatmulTrial } from './matmulTrial';

const KINDS: readonly MatmulKind[] = ['nn', 'nt', 'tn'];
/** One shape stands for its class; `matmulClass` of each is its key. Sized for about 5 ms on a software adapter. */
const SHAPES: Readonly<
  Record<MatmulClass, { readonly batch: number; readonly m: number; readonly n: number; readonly k: number }>
> = {
  small: { batch: 8, m: 64, n: 64, k: 64 },
  large: { batch: 1, m: 512, n: 128, k: 128 },
  deep: { batch: 1, m: 128, n: 64, k: 1024 },
};
/** A rival replaces the default only if it is clearly faster: timers are coarse and machines noisy. */
const CLEARLY_FASTER = 0.9;
const MOST_ROUNDS = 3;
/** Products a submit, so that a real GPU is timed rather than the submission. */
const REPEATS = { software: 1, hardware: 16 } as const;

export interface TunerOptions {
  /** Time to spend measuring, compilation not counted; each cell gets an equal share and at least one round. */
  readonly budgetMs?: number;
  readonly now?: () => number;
}

/** @throws DeviceLostError, OutOfMemoryError as any GPU work does */
export async function tuneMatmul(device: GpuDevice, options: TunerOptions = {}): Promise<MatmulTable> {
  const { budgetMs = 150, now = () => performance.now() } = options;
  const cells = KINDS.flatMap((kind) => MATMUL_CLASSES.map((shapeClass) => ({ kind, shapeClass })));
  const families: Record<string, MatmulFamily> = {};
  for (const { kind, shapeClass } of cells)
    families[`${kind}/${shapeClass}`] = await fastestFamily(device, kind, shapeClass, budgetMs / cells.length, now);
  return { adapter: device.profile.name, families };
}

async function fastestFamily(
  device: GpuDevice,
  kind: MatmulKind,
  shapeClass: MatmulClass,
  budgetMs: number,
  now: () => number,
): Promise<MatmulFamily> {
  const { profile } = device;
  const shape = { kind, ...SHAPES[shapeClass] };
  const usual = defaultFamily(profile);
  const candidates = possibleFamilies(profile).filter(
    (family) => family !== 'plain' && (family !== 'tile' || !profile.isSoftware),
  );
  if (candidates.length < 2) return usual;
  const { batch, m, n, k } = shape;
  const attributes: MatmulAttributes = {
    batch,
    m,
    n,
    k,
    transposeA: kind === 'tn',
    transposeB: kind === 'nt',
    alpha: 1,
    epilogue: 'none',
    aBatchStride: batch === 1 ? 0 : m * k,
    bBatchStride: batch === 1 ? 0 : k * n,
  };
  const operands = { a: normalArray(batch * m * k, 1), b: normalArray(batch * k * n, 2), aux: null };
  const repeats = profile.isSoftware ? REPEATS.software : REPEATS.hardware;
  const trials: { family: MatmulFamily; trial: MatmulTrial; bestMs: number }[] = [];
  try {
    for (const family of candidates) {
      const trial = await MatmulTrial.build(device, attributes, operands, {
        family,
        splits: family === 'tile' && !profile.isSoftware ? splitsFor(shape) : 1,
      });
      trials.push({ family, trial, bestMs: Number.POSITIVE_INFINITY });
      await trial.run();
    }
    const start = now();
    for (let round = 0; round < MOST_ROUNDS && (round === 0 || now() - start < budgetMs); round++)
      for (const entry of trials) {
        const before = now();
        await entry.trial.run(repeats);
        entry.bestMs = Math.min(entry.bestMs, now() - before);
      }
  } finally {
    for (const { trial } of trials) trial.dispose();
  }
  const fastest = trials.reduce((held, entry) => (entry.bestMs < held.bestMs ? entry : held));
  const usualMs = trials.find(({ family }) => family === usual)?.bestMs ?? Number.POSITIVE_INFINITY;
  return fastest.bestMs < CLEARLY_FASTER * usualMs ? fastest.family : usual;
}
