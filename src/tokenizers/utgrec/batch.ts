/**
 * One batch of the tokenizer as upload arrays (./model says what each is). Rows 0 … B − 1 are the items, rows B … 2B − 1
 * their co-occurring items, where the objective asks for them. All draws (positive, time, noise) are a function of seed and
 * step. Arrays are allocated once and written again for every step.
 */
import { mixSeed, normalArray, uniformGenerator } from '../../base/random';
import type { BatchArray } from '../../plan/program';
import { invertIndex } from '../../tensor/ops/embedding';
import { IGNORED_PIECE, type ModelSpec } from './model';
import { type Pictures, writePatches } from './pictures';
import { drawPositive, type Positives } from './positives';

export interface UtgrecCatalogue {
  readonly itemCount: number;
  /** u32 `[N, T]`, dense pieces, left-aligned, padded with 0. */
  readonly texts: Uint32Array;
  /** Null without pictures. */
  readonly pictures: Pictures | null;
  /** f32 `[N, P, c]`; null without pictures. */
  readonly latents: Float32Array | null;
  /** Latents of the mirrored pictures, of the same shape, where training draws flips; else null. */
  readonly mirrored: Float32Array | null;
  /** f32 `[N, W]` for a frozen encoder. */
  readonly vectors: Float32Array | null;
  readonly positives: Positives;
}

type Batch = Record<string, BatchArray>;

const POSITIVE_STREAM = 11;
const TIME_STREAM = 12;
const NOISE_STREAM = 13;
const FLIP_STREAM = 14;

export interface DrawOptions {
  /** Which part of the step's batch this is, 0 by default: parts draw for themselves. */
  readonly part?: number;
  /** The pictures as they are, for measuring. */
  readonly hasNoFlips?: boolean;
}

export class BatchWriter {
  readonly #arrays = new Map<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>();

  /** @param patch pixels of an encoder patch's side */
  constructor(
    readonly model: ModelSpec,
    readonly catalogue: UtgrecCatalogue,
    readonly patch: number,
    readonly seed: number,
  ) {}

  /** Everything that a training step reads; valid until the next call. */
  training(items: Uint32Array, step: number, { part = 0, hasNoFlips = false }: DrawOptions = {}): Batch {
    const { weights } = this.model.config;
    const seedOf = (stream: number): number => mixSeed(this.seed, stream, step, ...(part > 0 ? [part] : []));
    const needsPositives = weights.alignment > 0 || weights.positive > 0;
    const pairs = needsPositives ? this.#withPositives(items, seedOf(POSITIVE_STREAM)) : items;
    return {
      ...this.encoding(weights.alignment > 0 ? pairs : items),
      ...this.#textTargets(weights.positive > 0 ? pairs : items),
      ...(this.model.sizes.latents > 0
        ? this.#imageTargets(weights.positive > 0 ? pairs : items, seedOf, hasNoFlips)
        : {}),
    };
  }

  /** What reading the text back from the codes needs. */
  reading(items: Uint32Array): Batch {
    const { targetMask } = this.#textTargets(items);
    return { ...this.encoding(items), ...(targetMask ? { targetMask } : {}) };
  }

