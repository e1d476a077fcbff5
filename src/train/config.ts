/**
 * One run's configuration: everything that decides its result, besides the data and the adapter. Outside JSON is checked
 * field by field; an unknown or impossible field is refused by name.
 */
import { ConfigError } from '../base/errors';
import { STORAGES, type Storage } from '../tensor/storage';
import { checkMultiIdentifier, type MultiIdentifierConfig } from './multiIdentifierConfig';

export interface EncoderConfig {
  /** `use-lite`: Universal Sentence Encoder lite, offline. `transformers`: a sentence encoder by model id or folder. */
  readonly kind: 'use-lite' | 'transformers';
  readonly model: string;
  /** Pieces of an item's text that `use-lite` reads; the rest is cut. */
  readonly maxPieces: number;
  /** Principal components kept after whitening. */
  readonly components: number;
}

export interface TokenizerConfig {
  /** Widths between the input (components) and the latent, e.g. [512, 256, 128]. */
  readonly hiddenWidths: readonly number[];
  readonly latentWidth: number;
  readonly levels: number;
  /** Codebook entries a level, at most 256 (identifiers are stored as digits of a byte). */
  readonly codes: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly commitment: number;
  readonly decay: number;
  /** First conflict digit: 1 (default) as the MTGRec code, 0 as the TIGER paper. */
  readonly firstDigit?: number;
  /** K: keep the codes of so many epochs, the last one among them; each is a tokenizer of a multi-identifier run. */
  readonly keep?: number;
  /** Epochs between two kept ones, 1 by default (adjacent epochs). Wider where adjacent ones hardly differ. */
  readonly keepEvery?: number;
  /** How activations are kept between the forward and the backward pass, f32 by default (ADR 10). */
  readonly storage?: Storage;
}

export interface RecommenderConfig {
  readonly width: number;
  readonly headWidth: number;
  readonly heads: number;
  readonly feedForwardWidth: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly dropout: number;
  /** Latest items of a history that the encoder sees. */
  readonly historyLimit: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Validate every so many epochs on at most `validationUsers` users. */
  readonly validateEvery: number;
  readonly validationUsers: number;
  /** Validations without improvement of NDCG@10 before stopping; 0 = never stop early. */
  readonly patience: number;
  readonly validationBeamWidth: number;
  readonly testBeamWidth: number;
  /** Parts that a batch is run in, 1 by default: the same update with the memory of one part. */
  readonly accumulationSteps?: number;
  /** Whether a history begins with the user token (default), as in MTGRec's layout. */
  readonly hasUserToken?: boolean;
  /** How activations are kept between the forward and the backward pass, f32 by default (ADR 10). */
  readonly storage?: Storage;
}

export interface RunConfig {
  readonly name: string;
  readonly seed: number;
  readonly encoder: EncoderConfig;
  readonly tokenizer: TokenizerConfig;
  readonly recommender: RecommenderConfig;
  /** Present: several identifiers for every item (MTGRec); absent: one (TIGER). */
  readonly multiIdentifier?: MultiIdentifierConfig;
}

/** What a field of a configuration may hold. */
export type FieldRule =
  | { readonly kind: 'text' }
  | { readonly kind: 'list' }
  /** May be left out. */
  | { readonly kind: 'switch' }
  /** May be left out. */
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | {
      readonly kind: 'integer' | 'number';
      readonly min: number;
      readonly max: number;
      readonly isOptional?: boolean;
    };
export const integer = (min: number, max: number): FieldRule => ({ kind: 'integer', min, max });
export const number = (min: number, max: number): FieldRule => ({ kind: 'number', min, max });
const optionalInteger = (min: number, max: number): FieldRule => ({ kind: 'integer', min, max, isOptional: true });
export const STORAGE_RULE: FieldRule = { kind: 'choice', of: STORAGES };
const MAX_WIDTH = 8192;
const MAX_COUNT = 1_000_000;

const RULES = {
  encoder: { kind: { kind: 'text' }, model: { kind: 'text' }, maxPieces: integer(4, 128), components: integer(2, 768) },
  tokenizer: {
    hiddenWidths: { kind: 'list' },
    latentWidth: integer(1, MAX_WIDTH),
    levels: integer(1, 8),
    codes: integer(2, 256),
    epochs: integer(1, MAX_COUNT),
    batchSize: integer(1, 65_536),
    learningRate: number(0, 10),
    commitment: number(0, 100),
    decay: number(0, 1),
    firstDigit: optionalInteger(0, 1),
    keep: optionalInteger(1, 100),
    keepEvery: optionalInteger(1, MAX_COUNT),
    storage: STORAGE_RULE,
  },
  recommender: {
    width: integer(4, MAX_WIDTH),
    headWidth: integer(4, 256),
    heads: integer(1, 128),
    feedForwardWidth: integer(4, 65_536),
    encoderLayers: integer(1, 48),
    decoderLayers: integer(1, 48),
    dropout: number(0, 0.95),
    historyLimit: integer(1, 200),
    epochs: integer(1, MAX_COUNT),
    batchSize: integer(1, 65_536),
    learningRate: number(0, 10),
    warmupSteps: integer(0, 10_000_000),
    weightDecay: number(0, 10),
    clipNorm: number(0, 1e6),
    validateEvery: integer(1, MAX_COUNT),
    validationUsers: integer(1, 10_000_000),
    patience: integer(0, MAX_COUNT),
    validationBeamWidth: integer(1, 50),
    testBeamWidth: integer(1, 50),
    accumulationSteps: optionalInteger(1, 65_536),
    hasUserToken: { kind: 'switch' },
    storage: STORAGE_RULE,
  },
} as const satisfies Record<string, Record<string, FieldRule>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a configuration read from outside. @param source file name for messages
 * @throws ConfigError `config/field` naming the field, `config/shape`
 */
