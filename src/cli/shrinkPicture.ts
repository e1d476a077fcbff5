/** Pictures to the size that is stored, in Node, by sharp (libvips). */
import sharp from 'sharp';
import type { ShrinkPicture } from '../data/import/fetchPictures';
import { MOST_PIXELS } from './decodePicture';

/** Longest side stored: the encoders' squares and the page's thumbnails are smaller. */
const LONGEST_SIDE = 256;
const WEBP_QUALITY = 85;

/** Whole picture, upright, longest side at most 256 (never enlarged), as WebP; of moving pictures the first frame. */
export const shrinkPicture: ShrinkPicture = async (bytes) => {
  try {
    // Only the header is read here, so the cap must not hide what it says.
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (width * height > MOST_PIXELS) return 'tooManyPixels';
    const packed = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: WEBP_QUALITY })
      .toBuffer();
    return { bytes: new Uint8Array(packed), mediaType: 'image/webp' };
  } catch {
    // Libvips says in its own words what the caller only counts: it does not decode.
    return 'broken';
  }
};
