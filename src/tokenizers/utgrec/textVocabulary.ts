/**
 * Dense numbers for the sub-word pieces that a catalogue uses. A published vocabulary has thousands of pieces that a
 * catalogue never shows; an output layer over them would cost memory and time for nothing. Piece 0 is padding, 1 stands
 * for every piece that is too rare or unknown.
 */
import { ConfigError } from '../../base/errors';

export interface TextVocabulary {
  /** Published piece of each dense number; the first two are placeholders. */
  readonly pieces: Uint32Array<ArrayBuffer>;
}

export const PADDING_PIECE = 0;
export const UNKNOWN_PIECE = 1;
const RESERVED = 2;

/**
 * The pieces that occur at least `leastCount` times, most frequent first (lower piece first among equals), at most `most`
 * in all. `base`, the vocabulary of a model to go on from, keeps its numbers and is only added to.
 * @param texts piece numbers of each text @throws ConfigError `utgrec/vocabulary` if nothing is left
 */
export function buildTextVocabulary(
  texts: Iterable<Uint32Array>,
  { leastCount, most, base }: { readonly leastCount: number; readonly most: number; readonly base?: TextVocabulary },
): TextVocabulary {
  const counts = new Map<number, number>();
  for (const text of texts) for (const piece of text) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const kept = base ? [...base.pieces] : new Array<number>(RESERVED).fill(0);
  const known = new Set(kept.slice(RESERVED));
  const added = [...counts]
    .filter(([piece, count]) => count >= leastCount && !known.has(piece))
    .sort(([a, times], [b, otherTimes]) => otherTimes - times || a - b)
    .map(([piece]) => piece);
  const pieces = Uint32Array.from([...kept, ...added.slice(0, Math.max(0, most - kept.length))]);
  if (pieces.length <= RESERVED)
    throw new ConfigError(
      'utgrec/vocabulary',
      `text vocabulary: no piece occurs ${leastCount} times; the items need texts, or lower "leastCount".`,
    );
  return { pieces };
}

/** Texts in dense numbers `[N, length]`, left-aligned, cut at `length`, padded with 0. */
export function denseTexts(
  texts: readonly Uint32Array[],
  vocabulary: TextVocabulary,
  length: number,
): Uint32Array<ArrayBuffer> {
  const denseOf = new Map<number, number>();
  vocabulary.pieces.forEach((piece, dense) => {
    if (dense >= RESERVED) denseOf.set(piece, dense);
  });
  const rows = new Uint32Array(texts.length * length);
  texts.forEach((text, item) => {
    text.subarray(0, length).forEach((piece, at) => {
      rows[item * length + at] = denseOf.get(piece) ?? UNKNOWN_PIECE;
    });
  });
  return rows;
}
