import { describe, expect, it } from 'vitest';
import { ConfigError } from '../base/errors';
import { identifierTokens, identifierVocabulary, tokenOfDigit } from './identifierVocabulary';

describe('identifier vocabulary (mtgrec.md §14 row 8)', () => {
  const vocabulary = identifierVocabulary(3, 256);

  it('has 1027 tokens, user 1025, end 1026 at the reference sizes', () => {
    expect([vocabulary.size, vocabulary.userToken, vocabulary.endToken]).toEqual([1027, 1025, 1026]);
  });

  it('maps the reference identifiers to the reference tokens', () => {
    expect([...identifierTokens(vocabulary, [0, 0, 0, 1, 255, 255, 255, 2])]).toEqual([
      1, 257, 513, 770, 256, 512, 768, 771,
    ]);
  });

  it('refuses a code outside its codebook and a conflict digit of 256, which would be the user token', () => {
    expect(() => tokenOfDigit(vocabulary, 0, 256)).toThrow(ConfigError);
    expect(() => tokenOfDigit(vocabulary, 3, 256)).toThrow(ConfigError);
    expect(tokenOfDigit(vocabulary, 3, 255)).toBe((vocabulary.userToken ?? 0) - 1);
  });
});
