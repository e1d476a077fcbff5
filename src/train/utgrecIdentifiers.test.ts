import { describe, expect, it } from 'vitest';
import { sequenceTable } from '../base/sequenceTable';
import { trainingBatch } from '../recommenders/t5/batch';
import type { QuantiserConfig } from '../tokenizers/utgrec/config';
import { storedCodes, utgrecTokenSource } from './utgrecIdentifiers';

const PUBLISHED: QuantiserConfig = {
  kind: 'tree',
  levels: 3,
  rootEntries: 256,
  leafEntries: 512,
  width: 128,
  commitmentWeight: 0.25,
};

describe('UTGRec identifiers', () => {
  it('have the offsets of row 28, levels 2 and 3 sharing the leaf book', () => {
    expect([...storedCodes(PUBLISHED, Uint16Array.of(5, 7, 9))]).toEqual([5, 263, 265]);
    const { tokens, vocabulary } = utgrecTokenSource(PUBLISHED, Uint16Array.of(5, 7, 9));
    expect([...tokens]).toEqual([6, 264, 266]);
    expect(vocabulary).toMatchObject({ userToken: 769, endToken: 770, size: 771, digits: 3 });
  });

  it('begin histories with their first item where there is no user token, all tokens in their places', () => {
    const bare = utgrecTokenSource(PUBLISHED, Uint16Array.of(5, 7, 9), { hasUserToken: false });
    expect(bare.vocabulary).toMatchObject({ userToken: null, endToken: 770, size: 771 });
    expect([...bare.tokens]).toEqual([6, 264, 266]);
  });

  it('give every level its own codes without a tree', () => {
    const config = { ...PUBLISHED, kind: 'independent' as const };
    expect([...storedCodes(config, Uint16Array.of(5, 7, 9))]).toEqual([5, 263, 521]);
    expect(utgrecTokenSource(config, Uint16Array.of(5, 7, 9)).vocabulary.size).toBe(771);
  });

  it('refuse a code outside its book', () => {
    expect(() => storedCodes(PUBLISHED, Uint16Array.of(256, 0, 0))).toThrow(/level 0 has 256 entries/);
    expect([...storedCodes(PUBLISHED, Uint16Array.of(255, 511, 511))]).toEqual([255, 767, 767]);
  });

  it('make inputs of 62 tokens from 20 items, use the last 20 of 25, and 4 labels (row 29)', () => {
    const items = Array.from({ length: 28 }, (_, item) => item);
    const source = utgrecTokenSource(PUBLISHED, Uint16Array.from(items.flatMap((item) => [item, item, item])));
    // 28 events train on the first 26: the last prefix asks for event 25 after a history of 25.
    const table = sequenceTable([items]);
    const batch = trainingBatch(
      table,
      { users: Uint32Array.of(0), ends: Uint32Array.of(25) },
      Uint32Array.of(0),
      1,
      20,
      source,
    );
    expect(batch['tokens']?.shape).toEqual([1, 62]);
    expect([...(batch['tokens']?.data ?? [])].slice(0, 4)).toEqual([769, 6, 262, 262]);
    expect([...(batch['tokens']?.data ?? [])].slice(-4)).toEqual([25, 281, 281, 770]);
    expect([...(batch['labels']?.data ?? [])]).toEqual([26, 282, 282, 770]);
  });
});
