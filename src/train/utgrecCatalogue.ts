/** From a data set to what UTGRec's tokenizer reads: dense text pieces, squares of pixels, latents, co-occurrence. */

import { CancelledError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { imageBytes } from '../data/imageIndex';
import { itemTexts } from '../data/itemText';
import { sequencesInMemory } from '../data/wholeSequences';
import type { SentencePieceTokenizer } from '../encoders/sentencePieces';
import type { UtgrecCatalogue } from '../tokenizers/utgrec/batch';
import type { UtgrecSizes } from '../tokenizers/utgrec/config';
import type { Pictures } from '../tokenizers/utgrec/pictures';
import { coOccurrencePositives } from '../tokenizers/utgrec/positives';
import { buildTextVocabulary, denseTexts, type TextVocabulary } from '../tokenizers/utgrec/textVocabulary';
import type { TrainedVae } from '../tokenizers/utgrec/vaeCodec';
import type { ItemInputConfig } from './utgrecConfig';
import type { PictureLatents } from './utgrecLatents';

/** Brings one encoded picture to `side` × `side` RGB bytes (u8 `[side, side, 3]`); null if it cannot be decoded. */
export type DecodePicture = (bytes: Uint8Array, mediaType: string, side: number) => Promise<Uint8Array | null>;

export interface CatalogueSources {
  readonly dataset: Dataset;
  readonly pieces: SentencePieceTokenizer;
  /** All pictures back to back (data/imageIndex `loadImages`), or null. */
  readonly images: Uint8Array | null;
  readonly decodePicture: DecodePicture;
  /** Told items done. */
  readonly onProgress: (items: number) => void;
  readonly signal: AbortSignal;
  /** Sentence vectors of a frozen encoder, or null. */
  readonly vectors: { readonly values: Float32Array; readonly width: number } | null;
  /** Vocabulary of the tokenizer to go on from. */
  readonly base?: TextVocabulary;
  /** What is to be drawn of the pictures. */
  readonly latentsOf: (pictures: Pictures) => Promise<PictureLatents>;
}

export interface PreparedCatalogue {
  readonly catalogue: UtgrecCatalogue;
  readonly vocabulary: TextVocabulary;
  readonly sizes: UtgrecSizes;
  /** The autoencoder of the latents; null for pixels. */
  readonly vae: TrainedVae | null;
  /** Pictures that did not decode; they count as absent. */
  readonly brokenPictures: number;
}

const RGB = 3;

/** @throws ConfigError `utgrec/vocabulary` without any text; CancelledError `job/stopped` */
export async function prepareCatalogue(sources: CatalogueSources, input: ItemInputConfig): Promise<PreparedCatalogue> {
  const { dataset, pieces, base } = sources;
  const texts = (await itemTexts(dataset, 0, dataset.itemCount)).map((text) => pieces.encode(text));
  const vocabulary = buildTextVocabulary(texts, {
    leastCount: input.leastCount,
    most: input.mostPieces,
    ...(base ? { base } : {}),
  });
  const { pictures, broken } = await decodePictures(sources, input.imageSide);
  const { imageSide, patch, latentSide, latentPatch } = input;
  // The network has its image parts wherever the configuration asks for pictures, so that weights fit other domains.
  const hasImages = imageSide > 0;
  const squares = pictures ?? {
    side: imageSide,
    pixels: new Uint8Array(dataset.itemCount * imageSide * imageSide * RGB),
    isPresent: new Uint8Array(dataset.itemCount),
  };
  const made = hasImages ? await sources.latentsOf(squares) : null;
  return {
    catalogue: {
      itemCount: dataset.itemCount,
      texts: denseTexts(texts, vocabulary, input.textLength),
      pictures: hasImages ? squares : null,
      latents: made?.latents ?? null,
      mirrored: made?.mirrored ?? null,
      vectors: sources.vectors?.values ?? null,
      positives: coOccurrencePositives(sequencesInMemory(dataset, 'UTGRec'), dataset.itemCount),
    },
    vocabulary,
    sizes: {
      vocabulary: vocabulary.pieces.length,
      textLength: input.textLength,
      patches: hasImages ? (imageSide / patch) ** 2 : 0,
      patchWidth: hasImages ? patch * patch * RGB : 0,
      latents: hasImages ? (latentSide / latentPatch) ** 2 : 0,
      latentWidth: made?.width ?? 0,
      latentBound: made?.bound ?? 1,
      vectorWidth: sources.vectors?.width ?? 0,
    },
    vae: made?.vae ?? null,
    brokenPictures: broken,
  };
}

async function decodePictures(
  { dataset, images, decodePicture, onProgress, signal }: CatalogueSources,
  side: number,
): Promise<{ pictures: Pictures | null; broken: number }> {
  const index = dataset.images;
  const stored = dataset.stored;
  const hasPictures = stored ? stored.pictures > 0 : index !== null && images !== null;
  if (side === 0 || !hasPictures) return { pictures: null, broken: 0 };
  const encodedOf = async (item: number): Promise<{ bytes: Uint8Array; mediaType: string } | null> => {
    if (stored) return stored.picture(item);
    const bytes = index && images ? imageBytes(index, images, item) : null;
    return bytes && { bytes, mediaType: index?.format ?? '' };
  };
  const size = side * side * RGB;
  const pixels = new Uint8Array(dataset.itemCount * size);
  const isPresent = new Uint8Array(dataset.itemCount);
  let broken = 0;
  for (let item = 0; item < dataset.itemCount; item++) {
    if (signal.aborted) throw new CancelledError('job/stopped', 'run: stopped while pictures were read.');
    const encoded = await encodedOf(item);
    if (!encoded) continue;
    const square = await decodePicture(encoded.bytes, encoded.mediaType, side);
    if (square?.length === size) {
      pixels.set(square, item * size);
      isPresent[item] = 1;
    } else broken++;
    onProgress(item + 1);
  }
  return { pictures: { side, pixels, isPresent }, broken };
}
