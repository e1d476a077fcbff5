/**
 * What domains share of a tokenizer's codes (figure V8), from the counts of one snapshot: weighted Jaccard of code use,
 * which sets of domains use a code, and how often an item's nearest neighbour in another domain has the same first codes.
 */
import type { CodedItems } from './codePaths';
import { type CodeWall, codeUse, wallCounts } from './codeWall';
import type { ItemVectors } from './collisions';

/**
 * Σ_k min(p_k, q_k) / Σ_k max(p_k, q_k) for the shares p, q of items on each code: 1 for the same use, 0 for no code in
 * common. Shares and not counts, so that a small domain can be like a large one. 0 if either has no item.
 */
export function weightedJaccard(a: Uint32Array, b: Uint32Array): number {
  const [totalA, totalB] = [sum(a), sum(b)];
  if (totalA === 0 || totalB === 0) return 0;
  let least = 0;
  let most = 0;
  for (let code = 0; code < a.length; code++) {
    const [p, q] = [(a[code] ?? 0) / totalA, (b[code] ?? 0) / totalB];
    least += Math.min(p, q);
    most += Math.max(p, q);
  }
  return least / most;
}

export interface CodeSharing {
  /** Domains that have items, in the wall's order. */
  readonly domains: readonly string[];
  /** [D][D], symmetric, 1 on the diagonal. */
  readonly jaccard: readonly (readonly number[])[];
  /** Of each domain's own use. */
  readonly perplexity: readonly number[];
  readonly entries: number;
}

/** Code use that domains share at one level of one snapshot. */
export function codeSharing(wall: CodeWall, snapshot: number, level: number): CodeSharing {
  const groups = [...wall.groups.keys()].slice(1);
  const counts = groups.map((group) => wallCounts(wall, snapshot, group, level));
  return {
    domains: groups.map((group) => wall.groups[group]?.name ?? ''),
    jaccard: counts.map((a) => counts.map((b) => weightedJaccard(a, b))),
    perplexity: counts.map((count) => codeUse(count).perplexity),
    entries: wall.entries[level] ?? 0,
  };
}

export interface CodeSet {
  /** Places of the domains that use these codes and no other domain does; empty for codes without an item. */
  readonly domains: readonly number[];
  readonly codes: number;
  /** On these codes. */
  readonly items: number;
}

/** Codes of a level by the exact set of domains that use them; most codes first, then sets of fewer domains. */
export function codeSets(wall: CodeWall, snapshot: number, level: number): CodeSet[] {
  const groups = [...wall.groups.keys()].slice(1);
  const counts = groups.map((group) => wallCounts(wall, snapshot, group, level));
  const everyone = wallCounts(wall, snapshot, 0, level);
  const sets = new Map<string, { domains: readonly number[]; codes: number; items: number }>();
  everyone.forEach((items, code) => {
    const domains = [...counts.keys()].filter((domain) => (counts[domain]?.[code] ?? 0) > 0);
    const known = sets.get(domains.join()) ?? { domains, codes: 0, items: 0 };
    sets.set(domains.join(), { domains, codes: known.codes + 1, items: known.items + items });
  });
  return [...sets.values()].sort(
    (a, b) =>
      b.codes - a.codes || a.domains.length - b.domains.length || (a.domains.join() < b.domains.join() ? -1 : 1),
  );
}

export interface CrossNeighbours {
  /** Items whose neighbours were looked for, ascending. */
  readonly queries: Uint32Array;
  /** Nearest item of each domain, i32 [Q, D]; −1 for the item's own domain and for domains without items. */
  readonly nearest: Int32Array;
  readonly domainCount: number;
  /** True if every item was a query and a candidate. */
  readonly isComplete: boolean;
  /** Most queries, and most candidates, of one domain. */
  readonly queriesOfDomain: number;
  readonly candidatesOfDomain: number;
}

interface NeighbourOptions {
  /** Multiplications that may be spent; beyond, evenly spaced items of every domain stand for all of them. */
  readonly budget: number;
  /** Called between queries now and then, so that others may work. */
  readonly breathe: () => Promise<void>;
}

/** Most queries of a domain when not all items can be looked up; the standard error of a share is then below 0.03. */
const MOST_QUERIES = 300;
const QUERIES_A_BREATH = 64;

/**
 * Nearest item of every other domain by Euclidean distance, the smaller index on ties.
 * Exact while (items)² · width fits the budget, else among evenly spaced items of each domain.
 */
