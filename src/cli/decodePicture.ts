/** Pictures to squares of RGB bytes in Node, by sharp (libvips). */
import sharp from 'sharp';
import type { DecodePicture } from '../train/utgrecCatalogue';

/** Pixels a file may unpack to (reliability: a small file can hold a giant picture). */
export const MOST_PIXELS = 16_000_000;

/** Covers the square, cut at the centre, transparent parts on white; null for what is no picture. */
export const decodePicture: DecodePicture = async (bytes, _mediaType, side) => {
  try {
    const pixels = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .flatten({ background: '#ffffff' })
      .resize(side, side, { fit: 'cover' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    return new Uint8Array(pixels);
  } catch {
    // Not a picture, or too large a one: counted as absent by the caller.
    return null;
  }
};
