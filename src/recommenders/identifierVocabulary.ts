/**
 * From identifiers to language-model tokens, as MTGRec lays them out (mtgrec.md §7): token 0 is padding and the decoder's
 * start; level j owns `codes` tokens of its own; the conflict digit owns 256; then one user token and the end token.
 * With 3 levels of 256 codes: 1 + 3·256 + 256 + 2 = 1027 tokens.
 */
import { ConfigError } from '../base/errors';
import { CONFLICT_DIGITS } from '../quantize/conflict';

export interface IdentifierVocabulary {
  /** Learned levels; an identifier has one digit more, which resolves conflicts. */
  readonly levels: number;
  readonly codes: number;
  /** Digits of an identifier, `levels + 1`. */
  readonly digits: number;
  /** Begins a history; null where histories begin with their first item. It keeps its place in the vocabulary. */
  readonly userToken: number | null;
  readonly endToken: number;
  /** V. */
  readonly size: number;
}

export const PADDING_TOKEN = 0;

export function identifierVocabulary(levels: number, codes: number, hasUserToken = true): IdentifierVocabulary {
  const place = 1 + levels * codes + CONFLICT_DIGITS;
  const userToken = hasUserToken ? place : null;
  return { levels, codes, digits: levels + 1, userToken, endToken: place + 1, size: place + 2 };
}

/** Token of digit `digit` with value `value`. @throws ConfigError `vocabulary/code` for a value outside its codebook */
export function tokenOfDigit(vocabulary: IdentifierVocabulary, digit: number, value: number): number {
  const limit = digit < vocabulary.levels ? vocabulary.codes : CONFLICT_DIGITS;
  if (!Number.isInteger(value) || value < 0 || value >= limit || digit >= vocabulary.digits)
    throw new ConfigError(
      'vocabulary/code',
      `identifier: digit ${digit} wants a code from 0 to ${limit - 1}, got ${value}; train the tokenizer again or use larger codebooks.`,
    );
  return 1 + digit * vocabulary.codes + value;
}

/** Tokens [N, digits] of identifiers [N, digits]. @throws ConfigError `vocabulary/code` */
export function identifierTokens(
  vocabulary: IdentifierVocabulary,
  identifiers: ArrayLike<number>,
): Uint32Array<ArrayBuffer> {
  const { digits } = vocabulary;
  return Uint32Array.from({ length: identifiers.length }, (_, at) =>
    tokenOfDigit(vocabulary, at % digits, identifiers[at] as number),
  );
}
