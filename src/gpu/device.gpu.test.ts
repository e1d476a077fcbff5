import { describe, expect, it } from 'vitest';
import { ConfigError, DeviceLostError, OutOfMemoryError, UnsupportedError } from '../base/errors';
import { normalArray } from '../base/random';
import { adamw } from '../nn/optimizers';
import { linearInit, parameter } from '../nn/parameters';
import { type CompiledStep, Engine } from '../plan/engine';
import { square, subtract } from '../tensor/ops/elementwise';
import { linear } from '../tensor/ops/matmul';
import { meanAll } from '../tensor/ops/reduce';
import { GpuDevice } from './device';

const specs = [parameter('w', [8, 8], linearInit(8)), parameter('b', [8], linearInit(8))];
const batch = { x: { data: normalArray(64, 1), shape: [8, 8] }, y: { data: normalArray(64, 2), shape: [8, 8] } };
function build(device: GpuDevice): { engine: Engine; step: CompiledStep; model: ReturnType<Engine['variables']> } {
  const engine = new Engine(device);
  const model = engine.variables(specs, 3);
  const step = engine.compile(
    model,
    ({ params, input }) => ({
      loss: meanAll(square(subtract(linear(input('x'), params('w'), params('b')), input('y')))),
    }),
    adamw({ learningRate: 0.05 }),
  );
  return { engine, step, model };
}
const loss = async (step: CompiledStep): Promise<number> => (await step.metrics()).at(-1)?.loss ?? Number.NaN;

describe('GpuDevice', () => {
  it('says why there is no GPU', async () => {
    await expect(GpuDevice.acquire(undefined)).rejects.toThrow(UnsupportedError);
    const none = { requestAdapter: async () => null } as unknown as GPU;
    await expect(GpuDevice.acquire(none)).rejects.toThrow(/no adapter/);
  });

  it('throws DeviceLostError from every call after loss and never accepts a result (reliability A1, A2)', async () => {
    const device = await GpuDevice.acquire(navigator.gpu);
    const { step, model, engine } = build(device);
    await step.run(batch);
    device.raw.destroy();
    await device.lost;
    await expect(step.run(batch)).rejects.toThrow(DeviceLostError);
    await expect(step.metrics()).rejects.toThrow(DeviceLostError);
    await expect(model.read('w')).rejects.toThrow(DeviceLostError);
    expect(() => model.write('w', new Float32Array(64))).toThrow(DeviceLostError);
    expect(() => device.createBuffer(16, GPUBufferUsage.STORAGE, 'late')).toThrow(DeviceLostError);
    expect(() => engine.variables(specs, 1)).toThrow(DeviceLostError);
    await expect(device.guarded('late', () => 1)).rejects.toThrow(DeviceLostError);
  });

  it('goes on with the same bits on a new device from the last state, wherever the device was lost', async () => {
    const whole = build(await GpuDevice.acquire(navigator.gpu));
    for (let i = 0; i < 20; i++) await whole.step.run(batch);
    const wanted = await whole.model.read('w');
    for (let point = 0; point < 20; point += 3) {
      const first = build(await GpuDevice.acquire(navigator.gpu));
      for (let i = 0; i < point; i++) await first.step.run(batch);
      const saved = {
        step: first.step.stepCount,
        arenas: await Promise.all(
          (['parameters', 'moment1', 'moment2'] as const).map(
            async (arena) =>
              [arena, point === 0 && arena !== 'parameters' ? new Map() : await first.model.readAll(arena)] as const,
          ),
        ),
      };
      await first.step.run(batch);
      first.engine.device.raw.destroy();
      await first.engine.device.lost;
      const second = build(await GpuDevice.acquire(navigator.gpu));
      for (const [arena, values] of saved.arenas)
        for (const [name, array] of values) second.model.write(name, array, arena);
      second.step.stepCount = saved.step;
      for (let i = point; i < 20; i++) await second.step.run(batch);
      expect(await second.model.read('w')).toEqual(wanted);
      second.engine.device.dispose();
    }
    whole.engine.device.dispose();
  });

  it('gives back every byte when building fails at the n-th allocation, and trains afterwards (reliability A6)', async () => {
    const device = await GpuDevice.acquire(navigator.gpu);
    const create = device.createBuffer.bind(device);
    for (let failing = 1; failing <= 12; failing++) {
      const start = device.counters.bytesLive;
      let count = 0;
      device.createBuffer = (...args) => {
        if (++count === failing) throw new OutOfMemoryError('gpu/memory', 'planted');
        return create(...args);
      };
      const attempt = async (): Promise<void> => {
        const engine = new Engine(device);
        const model = engine.variables(specs, 3);
        const step = engine.compile(
          model,
          ({ params, input }) => ({ loss: meanAll(linear(input('x'), params('w'), params('b'))) }),
          adamw({ learningRate: 0.05 }),
        );
        try {
          await step.run(batch);
        } finally {
          await step.dispose();
          model.dispose();
          engine.dispose();
        }
      };
      await attempt().catch((error: unknown) => expect(error).toBeInstanceOf(OutOfMemoryError));
      expect(device.counters.bytesLive).toBe(start);
    }
    device.createBuffer = create;
    const { step } = build(device);
    await step.run(batch);
    const first = await loss(step);
    for (let i = 0; i < 40; i++) await step.run(batch);
    expect(await loss(step)).toBeLessThan(first);
    expect(device.uncapturedErrors).toEqual([]);
    device.dispose();
  });

  it('refuses a model beyond the adapter’s limits before allocating, with the number', async () => {
    const device = await GpuDevice.acquire(navigator.gpu, { limits: 'default-limits' });
    const start = device.counters.bytesLive;
    expect(() => new Engine(device).variables([parameter('huge', [40_000, 4_000], linearInit(1))], 1)).toThrow(
      ConfigError,
    );
    expect(() => new Engine(device).variables([parameter('huge', [40_000, 4_000], linearInit(1))], 1)).toThrow(
      /640000000 bytes/,
    );
    expect(device.counters.bytesLive).toBe(start);
    device.dispose();
  });

  it('gains no buffer over 300 steps (reliability A7, short form)', async () => {
    const device = await GpuDevice.acquire(navigator.gpu);
    const { step } = build(device);
    await step.run(batch);
    await step.metrics();
    const before = { ...device.counters };
    for (let i = 0; i < 300; i++) {
      await step.run(batch);
      if (i % 30 === 0) await step.metrics();
    }
    expect(device.counters.buffersLive).toBe(before.buffersLive);
    expect(device.counters.bytesLive).toBe(before.bytesLive);
    expect(device.counters.bindGroups).toBe(before.bindGroups);
    device.dispose();
  });

  it('stops at a NaN in the batch in the same step and leaves the weights as they were (reliability B4)', async () => {
    const { step, model, engine } = build(await GpuDevice.acquire(navigator.gpu));
    await step.run(batch);
    const before = await model.read('w');
    const poisoned = batch.x.data.slice();
    poisoned[5] = Number.NaN;
    await step.run({ ...batch, x: { data: poisoned, shape: [8, 8] } });
    await expect(step.metrics()).rejects.toThrow(/not finite/);
    expect(await model.read('w')).toEqual(before);
    engine.device.dispose();
  });
});
