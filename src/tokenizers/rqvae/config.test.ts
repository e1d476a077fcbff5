import { describe, expect, it } from 'vitest';
import { trainableCount } from '../../nn/parameters';
import { parseRqvaeConfig, RQVAE_PRESETS } from './config';
import { rqvaeParameters } from './model';

const control = { ...RQVAE_PRESETS.test };

describe('parseRqvaeConfig', () => {
  it('accepts each preset unchanged', () => {
    for (const preset of Object.values(RQVAE_PRESETS)) expect(parseRqvaeConfig(preset)).toEqual(preset);
  });

  it.each([
    ['inputDim', 0],
    ['inputDim', 12.5],
    ['hidden', 64],
    ['hidden', [64, 0]],
    ['latentDim', '8'],
    ['levels', 9],
    ['entries', 1],
    ['commitmentWeight', -1],
    ['emaDecay', 1],
    ['emaEps', 0],
    ['learningRate', Number.NaN],
    ['adagradEps', 0],
    ['batchSize', 0],
    ['epochs', 0],
    ['kmeansIterations', 0],
    ['name', 3],
    ['momentum', 0.9],
  ])('refuses %s = %j and names the field', (field, value) => {
    expect(() => parseRqvaeConfig({ ...control, [field]: value })).toThrow(
      expect.objectContaining({ code: `rqvae/${field}`, message: expect.stringContaining(`"${field}"`) }),
    );
  });

  it('refuses a missing field and anything but an object', () => {
    const { levels: _, ...rest } = control;
    expect(() => parseRqvaeConfig(rest)).toThrow(expect.objectContaining({ code: 'rqvae/levels' }));
    for (const value of [null, [], 'laptop'])
      expect(() => parseRqvaeConfig(value)).toThrow(expect.objectContaining({ code: 'rqvae/config' }));
  });
});

describe('rqvaeParameters', () => {
  it('has 6,102,784 trainable values at the reference sizes, and 98,304 codebook values beside them', () => {
    const specs = rqvaeParameters(RQVAE_PRESETS.reference);
    expect(trainableCount(specs)).toBe(6_102_784);
    const books = specs.filter(({ name }) => name.endsWith('.codebook'));
    expect(books.every(({ isTrainable }) => !isTrainable)).toBe(true);
    expect(books.reduce((total, { shape }) => total + (shape[0] ?? 0) * (shape[1] ?? 0), 0)).toBe(98_304);
  });

  it('names linear layers encoder.<i>.weight [in, out] and mirrors them in the decoder', () => {
    const shapeOf = new Map(rqvaeParameters(RQVAE_PRESETS.reference).map(({ name, shape }) => [name, shape]));
    expect(shapeOf.get('encoder.0.weight')).toEqual([128, 2048]);
    expect(shapeOf.get('encoder.4.weight')).toEqual([256, 128]);
    expect(shapeOf.get('decoder.0.weight')).toEqual([128, 256]);
    expect(shapeOf.get('decoder.4.bias')).toEqual([128]);
  });
});
