/** Encoded pictures, told by their first bytes: names and servers' media types prove nothing. */

/** Largest encoded picture accepted; product photos have 20 to 500 KB. */
export const MAX_PICTURE_BYTES = 5 * 2 ** 20;

/** Media type of an encoded picture that all browsers decode, or null. SVG is left out: it is a document, not a picture. */
export function pictureType(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xd8 && c === 0xff) return 'image/jpeg';
  if (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) return 'image/png';
  const word = (from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4));
  if (word(0) === 'RIFF' && word(8) === 'WEBP') return 'image/webp';
  if (word(0) === 'GIF8') return 'image/gif';
  if (word(4) === 'ftyp' && (word(8) === 'avif' || word(8) === 'avis')) return 'image/avif';
  return null;
}
