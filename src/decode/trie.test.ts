import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictError, ShapeError } from '../base/errors';
import { NOTHING } from '../tensor/ops/beam';
import { buildTrie, type Trie } from './trie';

interface MapNode {
  children: Map<number, MapNode>;
  item: number;
}

function mapTrie(identifiers: readonly (readonly number[])[]): MapNode {
  const root: MapNode = { children: new Map(), item: NOTHING };
  identifiers.forEach((tokens, item) => {
    let node = root;
    for (const token of tokens) {
      const next = node.children.get(token) ?? { children: new Map(), item: NOTHING };
      node.children.set(token, next);
      node = next;
    }
    node.item = item;
  });
  return root;
}

/** Walks both tries together; returns the number of nodes seen. */
function compareFrom(trie: Trie, at: number, node: MapNode): number {
  expect(trie.itemOfLeaf[at]).toBe(node.item);
  const start = trie.childStart[at] ?? -1;
  const count = trie.childCount[at] ?? -1;
  const wanted = [...node.children.keys()].sort((a, b) => a - b);
  expect(Array.from(trie.childToken.subarray(start, start + count))).toEqual(wanted);
  return wanted.reduce((total, token, i) => {
    expect(trie.childNode[start + i]).toBe(start + i + 1);
    return total + compareFrom(trie, trie.childNode[start + i] ?? -1, node.children.get(token) as MapNode);
  }, 1);
}

/** Distinct identifiers of one length over few tokens, so that prefixes are shared. */
const catalogues = fc.integer({ min: 1, max: 4 }).chain((depth) =>
  fc.uniqueArray(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: depth, maxLength: depth }), {
    minLength: 1,
    maxLength: 64,
    selector: (tokens) => tokens.join(),
  }),
);

describe('buildTrie', () => {
  it('holds the same paths, items and ascending children as a trie of maps', () => {
    fc.assert(
      fc.property(catalogues, (identifiers) => {
        const depth = identifiers[0]?.length ?? 1;
        const trie = buildTrie(Uint32Array.from(identifiers.flat()), depth);
        const nodes = compareFrom(trie, 0, mapTrie(identifiers));
        expect(nodes).toBe(trie.itemOfLeaf.length);
        expect(trie.nodesAtDepth.reduce((a, b) => a + b)).toBe(nodes);
        expect(trie.childToken.length).toBe(nodes - 1);
        expect(Math.max(...trie.maxChildren)).toBe(Math.max(...trie.childCount));
      }),
      { numRuns: 500 },
    );
  });

  it('sorts tokens as unsigned numbers', () => {
    const trie = buildTrie(Uint32Array.of(0xfffffffe, 5, 0x80000000), 1);
    expect(Array.from(trie.childToken)).toEqual([5, 0x80000000, 0xfffffffe]);
    expect(Array.from(trie.itemOfLeaf)).toEqual([NOTHING, 1, 2, 0]);
  });

  it('names the items that share an identifier', () => {
    const build = () => buildTrie(Uint32Array.of(1, 2, 3, 4, 1, 2, 1, 3, 1, 2), 2);
    expect(build).toThrow(ConflictError);
    expect(build).toThrow('items 0 and 2 (1,2); 2 and 4 (1,2) share one');
  });

  it('refuses a ragged list and accepts an empty catalogue', () => {
    expect(() => buildTrie(Uint32Array.of(1, 2, 3), 2)).toThrow(ShapeError);
    expect(buildTrie(new Uint32Array(0), 3)).toMatchObject({ itemCount: 0, nodesAtDepth: [1, 0, 0, 0] });
  });

  it('builds 25,000 items of four digits within a second', () => {
    const identifiers = new Uint32Array(25_000 * 4).map(
      (_, i) =>
        (i % 4 === 3
          ? Math.floor(i / 4) >> 14
          : (Math.imul(Math.floor(i / 4) + 1, 2654435761) >>> (8 * (i % 4))) & 255) +
        256 * (i % 4),
    );
    const keys = new Set(
      Array.from({ length: 25_000 }, (_, item) => identifiers.subarray(item * 4, item * 4 + 4).join()),
    );
    expect(keys.size).toBe(25_000);
    const start = performance.now();
    const trie = buildTrie(identifiers, 4);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(trie.nodesAtDepth[4]).toBe(25_000);
  });
});
