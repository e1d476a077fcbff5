/** Pictures to squares of RGB bytes in the browser. Its scaling is not Node's: the same file gives slightly other bytes. */
import type { DecodePicture } from '../train/utgrecCatalogue';

/** Pixels a file may unpack to (reliability: a small file can hold a giant picture). */
const MOST_PIXELS = 16_000_000;

/** Covers the square, cut at the centre, transparent parts on white; null for what is no picture. */
export const decodePicture: DecodePicture = async (bytes, mediaType, side) => {
  const type = mediaType.includes('/') ? mediaType : `image/${mediaType}`;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(new Blob([bytes.slice()], { type }));
  } catch {
    // Not a picture that this browser knows: counted as absent by the caller.
    return null;
  }
  try {
    if (picture.width * picture.height > MOST_PIXELS) return null;
    return squareOf(picture, side);
  } finally {
    picture.close();
  }
};

function squareOf(picture: ImageBitmap, side: number): Uint8Array | null {
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = 'high';
  const cut = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - cut) / 2, (picture.height - cut) / 2];
  context.drawImage(picture, left, top, cut, cut, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => data[Math.floor(at / 3) * 4 + (at % 3)] ?? 0);
}
