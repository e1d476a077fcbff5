/** A trained UTGRec tokenizer and its checkpoint: weights, vocabulary, identifiers, how conflicts were resolved, quality. */
import { FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { Resolution } from '../quantize/nextNearest';
import type { TextVocabulary } from '../tokenizers/utgrec/textVocabulary';
import type { UtgrecState } from '../tokenizers/utgrec/trainer';
import type { TrainedVae } from '../tokenizers/utgrec/vaeCodec';
import { type Checkpoint, floatsIn, numberIn, readCheckpoint, requireSameOrigin } from './checkpoint';
import { domainsOf } from './utgrecReport';

/** Group of the autoencoder's weights in a checkpoint. */
const VAE = 'vae';

/** Numbers kept of a domain. */
const DOMAIN_VALUES = 5;

/** A tokenizer after training, and what it made of the data set's items. */
export interface FinishedTokenizer {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly vocabulary: TextVocabulary;
  /** The autoencoder whose latents it draws; null for pixels. */
  readonly vae: TrainedVae | null;
  /** `[N, H]`, unique but for duplicates that `resolved` counts. */
  readonly codes: Uint16Array<ArrayBuffer>;
  /** `[N]`: how each item came to its identifier, see `resolutionOf`. */
  readonly resolutions: Uint16Array<ArrayBuffer>;
  /** f32 `[N, H, d]`: what each level quantised (v). Null in files of older versions and where it would be too large. */
  readonly vectors: Float32Array<ArrayBuffer> | null;
  readonly quality: TokenizerQuality;
  /** SHA-256 of weights' origin: tells fine-tuned runs of different starts apart. */
  readonly origin: string;
}

export interface TokenizerQuality {
  /** (N − distinct) / N before and after. */
  readonly conflictRateBefore: number;
  readonly conflictRateAfter: number;
  /** Items by how they came to their identifier. */
  readonly resolved: Readonly<Record<Resolution['kind'], number>>;
  readonly textTopOne: number;
  readonly textUnigram: number;
  readonly brokenPictures: number;
  /** Share of co-occurring pairs with one first code, as quantised, and that of random pairs. */
  readonly sharedFirstCode: number;
  readonly sharedByChance: number;
  /** By domain, in the data set's order. */
  readonly domains: readonly DomainQuality[];
}

export interface DomainQuality {
  readonly name: string;
  readonly items: number;
  readonly textTopOne: number;
  readonly textUnigram: number;
  /** Losses without dropout on at most `MEASURED_ITEMS` items; NaN where the objective has no such part. */
  readonly textLoss: number;
  readonly imageLoss: number;
}

export type FinishedParts = Pick<FinishedTokenizer, 'codes' | 'resolutions' | 'vectors' | 'quality'>;

/** Values of `vectors` that a file takes: 32 MiB. */
export const MOST_VECTOR_VALUES = 1 << 23;

/** What a checkpoint holds; `finished` null while training goes on. */
export function tokenizerParts(
  state: UtgrecState,
  { vocabulary, vae }: Pick<FinishedTokenizer, 'vocabulary' | 'vae'>,
  finished: FinishedParts | null,
): { arrays: Map<string, Float32Array | Uint16Array | Uint32Array>; numbers: Record<string, number> } {
  const arrays = new Map<string, Float32Array | Uint16Array | Uint32Array>([['vocabulary', vocabulary.pieces]]);
  for (const group of ['parameters', 'moment1', 'moment2'] as const)
    for (const [name, values] of state[group]) arrays.set(`${group}/${name}`, values);
  const numbers: Record<string, number> = { epoch: state.epoch };
  if (vae) {
    for (const [name, values] of vae.parameters) arrays.set(`${VAE}/${name}`, values);
    const { scale, bound, error } = vae;
    Object.assign(numbers, { 'vae.scale': scale, 'vae.bound': bound, 'vae.error': error });
  }
  if (finished) {
    const { codes, resolutions, vectors, quality } = finished;
    arrays.set('codes', codes);
    arrays.set('resolutions', resolutions);
    if (vectors) arrays.set('vectors', vectors);
    arrays.set(
      'domains',
      Float32Array.from(
        quality.domains.flatMap((domain) => [
          domain.items,
          domain.textTopOne,
          domain.textUnigram,
          domain.textLoss,
          domain.imageLoss,
        ]),
      ),
    );
    const { resolved, domains: _, ...rates } = quality;
    Object.assign(numbers, rates);
    for (const [kind, count] of Object.entries(resolved)) numbers[`resolved.${kind}`] = count;
  }
  return { arrays, numbers };
}

/** A finished tokenizer from its file; null if its training is not done. @throws FormatError, ConfigError for other data */
export function openTokenizer(file: Uint8Array, dataset: Dataset): FinishedTokenizer | null {
  const checkpoint = readCheckpoint(file, 'tokenizer');
  const { identity } = checkpoint;
  requireSameOrigin(
    identity,
    { kind: 'tokenizer', config: identity.config, dataHash: dataset.contentHash },
    'tokenizer',
  );
  return finishedOf(checkpoint, identity.config, dataset);
}

/** The autoencoder in a checkpoint, or null. @throws FormatError `checkpoint/tensor` */
export function vaeOf(checkpoint: Checkpoint): TrainedVae | null {
  const parameters = floatsIn(checkpoint, VAE);
  if (parameters.size === 0) return null;
  const number = (key: string): number => numberIn(checkpoint, key, 'tokenizer');
  return { parameters, scale: number('vae.scale'), bound: number('vae.bound'), error: number('vae.error') };
}

/** A finished tokenizer from its checkpoint; null if training still goes on. @throws FormatError `checkpoint/tensor` */
export function finishedOf(checkpoint: Checkpoint, origin: string, dataset: Dataset): FinishedTokenizer | null {
  const domainNames = domainsOf(dataset).map(({ name }) => name);
  const codes = checkpoint.arrays.get('codes');
  if (codes === undefined) return null;
  const pieces = checkpoint.arrays.get('vocabulary');
  if (!(codes instanceof Uint16Array) || !(pieces instanceof Uint32Array))
    throw new FormatError('checkpoint/tensor', 'tokenizer: codes or vocabulary are missing; the file is damaged.');
  const number = (key: string): number => numberIn(checkpoint, key, 'tokenizer');
  const resolutions = checkpoint.arrays.get('resolutions');
  const domains = checkpoint.arrays.get('domains');
  const vectors = checkpoint.arrays.get('vectors');
  if (!(resolutions instanceof Uint16Array) || !(domains instanceof Float32Array))
    throw new FormatError('checkpoint/tensor', 'tokenizer: its record of items or domains is missing or damaged.');
  return {
    parameters: floatsIn(checkpoint, 'parameters'),
    vocabulary: { pieces: pieces.slice() },
    vae: vaeOf(checkpoint),
    codes: codes.slice(),
    resolutions: resolutions.slice(),
    vectors: vectors instanceof Float32Array ? vectors.slice() : null,
    quality: {
      conflictRateBefore: number('conflictRateBefore'),
      conflictRateAfter: number('conflictRateAfter'),
      resolved: {
        nearest: number('resolved.nearest'),
        rank: number('resolved.rank'),
        random: number('resolved.random'),
        duplicate: number('resolved.duplicate'),
      },
      textTopOne: number('textTopOne'),
      textUnigram: number('textUnigram'),
      brokenPictures: number('brokenPictures'),
      sharedFirstCode: number('sharedFirstCode'),
      sharedByChance: number('sharedByChance'),
      domains: domainNames.map((name, at) => {
        const [items = 0, textTopOne = 0, textUnigram = 0, textLoss = 0, imageLoss = 0] = domains.subarray(
          at * DOMAIN_VALUES,
          (at + 1) * DOMAIN_VALUES,
        );
        return { name, items, textTopOne, textUnigram, textLoss, imageLoss };
      }),
    },
    origin,
  };
}

const RANDOM = 0xfffe;
const DUPLICATE = 0xffff;

/** One number for `FinishedTokenizer.resolutions`. */
export function packResolution(resolution: Resolution): number {
  switch (resolution.kind) {
    case 'nearest':
      return 0;
    case 'rank':
      return resolution.rank;
    case 'random':
      return RANDOM;
    case 'duplicate':
      return DUPLICATE;
  }
}

/** How an item came to its identifier, from `FinishedTokenizer.resolutions`. */
export function resolutionOf(packed: number): Resolution {
  if (packed === 0) return { kind: 'nearest' };
  if (packed === RANDOM) return { kind: 'random' };
  return packed === DUPLICATE ? { kind: 'duplicate' } : { kind: 'rank', rank: packed };
}
