import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenTensor, loadGolden } from '../../../test/goldens';
import { GpuDevice } from '../../gpu/device';
import { adagrad } from '../../nn/optimizers';
import { Engine } from '../../plan/engine';
import { writeInitialCodebook } from '../../quantize/residualQuantise';
import { RQVAE_PRESETS, type RqvaeConfig } from './config';
import { rqvaeEncodingStep, rqvaeParameters, rqvaeTrainingStep } from './model';

/** The sizes of the golden's builder, scripts/golden/rqvae.py. */
const CONFIG: RqvaeConfig = {
  ...RQVAE_PRESETS.test,
  inputDim: 8,
  hidden: [12],
  latentDim: 6,
  entries: 5,
  batchSize: 16,
  emaDecay: 0.99,
  emaEps: 1e-5,
  commitmentWeight: 0.25,
  learningRate: 1e-3,
};
/** Our names of the golden's per-level state. */
const STATE = { codebook: 'codebook', count: 'N', sum: 'M' } as const;

/** The golden's [out, in] weights as our [in, out]; everything else as it is. */
function ours(golden: Golden, name: string): Float32Array {
  const { shape, data } = goldenTensor(golden, name);
  if (!name.endsWith('.weight')) return Float32Array.from(data);
  const [rows = 0, columns = 0] = shape;
  return Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
}

function expectClose(what: string, got: ArrayLike<number>, want: ArrayLike<number>, atol: number, rtol = 1e-5): void {
  expect(got.length, what).toBe(want.length);
  for (let i = 0; i < want.length; i++) {
    const wanted = want[i] as number;
    const error = Math.abs((got[i] as number) - wanted);
    expect(error, `${what} at ${i}: ${got[i]} against ${wanted}`).toBeLessThanOrEqual(atol + rtol * Math.abs(wanted));
  }
}

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

describe('RQ-VAE against torch in float64', () => {
  it('gives the codes, losses, gradients, Adagrad sums and moving averages of three training steps', async () => {
    const golden = loadGolden('models/rqvae/golden/ema');
    const specs = rqvaeParameters(CONFIG);
    const trainable = specs.filter(({ isTrainable }) => isTrainable).map(({ name }) => name);
    const variables = engine.variables(specs, 0);
    for (const name of trainable) variables.write(name, ours(golden, `initial:${name}`));
    for (let level = 0; level < 3; level++)
      writeInitialCodebook(variables, level, ours(golden, `initial:levels.${level}.codebook`), 5);
    const training = engine.compile(variables, rqvaeTrainingStep(CONFIG), adagrad({ learningRate: 1e-3, eps: 1e-10 }));
    const encoding = engine.compile(variables, rqvaeEncodingStep(CONFIG));
    const batch = { vectors: { data: ours(golden, 'input:batch'), shape: [16, 8] } };
    const losses = golden.meta['losses'] as readonly Record<string, number>[];
    for (let step = 1; step <= 3; step++) {
      const encoded = await encoding.run(batch);
      const codes = goldenTensor(golden, `step${step}:codes`).data;
      expectClose('latent', await encoded.readFloats('latent'), ours(golden, `step${step}:latent`), 1e-6);
      for (let level = 0; level < 3; level++)
        expect([...(await encoded.readIndices(`code${level}`))]).toEqual([...codes].filter((_, i) => i % 3 === level));
      await training.run(batch);
      const [row] = await training.metrics();
      const want = losses[step - 1];
      expectClose(
        'losses',
        [row?.loss, row?.extra['reconstruction'], row?.extra['commitment']] as number[],
        [want?.['total'], want?.['reconstruction'], want?.['commitment']] as number[],
        1e-6,
      );
      for (const name of trainable) {
        if (step === 1)
          expectClose(
            `gradient of ${name}`,
            await variables.read(name, 'gradients'),
            ours(golden, `step1:grad:${name}`),
            1e-6,
          );
        expectClose(name, await variables.read(name), ours(golden, `step${step}:${name}`), 2e-6);
        // Σ g² doubles the relative error of g, and some g are near 0.
        const { data, shape } = goldenTensor(golden, `step${step}:adagrad:${name}`);
        const [rows = 0, columns = 0] = shape;
        const sums = name.endsWith('.weight')
          ? Float32Array.from(
              { length: data.length },
              (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number,
            )
          : data;
        expectClose(`Adagrad sum of ${name}`, await variables.read(name, 'moment1'), sums, 1e-7, 1e-4);
      }
      for (let level = 0; level < 3; level++)
        for (const [part, letter] of Object.entries(STATE))
          expectClose(
            `levels.${level}.${part}`,
            await variables.read(`levels.${level}.${part}`),
            ours(golden, `step${step}:levels.${level}.${letter}`),
            2e-6,
          );
    }
    await training.dispose();
    await encoding.dispose();
    variables.dispose();
  });
});
