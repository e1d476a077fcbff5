import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenTensor, loadGolden } from '../../test/goldens';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { multiply } from '../tensor/ops/elementwise';
import { sumAll } from '../tensor/ops/reduce';
import { gru, gruParameters } from './gru';
import { adamw } from './optimizers';
import { fillInit, parameter } from './parameters';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  engine.dispose();
  engine.device.dispose();
});

function expectClose(golden: Golden, name: string, got: Float32Array): void {
  const { data } = goldenTensor(golden, name);
  expect(got.length).toBe(data.length);
  for (const [i, want] of data.entries())
    expect(Math.abs((got[i] as number) - want), `${name} at ${i}`).toBeLessThan(1e-5 + 1e-4 * Math.abs(want));
}

describe('gru', () => {
  it('equals torch.nn.GRU: states and all gradients', async () => {
    const golden = loadGolden('models/blocks/golden/gru');
    const cotangent = goldenTensor(golden, 'input:cotangent');
    using model = engine.variables([...gruParameters('cell', 4, 6), parameter('x', [2, 5, 4], fillInit(0))], 0);
    const sources = { 'cell.weight_ih': 'weight_ih', 'cell.weight_hh': 'weight_hh', x: 'x' };
    for (const [name, source] of Object.entries(sources))
      model.write(name, Float32Array.from(goldenTensor(golden, source).data));
    const step = engine.compile(
      model,
      ({ params, batch }) => {
        const states = gru(params, 'cell', params('x'));
        return { loss: sumAll(multiply(states, batch['cotangent'] as never)), outputs: { states } };
      },
      adamw({ learningRate: 0 }),
    );
    const program = await step.run({ cotangent: { data: Float32Array.from(cotangent.data), shape: cotangent.shape } });
    expectClose(golden, 'output:states', await program.readFloats('states'));
    for (const [name, source] of Object.entries(sources))
      expectClose(golden, `grad:${source}`, await model.read(name, 'gradients'));
    await step.dispose();
  });

  it('starts from the Xavier range of the stacked matrices', () => {
    const [input, recurrent] = gruParameters('cell', 64, 128);
    expect(input?.shape).toEqual([384, 64]);
    expect(input?.init).toEqual({ kind: 'uniform', scale: Math.sqrt(6 / (64 + 384)) });
    expect(recurrent?.init).toEqual({ kind: 'uniform', scale: Math.sqrt(6 / (128 + 384)) });
  });
});
