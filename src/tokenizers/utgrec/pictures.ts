/**
 * Pictures of items as the tokenizer sees them: squares of RGB bytes. The encoder reads patches of the square; the plainest
 * reconstruction target is the patches of a smaller square ("latents" of pixels; an autoencoder may put its own in their place).
 */
import { ShapeError } from '../../base/errors';

export interface Pictures {
  /** S, pixels of a side. */
  readonly side: number;
  /** u8 `[N, S, S, 3]`; zeros for items without a picture. */
  readonly pixels: Uint8Array;
  /** u8 `[N]`. */
  readonly isPresent: Uint8Array;
}

const CHANNELS = 3;

function requireDivisor(side: number, patch: number): number {
  const across = side / patch;
  if (!Number.isInteger(across) || across < 1)
    throw new ShapeError('utgrec/patch', `pictures: patches of ${patch} pixels do not fill a side of ${side}.`);
  return across;
}

/**
 * Patches of one square in raster order, bytes scaled to [−1, 1], written to `out` at `offset`.
 * @param pixels u8 `[S, S, 3]` of the item @returns values written: (S/patch)² · patch² · 3 @throws ShapeError `utgrec/patch`
 */
export function writePatches(
  pixels: Uint8Array,
  side: number,
  patch: number,
  out: Float32Array,
  offset: number,
): number {
  const across = requireDivisor(side, patch);
  let at = offset;
  for (let row = 0; row < across; row++)
    for (let column = 0; column < across; column++)
      for (let y = 0; y < patch; y++) {
        const start = ((row * patch + y) * side + column * patch) * CHANNELS;
        for (let value = 0; value < patch * CHANNELS; value++)
          out[at++] = (pixels[start + value] as number) / 127.5 - 1;
      }
  return at - offset;
}

/** A square of patches (values in [−1, 1], cut there) back to bytes u8 `[S, S, 3]`. @throws ShapeError `utgrec/patch` */
export function pixelsOfPatches(patches: Float32Array, side: number, patch: number): Uint8Array<ArrayBuffer> {
  const across = requireDivisor(side, patch);
  const pixels = new Uint8Array(side * side * CHANNELS);
  let at = 0;
  for (let row = 0; row < across; row++)
    for (let column = 0; column < across; column++)
      for (let y = 0; y < patch; y++) {
        const start = ((row * patch + y) * side + column * patch) * CHANNELS;
        for (let value = 0; value < patch * CHANNELS; value++)
          pixels[start + value] = Math.round((Math.min(1, Math.max(-1, patches[at++] as number)) + 1) * 127.5);
      }
  return pixels;
}

/** Mean over blocks: u8 `[S, S, 3]` → u8 `[s, s, 3]`, s a divisor of S. @throws ShapeError `utgrec/patch` */
export function shrink(pixels: Uint8Array, side: number, smaller: number): Uint8Array<ArrayBuffer> {
  const block = requireDivisor(side, smaller);
  const out = new Uint8Array(smaller * smaller * CHANNELS);
  for (let y = 0; y < smaller; y++)
    for (let x = 0; x < smaller; x++)
      for (let channel = 0; channel < CHANNELS; channel++) {
        let sum = 0;
        for (let dy = 0; dy < block; dy++)
          for (let dx = 0; dx < block; dx++)
            sum += pixels[((y * block + dy) * side + x * block + dx) * CHANNELS + channel] as number;
        out[(y * smaller + x) * CHANNELS + channel] = Math.round(sum / (block * block));
      }
  return out;
}

/** Every row of pixels from right to left: u8 `[S, S, 3]` of one item. */
export function mirror(pixels: Uint8Array, side: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const from = (y * side + x) * CHANNELS;
      out.set(pixels.subarray(from, from + CHANNELS), (y * side + side - 1 - x) * CHANNELS);
    }
  return out;
}

/** Pixel latents of all items f32 `[N, (side/patch)², patch² · 3]`, zeros without a picture. @throws ShapeError `utgrec/patch` */
export function pixelLatents(
  pictures: Pictures,
  side: number,
  patch: number,
  isMirrored = false,
): Float32Array<ArrayBuffer> {
  const itemCount = pictures.isPresent.length;
  const size = pictures.side * pictures.side * CHANNELS;
  const width = side * side * CHANNELS;
  const latents = new Float32Array(itemCount * width);
  for (let item = 0; item < itemCount; item++) {
    if (!pictures.isPresent[item]) continue;
    const square = shrink(pictures.pixels.subarray(item * size, (item + 1) * size), pictures.side, side);
    writePatches(isMirrored ? mirror(square, side) : square, side, patch, latents, item * width);
  }
  return latents;
}
