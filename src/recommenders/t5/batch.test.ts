import { describe, expect, it } from 'vitest';
import { sequenceTable } from '../../base/sequenceTable';
import { trainExamples } from '../../data/splits';
import { identifierTokens, identifierVocabulary } from '../identifierVocabulary';
import { encodeHistories, inputLength, paddedLength, trainingBatch } from './batch';
import { IGNORED_LABEL_U32 } from './model';

const vocabulary = identifierVocabulary(3, 256);
const source = {
  vocabulary,
  tokens: identifierTokens(vocabulary, Array.from({ length: 30 }, (_, item) => [item, 0, 255, 1]).flat()),
};

describe('T5 input (mtgrec.md §14 rows 9 and 10)', () => {
  it('gives a history of two items 1 + 8 + 1 real tokens, padded with 0 to 82', () => {
    const { tokens, mask, length } = encodeHistories([[3, 4], Array.from({ length: 20 }, (_, i) => i)], 2, 20, source);
    expect(length).toBe(82);
    expect(mask.subarray(0, 82).reduce((sum, bit) => sum + bit, 0)).toBe(10);
    expect([...tokens.subarray(0, 10)]).toEqual([1025, 4, 257, 768, 770, 5, 257, 768, 770, 1026]);
    expect([...tokens.subarray(10, 82)].every((token) => token === 0)).toBe(true);
  });

  it('begins with the first item where the user token is switched off, in a vocabulary of the same size', () => {
    const plain = identifierVocabulary(3, 256, false);
    const { tokens, mask, length } = encodeHistories([[3, 4]], 1, 20, { ...source, vocabulary: plain });
    expect([length, plain.size, plain.endToken]).toEqual([2 * 4 + 1, vocabulary.size, vocabulary.endToken]);
    expect([...tokens]).toEqual([4, 257, 768, 770, 5, 257, 768, 770, 1026]);
    expect(mask.every((bit) => bit === 1)).toBe(true);
  });

  it('fills all 82 tokens with the latest 20 of 23 items', () => {
    const history = Array.from({ length: 23 }, (_, i) => i);
    const { tokens, mask } = encodeHistories([history.slice(-20)], 1, 20, source);
    expect(mask.every((bit) => bit === 1)).toBe(true);
    expect(tokens[1]).toBe(1 + 3);
    expect(tokens[81]).toBe(1026);
  });

  it('refuses an item without identifier', () => {
    for (const item of [30, -1, Number.NaN])
      expect(() => encodeHistories([[3, item]], 1, 20, source)).toThrow(/catalogue of 30, came/);
  });

  it('pads to few lengths, none beyond the limit', () => {
    expect([1, 2, 3, 7, 12, 20].map((items) => paddedLength(items, 20))).toEqual([2, 2, 4, 8, 15, 20]);
    expect(paddedLength(9, 6)).toBe(6);
    expect(inputLength(vocabulary, 20)).toBe(82);
  });

  it('labels a target with its four tokens and the end token, shifted right for the decoder; a short batch ignores the rest', () => {
    const table = sequenceTable([[1, 2, 3, 4, 5]]);
    const examples = trainExamples(table);
    const batch = trainingBatch(table, examples, Uint32Array.of(0, 1), 3, 20, source);
    const labels = batch['labels']?.data ?? new Uint32Array();
    expect([...labels.subarray(0, 10)]).toEqual([3, 257, 768, 770, 1026, 4, 257, 768, 770, 1026]);
    expect([...labels.subarray(10)]).toEqual(Array(5).fill(IGNORED_LABEL_U32));
    expect([...(batch['decoderTokens']?.data ?? []).slice(0, 5)]).toEqual([0, 3, 257, 768, 770]);
  });
});
