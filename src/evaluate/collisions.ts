/**
 * Items that share an identifier before conflicts are resolved (figure V3). The rate is (N − distinct) / N, the definition
 * of both published codes; a domain's own rate counts only its items. Costs O(N·L) and, with vectors, O(N·D).
 */
import { ShapeError } from '../base/errors';
import type { CodedItems } from './codePaths';

/** Vectors [N, width] of all items, row by row. */
export interface ItemVectors {
  readonly values: Float32Array;
  readonly width: number;
}

export interface CollisionBucket {
  /** The identifier that its items share, level by level. */
  readonly codes: readonly number[];
  /** Two or more, ascending. */
  readonly items: readonly number[];
  /** Items of each domain; empty for a single domain. */
  readonly domains: readonly number[];
  /** Root mean square of the distances between its items; null without vectors. */
  readonly distance: number | null;
  /** Interactions of an item on average. */
  readonly popularity: number;
  /** Of all interactions, 0..1. */
  readonly interactionShare: number;
}

export interface SizeCount {
  /** Items on the identifier, of any domain. */
  readonly size: number;
  /** Identifiers of that size with an item of the group. */
  readonly identifiers: number;
  /** Items of the group on them. */
  readonly items: number;
}

export interface CollisionGroup {
  readonly name: string;
  readonly items: number;
  /** Distinct identifiers of its items. */
  readonly identifiers: number;
  /** (items − identifiers) / items; 0 without items. */
  readonly rate: number;
  /** Items whose identifier another item has as well, of any domain. */
  readonly sharing: number;
  readonly interactions: number;
  /** Share of its interactions that are with such items; 0 without interactions. */
  readonly interactionsAffected: number;
  /** By size, ascending. */
  readonly sizes: readonly SizeCount[];
}

export interface CollisionReport {
  readonly levels: number;
  readonly domainNames: readonly string[];
  /** All items first, then every domain that has items. */
  readonly groups: readonly CollisionGroup[];
  /** From many to few items; the smaller first item first among equals. */
  readonly buckets: readonly CollisionBucket[];
  /** Root mean square of the distances between any two items; null without vectors. */
  readonly typicalDistance: number | null;
}

/**
 * @param popularity interactions of every item, u32 [N]
 * @throws ShapeError `evaluate/items` unless codes, popularity and vectors are of the same items
 */
export function collisionReport(
  coded: CodedItems,
  popularity: Uint32Array,
  vectors: ItemVectors | null,
): CollisionReport {
  const { codes, levels, domainOfItem } = coded;
  const itemCount = codes.length / levels;
  if (popularity.length !== itemCount || (vectors && vectors.values.length !== itemCount * vectors.width))
    throw new ShapeError(
      'evaluate/items',
      `collisions: wanted popularity and vectors of ${itemCount} items, came ${popularity.length} and ${vectors ? vectors.values.length / vectors.width : 'no'} vectors.`,
    );
  const domainNames = domainOfItem ? coded.domainNames : [];
  const all = sharedIdentifiers(codes, levels);
  const sizeOf = new Uint32Array(itemCount);
  for (const items of all) for (const item of items) sizeOf[item] = items.length;
  const total = sum(popularity);
  const buckets = all
    .filter((items) => items.length > 1)
    .sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0))
    .map((items): CollisionBucket => {
      const interactions = items.reduce((count, item) => count + (popularity[item] ?? 0), 0);
      const first = (items[0] ?? 0) * levels;
      return {
        codes: [...codes.subarray(first, first + levels)],
        items,
        domains: domainOfItem ? countsBy(domainOfItem, items, domainNames.length) : [],
        distance: vectors && rmsDistance(vectors, items),
        popularity: interactions / items.length,
        interactionShare: total === 0 ? 0 : interactions / total,
      };
    });
  const everyone = Array.from({ length: itemCount }, (_, item) => item);
  const groupOf = (name: string, items: readonly number[]) => collisionGroup(name, items, { all, sizeOf, popularity });
  const domains = domainNames.map((name, domain) =>
    groupOf(
      name,
      everyone.filter((item) => domainOfItem?.[item] === domain),
    ),
  );
  return {
    levels,
    domainNames,
    groups: [groupOf('all items', everyone), ...domains.filter(({ items }) => items > 0)],
    buckets,
    typicalDistance: vectors && itemCount > 1 ? rmsDistance(vectors, everyone) : null,
  };
}

/** Items of every distinct identifier, ascending, in order of their first item. */
export function sharedIdentifiers(codes: Uint16Array, levels: number): number[][] {
  const groups = new Map<string, number[]>();
  for (let item = 0; item < codes.length / levels; item++) {
    const key = codes.subarray(item * levels, (item + 1) * levels).join();
    const held = groups.get(key);
    if (held) held.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/**
 * Root mean square of the Euclidean distances of all pairs: √(2/(n−1) · Σ‖x − mean‖²), without going through the pairs.
 * @returns 0 for fewer than two items
 */
export function rmsDistance({ values, width }: ItemVectors, items: readonly number[]): number {
  if (items.length < 2) return 0;
  const mean = new Float64Array(width);
  for (const item of items)
    for (let d = 0; d < width; d++) mean[d] = (mean[d] ?? 0) + (values[item * width + d] ?? 0) / items.length;
  let squares = 0;
  for (const item of items)
    for (let d = 0; d < width; d++) squares += ((values[item * width + d] ?? 0) - (mean[d] ?? 0)) ** 2;
  return Math.sqrt((2 * squares) / (items.length - 1));
}

interface Shared {
  readonly all: readonly (readonly number[])[];
  readonly sizeOf: Uint32Array;
  readonly popularity: Uint32Array;
}

function collisionGroup(name: string, items: readonly number[], { all, sizeOf, popularity }: Shared): CollisionGroup {
  const isMember = new Uint8Array(sizeOf.length);
  for (const item of items) isMember[item] = 1;
  const sizes = new Map<number, { identifiers: number; items: number }>();
  let identifiers = 0;
  for (const bucket of all) {
    const own = bucket.reduce((count, item) => count + (isMember[item] ?? 0), 0);
    if (own === 0) continue;
    identifiers++;
    const known = sizes.get(bucket.length) ?? { identifiers: 0, items: 0 };
    sizes.set(bucket.length, { identifiers: known.identifiers + 1, items: known.items + own });
  }
  const sharing = items.filter((item) => (sizeOf[item] ?? 0) > 1);
  const interactions = items.reduce((count, item) => count + (popularity[item] ?? 0), 0);
  const affected = sharing.reduce((count, item) => count + (popularity[item] ?? 0), 0);
  return {
    name,
    items: items.length,
    identifiers,
    rate: items.length === 0 ? 0 : (items.length - identifiers) / items.length,
    sharing: sharing.length,
    interactions,
    interactionsAffected: interactions === 0 ? 0 : affected / interactions,
    sizes: [...sizes].sort(([a], [b]) => a - b).map(([size, counts]) => ({ size, ...counts })),
  };
}

function countsBy(domainOfItem: Uint8Array, items: readonly number[], domainCount: number): number[] {
  const counts = new Array<number>(domainCount).fill(0);
  for (const item of items) {
    const domain = domainOfItem[item] ?? 0;
    counts[domain] = (counts[domain] ?? 0) + 1;
  }
  return counts;
}

const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);
