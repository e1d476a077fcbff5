import { describe, expect, it } from 'vitest';
import { codebookStatistics, levelStatistics, statisticsByDomain } from './statistics';

describe('codebookStatistics', () => {
  const table = { codes: Uint16Array.of(0, 1, 0, 1, 0, 2, 3, 0), levels: 2, entries: 4 };

  it('counts distinct identifiers and the collision rate (N − distinct) / N', () => {
    const { itemCount, distinctIdentifiers, collisionRate } = codebookStatistics(table);
    expect([itemCount, distinctIdentifiers, collisionRate]).toEqual([4, 3, 0.25]);
  });

  it('measures usage, dead entries and perplexity by level', () => {
    const [first, second] = codebookStatistics(table).levels;
    expect(first).toMatchObject({ used: 2, dead: 2, usage: 0.5 });
    expect([...(first?.histogram ?? [])]).toEqual([3, 0, 0, 1]);
    expect(first?.perplexity).toBeCloseTo(Math.exp(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25))), 12);
    expect(second).toMatchObject({ used: 3, dead: 1 });
  });

  it('has perplexity K and gini 0 for even use, perplexity 1 and gini 1 − 1/K for one entry', () => {
    const even = levelStatistics(Uint32Array.of(5, 5, 5, 5));
    expect(even.perplexity).toBeCloseTo(4, 12);
    expect(even.gini).toBe(0);
    const single = levelStatistics(Uint32Array.of(0, 7, 0, 0));
    expect(single.perplexity).toBe(1);
    expect(single.gini).toBeCloseTo(0.75, 12);
  });

  it('is all zero without items', () => {
    const { collisionRate, levels } = codebookStatistics({ codes: new Uint16Array(0), levels: 2, entries: 3 });
    expect(collisionRate).toBe(0);
    expect(levels[0]).toMatchObject({ used: 0, dead: 3, usage: 0, perplexity: 0, gini: 0 });
  });

  it('splits by domain', () => {
    const { all, domains } = statisticsByDomain(table, Uint8Array.of(0, 1, 1, 1), 2);
    expect(all.itemCount).toBe(4);
    expect(domains.map(({ itemCount, collisionRate }) => [itemCount, collisionRate])).toEqual([
      [1, 0],
      [3, 0],
    ]);
  });

  it('refuses partial rows, codes outside the codebook and a wrong number of domains', () => {
    expect(() => codebookStatistics({ ...table, levels: 3 })).toThrow(
      expect.objectContaining({ code: 'quantize/codes' }),
    );
    expect(() => codebookStatistics({ ...table, entries: 3 })).toThrow(
      expect.objectContaining({ code: 'quantize/code' }),
    );
    expect(() => statisticsByDomain(table, Uint8Array.of(0), 1)).toThrow(
      expect.objectContaining({ code: 'quantize/domains' }),
    );
  });
});
