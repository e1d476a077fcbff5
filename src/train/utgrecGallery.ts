/** What a trained UTGRec tokenizer kept of single items: their text and picture beside those read back from the codes. */
import type { SentencePieceTokenizer } from '../encoders/sentencePieces';
import { type Pictures, shrink } from '../tokenizers/utgrec/pictures';
import { PADDING_PIECE, type TextVocabulary, UNKNOWN_PIECE } from '../tokenizers/utgrec/textVocabulary';
import type { UtgrecTrainer } from '../tokenizers/utgrec/trainer';
import type { VaeFiles } from './onnxLatents';
import type { PreparedCatalogue } from './utgrecCatalogue';
import type { ItemInputConfig, UtgrecTokenizerConfig } from './utgrecConfig';
import { picturesOfLatents } from './utgrecLatents';
import type { FinishedTokenizer } from './utgrecTokenizerFile';
import { loadUtgrecTokenizer, type UtgrecHost } from './utgrecTokenizerJob';

/** A text piece of an item and the piece that the decoder puts first in its place. */
export interface ReadPiece {
  readonly original: string;
  readonly read: string;
}

export interface Reconstruction {
  readonly item: number;
  /** As quantised and resolved, without level offsets. */
  readonly codes: readonly number[];
  readonly pieces: readonly ReadPiece[];
  /** u8 `[side, side, 3]`; null where the item has no picture. */
  readonly original: Uint8Array<ArrayBuffer> | null;
  /** u8 `[side, side, 3]`, drawn back from the codes; null if the tokenizer knows no pictures or has no decoder. */
  readonly decoded: Uint8Array<ArrayBuffer> | null;
}

/** Denoising steps of a drawn picture. */
const STEPS = 50;

export class UtgrecGallery {
  /** Takes `trainer` over. */
  constructor(
    readonly trainer: UtgrecTrainer,
    readonly prepared: PreparedCatalogue,
    readonly tokenizer: FinishedTokenizer,
    readonly config: UtgrecTokenizerConfig,
    readonly pieces: SentencePieceTokenizer,
    readonly decoder: VaeFiles['decoder'],
  ) {}

  /** Whether pictures could be drawn if the user's autoencoder had its decoder's file here. */
  get wantsDecoder(): boolean {
    return this.config.input.latents === 'onnx' && this.prepared.sizes.latents > 0 && !this.decoder;
  }

  /** Pixels of a picture's side. */
  get side(): number {
    return this.config.input.latentSide;
  }

  /** @param items indices below N @param seed of the pictures' noise */
  async read(items: Uint32Array, seed: number): Promise<Reconstruction[]> {
    const { trainer, prepared, tokenizer, config } = this;
    const { catalogue, sizes, vocabulary } = prepared;
    const { levels } = config.quantiser;
    const best = await trainer.reader.bestPieces(items);
    const isDrawn = sizes.latents > 0 && !this.wantsDecoder;
    const drawn = isDrawn ? await trainer.reader.pictures(items, { steps: STEPS, seed }) : null;
    const decoders = { vae: tokenizer.vae, decoder: this.decoder };
    const decoded =
      drawn &&
      (await picturesOfLatents(trainer.reader.engine, config.input, decoders, {
        latents: drawn,
        width: sizes.latentWidth,
      }));
    return Array.from(items, (item, row): Reconstruction => {
      const words = catalogue.texts.subarray(item * sizes.textLength, (item + 1) * sizes.textLength);
      const length = words.indexOf(PADDING_PIECE) < 0 ? words.length : words.indexOf(PADDING_PIECE);
      return {
        item,
        codes: [...tokenizer.codes.subarray(item * levels, (item + 1) * levels)],
        pieces: Array.from({ length }, (_, at) => ({
          original: pieceText(this.pieces, vocabulary, words[at] as number),
          read: pieceText(this.pieces, vocabulary, best[row * sizes.textLength + at] as number),
        })),
        original: originalOf(catalogue.pictures, config.input, item),
        decoded: decoded?.[row] ?? null,
      };
    });
  }

  dispose(): Promise<void> {
    return this.trainer.dispose();
  }
}

/** Opens the gallery of a tokenizer on the data set it tokenised. The caller disposes. */
export async function openUtgrecGallery(
  host: UtgrecHost,
  config: UtgrecTokenizerConfig,
  tokenizer: FinishedTokenizer,
): Promise<UtgrecGallery> {
  const { trainer, prepared } = await loadUtgrecTokenizer(host, config, tokenizer);
  return new UtgrecGallery(trainer, prepared, tokenizer, config, host.pieces, host.vaeFiles?.decoder ?? null);
}

function pieceText(pieces: SentencePieceTokenizer, vocabulary: TextVocabulary, dense: number): string {
  if (dense === PADDING_PIECE) return '';
  return dense === UNKNOWN_PIECE ? '\ufffd' : pieces.textOf(vocabulary.pieces[dense] ?? 0);
}

function originalOf(
  pictures: Pictures | null,
  { latentSide }: ItemInputConfig,
  item: number,
): Uint8Array<ArrayBuffer> | null {
  if (!pictures?.isPresent[item]) return null;
  const size = pictures.side * pictures.side * 3;
  return shrink(pictures.pixels.subarray(item * size, (item + 1) * size), pictures.side, latentSide);
}
