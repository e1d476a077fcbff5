import { describe, expect, it } from 'vitest';
import { buildTextVocabulary, denseTexts } from './textVocabulary';

const texts = [Uint32Array.of(7, 9, 7), Uint32Array.of(9, 4), Uint32Array.of(7, 5)];

describe('text vocabulary', () => {
  it('numbers pieces by frequency, then by piece', () => {
    expect([...buildTextVocabulary(texts, { leastCount: 1, most: 100 }).pieces]).toEqual([0, 0, 7, 9, 4, 5]);
    expect([...buildTextVocabulary(texts, { leastCount: 2, most: 100 }).pieces]).toEqual([0, 0, 7, 9]);
    expect([...buildTextVocabulary(texts, { leastCount: 1, most: 3 }).pieces]).toEqual([0, 0, 7]);
  });

  it('keeps the numbers of the vocabulary it extends', () => {
    const base = buildTextVocabulary([Uint32Array.of(5, 5, 3)], { leastCount: 1, most: 100 });
    const extended = buildTextVocabulary(texts, { leastCount: 2, most: 100, base });
    expect([...extended.pieces]).toEqual([0, 0, 5, 3, 7, 9]);
  });

  it('writes rows of one length, cut and padded, rare pieces as unknown', () => {
    const vocabulary = buildTextVocabulary(texts, { leastCount: 2, most: 100 });
    expect([...denseTexts(texts, vocabulary, 2)]).toEqual([2, 3, 3, 1, 2, 1]);
    expect([...denseTexts(texts, vocabulary, 3)]).toEqual([2, 3, 2, 3, 1, 0, 2, 1, 0]);
  });

  it('refuses a catalogue without texts', () => {
    expect(() => buildTextVocabulary([new Uint32Array()], { leastCount: 1, most: 10 })).toThrow(
      expect.objectContaining({ code: 'utgrec/vocabulary' }),
    );
  });
});
