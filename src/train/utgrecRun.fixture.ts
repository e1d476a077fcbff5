/** A tiny catalogue of three domains with texts, pictures and users, and a configuration that trains on it in seconds. */
import preset from '../../models/utgrec/test.json';
import { uniformGenerator } from '../base/random';
import { sequenceTable } from '../base/sequenceTable';
import { contentHash } from '../data/contentHash';
import type { Dataset } from '../data/dataset';
import type { SentencePieceTokenizer } from '../encoders/sentencePieces';
import type { Engine } from '../plan/engine';
import { JobControl } from './jobControl';
import type { CodebookReport, EvaluationReport } from './reports';
import { memorySink } from './runSink';
import { checkUtgrecConfig, type UtgrecConfig } from './utgrecConfig';
import type { UtgrecRunHost } from './utgrecJob';

export const DOMAINS = ['drums', 'lamps', 'ropes'];
export const DOMAIN_ITEMS = 20;
const USERS = 25;
const WORDS = ['red', 'blue', 'old', 'small', 'loud', 'steel', 'round', 'new', ...DOMAINS];
const LAYER = { width: 16, heads: 2, keyHeads: 1, headWidth: 8, feedForwardWidth: 16, rotaryBase: 1e4, normEps: 1e-6 };

/** Splits at spaces; a word's place in the list is its piece, 0 for others. */
export const wordPieces: SentencePieceTokenizer = {
  vocabularySize: WORDS.length + 1,
  encode: (text) => Uint32Array.from(text.split(/[\s.,]+/).filter(Boolean), (word) => WORDS.indexOf(word) + 1),
  textOf: (piece) => ` ${WORDS[piece - 1] ?? '?'}`,
};

export interface ShopOptions {
  readonly hasText?: boolean;
  readonly hasPictures?: boolean;
  /** Items whose pictures do not decode. */
  readonly broken?: number;
}

/** Items with two adjectives and their domain's name; pictures are one byte, the colour's number. */
export function shop({ hasText = true, hasPictures = true, broken = 0 }: ShopOptions = {}): {
  dataset: Dataset;
  pictures: Uint8Array;
} {
  const count = DOMAINS.length * DOMAIN_ITEMS;
  const uniform = uniformGenerator(5);
  const adjective = () => WORDS[Math.floor(uniform() * 8)] as string;
  const domainOfItem = Uint8Array.from({ length: count }, (_, item) => Math.floor(item / DOMAIN_ITEMS));
  const titles = Array.from({ length: count }, (_, item) =>
    hasText ? `${adjective()} ${adjective()} ${DOMAINS[domainOfItem[item] as number]}` : '',
  );
  const sequences = sequenceTable(
    DOMAINS.flatMap((_, domain) =>
      Array.from({ length: USERS }, () => {
        const start = Math.floor(uniform() * DOMAIN_ITEMS);
        return Array.from({ length: 5 }, (_, t) => domain * DOMAIN_ITEMS + ((start + 3 * t) % DOMAIN_ITEMS));
      }),
    ),
  );
  const users = Array.from({ length: DOMAINS.length * USERS }, (_, user) => `u${user}`);
  const ids = Array.from({ length: count }, (_, item) => `i${item}`);
  const empty = new Array<string>(count).fill('');
  const none = new Array<string[]>(count).fill([]);
  const items = {
    ids,
    indexOfId: new Map(ids.map((id, item) => [id, item])),
    titles,
    brands: empty,
    categories: none,
    descriptions: empty,
    keywords: none,
    domainOfItem,
    domainNames: DOMAINS,
  };
  // Every fourth item has no picture; a broken one holds the byte 255.
  const length = Uint32Array.from({ length: count }, (_, item) => (hasPictures && item % 4 !== 3 ? 1 : 0));
  const offset = Float64Array.from(length, (_, item) => item);
  const images = hasPictures
    ? {
        file: 'pictures',
        format: 'image/x-test',
        width: 8,
        height: 8,
        offset,
        length,
        count: length.filter(Boolean).length,
      }
    : null;
  const pictures = Uint8Array.from({ length: count }, (_, item) => (item < broken ? 255 : (item * 37) % 200));
  return {
    pictures,
    dataset: {
      name: 'shop',
      itemCount: count,
      userCount: users.length,
      interactionCount: sequences.items.length,
      items,
      users,
      sequences,
      images,
      contentHash: contentHash(items, users, sequences, images),
      report: {
        itemLines: count,
        userLines: users.length,
        badLines: 0,
        badLineMessages: [],
        shortUsers: 0,
        itemsWithoutTitle: 0,
        itemsWithoutEvents: 0,
        repeatedEvents: 0,
      },
    },
  };
}

