import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { Engine } from '../../plan/engine';
import type { Variables } from '../../plan/variables';
import { utgrecModelOf } from './golden.fixture';
import { IGNORED_PIECE, type ModelSpec, type StepOptions, utgrecCodes, utgrecLosses, utgrecParameters } from './model';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

const INTEGERS = new Set(['text', 'mask', 'targets', 'targetMask', 'time']);

function batchOf(golden: Golden, model: ModelSpec) {
  const names = [...golden.tensors.keys()].filter((name) => name.startsWith('batch:'));
  return Object.fromEntries(
    names.map((key) => {
      const name = key.slice('batch:'.length);
      const { data, shape } = goldenTensor(golden, key);
      const values = INTEGERS.has(name)
        ? Uint32Array.from(data, (value) => (value < 0 ? IGNORED_PIECE : value))
        : Float32Array.from(data);
      expect(model.sizes.latents).toBeGreaterThan(0);
      return [name, { data: values, shape }];
    }),
  );
}

function load(golden: Golden, model: ModelSpec, isMatrixTrainable = true): Variables {
  const specs = utgrecParameters(model, isMatrixTrainable);
  const variables = engine.variables(specs, 1);
  for (const { name } of specs)
    variables.write(name, Float32Array.from(goldenTensor(golden, `parameter:${name}`).data));
  return variables;
}

const trainingStep = (model: ModelSpec, variables: Variables, options: StepOptions, learningRate = 0) =>
  engine.compile(
    variables,
    ({ params, batch }) => {
      const { total, parts } = utgrecLosses(params, model, batch, options);
      return { loss: total, metrics: parts };
    },
    adamw({ learningRate }),
  );

/** Largest |got − want| against the largest |want|. */
function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let most = 0;
  let scale = 1e-6;
  for (let i = 0; i < want.length; i++) {
    most = Math.max(most, Math.abs((got[i] ?? Number.NaN) - (want[i] ?? 0)));
    scale = Math.max(scale, Math.abs(want[i] ?? 0));
  }
  return got.length === want.length ? most / scale : Number.POSITIVE_INFINITY;
}

describe('UTGRec’s tokenizer against PyTorch', () => {
  const golden = loadGolden('models/utgrec/golden/step');
  const model = utgrecModelOf(golden);

  it('has every loss term, every gradient and the codes', async () => {
    const variables = load(golden, model);
    const step = trainingStep(model, variables, { isWarmup: false, hasDropout: false });
    await step.run(batchOf(golden, model));
    const [row] = await step.metrics();
    expect(Math.abs((row?.loss ?? Number.NaN) / goldenNumber(golden, 'total') - 1)).toBeLessThan(1e-5);
    for (const name of [
      'codebook',
      'rootError',
      'leafError',
      'alignment',
      'text',
      'textPositive',
      'image',
      'imagePositive',
    ])
      expect(Math.abs((row?.extra[name] ?? Number.NaN) / goldenNumber(golden, 'parts', name) - 1), name).toBeLessThan(
        2e-5,
      );
    const errors: Record<string, number> = {};
    for (const { name } of utgrecParameters(model, true)) {
      const error = relativeError(await variables.read(name, 'gradients'), goldenTensor(golden, `grad:${name}`).data);
      // A key bias adds the same to all scores of a query: its gradient is zero by algebra.
      if (error > 1e-3 && !name.endsWith('.k.bias')) errors[name] = error;
    }
    expect(errors).toEqual({});
    const tokenise = engine.compile(variables, ({ params, batch }) => {
      const { codes } = utgrecCodes(params, model, batch);
      return { outputs: Object.fromEntries(codes.map((code, level) => [`code${level}`, code])) };
    });
    const program = await tokenise.run(batchOf(golden, model));
    for (let level = 0; level < model.config.quantiser.levels; level++) {
      const wanted = goldenTensor(golden, `code:${level}`).data;
      expect([...(await program.readIndices(`code${level}`))].slice(0, wanted.length)).toEqual([...wanted]);
    }
    await step.dispose();
    await tokenise.dispose();
    variables.dispose();
  });

  it('leaves the books out of the warm-up', async () => {
    const variables = load(golden, model);
    const step = trainingStep(model, variables, { isWarmup: true, hasDropout: false });
    await step.run(batchOf(golden, model));
    const [row] = await step.metrics();
    expect(Math.abs((row?.loss ?? Number.NaN) / goldenNumber(golden, 'warmupTotal') - 1)).toBeLessThan(1e-5);
    expect(await variables.read('root.matrix', 'gradients')).toEqual(new Float32Array(5 * 8));
    await step.dispose();
    variables.dispose();
  });

  it('keeps the books’ matrices in fine-tuning and moves their projections (row 8)', async () => {
    const variables = load(golden, model, false);
    const step = trainingStep(model, variables, { isWarmup: false, hasDropout: false }, 0.01);
    await step.run(batchOf(golden, model));
    await step.metrics();
    for (const book of ['root', 'leaf']) {
      const stored = (name: string): Float32Array => Float32Array.from(goldenTensor(golden, `parameter:${name}`).data);
      expect(await variables.read(`${book}.matrix`)).toEqual(stored(`${book}.matrix`));
      expect(await variables.read(`${book}.projection`)).not.toEqual(stored(`${book}.projection`));
    }
    await step.dispose();
    variables.dispose();
  });

  it('has an image loss of 0 and no NaN in a batch without images (row 24)', async () => {
    const variables = load(golden, model);
    const step = trainingStep(model, variables, { isWarmup: false, hasDropout: false });
    const batch = batchOf(golden, model);
    batch['imageMask']?.data.fill(0);
    await step.run(batch);
    const [row] = await step.metrics();
    expect([row?.extra['image'], row?.extra['imagePositive'], row?.isFinite]).toEqual([0, 0, true]);
    await step.dispose();
    variables.dispose();
  });
});
