import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { Engine } from '../../plan/engine';
import type { T5Config } from './config';
import { IGNORED_LABEL_U32, t5Loss, t5Parameters } from './model';

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
        const inputs = {
          tokens: batch['tokens'] as never,
          mask: batch['mask'] as never,
          decoderTokens: batch['decoderTokens'] as never,
          labels: batch['labels'] as never,
        };
        const { loss, logits, encoded } = t5Loss(config, params, inputs, 0);
        return { loss, outputs: { logits, encoded } };
      },
      adamw({ learningRate: 0 }),
    );
    const program = await step.run({
      tokens: indices(golden, 'input:input_ids'),
      mask: indices(golden, 'input:attention_mask'),
      decoderTokens: indices(golden, 'input:decoder_input_ids'),
      labels: indices(golden, 'input:labels'),
    });
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
});
