import { describe, expect, it } from 'vitest';
import singleIdentifier from '../../models/mtgrec/ablations/singleIdentifier.json';
import spacedEpochs from '../../models/mtgrec/ablations/spacedEpochs.json';
import temperatureTenth from '../../models/mtgrec/ablations/temperatureTenth.json';
import tenTokenizers from '../../models/mtgrec/ablations/tenTokenizers.json';
import uniform from '../../models/mtgrec/ablations/uniform.json';
import withoutFineTuning from '../../models/mtgrec/ablations/withoutFineTuning.json';
import game from '../../models/mtgrec/game.json';
import instrument from '../../models/mtgrec/instrument.json';
import laptop from '../../models/mtgrec/laptop.json';
import sample from '../../models/mtgrec/sample.json';
import scientific from '../../models/mtgrec/scientific.json';
import scientificLaptop from '../../models/mtgrec/scientificLaptop.json';
import test from '../../models/mtgrec/test.json';
import { ConfigError } from '../base/errors';
import { t5ParameterCount } from '../recommenders/t5/config';
import { t5ConfigOf } from '../recommenders/t5/trainer';
import { checkRunConfig } from './config';
import { keptEpochs } from './tokenizerJob';

type Json = Record<string, unknown>;
const withSection = (change: Json, tokenizer: Json = {}): unknown => ({
  ...laptop,
  tokenizer: { ...laptop.tokenizer, ...tokenizer },
  multiIdentifier: { ...laptop.multiIdentifier, ...change },
});
const withTuning = (change: Json): unknown =>
  withSection({ fineTuning: { ...laptop.multiIdentifier.fineTuning, ...change } });

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Fields of `other` that differ, by path. */
function differences(one: unknown, other: unknown, path = ''): Json {
  if (!isObject(one) || !isObject(other)) return one === other ? {} : { [path]: other };
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.assign({}, ...[...keys].map((key) => differences(one[key], other[key], path ? `${path}.${key}` : key)));
}

