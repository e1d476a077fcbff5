import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CodedItems, itemsWithPrefix, pathTree, prefixCircles } from './codePaths';

const ITEMS: CodedItems = {
  codes: Uint16Array.from(
    [
      [0, 1],
      [0, 1],
      [0, 2],
      [3, 1],
      [3, 1],
      [3, 1],
    ].flat(),
  ),
  levels: 2,
  domainOfItem: Uint8Array.of(0, 0, 1, 1, 1, 0),
  domainNames: ['Maps', 'Moon'],
  titles: ['Map of Rome', 'Rome by night', 'Old map', 'Moon surface', 'Moon landing', 'The moon'],
};

describe('pathTree', () => {
  it('splits by the next code, from many to few items, with the domains of each', () => {
    const { nodes, items, identifiers } = pathTree(ITEMS, []);
    expect({ items, identifiers }).toEqual({ items: 6, identifiers: 3 });
    expect(nodes.map(({ prefix, items: size, start, domains }) => [prefix.join(), size, start, domains])).toEqual([
      ['', 6, 0, [3, 3]],
      ['0', 3, 0, [2, 1]],
      ['0,1', 2, 0, [2, 0]],
      ['0,2', 1, 2, [0, 1]],
      ['3', 3, 3, [1, 2]],
      ['3,1', 3, 3, [1, 2]],
    ]);
  });

  it('names what stands out in the titles of a prefix', () => {
    const { nodes } = pathTree(ITEMS, []);
    expect(nodes.find(({ prefix }) => prefix.join() === '3')?.words).toEqual(['moon']);
    expect(nodes.find(({ prefix }) => prefix.join() === '0,1')?.words).toEqual(['rome']);
    expect(nodes[0]?.words).toEqual([]);
  });

  it('grows from a prefix', () => {
    const { nodes, items } = pathTree(ITEMS, [0]);
    expect(items).toBe(3);
    expect(nodes.map(({ prefix }) => prefix.join())).toEqual(['0', '0,1', '0,2']);
  });

  it('draws the many small prefixes as one', () => {
    const count = 2000;
    const coded: CodedItems = {
      ...ITEMS,
      codes: Uint16Array.from({ length: count }, (_, item) => (item < count - 3 ? 0 : item)),
      levels: 1,
      domainOfItem: null,
      titles: [],
    };
    const { nodes } = pathTree(coded, []);
    expect(nodes.map(({ items, merged, start }) => [items, merged, start])).toEqual([
      [2000, 0, 0],
      [1997, 0, 0],
      [3, 3, 1997],
    ]);
  });

  it('gives every item to exactly one node of each shown level, inside its parent', () => {
    const codes = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(codes, (rows) => {
        const coded = { ...ITEMS, codes: Uint16Array.from(rows.flat()), levels: 3, domainOfItem: null, titles: [] };
        const { nodes } = pathTree(coded, []);
        for (const depth of [1, 2, 3]) {
          const own = nodes.filter(({ prefix }) => prefix.length === depth);
          expect(own.reduce((sum, { items }) => sum + items, 0)).toBe(rows.length);
          for (const node of own) {
            const parent = nodes.find((other) => other.prefix.join() === node.prefix.slice(0, -1).join());
            expect(parent && node.start >= parent.start && node.start + node.items <= parent.start + parent.items).toBe(
              true,
            );
            expect(itemsWithPrefix(coded, node.prefix)).toHaveLength(node.items);
          }
        }
      }),
    );
  });
});

describe('prefixCircles', () => {
  it('lists the others by the leading codes they share', () => {
    expect(prefixCircles(ITEMS, 0)).toEqual([
      { shared: 2, items: [1] },
      { shared: 1, items: [2] },
    ]);
    expect(prefixCircles(ITEMS, 3)).toEqual([
      { shared: 2, items: [4, 5] },
      { shared: 1, items: [] },
    ]);
  });
});
