import { describe, expect, it } from 'vitest';
import desktop from '../../models/t5/desktop.json';
import laptop from '../../models/t5/laptop.json';
import paper from '../../models/t5/paper.json';
import test from '../../models/t5/test.json';
import tiger from '../../models/t5/tiger.json';
import { ConfigError } from '../base/errors';
import { checkT5Config, t5ParameterCount } from '../recommenders/t5/config';
import { t5ConfigOf } from '../recommenders/t5/trainer';
import { checkRunConfig } from './config';

const changed = (section: 'encoder' | 'tokenizer' | 'recommender', field: string, value: unknown): unknown => ({
  ...laptop,
  [section]: { ...laptop[section], [field]: value },
});

describe('checkRunConfig', () => {
  it.each([
    ['laptop', laptop],
    ['paper', paper],
    ['desktop', desktop],
    ['tiger', tiger],
    ['test', test],
  ])('takes the preset %s as it is', (_name, preset) => {
    expect(checkRunConfig(preset, 'preset')).toEqual(preset);
  });

  it('counts 4,067,968 parameters for the paper’s recommender (6 + 6 layers, V = 1027)', () => {
    const config = t5ConfigOf(checkRunConfig(paper, 'paper.json').recommender, 1027);
    checkT5Config(config);
    expect(t5ParameterCount(config)).toBe(4_067_968);
  });

  it.each([
    ['an unknown field', changed('recommender', 'depth', 3), 'recommender.depth'],
    ['an unknown section', { ...laptop, extra: 1 }, 'extra'],
    ['a missing field', changed('tokenizer', 'codes', undefined), 'tokenizer.codes'],
    ['a text for a number', changed('recommender', 'epochs', '10'), 'recommender.epochs'],
    ['a fraction for a count', changed('recommender', 'batchSize', 12.5), 'recommender.batchSize'],
    ['NaN', changed('recommender', 'learningRate', Number.NaN), 'recommender.learningRate'],
    ['more codes than a digit holds', changed('tokenizer', 'codes', 1000), 'tokenizer.codes'],
    ['beams wider than 50', changed('recommender', 'testBeamWidth', 51), 'recommender.testBeamWidth'],
    [
      'more parts than a batch has rows',
      changed('recommender', 'accumulationSteps', 129),
      'recommender.accumulationSteps',
    ],
    ['an unknown storage', changed('recommender', 'storage', 'f8'), 'recommender.storage'],
    ['half a storage', changed('tokenizer', 'storage', 16), 'tokenizer.storage'],
    ['a word for a switch', changed('recommender', 'hasUserToken', 'no'), 'recommender.hasUserToken'],
    ['a head width that no kernel takes', changed('recommender', 'headWidth', 6), 'recommender.headWidth'],
    ['too many components', changed('encoder', 'components', 600), 'encoder.components'],
    ['an unknown encoder', changed('encoder', 'kind', 'bert'), 'encoder.kind'],
    ['a seed out of range', { ...laptop, seed: -1 }, 'seed'],
    ['an empty name', { ...laptop, name: '' }, 'name'],
  ])('refuses %s and names the field', (_what, value, field) => {
    expect(() => checkRunConfig(value, 'run.json')).toThrow(ConfigError);
    expect(() => checkRunConfig(value, 'run.json')).toThrow(`run.json: field "${field}"`);
  });

  it('refuses what is no object', () => {
    for (const value of [null, 3, 'x', []]) expect(() => checkRunConfig(value, 'run.json')).toThrow(ConfigError);
  });
});
