/**
 * Configuration of a UTGRec run (arXiv 2504.04405): `{ name, seed, system: "utgrec", tokenizer, recommender, fineTuning, transfer }`.
 * Outside JSON is checked field by field; an unknown or impossible field is refused by name.
 */
import * as v from 'valibot';
import { ConfigError } from '../base/errors';
import { STORAGES } from '../tensor/storage';
import type { UtgrecModelConfig } from '../tokenizers/utgrec/config';
import type { UtgrecRecipe } from '../tokenizers/utgrec/trainer';
import type { VaeConfig } from '../tokenizers/utgrec/vae';
import type { RecommenderConfig } from './config';

/** How items' texts and pictures become the tokenizer's input. */
export interface ItemInputConfig {
  /** T, sub-word pieces of a text; the rest is cut. */
  readonly textLength: number;
  /** Pieces rarer than this share one number. */
  readonly leastCount: number;
  /** Pieces kept at most. */
  readonly mostPieces: number;
  /** S, pixels of a side that pictures are brought to; 0 leaves pictures out. */
  readonly imageSide: number;
  /** Pixels of an encoder patch's side. */
  readonly patch: number;
  /** Pixels of the reconstructed picture's side, and of one of its latents. */
  readonly latentSide: number;
  readonly latentPatch: number;
  /**
   * What is reconstructed: scaled pixels (default), latents of an autoencoder trained on the data set's pictures, or those of
   * an autoencoder that the user has as ONNX files. Its picture's side is `latentSide`.
   */
  readonly latents?: 'pixels' | 'vae' | 'onnx';
  /** The autoencoder's sizes and recipe; `DEFAULT_VAE` if left out. */
  readonly vae?: VaeConfig;
  /** Of `latents: "onnx"`. */
  readonly onnx?: OnnxLatentConfig;
}

export interface OnnxLatentConfig {
  /** SHA-256 of the encoder's file; empty until one is chosen. */
  readonly encoder: string;
  /** Latents are the encoder's times this, so that their deviation is about 1 (0.2325 for MAR's KL-VAE). */
  readonly scale: number;
  /** The encoder gives mean and log-variance side by side; the mean counts. */
  readonly hasMoments: boolean;
}

/** The tokenizer's recipe; what it trains follows from the phase. */
export type TokenizerRecipe = Omit<UtgrecRecipe, 'trainsMatrices'>;

export interface UtgrecTokenizerConfig extends UtgrecModelConfig {
  readonly input: ItemInputConfig;
  readonly training: TokenizerRecipe;
}

export interface TransferConfig {
  /** Names of domains to pre-train tokenizer and recommender on; none: both start on the downstream domain (ablation 7). */
  readonly pretraining: readonly string[];
  /** Domain to fine-tune and test on. */
  readonly downstream: string;
  /** `projection`: W alone (paper); `full`: the books' C as well (ablation 5); `none`: tokenise as pre-trained (ablation 4). */
  readonly tokenizer: 'projection' | 'full' | 'none';
  readonly tokenizerTraining: TokenizerRecipe;
  /** False: the recommender starts from random weights (ablation 6). */
  readonly recommenderIsPretrained: boolean;
  readonly recommenderTraining: Pick<
    RecommenderConfig,
    'epochs' | 'learningRate' | 'warmupSteps' | 'validateEvery' | 'patience'
  >;
}

export interface UtgrecConfig {
  readonly name: string;
  readonly seed: number;
  readonly system: 'utgrec';
  readonly tokenizer: UtgrecTokenizerConfig;
  readonly recommender: RecommenderConfig;
  /** Null: one data set, trained from scratch. */
  readonly transfer: TransferConfig | null;
}

const MAX_WIDTH = 8192;
const MAX_COUNT = 1_000_000;
const integer = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const real = (least: number, most: number) => v.pipe(v.number(), v.finite(), v.minValue(least), v.maxValue(most));
const width = integer(1, MAX_WIDTH);