  /** What the encoder reads. */
  encoding(items: Uint32Array): Batch {
    const { config, sizes } = this.model;
    if (config.encoder.kind === 'frozen') return { vectors: this.#vectors(items) };
    const { textLength, vocabulary, patches, patchWidth } = sizes;
    const { levels } = config.quantiser;
    const text = this.#indices('text', items.length * textLength);
    const length = patches + textLength + levels;
    const mask = this.#indices('mask', items.length * length);
    items.forEach((item, row) => {
      const words = this.#textOf(item);
      text.set(words, row * textLength + textLength - words.length);
      const start = row * length;
      mask.fill(this.#hasPicture(item) ? 1 : 0, start, start + patches);
      mask.fill(1, start + patches + textLength - words.length, start + length);
    });
    const { order, starts } = invertIndex(text, vocabulary);
    const batch: Batch = {
      text: { data: text, shape: [items.length, textLength] },
      textOrder: { data: order, shape: [order.length] },
      textStarts: { data: starts, shape: [starts.length] },
      mask: { data: mask, shape: [items.length, length] },
    };
    if (patches === 0) return batch;
    return { ...batch, patches: { data: this.#patches(items), shape: [items.length, patches, patchWidth] } };
  }

  /** `[rows, W]`. */
  #vectors(items: Uint32Array): BatchArray {
    const { vectorWidth } = this.model.sizes;
    const { vectors } = this.catalogue;
    const data = this.#floats('vectors', items.length * vectorWidth);
    if (vectors)
      items.forEach((item, row) => {
        data.set(vectors.subarray(item * vectorWidth, (item + 1) * vectorWidth), row * vectorWidth);
      });
    return { data, shape: [items.length, vectorWidth] };
  }

  #patches(items: Uint32Array): Float32Array<ArrayBuffer> {
    const { patches, patchWidth } = this.model.sizes;
    const { pictures } = this.catalogue;
    const size = patches * patchWidth;
    const data = this.#floats('patches', items.length * size);
    if (!pictures) return data;
    const bytes = pictures.side * pictures.side * 3;
    items.forEach((item, row) => {
      if (this.#hasPicture(item))
        writePatches(
          pictures.pixels.subarray(item * bytes, (item + 1) * bytes),
          pictures.side,
          this.patch,
          data,
          row * size,
        );
    });
    return data;
  }

  #textTargets(items: Uint32Array): Batch {
    const { textLength } = this.model.sizes;
    const { levels } = this.model.config.quantiser;
    const targets = this.#indices('targets', items.length * textLength).fill(IGNORED_PIECE);
    const mask = this.#indices('targetMask', items.length * (levels + textLength));
    items.forEach((item, row) => {
      const words = this.#textOf(item);
      targets.set(words, row * textLength);
      const start = row * (levels + textLength);
      mask.fill(1, start, start + levels + words.length);
    });
    return {
      targets: { data: targets, shape: [items.length, textLength] },
      targetMask: { data: mask, shape: [items.length, levels + textLength] },
    };
  }

  #imageTargets(items: Uint32Array, seedOf: (stream: number) => number, hasNoFlips: boolean): Batch {
    const { config, sizes, schedule } = this.model;
    const { repeats, learnsVariance } = config.diffusion;
    const { latents, latentWidth } = sizes;
    const rows = items.length * latents * repeats;
    const uniform = uniformGenerator(seedOf(TIME_STREAM));
    const noise = normalArray(rows * latentWidth, seedOf(NOISE_STREAM));
    const time = this.#indices('time', rows);
    const noised = this.#floats('noised', rows * latentWidth);
    const mask = this.#floats('imageMask', rows);
    const start = this.#floats('start', rows * latentWidth);
    const { latents: plain, mirrored } = this.catalogue;
    const flips = uniformGenerator(seedOf(FLIP_STREAM));
    const sources = Array.from(items, () => (mirrored && !hasNoFlips && flips() < 0.5 ? mirrored : plain));
    for (let row = 0; row < rows; row++) {
      const itemRow = Math.floor(row / (latents * repeats));
      const item = items[itemRow] as number;
      const source = sources[itemRow];
      const place = Math.floor(row / repeats) % latents;
      const t = Math.floor(uniform() * schedule.steps);
      const alphaBar = schedule.alphaBar[t] as number;
      const [keep, add] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
      time[row] = t;
      mask[row] = this.#hasPicture(item) ? 1 : 0;
      for (let channel = 0; channel < latentWidth; channel++) {
        const at = row * latentWidth + channel;
        const value = source?.[(item * latents + place) * latentWidth + channel] ?? 0;
        start[at] = value;
        noised[at] = keep * value + add * (noise[at] as number);
      }
    }
    return {
      time: { data: time, shape: [rows] },
      noise: { data: noise, shape: [rows, latentWidth] },
      noised: { data: noised, shape: [rows, latentWidth] },
      imageMask: { data: mask, shape: [rows] },
      ...(learnsVariance ? { start: { data: start, shape: [rows, latentWidth] } } : {}),
    };
  }

  #withPositives(items: Uint32Array, seed: number): Uint32Array {
    const uniform = uniformGenerator(seed);
    const pairs = new Uint32Array(items.length * 2);
    pairs.set(items);
    items.forEach((item, row) => {
      pairs[items.length + row] = drawPositive(this.catalogue.positives, item, uniform);
    });
    return pairs;
  }

  /** Pieces of an item's text, without padding. */
  #textOf(item: number): Uint32Array {
    const { textLength } = this.model.sizes;
    const row = this.catalogue.texts.subarray(item * textLength, (item + 1) * textLength);
    const end = row.indexOf(0);
    return end < 0 ? row : row.subarray(0, end);
  }

  #hasPicture(item: number): boolean {
    return this.catalogue.pictures?.isPresent[item] === 1;
  }

  #floats(name: string, length: number): Float32Array<ArrayBuffer> {
    const held = this.#arrays.get(name);
    if (held instanceof Float32Array && held.length === length) return held.fill(0);
    const made = new Float32Array(length);
    this.#arrays.set(name, made);
    return made;
  }

  #indices(name: string, length: number): Uint32Array<ArrayBuffer> {
    const held = this.#arrays.get(name);
    if (held instanceof Uint32Array && held.length === length) return held.fill(0);
    const made = new Uint32Array(length);
    this.#arrays.set(name, made);
    return made;
  }
}
