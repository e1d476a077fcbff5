/**
 * The product's T5 on the benchmark's weights and tokens goes through the reference's losses, step for step: forward,
 * backward and AdamW are the same function. And what such a step may ask of the GPU.
 *
 * GOLDEN: bench/t5Reference.py (T5ForConditionalGeneration and torch.optim.AdamW, torch on the CPU, float32). TensorFlow.js 4.22.0
 * (six steps) and jax-js 0.1.25 (five) in `npm run bench -- --workloads W4-t5 --against jax,tfjs` show the same four decimals.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { openT5Run } from '../../bench/tessera/t5Step';
import { GpuDevice } from '../../src/gpu/device';
import { Engine } from '../../src/plan/engine';

const GOLDEN = [7.70951, 7.04483, 6.58744, 6.12607, 5.59904, 5.05964];
/** Two summation orders of f32 differ by less after six updates; a wrong gradient or bias correction differs by more. */
const TOLERANCE = 1e-3;

let device: GpuDevice;
beforeAll(async () => {
  device = await GpuDevice.acquire(navigator.gpu);
});

describe('the T5 training step of the benchmark', () => {
  it('goes through the reference losses within its budget of calls and memory', async () => {
    const before = { ...device.counters };
    const engine = new Engine(device);
    const { step, variables, makeBatch } = openT5Run(engine);
    await step.run(makeBatch());
    const warm = { ...device.counters };
    for (let i = 1; i < GOLDEN.length; i++) await step.run(makeBatch());
    const after = { ...device.counters };
    const steps = GOLDEN.length - 1;

    const losses = (await step.metrics()).map(({ loss }) => loss);
    expect(losses).toHaveLength(GOLDEN.length);
    losses.forEach((loss, i) => {
      expect(Math.abs(loss - (GOLDEN[i] ?? 0)), `step ${i}: loss ${loss}`).toBeLessThan(TOLERANCE);
    });
    expect((after.dispatches - warm.dispatches) / steps).toBeLessThanOrEqual(250);
    expect((after.submits - warm.submits) / steps).toBeLessThanOrEqual(2);
    expect(after.buffersCreated - warm.buffersCreated).toBe(0);
    expect(after.bindGroups - warm.bindGroups).toBe(0);
    expect(after.bytesLive - before.bytesLive).toBeLessThanOrEqual(200 * 2 ** 20);
    expect(device.uncapturedErrors).toEqual([]);
    await step.dispose();
    variables.dispose();
    engine.dispose();
  });
});
