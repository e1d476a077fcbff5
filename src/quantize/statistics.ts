/**
 * Codebook health, defined once for the whole product. For one level with n_k items on entry k and p_k = n_k / N:
 * usage = share of entries with n_k > 0; dead = entries with n_k = 0; perplexity = exp(−Σ p_k ln p_k), K when all entries
 * are used alike; gini = inequality of the n_k, 0 when alike. Collision rate = (N − distinct identifiers) / N, before any
 * conflict digit, the definition of the published code of MTGRec and UTGRec.
 */
import { FormatError, ShapeError } from '../base/errors';

export interface LevelStatistics {
  readonly used: number;
  readonly dead: number;
  /** used / K, 0..1. */
  readonly usage: number;
  readonly perplexity: number;
  /** 0..1. */
  readonly gini: number;
  /** `[K]` items on each entry. */
  readonly histogram: Uint32Array<ArrayBuffer>;
}

export interface CodebookStatistics {
  readonly itemCount: number;
  readonly distinctIdentifiers: number;
  /** (N − distinct) / N; 0 without items. */
  readonly collisionRate: number;
  readonly levels: readonly LevelStatistics[];
}

export interface CodeTable {
  /** `[N, L]` codes, each below `entries`. */
  readonly codes: Uint16Array | Uint32Array;
  /** L ≥ 1. */
  readonly levels: number;
  /** K, entries of each level. */
  readonly entries: number;
}

/**
 * Statistics over all items, or over those of `items`.
 * @throws ShapeError `quantize/codes` if codes do not fill whole rows; FormatError `quantize/code` for a code of K or more
 */
export function codebookStatistics(table: CodeTable, items?: Iterable<number>): CodebookStatistics {
  const { codes, levels, entries } = table;
  if (!Number.isInteger(levels) || levels < 1 || codes.length % levels !== 0)
    throw new ShapeError(
      'quantize/codes',
      `codebookStatistics: wanted rows of ${levels} codes, came ${codes.length} codes.`,
    );
  const histograms = Array.from({ length: levels }, () => new Uint32Array(entries));
  const identifiers = new Set<string>();
  let itemCount = 0;
  for (const item of items ?? Array(codes.length / levels).keys()) {
    const row = codes.subarray(item * levels, (item + 1) * levels);
    row.forEach((code, level) => {
      const histogram = histograms[level] as Uint32Array;
      if (code >= entries)
        throw new FormatError(
          'quantize/code',
          `codebookStatistics: item ${item} has code ${code} at level ${level}; levels have ${entries} entries.`,
        );
      histogram[code] = (histogram[code] as number) + 1;
    });
    identifiers.add(row.join());
    itemCount++;
  }
  return {
    itemCount,
    distinctIdentifiers: identifiers.size,
    collisionRate: itemCount === 0 ? 0 : (itemCount - identifiers.size) / itemCount,
    levels: histograms.map(levelStatistics),
  };
}

/** Statistics of one level from the items (or rows) on each entry. */
export function levelStatistics(histogram: Uint32Array<ArrayBuffer>): LevelStatistics {
  const entries = histogram.length;
  let total = 0;
  let used = 0;
  for (const count of histogram) {
    total += count;
    if (count > 0) used++;
  }
  let entropy = 0;
  let ranked = 0;
  histogram.toSorted().forEach((count, rank) => {
    if (count > 0) entropy -= (count / total) * Math.log(count / total);
    ranked += (2 * (rank + 1) - entries - 1) * count;
  });
  return {
    used,
    dead: entries - used,
    usage: entries === 0 ? 0 : used / entries,
    perplexity: total === 0 ? 0 : Math.exp(entropy),
    gini: total === 0 ? 0 : ranked / (entries * total),
    histogram,
  };
}

/** Statistics over all items and per domain, in the order of domain numbers. @throws as codebookStatistics */
export function statisticsByDomain(
  table: CodeTable,
  domainOfItem: Uint8Array,
  domainCount: number,
): { readonly all: CodebookStatistics; readonly domains: readonly CodebookStatistics[] } {
  const itemCount = table.codes.length / table.levels;
  if (domainOfItem.length !== itemCount)
    throw new ShapeError(
      'quantize/domains',
      `statisticsByDomain: ${itemCount} items want as many domains, came ${domainOfItem.length}.`,
    );
  const members: number[][] = Array.from({ length: domainCount }, () => []);
  domainOfItem.forEach((domain, item) => {
    members[domain]?.push(item);
  });
  return { all: codebookStatistics(table), domains: members.map((items) => codebookStatistics(table, items)) };
}

/**
 * How far codes moved between two assignments of the same items.
 * @returns share of the items with any other code, and share with another code at each level (0 without items)
 * @throws ShapeError `quantize/codes` if they are not codes of the same items
 */
export function codeChanges(
  before: Uint16Array,
  after: Uint16Array,
  levels: number,
): { readonly changedShare: number; readonly changedByLevel: readonly number[] } {
  if (before.length !== after.length || after.length % levels !== 0)
    throw new ShapeError(
      'quantize/codes',
      `codeChanges: wanted two assignments of the same items to ${levels} levels, came ${before.length} and ${after.length} codes.`,
    );
  const itemCount = after.length / levels;
  const changed = new Array<number>(levels).fill(0);
  let items = 0;
  for (let item = 0; item < itemCount; item++) {
    let isChanged = false;
    for (let level = 0; level < levels; level++) {
      if (before[item * levels + level] === after[item * levels + level]) continue;
      changed[level] = (changed[level] ?? 0) + 1;
      isChanged = true;
    }
    if (isChanged) items++;
  }
  const share = (count: number): number => (itemCount === 0 ? 0 : count / itemCount);
  return { changedShare: share(items), changedByLevel: changed.map(share) };
}