const layer = {
  width,
  heads: integer(1, 128),
  keyHeads: integer(1, 128),
  headWidth: integer(2, 256),
  feedForwardWidth: integer(1, 65_536),
  rotaryBase: real(2, 1e9),
  normEps: real(0, 1),
};
const recipe = v.strictObject({
  epochs: integer(1, MAX_COUNT),
  batchSize: integer(1, 8192),
  learningRate: real(0, 10),
  schedule: v.picklist(['cosine', 'linear']),
  warmupShare: real(0, 1),
  quantiserWarmupShare: real(0, 1),
  codebookStart: v.picklist(['random', 'kmeans', 'kept']),
  weightDecay: real(0, 10),
  clipNorm: real(0, 1e6),
  decayOf: v.exactOptional(v.picklist(['all', 'weights'])),
  accumulationSteps: v.exactOptional(integer(1, 8192)),
  hasFlips: v.exactOptional(v.boolean()),
  storage: v.exactOptional(v.picklist(STORAGES)),
});
const tokenizer = v.strictObject({
  encoder: v.variant('kind', [
    v.strictObject({ kind: v.literal('compact'), ...layer, layers: integer(1, 48), dropout: real(0, 0.95) }),
    v.strictObject({ kind: v.literal('frozen'), width }),
  ]),
  quantiser: v.strictObject({
    kind: v.picklist(['tree', 'independent']),
    levels: integer(1, 8),
    rootEntries: integer(2, 8192),
    leafEntries: integer(2, 8192),
    width,
    commitmentWeight: real(0, 100),
  }),
  projectionWidth: width,
  projectionDropout: real(0, 0.95),
  decoder: v.strictObject(layer),
  diffusion: v.strictObject({
    width,
    blocks: integer(1, 48),
    timeWidth: integer(2, 4096),
    repeats: integer(1, 64),
    learnsVariance: v.boolean(),
  }),
  weights: v.strictObject({
    image: real(0, 1e6),
    codebook: real(0, 1e6),
    alignment: real(0, 1e6),
    positive: real(0, 1e6),
  }),
  temperature: real(1e-6, 1e3),
  input: v.strictObject({
    textLength: integer(1, 1024),
    leastCount: integer(1, MAX_COUNT),
    mostPieces: integer(3, 65_536),
    imageSide: integer(0, 256),
    patch: integer(1, 256),
    latentSide: integer(1, 256),
    latentPatch: integer(1, 256),
    latents: v.exactOptional(v.picklist(['pixels', 'vae', 'onnx'])),
    onnx: v.exactOptional(
      v.strictObject({
        encoder: v.pipe(v.string(), v.regex(/^([0-9a-f]{64})?$/, 'a SHA-256 in hexadecimal digits, or nothing')),
        scale: real(1e-6, 1e6),
        hasMoments: v.boolean(),
      }),
    ),
    vae: v.exactOptional(
      v.strictObject({
        channels: integer(1, 64),
        width: integer(1, 256),
        epochs: integer(1, MAX_COUNT),
        batchSize: integer(1, 4096),
        learningRate: real(0, 10),
        klWeight: real(0, 1e3),
      }),
    ),
  }),
  training: recipe,
});
const recommender = v.strictObject({
  width: integer(4, MAX_WIDTH),
  headWidth: integer(4, 256),
  heads: integer(1, 128),
  feedForwardWidth: integer(4, 65_536),
  encoderLayers: integer(1, 48),
  decoderLayers: integer(1, 48),
  dropout: real(0, 0.95),
  historyLimit: integer(1, 200),
  epochs: integer(1, MAX_COUNT),
  batchSize: integer(1, 65_536),
  learningRate: real(0, 10),
  warmupSteps: integer(0, 10_000_000),
  weightDecay: real(0, 10),
  clipNorm: real(0, 1e6),
  validateEvery: integer(1, MAX_COUNT),
  validationUsers: integer(1, 10_000_000),
  patience: integer(0, MAX_COUNT),
  validationBeamWidth: integer(1, 50),
  testBeamWidth: integer(1, 50),
  accumulationSteps: v.exactOptional(integer(1, 65_536)),
  hasUserToken: v.exactOptional(v.boolean()),
  storage: v.exactOptional(v.picklist(STORAGES)),
});
const domainName = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const transfer = v.strictObject({
  pretraining: v.pipe(v.array(domainName), v.maxLength(64)),
  downstream: domainName,
  tokenizer: v.picklist(['projection', 'full', 'none']),
  tokenizerTraining: recipe,
  recommenderIsPretrained: v.boolean(),
  recommenderTraining: v.strictObject({
    epochs: integer(1, MAX_COUNT),
    learningRate: real(0, 10),
    warmupSteps: integer(0, 10_000_000),
    validateEvery: integer(1, MAX_COUNT),
    patience: integer(0, MAX_COUNT),
  }),
});
const schema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  seed: integer(0, 0xffff_ffff),
  system: v.literal('utgrec'),
  tokenizer,
  recommender,
  transfer: v.nullable(transfer),
});

