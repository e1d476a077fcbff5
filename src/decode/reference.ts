/** Beam search and exhaustive search over a trie in float64 on the CPU: what the GPU version is judged by. */
import { DEAD_SCORE, NOTHING } from '../tensor/ops/beam';
import type { Trie } from './trie';

/** Logits over the vocabulary for the position after `prefix` (tokens below the root; the start token is not among them). */
export type PrefixLogits = (prefix: readonly number[]) => ArrayLike<number>;

export interface RankedItems {
  /** Best first; NOTHING for dead beams. */
  readonly items: readonly number[];
  /** Sums of log-probabilities; DEAD_SCORE for dead beams. */
  readonly scores: readonly number[];
}

interface Beam {
  readonly node: number;
  readonly score: number;
  readonly prefix: readonly number[];
}

/** log(Σ exp(x)). */
export function logSumExp(x: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) top = Math.max(top, x[i] as number);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.exp((x[i] as number) - top);
  return top + Math.log(sum);
}

function childrenOf(trie: Trie, beam: Beam, logits: ArrayLike<number>): Beam[] {
  const norm = logSumExp(logits);
  const start = trie.childStart[beam.node] as number;
  return Array.from({ length: trie.childCount[beam.node] as number }, (_, i) => {
    const token = trie.childToken[start + i] as number;
    const score = (logits[token] as number) - norm + beam.score;
    return { node: trie.childNode[start + i] as number, score, prefix: [...beam.prefix, token] };
  });
}

/** Keeps the best `beamWidth` prefixes of every length; equal scores go to the smaller (beam, token). Padded to the width. */
export function beamSearchReference(trie: Trie, beamWidth: number, logits: PrefixLogits): RankedItems {
  let beams: Beam[] = [{ node: 0, score: 0, prefix: [] }];
  for (let t = 0; t < trie.depth; t++) {
    // Array.sort is stable and candidates come in (beam, token) order.
    const candidates = beams.flatMap((beam) => childrenOf(trie, beam, logits(beam.prefix)));
    beams = candidates.sort((a, b) => b.score - a.score).slice(0, beamWidth);
  }
  const dead = new Array<number>(beamWidth - beams.length);
  return {
    items: [...beams.map(({ node }) => trie.itemOfLeaf[node] as number), ...dead.fill(NOTHING)],
    scores: [...beams.map(({ score }) => score), ...new Array<number>(beamWidth - beams.length).fill(DEAD_SCORE)],
  };
}

/** Scores every item along its identifier; best first, equal scores by item. `identifiers` [items, depth]. */
export function exhaustiveSearch(identifiers: Uint32Array, depth: number, logits: PrefixLogits): RankedItems {
  const scored = Array.from({ length: identifiers.length / depth }, (_, item) => {
    const tokens = Array.from(identifiers.subarray(item * depth, (item + 1) * depth));
    const score = tokens.reduce((total, token, t) => {
      const row = logits(tokens.slice(0, t));
      return total + ((row[token] as number) - logSumExp(row));
    }, 0);
    return { item, score };
  });
  scored.sort((a, b) => b.score - a.score || a.item - b.item);
  return { items: scored.map(({ item }) => item), scores: scored.map(({ score }) => score) };
}
