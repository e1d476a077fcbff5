/** Training steps of our RQ-VAE on random vectors, as the trainer runs them; the peer is bench/rqvaeReference.py. */
import { normalArray } from '../../src/base/random';
import type { Engine } from '../../src/plan/engine';
import { RQVAE_PRESETS } from '../../src/tokenizers/rqvae/config';
import { createRqvaeTrainer, type RqvaeTrainer } from '../../src/tokenizers/rqvae/trainer';

/** The start takes no part in a step's time; a few of Lloyd's iterations give entries that are all in use. */
const KMEANS_ITERATIONS = 3;

/** A trainer whose epoch is one step. */
export function rqvaeTrainer(engine: Engine, preset: 'reference' | 'laptop'): Promise<RqvaeTrainer> {
  const config = { ...RQVAE_PRESETS[preset], kmeansIterations: KMEANS_ITERATIONS };
  const { batchSize, inputDim } = config;
  return createRqvaeTrainer(engine, {
    config,
    vectors: normalArray(batchSize * inputDim, 1),
    trainingItems: Uint32Array.from({ length: batchSize }, (_, item) => item),
    seed: 1,
  });
}

/** Times of some steps. */
export interface StepTimes {
  /** Milliseconds of each step: upload, one submit, loss and usage read back. */
  readonly ms: readonly number[];
  /** Processor time of all threads for a step, on average; on a software adapter that is the kernels' too. */
  readonly cpuMs: number;
  readonly loss: number;
}

export async function timeSteps(trainer: RqvaeTrainer, steps: number): Promise<StepTimes> {
  const before = process.cpuUsage();
  const ms: number[] = [];
  let loss = Number.NaN;
  for (let step = 0; step < steps; step++) {
    const started = performance.now();
    ({ loss } = await trainer.epoch());
    ms.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000 / steps, loss };
}
