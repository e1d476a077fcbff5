import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import preset from '../../models/utgrec/test.json';
import { checkUtgrecConfig, isUtgrecConfig } from './utgrecConfig';

const FOLDER = new URL('../../models/utgrec/', import.meta.url);
const presets = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.json') && !name.startsWith('golden'),
);

/** The preset with the field at `path` replaced. */
function changed(path: string, value: unknown): unknown {
  const copy: Record<string, unknown> = structuredClone(preset);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let part = copy;
  for (const key of keys) part = part[key] as Record<string, unknown>;
  part[last] = value;
  return copy;
}

describe('checkUtgrecConfig', () => {
  it.each(presets)('takes the preset %s as it is', (name) => {
    const value: unknown = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
    expect(isUtgrecConfig(value)).toBe(true);
    expect(checkUtgrecConfig(value, name)).toEqual(value);
  });

  it.each([
    ['seed', -1],
    ['tokenizer.encoder.kind', 'qwen'],
    ['tokenizer.encoder.layers', 0],
    ['tokenizer.quantiser.kind', 'flat'],
    ['tokenizer.quantiser.levels', 0],
    ['tokenizer.quantiser.leafEntries', 1],
    ['tokenizer.weights.alignment', Number.NaN],
    ['tokenizer.temperature', 0],
    ['tokenizer.input.patch', 5],
    ['tokenizer.input.latentSide', 24],
    ['tokenizer.input.latentPatch', 3],
    ['tokenizer.decoder.headWidth', 6],
    ['tokenizer.encoder.keyHeads', 3],
    ['tokenizer.diffusion.timeWidth', 31],
    ['tokenizer.training.schedule', 'step'],
    ['tokenizer.training.surprise', 1],
    ['recommender.testBeamWidth', 51],
    ['tokenizer.training.accumulationSteps', 65],
    ['tokenizer.training.decayOf', 'norms'],
    ['tokenizer.training.hasFlips', 1],
    ['recommender.accumulationSteps', 129],
    ['recommender.storage', 'f8'],
    ['tokenizer.training.storage', true],
    ['recommender.hasUserToken', 'no'],
    ['tokenizer.input.latents', 'words'],
    ['tokenizer.input.vae', 'small'],
    ['tokenizer.input.onnx', { encoder: 'xyz', scale: 1, hasMoments: false }, '.encoder'],
    ['tokenizer.input.onnx', { encoder: '', scale: 0, hasMoments: false }, '.scale'],
  ])('refuses %s = %s by name', (path, value, part = '') => {
    expect(() => checkUtgrecConfig(changed(path, value), 'mine.json')).toThrow(
      expect.objectContaining({
        code: 'config/field',
        message: expect.stringContaining(`mine.json: field "${path}${part}"`),
      }),
    );
  });

  it('wants a section for latents of the user’s autoencoder', () => {
    const wanted = changed('tokenizer.input.latents', 'onnx');
    expect(() => checkUtgrecConfig(wanted, 'mine.json')).toThrow(/field "tokenizer.input.onnx" wants \{ encoder/);
    const onnx = { encoder: '', scale: 0.2325, hasMoments: true };
    const input = { ...preset.tokenizer.input, latents: 'onnx', onnx };
    const config = { ...preset, tokenizer: { ...preset.tokenizer, input } };
    expect(checkUtgrecConfig(config, 'mine.json')).toEqual(config);
  });

  it('takes accumulation, decay groups, flips, half storage and histories without a user token', () => {
    const training = {
      ...preset.tokenizer.training,
      accumulationSteps: 64,
      decayOf: 'weights',
      hasFlips: true,
      storage: 'f16',
    };
    const recommender = { ...preset.recommender, accumulationSteps: 2, hasUserToken: false, storage: 'f16' };
    const value = { ...preset, recommender, tokenizer: { ...preset.tokenizer, training } };
    expect(checkUtgrecConfig(value, 'mine.json')).toEqual(value);
  });

  it('refuses latents of an autoencoder that halving does not reach', () => {
    const input = { ...preset.tokenizer.input, latentSide: 8, latentPatch: 1 };
    const withInput = (change: object) => changed('tokenizer.input', { ...input, ...change });
    expect(() => checkUtgrecConfig(withInput({ latents: 'vae' }), 'mine.json')).toThrow(
      /tokenizer\.input\.latentPatch/,
    );
    expect(checkUtgrecConfig(withInput({}), 'mine.json')).toBeTruthy();
    expect(checkUtgrecConfig(withInput({ latents: 'vae', latentPatch: 4 }), 'mine.json')).toBeTruthy();
  });

  it('refuses to fine-tune on a domain that it pre-trained on', () => {
    const { training } = preset.tokenizer;
    const { epochs, learningRate, warmupSteps, validateEvery, patience } = preset.recommender;
    const transfer = {
      pretraining: ['a', 'b'],
      downstream: 'b',
      tokenizer: 'projection',
      tokenizerTraining: training,
      recommenderIsPretrained: true,
      recommenderTraining: { epochs, learningRate, warmupSteps, validateEvery, patience },
    };
    expect(() => checkUtgrecConfig(changed('transfer', transfer), 'mine.json')).toThrow(/transfer\.downstream/);
    expect(checkUtgrecConfig(changed('transfer', { ...transfer, downstream: 'c' }), 'mine.json').transfer).toBeTruthy();
  });

  it.each([[null], [[]], ['text'], [3]])('refuses %s, which is no configuration', (value) => {
    expect(isUtgrecConfig(value)).toBe(false);
    expect(() => checkUtgrecConfig(value, 'mine.json')).toThrow(/mine\.json/);
  });
});