export async function crossDomainNeighbours(
  { values, width }: ItemVectors,
  domainOfItem: Uint8Array,
  domainCount: number,
  { budget, breathe }: NeighbourOptions,
): Promise<CrossNeighbours> {
  const members: number[][] = Array.from({ length: domainCount }, () => []);
  domainOfItem.forEach((domain, item) => {
    members[domain]?.push(item);
  });
  const isComplete = domainOfItem.length ** 2 * width <= budget;
  const asked = isComplete ? members : members.map((items) => evenlySpaced(items, MOST_QUERIES));
  const queryCount = asked.reduce((count, items) => count + items.length, 0);
  const most = Math.max(1, Math.floor(budget / Math.max(1, queryCount * width * domainCount)));
  const candidates = isComplete ? members : members.map((items) => evenlySpaced(items, most));
  const queries = Uint32Array.from(asked.flat()).sort();
  const nearest = new Int32Array(queryCount * domainCount).fill(-1);
  for (let place = 0; place < queryCount; place++) {
    const item = queries[place] ?? 0;
    for (let domain = 0; domain < domainCount; domain++) {
      if (domain === domainOfItem[item]) continue;
      let least = Number.POSITIVE_INFINITY;
      for (const other of candidates[domain] ?? []) {
        let squares = 0;
        for (let d = 0; d < width && squares < least; d++)
          squares += ((values[item * width + d] ?? 0) - (values[other * width + d] ?? 0)) ** 2;
        if (squares >= least) continue;
        least = squares;
        nearest[place * domainCount + domain] = other;
      }
    }
    if (place % QUERIES_A_BREATH === QUERIES_A_BREATH - 1) await breathe();
  }
  const largest = (lists: readonly (readonly number[])[]): number => Math.max(0, ...lists.map(({ length }) => length));
  return {
    queries,
    nearest,
    domainCount,
    isComplete,
    queriesOfDomain: largest(asked),
    candidatesOfDomain: largest(candidates),
  };
}

/**
 * Share of items that have the first `level` + 1 codes of their nearest neighbour in another domain, of both directions
 * together: Σ over queries of A and B / their number. [L, D, D], symmetric, NaN on the diagonal and without queries.
 */
export function neighbourSharing(
  { codes, levels }: Pick<CodedItems, 'codes' | 'levels'>,
  domainOfItem: Uint8Array,
  { queries, nearest, domainCount }: CrossNeighbours,
): Float64Array {
  const size = domainCount * domainCount;
  const asked = new Float64Array(size);
  const shared = new Float64Array(levels * size);
  queries.forEach((item, place) => {
    const own = domainOfItem[item] ?? 0;
    for (let domain = 0; domain < domainCount; domain++) {
      const other = nearest[place * domainCount + domain] ?? -1;
      if (other < 0) continue;
      for (const cell of [own * domainCount + domain, domain * domainCount + own]) {
        asked[cell] = (asked[cell] ?? 0) + 1;
        for (let level = 0; level < levels; level++) {
          if (codes[item * levels + level] !== codes[other * levels + level]) break;
          const at = level * size + cell;
          shared[at] = (shared[at] ?? 0) + 1;
        }
      }
    }
  });
  return shared.map((count, at) => count / (asked[at % size] || Number.NaN));
}

export interface SharedCode {
  /** One code of the level, or all codes up to it. */
  readonly codes: readonly number[];
  /** Items of the two domains, and their share of the domain. */
  readonly items: readonly [number, number];
  readonly shares: readonly [number, number];
  /** The most popular items of each. */
  readonly top: readonly [readonly number[], readonly number[]];
}

interface SharedCodesQuestion {
  /** From 0. */
  readonly level: number;
  /** The first level + 1 codes together rather than the code of this level alone. */
  readonly isPrefix: boolean;
  readonly domains: readonly [number, number];
  readonly popularity: Uint32Array;
  /** Items named of each domain. */
  readonly top: number;
}

/** Codes (or prefixes) that two domains both use, by the smaller of the two shares, largest first. */
export function sharedCodes(
  { codes, levels, domainOfItem }: Pick<CodedItems, 'codes' | 'levels' | 'domainOfItem'>,
  { level, isPrefix, domains, popularity, top }: SharedCodesQuestion,
): SharedCode[] {
  const found = new Map<string, { codes: number[]; members: [number[], number[]] }>();
  const totals: [number, number] = [0, 0];
  for (let item = 0; item < codes.length / levels; item++) {
    const side = domains.indexOf(domainOfItem?.[item] ?? -1);
    if (side !== 0 && side !== 1) continue;
    totals[side]++;
    const own = [...codes.subarray(item * levels + (isPrefix ? 0 : level), item * levels + level + 1)];
    const entry = found.get(own.join()) ?? { codes: own, members: [[], []] };
    entry.members[side].push(item);
    found.set(own.join(), entry);
  }
  const popular = (items: readonly number[]): number[] =>
    items.toSorted((a, b) => (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b).slice(0, top);
  return [...found.values()]
    .filter(({ members: [a, b] }) => a.length > 0 && b.length > 0)
    .map(({ codes: own, members: [a, b] }) => ({
      codes: own,
      members: [a, b] as const,
      items: [a.length, b.length] as const,
      shares: [a.length / totals[0], b.length / totals[1]] as const,
    }))
    .sort((a, b) => Math.min(...b.shares) - Math.min(...a.shares) || byCodes(a.codes, b.codes))
    .map(({ members: [a, b], ...rest }) => ({ ...rest, top: [popular(a), popular(b)] }));
}

const byCodes = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((code, place) => code !== b[place]);
  return (a[at] ?? 0) - (b[at] ?? 0);
};

/** Up to `most` items at even steps, the first among them. */
export const evenlySpaced = (items: readonly number[], most: number): number[] =>
  items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, place) => items[Math.floor((place * items.length) / most)] ?? 0);

const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);
