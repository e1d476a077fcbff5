import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { fillInit, parameter } from '../../nn/parameters';
import { Engine } from '../../plan/engine';
import { dropout } from './dropout';
import { sumAll } from './reduce';

const COUNT = 40_000;
let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  engine.dispose();
  engine.device.dispose();
});

/** Masks (1 kept, 0 dropped) of ones through dropout, and of the gradient, for each of `steps` steps. */
async function masks(
  rate: number,
  stream: number,
  seed: number,
  steps: number,
): Promise<{ forward: Float32Array[]; backward: Float32Array[] }> {
  using model = engine.variables([parameter('x', [COUNT], fillInit(1))], 0);
  const step = engine.compile(
    model,
    ({ params }) => {
      const y = dropout(params('x'), rate, stream);
      return { loss: sumAll(y), outputs: { y } };
    },
    adamw({ learningRate: 0 }),
    seed,
  );
  const forward: Float32Array[] = [];
  const backward: Float32Array[] = [];
  for (let i = 0; i < steps; i++) {
    const program = await step.run({});
    forward.push((await program.readFloats('y')).map((value) => value * (1 - rate)));
    backward.push((await model.read('x', 'gradients')).map((value) => value * (1 - rate)));
  }
  await step.dispose();
  return { forward, backward };
}

const agreement = (a: Float32Array | undefined, b: Float32Array | undefined): number => {
  if (!a || !b) return Number.NaN;
  return (
    a.reduce((total, value, i) => total + (Math.round(value) === Math.round(b[i] as number) ? 1 : 0), 0) / a.length
  );
};

describe('dropout', () => {
  it('drops the same elements forward and backward, others at each step, stream and seed', async () => {
    const { forward, backward } = await masks(0.5, 1, 7, 3);
    for (const [i, mask] of forward.entries()) expect(agreement(mask, backward[i])).toBe(1);
    const otherStream = await masks(0.5, 2, 7, 1);
    const otherSeed = await masks(0.5, 1, 8, 1);
    // Independent fair masks agree in half of the places; 5 standard deviations are 0.0125.
    for (const other of [forward[1], forward[2], otherStream.forward[0], otherSeed.forward[0]])
      expect(Math.abs(agreement(forward[0], other) - 0.5)).toBeLessThan(0.0125);
  });

  it('keeps 1 - rate of the elements, with neighbours independent', async () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const { forward } = await masks(rate, 5, 3, 1);
      const mask = forward[0] as Float32Array;
      const kept = mask.reduce((total, value) => total + Math.round(value), 0) / COUNT;
      const spread = 5 * Math.sqrt((rate * (1 - rate)) / COUNT);
      expect(Math.abs(kept - (1 - rate))).toBeLessThan(spread);
      let both = 0;
      for (let i = 1; i < COUNT; i++) both += Math.round((mask[i] as number) * (mask[i - 1] as number));
      expect(Math.abs(both / (COUNT - 1) - (1 - rate) ** 2)).toBeLessThan(2 * spread);
    }
  });

  it('repeats bit for bit, and is the identity at rate 0', async () => {
    expect((await masks(0.3, 1, 2, 2)).forward).toEqual((await masks(0.3, 1, 2, 2)).forward);
    expect((await masks(0, 1, 2, 1)).forward[0]?.every((value) => value === 1)).toBe(true);
  });
});
