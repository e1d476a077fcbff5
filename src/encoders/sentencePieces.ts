/**
 * Unigram sentence-piece tokenizer of Universal Sentence Encoder lite.
 *
 * Problem: split a text into the pieces of an 8,000-entry vocabulary so that the sum of the pieces' log-probabilities
 * is greatest. Approach: Viterbi over code points with a prefix tree; O(length × longest piece). Method: Kudo 2018,
 * "Subword Regularization" (arXiv 1804.10959); behaviour: `@tensorflow-models/universal-sentence-encoder` 1.3.3,
 * reproduced exactly, because the encoder was published with these ids. That includes four things one would not expect:
 * 1. Text is NFKC-normalised, prefixed with `▁` and only U+0020 becomes `▁`; tabs and line breaks are ordinary symbols
 *    (and unknown to the vocabulary). Case is kept. The empty text has no pieces.
 * 2. A symbol that no piece matches is unknown (id 0, score 0); a run of unknowns becomes one.
 * 3. The first 6 entries (unknown, controls, spares) never match text.
 * 4. The published vocabulary has broken scores for pieces with a colon (`null`, which counts as 0; `:30` has 30),
 *    and a best score of exactly 0 counts as "not reached yet". Equal scores go to the later start, i.e. the shorter
 *    last piece. Of entries that occur twice, the later one counts.
 */
import { FormatError } from '../base/errors';

/** One vocabulary entry: its text and its log-probability. */
export interface SentencePiece {
  readonly text: string;
  readonly score: number;
}

export interface SentencePieceTokenizer {
  /** Number of vocabulary entries, the reserved ones included; ids are below this. */
  readonly vocabularySize: number;
  /** Piece ids of `text`, in order; no start or end symbols, no padding, no truncation. */
  encode(text: string): Uint32Array;
  /** A piece as text, a space for the word-start mark; '�' for an unknown or reserved piece. */
  textOf(piece: number): string;
}

/** Unknown, start, end and three spare entries stand first in the vocabulary. */
export const RESERVED_PIECE_COUNT = 6;
export const UNKNOWN_PIECE = 0;

const WORD_START = '\u2581'; // "lower one eighth block", the sentence-piece mark for a space

/**
 * Checks a parsed `vocab.json`: an array of `[text, score]`; a score of `null` counts as 0 (see the file header).
 * @throws FormatError `encoders/vocabulary` naming the entry.
 */
export function parseVocabulary(json: unknown): SentencePiece[] {
  if (!Array.isArray(json) || json.length <= RESERVED_PIECE_COUNT) {
    throw new FormatError(
      'encoders/vocabulary',
      `parseVocabulary: wanted an array of more than ${RESERVED_PIECE_COUNT} [text, score] pairs, came ${
        Array.isArray(json) ? `an array of ${json.length}` : typeof json
      }; use the vocab.json of the model.`,
    );
  }
  const entries: readonly unknown[] = json;
  return entries.map((entry, index) => {
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [text, score] = pair;
    if (pair.length === 2 && typeof text === 'string' && text.length > 0) {
      if (score === null) return { text, score: 0 };
      if (typeof score === 'number' && Number.isFinite(score)) return { text, score };
    }
    throw new FormatError(
      'encoders/vocabulary',
      `parseVocabulary: entry ${index} should be [non-empty text, number or null]; the vocab.json is damaged, load it again.`,
    );
  });
}

interface PrefixNode {
  readonly children: Map<number, PrefixNode>;
  /** Vocabulary index of the piece that ends here, or -1. */
  piece: number;
}

const newNode = (): PrefixNode => ({ children: new Map(), piece: -1 });

function buildPrefixTree(pieces: readonly SentencePiece[]): PrefixNode {
  const root = newNode();
  pieces.forEach(({ text }, index) => {
    if (index < RESERVED_PIECE_COUNT) return;
    let node = root;
    for (const symbol of codePoints(text)) {
      let child = node.children.get(symbol);
      if (child === undefined) {
        child = newNode();
        node.children.set(symbol, child);
      }
      node = child;
    }
    node.piece = index;
  });
  return root;
}

function codePoints(text: string): Uint32Array {
  const symbols = new Uint32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; ) {
    const symbol = text.codePointAt(i) as number;
    symbols[count++] = symbol;
    i += symbol > 0xffff ? 2 : 1;
  }
  return symbols.subarray(0, count);
}

/** Builds the tokenizer over a checked vocabulary (`parseVocabulary`), which it borrows. */
export function createSentencePieceTokenizer(pieces: readonly SentencePiece[]): SentencePieceTokenizer {
  const root = buildPrefixTree(pieces);
  const scores = Float64Array.from(pieces, (piece) => piece.score);

  function encode(text: string): Uint32Array {
    const normalized = text.normalize('NFKC');
    if (normalized.length === 0) return new Uint32Array(0);
    const symbols = codePoints(WORD_START + normalized.replaceAll(' ', WORD_START));
    const length = symbols.length;
    // Per end position: best sum of scores, the piece that ends there and how many symbols it spans.
    const best = new Float64Array(length + 1);
    const pieceAt = new Uint32Array(length + 1).fill(UNKNOWN_PIECE);
    const spanAt = new Uint32Array(length + 1).fill(1);
    const offer = (end: number, span: number, piece: number, score: number): void => {
      const held = best[end] as number;
      if (held === 0 || score >= held) {
        best[end] = score;
        pieceAt[end] = piece;
        spanAt[end] = span;
      }
    };
    for (let start = 0; start < length; start++) {
      const before = best[start] as number;
      let matched = false;
      let node = root.children.get(symbols[start] as number);
      for (let end = start + 1; node !== undefined; end++) {
        if (node.piece >= 0) {
          matched = true;
          offer(end, end - start, node.piece, before + (scores[node.piece] as number));
        }
        node = end < length ? node.children.get(symbols[end] as number) : undefined;
      }
      if (!matched) offer(start + 1, 1, UNKNOWN_PIECE, before);
    }
    return backtrack(pieceAt, spanAt);
  }

  const textOf = (piece: number): string =>
    piece < RESERVED_PIECE_COUNT ? '\ufffd' : (pieces[piece]?.text.replaceAll(WORD_START, ' ') ?? '\ufffd');

  return { vocabularySize: pieces.length, encode, textOf };
}

/** Follows the best pieces from the end; a run of unknown symbols becomes one unknown piece. */
function backtrack(pieceAt: Uint32Array, spanAt: Uint32Array): Uint32Array {
  const reversed: number[] = [];
  for (let end = pieceAt.length - 1; end > 0; end -= spanAt[end] as number) {
    const piece = pieceAt[end] as number;
    if (piece !== UNKNOWN_PIECE || reversed.at(-1) !== UNKNOWN_PIECE) reversed.push(piece);
  }
  return Uint32Array.from(reversed.reverse());
}
