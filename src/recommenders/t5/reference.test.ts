import { describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { type T5Config, t5ParameterCount, t5ParameterShapes } from './config';
import { type ReferenceParameters, referenceLogProbs, referenceLoss, shiftRight, t5Reference } from './reference';

function configOf(golden: Golden): T5Config {
  const size = (name: string) => goldenNumber(golden, 'config', name);
  return {
    vocabularySize: size('vocab_size'),
    width: size('d_model'),
    headWidth: size('d_kv'),
    heads: size('num_heads'),
    feedForwardWidth: size('d_ff'),
    encoderLayers: size('num_layers'),
    decoderLayers: size('num_decoder_layers'),
    buckets: size('relative_attention_num_buckets'),
    maxDistance: size('relative_attention_max_distance'),
    normEps: size('layer_norm_epsilon'),
    hasTiedHead: golden.meta.tied_head === true,
    dropout: size('dropout_rate'),
  };
}

/** The rows of a stored `[B, T]` tensor. */
function rows(golden: Golden, name: string): number[][] {
  const { shape, data } = goldenTensor(golden, name);
  const [count = 0, length = 0] = shape;
  return Array.from({ length: count }, (_, row) => Array.from(data.subarray(row * length, (row + 1) * length)));
}

function batchOf(golden: Golden) {
  const masks = rows(golden, 'input:attention_mask');
  const labels = rows(golden, 'input:labels');
  return rows(golden, 'input:input_ids').map((tokens, row) => ({
    tokens,
    mask: masks[row] ?? [],
    labels: labels[row] ?? [],
  }));
}

function largestDifference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return Array.from(ours).reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? Number.NaN))), 0);
}

describe.each(['tied', 'untied', 'long'])('the T5 reference on golden "%s"', (name) => {
  const golden = loadGolden(`models/t5/golden/${name}`);
  const config = configOf(golden);
  const model = t5Reference(config, golden.tensors);
  const batch = batchOf(golden);

  it('lists exactly the parameters of the library, with their shapes', () => {
    const stored = [...golden.tensors].filter(([key]) => !key.includes(':')).map(([key, { shape }]) => [key, shape]);
    expect(Object.fromEntries(t5ParameterShapes(config))).toEqual(Object.fromEntries(stored));
    expect(t5ParameterCount(config)).toBe(goldenNumber(golden, 'parameter_count'));
  });

  it('gives the encoder states and logits of the library to 1e-6', () => {
    const states = batch.flatMap(({ tokens, mask }) => [...model.encode(tokens, mask)]);
    expect(largestDifference(states, goldenTensor(golden, 'output:encoder_last_hidden_state').data)).toBeLessThan(1e-6);
    const logits = batch.flatMap(({ tokens, mask, labels }) => [
      ...model.decode(shiftRight(labels), model.encode(tokens, mask), mask),
    ]);
    expect(largestDifference(logits, goldenTensor(golden, 'output:logits').data)).toBeLessThan(1e-6);
  });

  it('gives the loss of the library to 1e-12', () => {
    expect(Math.abs(referenceLoss(model, batch) - goldenNumber(golden, 'loss'))).toBeLessThan(1e-12);
  });

  it('changes its loss along each parameter as the stored gradient says', () => {
    for (const parameterName of t5ParameterShapes(config).keys()) {
      const gradient = goldenTensor(golden, `grad:${parameterName}`).data;
      const norm = Math.hypot(...gradient);
      const shifted = (step: number) => {
        const { shape, data } = goldenTensor(golden, parameterName);
        const moved = Float64Array.from(data, (value, i) => value + (step * (gradient[i] ?? 0)) / norm);
        const parameters: ReferenceParameters = new Map([...golden.tensors, [parameterName, { shape, data: moved }]]);
        return referenceLoss(t5Reference(config, parameters), batch);
      };
      // Along its own direction the slope is the gradient's norm; a step this small keeps ReLU kinks out of reach.
      const slope = (shifted(1e-6) - shifted(-1e-6)) / 2e-6;
      expect(Math.abs(slope / norm - 1), parameterName).toBeLessThan(1e-5);
    }
  });
});

describe('the T5 reference', () => {
  it('gives the log-probability of every short sequence that the search golden lists', () => {
    const golden = loadGolden('models/t5/golden/tied');
    const model = t5Reference(configOf(golden), golden.tensors);
    const [first] = batchOf(golden);
    const mask = first?.mask ?? [];
    const encoded = model.encode(first?.tokens ?? [], mask);
    const ours = rows(golden, 'search:few_sequences').flatMap((tokens) =>
      referenceLogProbs(model, { encoded, mask }, tokens),
    );
    expect(ours).toHaveLength(648);
    expect(largestDifference(ours, goldenTensor(golden, 'search:few_step_log_probs').data)).toBeLessThan(1e-6);
  });

  it('refuses a parameter of another shape, an unknown token, an input of padding only and an impossible size', () => {
    const golden = loadGolden('models/t5/golden/tied');
    const config = configOf(golden);
    const wrong: ReferenceParameters = new Map([
      ...golden.tensors,
      ['shared.weight', { shape: [40, 15], data: new Float32Array(600) }],
    ]);
    expect(() => t5Reference(config, wrong)).toThrow(/wanted shared.weight \[40,16\], came \[40,15\]/);
    expect(() => t5Reference(config, golden.tensors).encode([40], [1])).toThrow(/wanted a token below 40, came 40/);
    expect(() => t5Reference(config, golden.tensors).encode([3, 4], [0, 0])).toThrow(/at least one real token/);
    expect(() => t5Reference({ ...config, heads: 0 }, golden.tensors)).toThrow(/wanted a positive integer as heads/);
    expect(() => t5Reference({ ...config, buckets: 30 }, golden.tensors)).toThrow(/multiple of 4/);
  });

  it.each([
    [3, 2_099_968],
    [5, 3_411_968],
    [6, 4_067_968],
    [7, 4_723_968],
  ])('counts the parameters of the MTGRec recommender with %i layers as %i', (layers, count) => {
    const config = {
      vocabularySize: 1027,
      width: 128,
      headWidth: 64,
      heads: 4,
      feedForwardWidth: 512,
      encoderLayers: layers,
      decoderLayers: layers,
      buckets: 32,
      maxDistance: 128,
      normEps: 1e-6,
      hasTiedHead: true,
      dropout: 0.1,
    };
    expect(t5ParameterCount(config)).toBe(count);
  });
});
