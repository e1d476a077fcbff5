/** Sizes and recipe of an RQ-VAE tokenizer; presets are the JSON files in models/rqvae. */
import laptop from '../../../models/rqvae/laptop.json';
import reference from '../../../models/rqvae/reference.json';
import test from '../../../models/rqvae/test.json';
import { ConfigError } from '../../base/errors';

export interface RqvaeConfig {
  /** For people: which preset this came from. */
  readonly name: string;
  /** Width of the whitened item vectors. */
  readonly inputDim: number;
  /** Widths between input and latent, encoder order; the decoder mirrors them. */
  readonly hidden: readonly number[];
  readonly latentDim: number;
  /** L, learned codes of an identifier (the conflict digit comes on top). */
  readonly levels: number;
  /** K, entries of each codebook; codes are stored in 16 bits. */
  readonly entries: number;
  /** β of the commitment loss. */
  readonly commitmentWeight: number;
  readonly emaDecay: number;
  readonly emaEps: number;
  readonly learningRate: number;
  readonly adagradEps: number;
  /** Rows a step; all training items if there are fewer. */
  readonly batchSize: number;
  /** The recipe's length; the trainer itself runs as long as it is asked to. */
  readonly epochs: number;
  /** Lloyd's iterations at most for each level's start. */
  readonly kmeansIterations: number;
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** The bounds themselves are refused. */
  readonly isOpen?: boolean;
}

const whole = (least: number, most: number): Range => ({ least, most, isWhole: true });
const positive: Range = { least: 0, most: Number.MAX_VALUE, isWhole: false, isOpen: true };
/** No layer of the published models is wider than a fourth of this; it keeps one weight within a 128 MiB binding. */
const WIDEST = 8192;

type NumberField = Exclude<keyof RqvaeConfig, 'name' | 'hidden'>;

const NUMBERS: Readonly<Record<NumberField, Range>> = {
  inputDim: whole(1, WIDEST),
  latentDim: whole(1, WIDEST),
  levels: whole(1, 8),
  entries: whole(2, 8192),
  commitmentWeight: { least: 0, most: Number.MAX_VALUE, isWhole: false },
  emaDecay: { least: 0, most: 1, isWhole: false, isOpen: true },
  emaEps: positive,
  learningRate: positive,
  adagradEps: positive,
  batchSize: whole(1, 65_536),
  epochs: whole(1, 1_000_000),
  kmeansIterations: whole(1, 10_000),
};

function refuse(field: string, wanted: string, came: unknown): ConfigError {
  return new ConfigError(
    `rqvae/${field}`,
    `RQ-VAE configuration: "${field}" wants ${wanted}, came ${JSON.stringify(came) ?? 'nothing'}; correct it or start from a preset.`,
  );
}

function readNumber(field: string, value: unknown, range: Range): number {
  const { least, most, isWhole, isOpen = false } = range;
  const isInside =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (isOpen ? value > least && value < most : value >= least && value <= most);
  if (!isInside || (isWhole && !Number.isInteger(value))) {
    const upper = most === Number.MAX_VALUE ? '' : ` and ${isOpen ? 'below' : 'at most'} ${most}`;
    throw refuse(
      field,
      `a ${isWhole ? 'whole ' : ''}number ${isOpen ? 'above' : 'of at least'} ${least}${upper}`,
      value,
    );
  }
  return value;
}

/**
 * Checks a configuration from outside: every field known, present and possible.
 * @throws ConfigError `rqvae/<field>`, `rqvae/config` if it is no object
 */
export function parseRqvaeConfig(value: unknown): RqvaeConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('config', 'an object', value);
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const field of fields.keys())
    if (field !== 'name' && field !== 'hidden' && !Object.hasOwn(NUMBERS, field))
      throw refuse(field, 'no value: there is no such field', fields.get(field));
  const name = fields.get('name');
  if (typeof name !== 'string' || name === '') throw refuse('name', 'a text', name);
  const hidden = fields.get('hidden');
  if (!Array.isArray(hidden) || hidden.length > 16) throw refuse('hidden', 'a list of at most 16 widths', hidden);
  const number = (field: NumberField): number => readNumber(field, fields.get(field), NUMBERS[field]);
  return {
    name,
    inputDim: number('inputDim'),
    hidden: hidden.map((width: unknown) => readNumber('hidden', width, whole(1, WIDEST))),
    latentDim: number('latentDim'),
    levels: number('levels'),
    entries: number('entries'),
    commitmentWeight: number('commitmentWeight'),
    emaDecay: number('emaDecay'),
    emaEps: number('emaEps'),
    learningRate: number('learningRate'),
    adagradEps: number('adagradEps'),
    batchSize: number('batchSize'),
    epochs: number('epochs'),
    kmeansIterations: number('kmeansIterations'),
  };
}

/** `reference`: the published recipe; `laptop`: minutes without a GPU; `test`: milliseconds. */
export const RQVAE_PRESETS = {
  reference: parseRqvaeConfig(reference),
  laptop: parseRqvaeConfig(laptop),
  test: parseRqvaeConfig(test),
} as const;
