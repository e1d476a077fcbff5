/** The presets of models/t5/, checked once at start. */
import * as v from 'valibot';
import laptop from '../../../models/t5/laptop.json';
import paper from '../../../models/t5/paper.json';
import test from '../../../models/t5/test.json';
import type { RunConfig } from '../../worker/protocol';

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
});

export type PresetName = 'test' | 'laptop' | 'paper';

export const PRESETS: Readonly<Record<PresetName, RunConfig>> = {
  test: v.parse(RunConfigSchema, test),
  laptop: v.parse(RunConfigSchema, laptop),
  paper: v.parse(RunConfigSchema, paper),
};

export const PRESET_NOTES: Readonly<Record<PresetName, string>> = {
  test: 'Minutes even without a GPU: shows that everything works, not how well.',
  laptop: 'Small model, full protocol: minutes on a laptop GPU.',
  paper: 'Sizes as published for RQ-VAE and T5: wants a real GPU and hours.',
};
