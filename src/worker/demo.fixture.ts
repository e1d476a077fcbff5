/** A data set and a model for tests of the Demo: 600 items, identifiers of four digits, logits that depend on the prefix. */
import { mixSeed, uniformGenerator } from '../base/random';
import { sequenceTable } from '../base/sequenceTable';
import type { Dataset } from '../data/dataset';
import { openSearch } from '../decode/openedSearch';
import { logSumExp } from '../decode/reference';
import { buildTrie } from '../decode/trie';
import type { DemoModel } from './demoModel';
import type { ItemCard } from './protocol/items';

const DIGITS = 4;
const CODES = 32;
const SIZE = 1 + DIGITS * CODES + 2;

export const ITEMS = 600;
/** Oldest first; the last event is the test target. */
const SEQUENCES = [
  [1, 2, 3, 4, 5, 6],
  [1, 2, 3, 1, 2, 599],
  [1, 1, 2, 2, 3, 3],
  [7, 1, 2, 1, 2, 7],
];

export function demoDataset(): Dataset {
  const names = Array.from({ length: ITEMS }, (_, item) => `item ${item}`);
  const sequences = sequenceTable(SEQUENCES);
  return {
    name: 'toy',
    itemCount: ITEMS,
    userCount: SEQUENCES.length,
    interactionCount: sequences.items.length,
    items: {
      ids: names,
      indexOfId: new Map(names.map((name, item) => [name, item])),
      titles: names,
      brands: [],
      categories: [],
      descriptions: [],
      keywords: [],
      domainOfItem: null,
      domainNames: [],
    },
    users: SEQUENCES.map((_, user) => `user-${user}`),
    sequences,
    images: null,
    contentHash: 'a'.repeat(64),
    report: {
      itemLines: ITEMS,
      userLines: SEQUENCES.length,
      badLines: 0,
      badLineMessages: [],
      shortUsers: 0,
      itemsWithoutTitle: 0,
      itemsWithoutEvents: 0,
      repeatedEvents: 0,
    },
  };
}

/** Codes [600, 4]: every identifier once. */
export const codesOf = (item: number): number[] => [
  item % 8,
  Math.floor(item / 8) % 25,
  item % 3,
  Math.floor(item / 200),
];

export const cardOf = async (item: number): Promise<ItemCard> => ({
  item,
  id: `item ${item}`,
  title: `item ${item}`,
  detail: '',
  domain: null,
  image: null,
  codes: codesOf(item),
});

const tokens = Uint32Array.from({ length: ITEMS * DIGITS }, (_, at) => {
  const digit = at % DIGITS;
  return 1 + digit * CODES + (codesOf(Math.floor(at / DIGITS))[digit] ?? 0);
});

/** Logits after a prefix: noise of its own, a little of every item of the history. */
function logitsAfter(history: readonly number[], prefix: readonly number[]): Float32Array {
  const uniform = uniformGenerator(mixSeed(7, ...prefix));
  const row = Float32Array.from({ length: SIZE }, () => 4 * uniform() - 2);
  for (const item of history) {
    const token = tokens[item * DIGITS + prefix.length] ?? 0;
    row[token] = (row[token] ?? 0) + 1;
  }
  return row;
}

export function demoModel(): DemoModel {
  const trie = buildTrie(tokens, DIGITS);
  const search = (history: readonly number[], beamWidth: number, temperature: number) => {
    let beams: { prefix: number[]; node: number; score: number; parent: number }[] = [
      { prefix: [], node: 0, score: 0, parent: 0 },
    ];
    const kept: { tokens: Uint32Array; parents: Uint32Array }[] = [];
    const logits: Float32Array[] = [];
    for (let digit = 0; digit < DIGITS; digit++) {
      const rows = beams.map(({ prefix }) => logitsAfter(history, prefix).map((logit) => logit / temperature));
      const grown = beams.flatMap(({ prefix, node, score }, parent) => {
        const row = rows[parent] ?? new Float32Array();
        const norm = logSumExp(row);
        const first = trie.childStart[node] ?? 0;
        return Array.from({ length: trie.childCount[node] ?? 0 }, (_, child) => {
          const token = trie.childToken[first + child] ?? 0;
          const next = trie.childNode[first + child] ?? 0;
          return { prefix: [...prefix, token], node: next, score: score + (row[token] ?? 0) - norm, parent };
        });
      });
      beams = grown.sort((a, b) => b.score - a.score).slice(0, beamWidth);
      kept.push({
        tokens: Uint32Array.from(beams, ({ prefix }) => prefix.at(-1) ?? 0),
        parents: Uint32Array.from(beams, ({ parent }) => parent),
      });
      logits.push(Float32Array.from(rows.flatMap((row) => [...row])));
    }
    return { beams, record: { kept, logits } };
  };
  const scoreOf = (history: readonly number[], item: number): number => {
    let sum = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const row = logitsAfter(history, [...tokens.subarray(item * DIGITS, item * DIGITS + digit)]);
      sum += (row[tokens[item * DIGITS + digit] ?? 0] ?? 0) - logSumExp(row);
    }
    return sum;
  };
  return {
    backend: 'wasm',
    historyLimit: 20,
    source: {
      vocabulary: {
        levels: DIGITS - 1,
        codes: CODES,
        digits: DIGITS,
        userToken: SIZE - 2,
        endToken: SIZE - 1,
        size: SIZE,
      },
      tokens,
    },
    async generate(history) {
      const { beams } = search(history, 20, 1);
      return {
        items: beams.map(({ node }) => trie.itemOfLeaf[node] ?? 0),
        scores: beams.map(({ score }) => score),
      };
    },
    inspect: async (history, { beamWidth, temperature, lengthPenalty }) =>
      openSearch(trie, search(history, beamWidth, temperature).record, SIZE, { temperature, lengthPenalty }),
    score: async (histories, items) =>
      Float64Array.from(histories.flatMap((history) => Array.from(items, (item) => scoreOf(history, item)))),
    dispose: async () => undefined,
  };
}
