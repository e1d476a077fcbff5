/**
 * UTGRec's identifiers as the recommender reads them (utgrec.md §6.4, §7.2): token 0 is padding and the decoder's start, the
 * root's codes follow, then the leaf's, which levels 2 … H share; one user token and the end token close the vocabulary.
 * No conflict digit: identifiers are unique by the next-nearest policy.
 */
import { ConfigError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import type { TokenSource } from '../recommenders/t5/batch';
import type { QuantiserConfig } from '../tokenizers/utgrec/config';
import { entriesOfLevel } from '../tokenizers/utgrec/treeQuantiser';
import type { RecommenderConfig } from './config';

/** Added to a level's codes in files and tokens: `[0, K_r, K_r, …]` for a tree, `[0, K, 2K, …]` for independent books. */
export function levelOffset(config: QuantiserConfig, level: number): number {
  if (config.kind === 'independent') return level * config.rootEntries;
  return level === 0 ? 0 : config.rootEntries;
}

/** Codes with their level's offset `[N, H]`, as the published `.sem_ids` files hold them. @throws ConfigError `utgrec/code` */
export function storedCodes(config: QuantiserConfig, codes: Uint16Array): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(codes, (code, at) => {
    const level = at % config.levels;
    if (code >= entriesOfLevel(config, level))
      throw new ConfigError(
        'utgrec/code',
        `identifiers: level ${level} has ${entriesOfLevel(config, level)} entries, came code ${code}; these codes are of another tokenizer.`,
      );
    return levelOffset(config, level) + code;
  });
}

/**
 * The recommender's view: V = 1 + root + leaf + 2 for a tree (771 at the published sizes). The user token keeps its place
 * where histories do not begin with it. @throws ConfigError `utgrec/code`
 */
export function utgrecTokenSource(
  config: QuantiserConfig,
  codes: Uint16Array,
  { hasUserToken = true }: Pick<RecommenderConfig, 'hasUserToken'> = {},
): TokenSource {
  const last = config.levels - 1;
  const codeCount = levelOffset(config, last) + entriesOfLevel(config, last);
  const place = 1 + codeCount;
  return {
    vocabulary: {
      levels: config.levels,
      codes: codeCount,
      digits: config.levels,
      userToken: hasUserToken ? place : null,
      endToken: place + 1,
      size: place + 2,
    },
    tokens: storedCodes(config, codes).map((stored) => stored + 1),
  };
}

/** SHA-256 of codes and layout: a recommender belongs to exactly these identifiers. */
export function identifiersHash(config: QuantiserConfig, codes: Uint16Array): Promise<string> {
  const header = new TextEncoder().encode(
    JSON.stringify([config.kind, config.levels, config.rootEntries, config.leafEntries]),
  );
  const bytes = new Uint8Array(header.length + codes.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength), header.length);
  return sha256Hex(bytes);
}
