import { sha256Hex } from '../base/sha256';
import { identifierTokens, identifierVocabulary } from '../recommenders/identifierVocabulary';
import type { TokenSource } from '../recommenders/t5/batch';
import type { RecommenderConfig } from './config';

/** Every item's identifier, as a tokenizer left it. */
export interface Identifiers {
  readonly levels: number;
  readonly codes: number;
  /** u16 [N, levels + 1]: codes, then the conflict digit (from 1). */
  readonly digits: Uint16Array;
  /** SHA-256 of all of the above: a recommender belongs to exactly these identifiers. */
  readonly hash: string;
}

export async function makeIdentifiers(levels: number, codes: number, digits: Uint16Array): Promise<Identifiers> {
  const header = new TextEncoder().encode(`${levels},${codes};`);
  const bytes = new Uint8Array(header.length + digits.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(digits.buffer, digits.byteOffset, digits.byteLength), header.length);
  return { levels, codes, digits, hash: await sha256Hex(bytes) };
}

/**
 * The recommender's view: tokens of every item, and how it begins a history.
 * @throws ConfigError `vocabulary/code`
 */
export function tokenSource(
  identifiers: Identifiers,
  { hasUserToken = true }: Pick<RecommenderConfig, 'hasUserToken'>,
): TokenSource {
  const vocabulary = identifierVocabulary(identifiers.levels, identifiers.codes, hasUserToken);
  return { vocabulary, tokens: identifierTokens(vocabulary, identifiers.digits) };
}
