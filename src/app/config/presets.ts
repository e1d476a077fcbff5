/** The presets of models/t5/ (TIGER), models/mtgrec/ (MTGRec) and models/utgrec/ (UTGRec), checked once at start. */
import * as v from 'valibot';
import game from '../../../models/mtgrec/game.json';
import instrument from '../../../models/mtgrec/instrument.json';
import mtgrecLaptop from '../../../models/mtgrec/laptop.json';
import scientific from '../../../models/mtgrec/scientific.json';
import mtgrecTest from '../../../models/mtgrec/test.json';
import laptop from '../../../models/t5/laptop.json';
import paper from '../../../models/t5/paper.json';
import test from '../../../models/t5/test.json';
import utgrecLaptop from '../../../models/utgrec/laptop.json';
import utgrecLarge from '../../../models/utgrec/large.json';
import utgrecTest from '../../../models/utgrec/test.json';
import utgrecTransfer from '../../../models/utgrec/transfer.json';
import { checkUtgrecConfig, type RunConfig, type SystemConfig } from '../../worker/protocol';
import { isForMany, isUtgrec } from './system';

const number = v.pipe(v.number(), v.finite());
const integer = v.pipe(v.number(), v.integer());

/** Shape of a RunConfig. Ranges are checked by the worker, which names the field. */
const RunConfigSchema = v.strictObject({
  name: v.string(),
  seed: integer,
  encoder: v.strictObject({
    kind: v.picklist(['use-lite', 'transformers']),
    model: v.string(),
    maxPieces: integer,
    components: integer,
  }),
  tokenizer: v.strictObject({
    hiddenWidths: v.array(integer),
    latentWidth: integer,
    levels: integer,
    codes: integer,
    epochs: integer,
    batchSize: integer,
    learningRate: number,
    commitment: number,
    decay: number,
    firstDigit: v.exactOptional(v.picklist([0, 1])),
    keep: v.exactOptional(integer),
    keepEvery: v.exactOptional(integer),
  }),
  recommender: v.strictObject({
    width: integer,
    headWidth: integer,
    heads: integer,
    feedForwardWidth: integer,
    encoderLayers: integer,
    decoderLayers: integer,
    dropout: number,
    historyLimit: integer,
    epochs: integer,
    batchSize: integer,
    learningRate: number,
    warmupSteps: integer,
    weightDecay: number,
    clipNorm: number,
    validateEvery: integer,
    validationUsers: integer,
    patience: integer,
    validationBeamWidth: integer,
    testBeamWidth: integer,
  }),
  multiIdentifier: v.exactOptional(
    v.strictObject({
      sampling: v.picklist(['influence', 'uniform']),
      stages: v.array(integer),
      temperature: number,
      centring: v.picklist(['none', 'minMax']),
      trainingSamples: integer,
      validationSamples: integer,
      hasInfluenceDropout: v.boolean(),
      measuresSamplingError: v.boolean(),
      fineTuning: v.nullable(
        v.strictObject({
          checkpoints: v.array(integer),
          identifiers: v.array(integer),
          epochs: integer,
          learningRate: number,
          warmupSteps: integer,
          validateEvery: integer,
          patience: integer,
        }),
      ),
      hasEnsemble: v.boolean(),
      hasBaseline: v.boolean(),
    }),
  ),
});

export const METHODS = { tiger: 'TIGER', mtgrec: 'MTGRec', utgrec: 'UTGRec' } as const;
export type Method = keyof typeof METHODS;

export type PresetName =
  | 'test'
  | 'laptop'
  | 'paper'
  | 'mtgrec-test'
  | 'mtgrec-laptop'
  | 'mtgrec-instrument'
  | 'mtgrec-scientific'
  | 'mtgrec-game'
  | 'utgrec-test'
  | 'utgrec-transfer'
  | 'utgrec-laptop'
  | 'utgrec-large';

const RESIDUAL = {
  test: v.parse(RunConfigSchema, test),
  laptop: v.parse(RunConfigSchema, laptop),
  paper: v.parse(RunConfigSchema, paper),
  'mtgrec-test': v.parse(RunConfigSchema, mtgrecTest),
  'mtgrec-laptop': v.parse(RunConfigSchema, mtgrecLaptop),
  'mtgrec-instrument': v.parse(RunConfigSchema, instrument),
  'mtgrec-scientific': v.parse(RunConfigSchema, scientific),
  'mtgrec-game': v.parse(RunConfigSchema, game),
} satisfies Record<string, RunConfig>;

/** What the page starts with. */
export const FIRST_PRESET: RunConfig = RESIDUAL.laptop;

export const PRESETS: Readonly<Record<PresetName, SystemConfig>> = {
  ...RESIDUAL,
  'utgrec-test': checkUtgrecConfig(utgrecTest, 'models/utgrec/test.json'),
  'utgrec-transfer': checkUtgrecConfig(utgrecTransfer, 'models/utgrec/transfer.json'),
  'utgrec-laptop': checkUtgrecConfig(utgrecLaptop, 'models/utgrec/laptop.json'),
  'utgrec-large': checkUtgrecConfig(utgrecLarge, 'models/utgrec/large.json'),
};

export const PRESET_NOTES: Readonly<Record<PresetName, string>> = {
  test: 'Minutes even without a GPU: shows that everything works, not how well.',
  laptop: 'Small model, full protocol: minutes on a laptop GPU.',
  paper: 'Sizes as published for RQ-VAE and T5: wants a real GPU and hours.',
  'mtgrec-test': 'Several identifiers for every item, smallest sizes: minutes even without a GPU.',
  'mtgrec-laptop': 'Several identifiers for every item, small model: a laptop GPU.',
  'mtgrec-instrument': 'As the reference trains Musical Instruments: wants a real GPU and days.',
  'mtgrec-scientific': 'As the reference trains Industrial and Scientific: wants a real GPU and days.',
  'mtgrec-game': 'As the reference trains Video Games: wants a real GPU and days.',
  'utgrec-test':
    'Codes from text and pictures together, smallest sizes: minutes on a GPU, an hour or more in a browser without one.',
  'utgrec-transfer': 'Learns on two domains of the sample, then moves to a third; smallest sizes.',
  'utgrec-laptop': 'Codes from text and pictures together, small model: a laptop GPU.',
  'utgrec-large': 'Codes from text and pictures together, larger model: wants a real GPU.',
};

/** What the preset list says: the size, after the method where it is not the first. */
export const titleOfPreset = (name: PresetName): string =>
  name.replace(/^mtgrec-/, 'MTGRec ').replace(/^utgrec-/, 'UTGRec ');

export const methodOf = (config: SystemConfig): Method =>
  isUtgrec(config) ? 'utgrec' : isForMany(config) ? 'mtgrec' : 'tiger';

/** All presets by method, in reading order. */
export const PRESET_NAMES: readonly PresetName[] = [
  'test',
  'laptop',
  'paper',
  'mtgrec-test',
  'mtgrec-laptop',
  'mtgrec-instrument',
  'mtgrec-scientific',
  'mtgrec-game',
  'utgrec-test',
  'utgrec-transfer',
  'utgrec-laptop',
  'utgrec-large',
];

/** The preset that a configuration started from, by its name and method; a small one for names of the user's own. */
export function presetOf(config: SystemConfig): PresetName {
  const method = methodOf(config);
  const own = PRESET_NAMES.filter((name) => methodOf(PRESETS[name]) === method);
  const named = own.find((name) => PRESETS[name].name === config.name);
  return (
    named ?? { tiger: 'laptop' as const, mtgrec: 'mtgrec-laptop' as const, utgrec: 'utgrec-test' as const }[method]
  );
}