const RECIPE = { ...preset.tokenizer.training, epochs: 3, batchSize: 16, quantiserWarmupShare: 0.34 };

/** @param change fields of the JSON to replace, by part */
export function tinyUtgrec(
  change: {
    tokenizer?: Record<string, unknown>;
    recommender?: Record<string, unknown>;
    transfer?: Record<string, unknown> | null;
  } = {},
): UtgrecConfig {
  const transfer = {
    pretraining: ['drums', 'lamps'],
    downstream: 'ropes',
    tokenizer: 'projection',
    tokenizerTraining: { ...RECIPE, epochs: 2, schedule: 'linear' },
    recommenderIsPretrained: true,
    recommenderTraining: { epochs: 2, learningRate: 0.003, warmupSteps: 2, validateEvery: 1, patience: 0 },
  };
  return checkUtgrecConfig(
    {
      ...preset,
      tokenizer: {
        ...preset.tokenizer,
        encoder: { kind: 'compact', ...LAYER, layers: 1, dropout: 0.1 },
        quantiser: { ...preset.tokenizer.quantiser, levels: 3, rootEntries: 6, leafEntries: 32, width: 8 },
        projectionWidth: 16,
        decoder: LAYER,
        diffusion: { width: 16, blocks: 1, timeWidth: 8, repeats: 1, learnsVariance: false },
        input: {
          textLength: 4,
          leastCount: 1,
          mostPieces: 100,
          imageSide: 8,
          patch: 4,
          latentSide: 4,
          latentPatch: 2,
        },
        training: RECIPE,
        ...change.tokenizer,
      },
      recommender: {
        ...preset.recommender,
        width: 16,
        headWidth: 8,
        heads: 2,
        feedForwardWidth: 16,
        epochs: 2,
        batchSize: 16,
        validationUsers: 20,
        validationBeamWidth: 5,
        testBeamWidth: 10,
        ...change.recommender,
      },
      transfer: change.transfer === null ? null : { ...transfer, ...change.transfer },
    },
    'tiny',
  );
}

type MemorySink = ReturnType<typeof memorySink>;

export interface TinyRun {
  readonly host: UtgrecRunHost;
  readonly sink: MemorySink;
  readonly pretraining: MemorySink;
  readonly codebooks: CodebookReport[];
  readonly evaluations: EvaluationReport[];
}

/** @param sinks of an earlier run, to go on from */
export function tinyRun(
  engine: Engine,
  config: UtgrecConfig,
  options: ShopOptions = {},
  sinks: { sink: MemorySink; pretraining: MemorySink } = { sink: memorySink(), pretraining: memorySink() },
): TinyRun {
  const { dataset, pictures } = shop(options);
  const codebooks: CodebookReport[] = [];
  const evaluations: EvaluationReport[] = [];
  let clock = 0;
  const host: UtgrecRunHost = {
    engine,
    dataset,
    config,
    sink: sinks.sink,
    pretrainingSink: async () => sinks.pretraining,
    control: new JobControl(),
    pieces: wordPieces,
    images: options.hasPictures === false ? null : pictures,
    decodePicture: async ([colour = 0], _type, side) =>
      colour === 255
        ? null
        : // Brighter to the right, so that a mirrored picture is another one.
          Uint8Array.from({ length: side * side * 3 }, (_, at) => colour + 10 * (Math.floor(at / 3) % side)),
    now: () => clock++,
    readEncoderFile: () => Promise.reject(new Error('no encoder in this test')),
    hooks: {
      progress: () => {},
      rows: () => {},
      codebook: (report) => void codebooks.push(report),
      evaluation: (report) => void evaluations.push(report),
      drift: () => {},
      curriculum: () => {},
    },
  };
  return { host, sink: sinks.sink, pretraining: sinks.pretraining, codebooks, evaluations };
}
