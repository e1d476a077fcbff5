import { beforeAll, describe, expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { adamw } from '../nn/optimizers';
import { linearInit, parameter } from '../nn/parameters';
import { square, subtract } from '../tensor/ops/elementwise';
import { linear } from '../tensor/ops/matmul';
import { meanAll } from '../tensor/ops/reduce';
import { Engine } from './engine';

let device: GpuDevice;
beforeAll(async () => {
  device = await GpuDevice.acquire(navigator.gpu);
});

describe('Engine', () => {
  const specs = [
    parameter('w1', [6, 16], linearInit(6)),
    parameter('b1', [16], linearInit(6)),
    parameter('w2', [16, 3], linearInit(16)),
    parameter('b2', [3], linearInit(16)),
  ];
  const build = () => {
    const engine = new Engine(device);
    const model = engine.variables(specs, 1);
    const step = engine.compile(
      model,
      ({ params, batch }) => {
        const hidden = linear(batch['x'] as never, params('w1'), params('b1'), 'relu');
        const y = linear(hidden, params('w2'), params('b2'));
        return { loss: meanAll(square(subtract(y, batch['y'] as never))) };
      },
      adamw({ learningRate: 0.01 }),
    );
    return { engine, model, step };
  };
  const x = normalArray(32 * 6, 3);
  const batch = {
    x: { data: x, shape: [32, 6] },
    y: { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(x[i] ?? 0)), shape: [32, 3] },
  };

  it('fits a small network, creating no buffer and no bind group after the first step', async () => {
    const { step } = build();
    await step.run(batch);
    const before = { ...device.counters };
    for (let i = 0; i < 150; i++) {
      await step.run(batch);
      if (i % 50 === 49) await step.metrics();
    }
    const after = { ...device.counters };
    expect(after.buffersCreated - before.buffersCreated).toBe(0);
    expect(after.bindGroups - before.bindGroups).toBe(0);
    await step.run(batch);
    const rows = await step.metrics();
    expect(rows.at(-1)?.loss).toBeLessThan(0.2);
    expect(device.uncapturedErrors).toEqual([]);
  });

  it('gives the same bits when run twice', async () => {
    const runs = [];
    for (let run = 0; run < 2; run++) {
      const { step, model } = build();
      for (let i = 0; i < 20; i++) await step.run(batch);
      runs.push(await model.read('w1'));
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  it('runs a batch in parts of unequal size to the same update, and gives the parts’ metrics by their shares', async () => {
    const make = () => {
      const { engine, model } = build();
      const step = engine.compile(
        model,
        ({ params, batch: given }) => {
          const hidden = linear(given['x'] as never, params('w1'), params('b1'), 'relu');
          const y = linear(hidden, params('w2'), params('b2'));
          return {
            loss: meanAll(square(subtract(y, given['y'] as never))),
            metrics: { level: meanAll(given['y'] as never), hidden: meanAll(hidden) },
          };
        },
        adamw({ learningRate: 0.01 }),
      );
      return { model, step };
    };
    // One array for all parts, written again for each: parts are taken one at a time.
    function* parts() {
      for (const [first, rows] of [
        [0, 12],
        [12, 12],
        [24, 8],
      ] as const) {
        const cut = (from: Float32Array, width: number) => ({
          data: from.slice(first * width, (first + rows) * width),
          shape: [rows, width],
        });
        const held = { x: cut(batch.x.data, 6), y: cut(batch.y.data, 3) };
        yield { batch: held, weight: rows / 32 };
        held.x.data.fill(Number.NaN);
      }
    }
    const [whole, parted] = [make(), make()];
    for (let i = 0; i < 70; i++) {
      await whole.step.run(batch);
      await parted.step.runParts(parts());
    }
    const [want, got] = [await whole.step.metrics(), await parted.step.metrics()];
    expect(got.map(({ step }) => step)).toEqual(want.map(({ step }) => step));
    for (const [at, row] of want.entries())
      for (const value of [
        (from: typeof row) => from.loss,
        (from: typeof row) => from.gradientNorm,
        (from: typeof row) => from.extra['level'] ?? Number.NaN,
        (from: typeof row) => from.extra['hidden'] ?? Number.NaN,
      ])
        expect(value(got[at] as typeof row)).toBeCloseTo(value(row), 4);
    await expect(parted.step.runParts([])).rejects.toMatchObject({ code: 'run/parts' });
  });

  it('brings outputs back in the step’s own submit, the same as reading them after it', async () => {
    const { engine, model } = build();
    const step = engine.compile(model, ({ params, batch: given }) => {
      const hidden = linear(given['x'] as never, params('w1'), params('b1'), 'relu');
      return { outputs: { hidden, y: linear(hidden, params('w2'), params('b2')) } };
    });
    const inputs = { x: batch.x };
    const program = await step.run(inputs);
    const read = [await program.read('y'), await program.read('hidden')];
    expect(await step.fetch(inputs, ['y', 'hidden'])).toEqual(read);
    const before = { ...device.counters };
    // Two at once: each has a place of its own to come back to.
    const both = await Promise.all([step.fetch(inputs, ['y', 'hidden']), step.fetch(inputs, ['y'])]);
    expect(both).toEqual([read, [read[0]]]);
    expect(device.counters.submits - before.submits).toBe(2);
    expect(await step.fetch(inputs, [])).toEqual([]);
    await expect(step.fetch(inputs, ['z'])).rejects.toMatchObject({ code: 'run/output' });
    await step.dispose();
    expect(device.uncapturedErrors).toEqual([]);
  });
});
