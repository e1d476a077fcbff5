/** Items by the prefixes of their codes (figure V2): which prefixes there are, who lives there, who is near by code. */

/** Codes of items and what is known of them. */
export interface CodedItems {
  /** [N, L] */
  readonly codes: Uint16Array;
  readonly levels: number;
  /** u8 [N]; null for a single domain. */
  readonly domainOfItem: Uint8Array | null;
  readonly domainNames: readonly string[];
  readonly titles: readonly string[];
}

export interface PathNode {
  /** Codes from level 1 on. */
  readonly prefix: readonly number[];
  readonly items: number;
  /** Items of each domain; empty for a single domain. */
  readonly domains: readonly number[];
  /** Picked items among them; 0 where nothing is picked. */
  readonly picked: number;
  /** Words that stand out in the titles of the items, most telling first. */
  readonly words: readonly string[];
  /** Several small prefixes drawn as one: how many; 0 for a prefix of its own. */
  readonly merged: number;
  /** Items before it in the drawing, counted from the tree's left end. */
  readonly start: number;
}

export interface PathTree {
  /** What the tree grows from; empty for all items. */
  readonly prefix: readonly number[];
  readonly levels: number;
  readonly items: number;
  /** Distinct identifiers under `prefix`. */
  readonly identifiers: number;
  readonly domainNames: readonly string[];
  /** Items of the tree that are picked. */
  readonly picked: number;
  /** Every node before its children, children from many to few items; merged ones last. The first is the prefix itself. */
  readonly nodes: readonly PathNode[];
}

/** Nodes with a smaller share of the shown items are drawn together. */
const LEAST_SHARE = 0.002;
/** Levels below the prefix that are shown at once. */
const DEPTH = 3;
const MOST_WORDS = 3;

/**
 * The prefixes below `prefix`, as many levels as can be read at once.
 * @param picked items that are counted in every node
 */
export function pathTree(
  coded: CodedItems,
  prefix: readonly number[],
  picked: ReadonlySet<number> = new Set(),
): PathTree {
  const { levels, domainNames } = coded;
  const items = itemsWithPrefix(coded, prefix);
  const pickedAmong = (members: readonly number[]): number =>
    picked.size === 0 ? 0 : members.reduce((sum, item) => sum + (picked.has(item) ? 1 : 0), 0);
  const words = tellingWordsOf(coded.titles);
  const nodes: PathNode[] = [];
  const nodeOf = (path: readonly number[], members: readonly number[], start: number, merged: number): PathNode => ({
    prefix: path,
    items: members.length,
    domains: domainCounts(coded, members),
    picked: pickedAmong(members),
    words: merged > 0 ? [] : words.of(members),
    merged,
    start,
  });
  const grow = (path: readonly number[], members: readonly number[], start: number): void => {
    nodes.push(nodeOf(path, members, start, 0));
    const level = path.length;
    if (level === levels || level - prefix.length === DEPTH) return;
    const children = [...byCode(coded, members, level)].sort(
      ([a, first], [b, second]) => second.length - first.length || a - b,
    );
    let at = start;
    const small: (readonly number[])[] = [];
    for (const [code, own] of children) {
      if (own.length < LEAST_SHARE * items.length) {
        small.push(own);
        continue;
      }
      grow([...path, code], own, at);
      at += own.length;
    }
    if (small.length > 0) nodes.push(nodeOf(path, small.flat(), at, small.length));
  };
  grow(prefix, items, 0);
  return {
    prefix,
    levels,
    items: items.length,
    identifiers: new Set(items.map((item) => coded.codes.subarray(item * levels, (item + 1) * levels).join())).size,
    domainNames: coded.domainOfItem ? domainNames : [],
    picked: pickedAmong(items),
    nodes,
  };
}

/** Items whose codes begin with `prefix`, ascending. */
export function itemsWithPrefix({ codes, levels }: CodedItems, prefix: readonly number[]): number[] {
  const found: number[] = [];
  for (let item = 0; item < codes.length / levels; item++)
    if (prefix.every((code, level) => codes[item * levels + level] === code)) found.push(item);
  return found;
}

export interface PrefixCircle {
  /** Codes from level 1 on that these items share with the item, and no more. */
  readonly shared: number;
  readonly items: readonly number[];
}

/** Other items by the number of leading codes they share with `item`, from all codes down to one. */
export function prefixCircles({ codes, levels }: CodedItems, item: number): PrefixCircle[] {
  const circles = Array.from({ length: levels + 1 }, (): number[] => []);
  for (let other = 0; other < codes.length / levels; other++) {
    if (other === item) continue;
    let shared = 0;
    while (shared < levels && codes[other * levels + shared] === codes[item * levels + shared]) shared++;
    circles[shared]?.push(other);
  }
  return circles
    .map((items, shared) => ({ shared, items }))
    .filter(({ shared }) => shared > 0)
    .reverse();
}

function byCode({ codes, levels }: CodedItems, members: readonly number[], level: number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const item of members) {
    const code = codes[item * levels + level] ?? 0;
    const group = groups.get(code);
    if (group) group.push(item);
    else groups.set(code, [item]);
  }
  return groups;
}

function domainCounts({ domainOfItem, domainNames }: CodedItems, members: readonly number[]): number[] {
  if (!domainOfItem) return [];
  const counts = domainNames.map(() => 0);
  for (const item of members) {
    const domain = domainOfItem[item] ?? 0;
    counts[domain] = (counts[domain] ?? 0) + 1;
  }
  return counts;
}

const known = new WeakMap<readonly string[], TellingWords>();

function tellingWordsOf(titles: readonly string[]): TellingWords {
  const words = known.get(titles) ?? new TellingWords(titles);
  known.set(titles, words);
  return words;
}

/** Too common or too short to tell anything. */
const COMMON = new Set('and for from the with von des der las los'.split(' '));

/** Words by how much more often they stand in some titles than in all: n · ln(n / expected n), if at least two titles have them. */
class TellingWords {
  readonly #wordsOf: readonly (readonly string[])[];
  readonly #titlesWith = new Map<string, number>();

  constructor(titles: readonly string[]) {
    this.#wordsOf = titles.map((title) => [
      ...new Set((title.toLowerCase().match(/\p{L}{3,}/gu) ?? []).filter((word) => !COMMON.has(word))),
    ]);
    for (const words of this.#wordsOf)
      for (const word of words) this.#titlesWith.set(word, (this.#titlesWith.get(word) ?? 0) + 1);
  }

  of(members: readonly number[]): string[] {
    const counts = new Map<string, number>();
    for (const item of members)
      for (const word of this.#wordsOf[item] ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
    const share = members.length / Math.max(1, this.#wordsOf.length);
    const scored: (readonly [word: string, score: number])[] = [];
    for (const [word, count] of counts) {
      const score = count * Math.log(count / (share * (this.#titlesWith.get(word) ?? count)));
      if (count >= 2 && score > 0) scored.push([word, score]);
    }
    return scored
      .sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
      .slice(0, MOST_WORDS)
      .map(([word]) => word);
  }
}
