import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { Engine } from '../../plan/engine';
import type { Batch } from '../../plan/program';
import type { Tensor } from '../../tensor/graph';
import type { T5Config } from './config';
import { IGNORED_LABEL_U32, type T5TrainingInputs, t5Loss, t5Parameters } from './model';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

function configOf(golden: Golden): T5Config {
  const number = (key: string): number => goldenNumber(golden, 'config', key);
  return {
    vocabularySize: number('vocab_size'),
    width: number('d_model'),
    headWidth: number('d_kv'),
    heads: number('num_heads'),
    feedForwardWidth: number('d_ff'),
    encoderLayers: number('num_layers'),
    decoderLayers: number('num_decoder_layers'),
    buckets: number('relative_attention_num_buckets'),
    maxDistance: number('relative_attention_max_distance'),
    normEps: number('layer_norm_epsilon'),
    hasTiedHead: golden.meta['tied_head'] === true,
    dropout: 0,
  };
}

const indices = (golden: Golden, name: string): { data: Uint32Array; shape: readonly number[] } => {
  const { data, shape } = goldenTensor(golden, name);
  return { data: Uint32Array.from(data, (value) => (value < 0 ? IGNORED_LABEL_U32 : value)), shape };
};

const batchOf = (golden: Golden): Batch => ({
  tokens: indices(golden, 'input:input_ids'),
  mask: indices(golden, 'input:attention_mask'),
  decoderTokens: indices(golden, 'input:decoder_input_ids'),
  labels: indices(golden, 'input:labels'),
});

const inputsOf = (batch: Readonly<Record<string, Tensor>>): T5TrainingInputs => {
  const input = (name: string): Tensor => batch[name] as Tensor;
  return {
    tokens: input('tokens'),
    mask: input('mask'),
    decoderTokens: input('decoderTokens'),
    labels: input('labels'),
  };
};

/** Largest |got − want| against `scale`, the largest |want|. */
function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let most = 0;
  let scale = 1e-6;
  for (let i = 0; i < want.length; i++) {
    most = Math.max(most, Math.abs((got[i] ?? Number.NaN) - (want[i] ?? 0)));
    scale = Math.max(scale, Math.abs(want[i] ?? 0));
  }
  return got.length === want.length ? most / scale : Number.POSITIVE_INFINITY;
}

describe.each(['tied', 'untied', 'long'])('T5 against transformers (%s)', (name) => {
  it('has the library’s encoder states, logits, loss and every gradient', async () => {
    const golden = loadGolden(`models/t5/golden/${name}`);
    const config = configOf(golden);
    const model = engine.variables(t5Parameters(config), 1);
    for (const { name: parameter } of t5Parameters(config))
      model.write(parameter, Float32Array.from(goldenTensor(golden, parameter).data));
    const step = engine.compile(
      model,
      ({ params, batch }) => {
        const { loss, logits, encoded } = t5Loss(config, params, inputsOf(batch), 0);
        return { loss, outputs: { logits, encoded } };
      },
      adamw({ learningRate: 0 }),
    );
    const program = await step.run(batchOf(golden));
    expect(relativeError(await program.readFloats('logits'), goldenTensor(golden, 'output:logits').data)).toBeLessThan(
      1e-5,
    );
    const real = indices(golden, 'input:attention_mask').data;
    const encoded = await program.readFloats('encoded');
    const wanted = goldenTensor(golden, 'output:encoder_last_hidden_state').data;
    const isReal = (_: number, at: number): boolean => real[Math.floor(at / config.width)] === 1;
    expect(relativeError(encoded.filter(isReal), Float64Array.from(wanted).filter(isReal))).toBeLessThan(1e-5);
    const [row] = await step.metrics();
    expect(Math.abs((row?.loss ?? Number.NaN) - goldenNumber(golden, 'loss'))).toBeLessThan(1e-5);
    const errors: Record<string, number> = {};
    for (const { name: parameter } of t5Parameters(config)) {
      const error = relativeError(
        await model.read(parameter, 'gradients'),
        goldenTensor(golden, `grad:${parameter}`).data,
      );
      if (!(error < 1e-4)) errors[parameter] = error;
    }
    expect(errors).toEqual({});
  });

  it('has its parameters after three clipped AdamW updates, losses and gradient norms on the way', async () => {
    const golden = loadGolden(`models/t5/golden/${name}`);
    const config = configOf(golden);
    using model = engine.variables(t5Parameters(config), 1);
    for (const { name: parameter } of t5Parameters(config))
      model.write(parameter, Float32Array.from(goldenTensor(golden, parameter).data));
    const setting = (key: string): number => goldenNumber(golden, 'training', 'settings', key);
    const step = engine.compile(
      model,
      ({ params, batch }) => ({ loss: t5Loss(config, params, inputsOf(batch), 0).loss }),
      adamw({
        learningRate: setting('lr'),
        eps: setting('eps'),
        weightDecay: setting('weight_decay'),
        clipNorm: setting('clip'),
      }),
    );
    const { losses, norms } = golden.meta['training'] as { losses: number[]; norms: number[] };
    for (const _ of losses) await step.run(batchOf(golden));
    const rows = await step.metrics();
    expect(rows).toHaveLength(3);
    rows.forEach(({ loss, gradientNorm }, at) => {
      expect(Math.abs(loss - (losses[at] ?? 0))).toBeLessThan(1e-4);
      expect(Math.abs(gradientNorm / (norms[at] ?? 0) - 1)).toBeLessThan(1e-4);
    });
    const errors: Record<string, number> = {};
    for (const { name: parameter } of t5Parameters(config)) {
      const [before, wanted] = [parameter, `after:${parameter}`].map((key) => goldenTensor(golden, key).data);
      const got = await model.read(parameter);
      // Against the largest move of the tensor, so that a wrong update cannot hide behind large weights.
      const moved = got.map((value, i) => value - (before?.[i] ?? 0));
      const error = relativeError(
        moved,
        moved.map((_, i) => (wanted?.[i] ?? 0) - (before?.[i] ?? 0)),
      );
      if (!(error < 2e-3)) errors[parameter] = error;
    }
    expect(errors).toEqual({});
    await step.dispose();
  });
});
