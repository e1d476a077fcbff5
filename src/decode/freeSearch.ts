/**
 * Beam search without a catalogue: every token may follow every prefix, as the published references decode. It is the same
 * program as the constrained search, over a graph with one node a depth instead of a trie: each node has all V tokens as edges
 * to the next. Which item a result is (if any) is looked up afterwards.
 */
import { NOTHING } from '../tensor/ops/beam';
import type { Trie } from './trie';

/** A graph in a trie's arrays under which all V^depth sequences are allowed. Its leaf is no item. */
export function freeGraph(vocabulary: number, depth: number): Trie {
  const edges = vocabulary * depth;
  return {
    depth,
    itemCount: 0,
    childStart: Uint32Array.from({ length: depth + 1 }, (_, node) => node * vocabulary),
    childCount: Uint32Array.from({ length: depth + 1 }, (_, node) => (node < depth ? vocabulary : 0)),
    childToken: Uint32Array.from({ length: edges }, (_, edge) => edge % vocabulary),
    childNode: Uint32Array.from({ length: edges }, (_, edge) => Math.floor(edge / vocabulary) + 1),
    itemOfLeaf: new Uint32Array(depth + 1).fill(NOTHING),
    nodesAtDepth: Array.from({ length: depth + 1 }, (_, level) => vocabulary ** level),
    maxChildren: Array.from({ length: depth }, () => vocabulary),
  };
}

/** What one step of a search kept, u32 [users, beams] each; see `beamStep`. */
export interface KeptBeams {
  readonly tokens: Uint32Array;
  readonly parents: Uint32Array;
}

/** Tokens along beam `beam` of one user after the last of `steps`, in order. */
export function tokensOfBeam(steps: readonly KeptBeams[], users: number, user: number, beam: number): number[] {
  const path: number[] = [];
  let at = beam;
  for (let t = steps.length - 1; t >= 0; t--) {
    const { tokens, parents } = steps[t] as KeptBeams;
    const place = user * (tokens.length / users) + at;
    path.push(tokens[place] as number);
    at = parents[place] as number;
  }
  return path.reverse();
}

/** The item with this identifier, NOTHING if there is none. O(depth · log children). */
export function itemOf(trie: Trie, tokens: readonly number[]): number {
  let node = 0;
  for (const token of tokens) {
    let low = trie.childStart[node] as number;
    let high = low + (trie.childCount[node] as number);
    const end = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((trie.childToken[middle] as number) < token) low = middle + 1;
      else high = middle;
    }
    if (low === end || trie.childToken[low] !== token) return NOTHING;
    node = trie.childNode[low] as number;
  }
  return trie.itemOfLeaf[node] as number;
}