export function checkRunConfig(value: unknown, source: string): RunConfig {
  const refuse = (field: string, wanted: string, came: unknown): never => {
    throw new ConfigError(
      'config/field',
      `${source}: field "${field}" wants ${wanted}, got ${JSON.stringify(came) ?? 'nothing'}; correct it or start from a preset in models/t5/.`,
    );
  };
  if (!isRecord(value))
    throw new ConfigError(
      'config/shape',
      `${source}: wanted a JSON object with name, seed, encoder, tokenizer, recommender.`,
    );
  for (const key of Object.keys(value))
    if (!['name', 'seed', 'encoder', 'tokenizer', 'recommender', 'multiIdentifier'].includes(key))
      refuse(key, 'to be left out (unknown field)', value[key]);
  const { name, seed } = value;
  if (typeof name !== 'string' || name.length === 0 || name.length > 100)
    refuse('name', 'a text of 1 to 100 letters', name);
  if (typeof seed !== 'number' || !Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
    refuse('seed', 'an integer from 0 to 4294967295', seed);
  for (const section of ['encoder', 'tokenizer', 'recommender'] as const) {
    const part = value[section];
    if (!isRecord(part)) return refuse(section, 'an object', part);
    const rules: Record<string, FieldRule> = RULES[section];
    for (const key of Object.keys(part))
      if (!Object.hasOwn(rules, key)) refuse(`${section}.${key}`, 'to be left out (unknown field)', part[key]);
    for (const [key, rule] of Object.entries(rules)) checkField(`${section}.${key}`, rule, part[key], refuse);
  }
  const config = value as unknown as RunConfig;
  if (config.encoder.kind !== 'use-lite' && config.encoder.kind !== 'transformers')
    refuse('encoder.kind', '"use-lite" or "transformers"', config.encoder.kind);
  if (config.encoder.kind === 'use-lite' && config.encoder.components > 512)
    refuse('encoder.components', 'at most 512 for use-lite', config.encoder.components);
  const { recommender, tokenizer } = config;
  const { keep = 1, keepEvery = 1 } = tokenizer;
  if ((keep - 1) * keepEvery >= tokenizer.epochs)
    refuse(
      'tokenizer.keep',
      `epochs that exist: ${keep} kept, ${keepEvery} apart, want more than ${(keep - 1) * keepEvery} epochs (tokenizer.epochs)`,
      tokenizer.epochs,
    );
  if (value['multiIdentifier'] !== undefined)
    checkMultiIdentifier(value['multiIdentifier'], { tokenizers: tokenizer.keep, epochs: recommender.epochs }, refuse);
  const { accumulationSteps = 1, batchSize } = recommender;
  if (accumulationSteps > batchSize)
    refuse('recommender.accumulationSteps', `at most the ${batchSize} rows of a batch`, accumulationSteps);
  if (recommender.headWidth % 4 !== 0) refuse('recommender.headWidth', 'a multiple of 4', recommender.headWidth);
  if (recommender.width % 4 !== 0) refuse('recommender.width', 'a multiple of 4', recommender.width);
  return config;
}

/** Refuses a value that breaks its rule, through `refuse`. */
export function checkField(
  field: string,
  rule: FieldRule,
  value: unknown,
  refuse: (field: string, wanted: string, came: unknown) => never,
): void {
  if (value === undefined && 'isOptional' in rule && rule.isOptional) return;
  if (rule.kind === 'text') {
    if (typeof value !== 'string' || value.length > 500) refuse(field, 'a text', value);
  } else if (rule.kind === 'switch') {
    if (value !== undefined && typeof value !== 'boolean') refuse(field, 'true or false', value);
  } else if (rule.kind === 'choice') {
    if (value !== undefined && !rule.of.some((choice) => choice === value))
      refuse(field, rule.of.map((choice) => `"${choice}"`).join(' or '), value);
  } else if (rule.kind === 'list') {
    if (
      !Array.isArray(value) ||
      value.length > 12 ||
      value.some((width) => !Number.isInteger(width) || width < 1 || width > MAX_WIDTH)
    )
      refuse(field, `a list of up to 12 widths from 1 to ${MAX_WIDTH}`, value);
  } else if (
    typeof value !== 'number' ||
    !Number.isFinite(value) ||
    value < rule.min ||
    value > rule.max ||
    (rule.kind === 'integer' && !Number.isInteger(value))
  ) {
    refuse(field, `${rule.kind === 'integer' ? 'an integer' : 'a number'} from ${rule.min} to ${rule.max}`, value);
  }
}
