/** What codes kept of the items, read back through the decoders: text pieces, losses without dropout, pictures. */
import type { CompiledStep, Engine } from '../../plan/engine';
import type { Variables } from '../../plan/variables';
import { topK } from '../../tensor/ops/topK';
import { reshape } from '../../tensor/ops/views';
import type { BatchWriter } from './batch';
import { decodeMasks, textLogits } from './decoders';
import { type ModelSpec, utgrecCodes, utgrecLosses } from './model';
import { PictureSampler, type SamplingOptions } from './sampling';
import { PADDING_PIECE } from './textVocabulary';

export interface TextAccuracy {
  /** Share of the pieces that the text decoder puts first. */
  readonly topOne: number;
  /** Share of the commonest piece: what guessing one piece everywhere would give. */
  readonly unigram: number;
  readonly pieces: number;
}

export interface ReaderSource {
  readonly model: ModelSpec;
  readonly writer: BatchWriter;
  readonly batchSize: number;
}

/** Pictures drawn at a time: a gallery asks for a dozen. */
const MOST_PICTURES = 16;

/** Programs are compiled when first asked for. */
export class UtgrecReader {
  #reading: CompiledStep | null = null;
  #measuring: CompiledStep | null = null;
  #sampler: PictureSampler | null = null;

  /** Borrows engine, weights and writer. */
  constructor(
    readonly engine: Engine,
    readonly variables: Variables,
    readonly source: ReaderSource,
  ) {}

  /** The text decoder's best piece at every position of `items`, u32 `[n, T]`. */
  async bestPieces(items: Uint32Array): Promise<Uint32Array<ArrayBuffer>> {
    const { model, writer } = this.source;
    const { config, sizes } = model;
    this.#reading ??= this.engine.compile(this.variables, ({ params, batch, input }) => {
      const { u } = utgrecCodes(params, model, batch);
      const states = decodeMasks(params, 'textDecoder', config.decoder, u, sizes.textLength, input('targetMask'));
      const rows = (u.shape[0] ?? 0) * sizes.textLength;
      return { outputs: { best: topK(reshape(textLogits(params, states), [rows, sizes.vocabulary]), 1).indices } };
    });
    const best = new Uint32Array(items.length * sizes.textLength);
    for (const { rows, first, count } of this.#batches(items)) {
      const program = await this.#reading.run(writer.reading(rows));
      best.set((await program.readIndices('best')).subarray(0, count * sizes.textLength), first * sizes.textLength);
    }
    return best;
  }

  /** How much of the texts of `items` the codes kept. */
  async textAccuracy(items: Uint32Array): Promise<TextAccuracy> {
    const { textLength } = this.source.model.sizes;
    const { texts } = this.source.writer.catalogue;
    const best = await this.bestPieces(items);
    const counts = new Map<number, number>();
    let hits = 0;
    let pieces = 0;
    items.forEach((item, row) => {
      for (let at = 0; at < textLength; at++) {
        const piece = texts[item * textLength + at] as number;
        if (piece === PADDING_PIECE) break;
        counts.set(piece, (counts.get(piece) ?? 0) + 1);
        if (best[row * textLength + at] === piece) hits++;
        pieces++;
      }
    });
    const most = Math.max(0, ...counts.values());
    return { topOne: pieces === 0 ? 0 : hits / pieces, unigram: pieces === 0 ? 0 : most / pieces, pieces };
  }

  /**
   * Every loss by name as training counts it, but without dropout: means over the batches of `items` (the last is filled
   * up from its start). Times and noises are the same at every call.
   */
  async losses(items: Uint32Array): Promise<Record<string, number>> {
    const { model, writer } = this.source;
    this.#measuring ??= this.engine.compile(this.variables, ({ params, batch }) => ({
      outputs: {
        ...utgrecLosses(params, model, batch, { isWarmup: false, hasDropout: false, hasGradient: false }).parts,
      },
    }));
    const sums = new Map<string, number>();
    const batches = this.#batches(items);
    for (const [at, { rows }] of batches.entries()) {
      const program = await this.#measuring.run(writer.training(rows, at, { hasNoFlips: true }));
      for (const name of program.traced.outputs.keys())
        sums.set(name, (sums.get(name) ?? 0) + ((await program.readFloats(name))[0] ?? Number.NaN));
    }
    return Object.fromEntries([...sums].map(([name, sum]) => [name, sum / batches.length]));
  }

  /** Latents f32 `[n, P, c]` drawn back from the codes of `items`. */
  async pictures(items: Uint32Array, options: SamplingOptions): Promise<Float32Array<ArrayBuffer>> {
    const { model, writer } = this.source;
    this.#sampler ??= new PictureSampler(this.engine, this.variables, model);
    const size = model.sizes.latents * model.sizes.latentWidth;
    const latents = new Float32Array(items.length * size);
    for (const { rows, first, count } of this.#batches(items, MOST_PICTURES)) {
      const drawn = await this.#sampler.sample(writer.encoding(rows), rows.length, options);
      latents.set(drawn.subarray(0, count * size), first * size);
    }
    return latents;
  }

  /** Batches of one size; the last is filled up from its start. */
  #batches(items: Uint32Array, most = Number.POSITIVE_INFINITY): { rows: Uint32Array; first: number; count: number }[] {
    const batchSize = Math.min(this.source.batchSize, most);
    return Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) => {
      const first = index * batchSize;
      const count = Math.min(batchSize, items.length - first);
      const rows = Uint32Array.from({ length: batchSize }, (_, row) => items[first + (row % count)] as number);
      return { rows, first, count };
    });
  }

  async dispose(): Promise<void> {
    for (const held of [this.#reading, this.#measuring, this.#sampler]) await held?.dispose();
  }
}