/** Whether outside JSON says that it is a UTGRec run. */
export const isUtgrecConfig = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'system' in value && value.system === 'utgrec';

/**
 * @param source file name for messages
 * @throws ConfigError `config/field` naming the field, `config/shape`
 */
export function checkUtgrecConfig(value: unknown, source: string): UtgrecConfig {
  const refuse = (field: string, wanted: string, came: unknown): never => {
    throw new ConfigError(
      'config/field',
      `${source}: field "${field}" wants ${wanted}, got ${JSON.stringify(came) ?? 'nothing'}; correct it or start from a preset in models/utgrec/.`,
    );
  };
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const field = v.getDotPath(issue) ?? '';
    if (field === '')
      throw new ConfigError('config/shape', `${source}: wanted a UTGRec configuration; ${issue.message}`);
    const isUnknown = issue.expected === 'never';
    return refuse(field, isUnknown ? 'to be left out (unknown field)' : (issue.expected ?? issue.message), issue.input);
  }
  const config = parsed.output;
  const { input, decoder, encoder, diffusion } = config.tokenizer;
  for (const [part, held] of [
    ['decoder', decoder],
    ['encoder', encoder.kind === 'compact' ? encoder : null],
  ] as const) {
    if (!held) continue;
    if (held.headWidth % 4 !== 0) refuse(`tokenizer.${part}.headWidth`, 'a multiple of 4', held.headWidth);
    if (held.heads % held.keyHeads !== 0)
      refuse(`tokenizer.${part}.keyHeads`, `a divisor of ${held.heads} heads`, held.keyHeads);
  }
  if (diffusion.timeWidth % 2 !== 0) refuse('tokenizer.diffusion.timeWidth', 'an even number', diffusion.timeWidth);
  if (input.imageSide > 0) {
    if (input.imageSide % input.patch !== 0)
      refuse('tokenizer.input.patch', `a divisor of ${input.imageSide}`, input.patch);
    if (input.imageSide % input.latentSide !== 0)
      refuse('tokenizer.input.latentSide', `a divisor of ${input.imageSide}`, input.latentSide);
    if (input.latentSide % input.latentPatch !== 0)
      refuse('tokenizer.input.latentPatch', `a divisor of ${input.latentSide}`, input.latentPatch);
    if (input.latents === 'vae' && !(input.latentPatch >= 2 && Number.isInteger(Math.log2(input.latentPatch))))
      refuse('tokenizer.input.latentPatch', '2, 4, 8, … with latents of an autoencoder', input.latentPatch);
    if (input.latents === 'onnx' && !input.onnx)
      refuse('tokenizer.input.onnx', '{ encoder, scale, hasMoments } with latents "onnx"', input.onnx);
  }
  for (const [field, { accumulationSteps = 1, batchSize }] of Object.entries({
    'tokenizer.training': config.tokenizer.training,
    recommender: config.recommender,
    ...(config.transfer ? { 'transfer.tokenizerTraining': config.transfer.tokenizerTraining } : {}),
  }))
    if (accumulationSteps > batchSize)
      refuse(`${field}.accumulationSteps`, `at most the ${batchSize} rows of a batch`, accumulationSteps);
  if (config.transfer?.pretraining.includes(config.transfer.downstream))
    refuse('transfer.downstream', 'a domain that is not pre-trained on', config.transfer.downstream);
  return config;
}