describe('the multi-identifier section', () => {
  it.each(Object.entries({ game, instrument, laptop, sample, scientific, scientificLaptop, test }))(
    'takes the preset %s as it is',
    (_n, preset) => {
      expect(checkRunConfig(preset, 'preset')).toEqual(preset);
    },
  );

  it('row 5: recommenders of the published sizes (V = 1027)', () => {
    const count = (value: unknown, layers = 0): number => {
      const { recommender } = checkRunConfig(value, 'preset');
      const sizes = layers > 0 ? { ...recommender, encoderLayers: layers, decoderLayers: layers } : recommender;
      return t5ParameterCount(t5ConfigOf(sizes, 1027));
    };
    expect([count(scientific, 3), count(scientific), count(instrument), count(game)]).toEqual([
      2_099_968, 3_411_968, 4_067_968, 4_723_968,
    ]);
  });

  it('keeps the published epochs', () => {
    expect(keptEpochs(checkRunConfig(scientific, '').tokenizer)).toEqual(
      Array.from({ length: 15 }, (_, i) => 9986 + i),
    );
    expect(keptEpochs({ ...checkRunConfig(instrument, '').tokenizer, keep: 3, keepEvery: 10 })).toEqual([
      9980, 9990, 10_000,
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no kept epochs', { ...laptop, tokenizer: { ...laptop.tokenizer, keep: undefined } }, 'tokenizer.keep'],
    ['K = 1 with influence', withSection({}, { keep: 1 }), 'tokenizer.keep'],
    ['more kept epochs than there are', withSection({}, { keep: 9, keepEvery: 5 }), 'tokenizer.keep'],
    ['a digit that starts at 2', withSection({}, { firstDigit: 2 }), 'tokenizer.firstDigit'],
    ['an unknown sampling', withSection({ sampling: 'greedy' }), 'multiIdentifier.sampling'],
    ['stages that add up to more than the epochs', withSection({ stages: [3, 3, 3] }), 'multiIdentifier.stages'],
    ['a stage of no epochs', withSection({ stages: [3, 0] }), 'multiIdentifier.stages'],
    ['a temperature of 0', withSection({ temperature: 0 }), 'multiIdentifier.temperature'],
    ['an unknown centring', withSection({ centring: 'mean' }), 'multiIdentifier.centring'],
    ['negative samples', withSection({ trainingSamples: -1 }), 'multiIdentifier.trainingSamples'],
    ['a switch that is a number', withSection({ hasEnsemble: 1 }), 'multiIdentifier.hasEnsemble'],
    ['an ensemble of nothing', withSection({ fineTuning: null, hasEnsemble: true }), 'multiIdentifier.hasEnsemble'],
    ['an unknown field', withSection({ tau: 3 }), 'multiIdentifier.tau'],
    ['no section object', { ...laptop, multiIdentifier: 5 }, 'multiIdentifier'],
    ['a checkpoint after the end', withTuning({ checkpoints: [9] }), 'multiIdentifier.fineTuning.checkpoints'],
    ['no checkpoint', withTuning({ checkpoints: [] }), 'multiIdentifier.fineTuning.checkpoints'],
    ['an identifier that is not kept', withTuning({ identifiers: [5] }), 'multiIdentifier.fineTuning.identifiers'],
    ['an identifier twice', withTuning({ identifiers: [1, 1] }), 'multiIdentifier.fineTuning.identifiers'],
    ['no fine-tuning epochs', withTuning({ epochs: 0 }), 'multiIdentifier.fineTuning.epochs'],
    ['an unknown fine-tuning field', withTuning({ dropout: 0 }), 'multiIdentifier.fineTuning.dropout'],
  ])('refuses %s and names the field', (_what, value, field) => {
    expect(() => checkRunConfig(value, 'run.json')).toThrow(ConfigError);
    expect(() => checkRunConfig(value, 'run.json')).toThrow(`run.json: field "${field}"`);
  });

  it.each<[string, unknown, Readonly<Record<string, unknown>>]>([
    ['uniform', uniform, { 'multiIdentifier.sampling': 'uniform' }],
    [
      'singleIdentifier',
      singleIdentifier,
      {
        'tokenizer.keep': 1,
        'multiIdentifier.sampling': 'uniform',
        'multiIdentifier.fineTuning.identifiers.0': 0,
      },
    ],
    ['withoutFineTuning', withoutFineTuning, { 'multiIdentifier.fineTuning': null }],
    ['tenTokenizers', tenTokenizers, { 'tokenizer.keep': 10, 'multiIdentifier.fineTuning.identifiers.0': 9 }],
    ['temperatureTenth', temperatureTenth, { 'multiIdentifier.temperature': 0.1 }],
    ['spacedEpochs', spacedEpochs, { 'tokenizer.keepEvery': 5 }],
  ])('the ablation %s changes what it says and leaves the baseline out', (name, preset, changes) => {
    expect(checkRunConfig(preset, name)).toEqual(preset);
    expect(differences(sample, preset)).toEqual({ name, 'multiIdentifier.hasBaseline': false, ...changes });
  });

  it('refuses stages none of which fits', () => {
    expect(() => checkRunConfig(withSection({ stages: [60] }), 'run.json')).toThrow(ConfigError);
  });

  it('takes each ablation: uniform, one identifier, no fine-tuning, 1 to 25 tokenizers, other temperatures', () => {
    const accepted = [
      withSection({ sampling: 'uniform' }),
      withSection(
        { sampling: 'uniform', fineTuning: { ...laptop.multiIdentifier.fineTuning, identifiers: [0] } },
        { keep: 1 },
      ),
      withSection({ fineTuning: null }),
      withSection({}, { keep: 25 }),
      withSection({ temperature: 5 }),
    ];
    for (const value of accepted) expect(checkRunConfig(value, 'run.json')).toEqual(value);
  });
});
