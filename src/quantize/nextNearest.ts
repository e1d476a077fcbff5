/**
 * UTGRec's conflict policy (utgrec.md §6.2, the official `generate_tokens_topk`): only the last code changes. In a group of
 * items with equal identifiers the member nearest to the shared last code keeps it, the others move to their second,
 * third, … nearest entry until every identifier is unique; groups with the same prefix may meet again in later rounds.
 * An item alone in its first group always keeps its code. Where all ranks are used up, the item draws random last codes,
 * then random codes one level up; an identifier that still is a duplicate is kept and recorded as such.
 *
 * Ranks run to the number of entries (the official code stops at the configured 256 even if the leaf book has 512).
 * Complexity: O(c · K log K) for c items in conflict, nothing for the others. No extra digit: unlike TIGER's policy the
 * identifiers keep their length.
 */
import { ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';

/** How an item came to its identifier. `nearest`: as quantised. */
export type Resolution =
  | { readonly kind: 'nearest' }
  | { readonly kind: 'rank'; readonly rank: number }
  | { readonly kind: 'random' }
  | { readonly kind: 'duplicate' };

export interface NextNearestInput {
  /** `[N, levels]`, borrowed. */
  readonly codes: Uint16Array;
  readonly levels: number;
  /** `[N, width]`: what the last level quantised (v_H). */
  readonly residual: Float32Array;
  /** `[K, width]`: the last level's book. */
  readonly entries: Float32Array;
  readonly width: number;
  /** Entries of the level before the last, for the last resort. */
  readonly previousEntries: number;
  readonly seed: number;
}

export interface NextNearestResult {
  /** `[N, levels]`, new. */
  readonly codes: Uint16Array<ArrayBuffer>;
  readonly resolutions: readonly Resolution[];
  /** (N − distinct)/N before, 0 … 1. */
  readonly conflictRateBefore: number;
  readonly conflictRateAfter: number;
}

/** Random draws in all before an item gives up, per kind of draw (the published limit). */
const MOST_DRAWS = 1000;

interface Group {
  readonly isUsed: boolean;
  readonly members: readonly number[];
}

/** @throws ShapeError `quantize/codes`, `quantize/width` */
export function resolveByNextNearest(input: NextNearestInput): NextNearestResult {
  return new Resolver(input).resolve();
}

class Resolver {
  readonly #codes: Uint16Array<ArrayBuffer>;
  readonly #itemCount: number;
  readonly #entryCount: number;
  readonly #used = new Set<string>();
  readonly #resolutions: Resolution[];
  /** The items in conflict only: entries by distance, nearest first. */
  readonly #orders = new Map<number, Uint16Array>();
  readonly #distances = new Map<number, Float64Array>();
  readonly #uniform: () => number;
  #assigned = 0;

  constructor(readonly input: NextNearestInput) {
    const { codes, levels, residual, entries, width, seed } = input;
    if (!Number.isInteger(levels) || levels < 1 || codes.length % levels !== 0)
      throw new ShapeError(
        'quantize/codes',
        `resolveByNextNearest: wanted rows of ${levels} codes, came ${codes.length} codes.`,
      );
    this.#itemCount = codes.length / levels;
    this.#entryCount = entries.length / width;
    if (residual.length !== this.#itemCount * width || !Number.isInteger(this.#entryCount) || this.#entryCount < 1)
      throw new ShapeError(
        'quantize/width',
        `resolveByNextNearest: wanted residuals [${this.#itemCount}, ${width}] and entries [K, ${width}], came ${residual.length} and ${entries.length} numbers.`,
      );
    this.#codes = codes.slice();
    this.#resolutions = new Array<Resolution>(this.#itemCount).fill({ kind: 'nearest' });
    this.#uniform = uniformGenerator(seed);
  }

  resolve(): NextNearestResult {
    const groups = new Map<string, number[]>();
    for (let item = 0; item < this.#itemCount; item++) {
      const key = this.#key(item);
      const held = groups.get(key);
      if (held) held.push(item);
      else groups.set(key, [item]);
    }
    let pending: Group[] = [];
    for (const [key, members] of groups)
      if (members.length === 1) this.#assign(members[0] as number, key);
      else pending.push({ isUsed: false, members });
    for (let rank = 2; rank <= this.#entryCount && this.#assigned < this.#itemCount; rank++)
      pending = this.#round(pending, rank);
    for (const { members } of pending) for (const item of members) this.#draw(item);
    const rate = (distinct: number): number =>
      this.#itemCount === 0 ? 0 : (this.#itemCount - distinct) / this.#itemCount;
    return {
      codes: this.#codes,
      resolutions: this.#resolutions,
      conflictRateBefore: rate(groups.size),
      conflictRateAfter: rate(this.#used.size),
    };
  }

  /** Everybody in a group but its keeper tries the entry of `rank`; who shares one forms a group of the next round. */
  #round(pending: readonly Group[], rank: number): Group[] {
    const next = new Map<string, number[]>();
    for (const { isUsed, members } of pending) {
      const keeper = isUsed ? undefined : this.#keeper(members, rank - 1);
      for (const item of members) {
        const isKeeper = item === keeper;
        this.#write(item, this.#ranked(item, isKeeper ? rank - 1 : rank));
        const key = this.#key(item);
        if (isKeeper && !this.#used.has(key)) {
          this.#assign(item, key, rank - 1);
          continue;
        }
        const held = next.get(key);
        if (held) held.push(item);
        else next.set(key, [item]);
      }
    }
    const groups: Group[] = [];
    for (const [key, members] of next) {
      const isUsed = this.#used.has(key);
      if (members.length === 1 && !isUsed) this.#assign(members[0] as number, key, rank);
      else groups.push({ isUsed, members });
    }
    return groups;
  }

  /** The member nearest to the entry that all of them hold at `rank`, the first on ties; none if they differ. */
  #keeper(members: readonly number[], rank: number): number | undefined {
    const [first] = members;
    if (first === undefined) return undefined;
    const shared = this.#ranked(first, rank);
    if (members.some((item) => this.#ranked(item, rank) !== shared)) return undefined;
    const distance = (item: number): number => this.#distancesOf(item)[shared] as number;
    return members.reduce((best, item) => (distance(item) < distance(best) ? item : best), first);
  }

  /** Nobody's nearest entries are free: random last codes, then random codes one level up. */
  #draw(item: number): void {
    const { levels, previousEntries } = this.input;
    const original = this.input.codes[(item + 1) * levels - 1] as number;
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      this.#write(item, Math.floor(this.#uniform() * this.#entryCount));
      if (!this.#used.has(this.#key(item))) {
        this.#finish(item, { kind: 'random' });
        return;
      }
    }
    this.#write(item, original);
    for (let draw = 0; draw < MOST_DRAWS && levels > 1; draw++) {
      this.#codes[(item + 1) * levels - 2] = Math.floor(this.#uniform() * previousEntries);
      if (!this.#used.has(this.#key(item))) {
        this.#finish(item, { kind: 'random' });
        return;
      }
    }
    this.#finish(item, { kind: 'duplicate' });
  }

  #assign(item: number, key: string, rank = 1): void {
    this.#used.add(key);
    this.#forget(item);
    if (rank > 1) this.#resolutions[item] = { kind: 'rank', rank };
  }

  #finish(item: number, resolution: Resolution): void {
    this.#used.add(this.#key(item));
    this.#forget(item);
    this.#resolutions[item] = resolution;
  }

  #forget(item: number): void {
    this.#assigned++;
    this.#orders.delete(item);
    this.#distances.delete(item);
  }

  #key(item: number): string {
    const { levels } = this.input;
    return this.#codes.subarray(item * levels, (item + 1) * levels).join();
  }

  #write(item: number, last: number): void {
    this.#codes[(item + 1) * this.input.levels - 1] = last;
  }

  /** The entry that is `rank`-th nearest to the item, from 1; the lower index first among equals. */
  #ranked(item: number, rank: number): number {
    let order = this.#orders.get(item);
    if (!order) {
      const distances = this.#distancesOf(item);
      order = Uint16Array.from(distances.keys()).sort(
        (a, b) => (distances[a] as number) - (distances[b] as number) || a - b,
      );
      this.#orders.set(item, order);
    }
    return order[rank - 1] as number;
  }

  #distancesOf(item: number): Float64Array {
    const known = this.#distances.get(item);
    if (known) return known;
    const { residual, entries, width } = this.input;
    const distances = new Float64Array(this.#entryCount);
    for (let entry = 0; entry < this.#entryCount; entry++) {
      let sum = 0;
      for (let d = 0; d < width; d++)
        sum += ((residual[item * width + d] as number) - (entries[entry * width + d] as number)) ** 2;
      distances[entry] = sum;
    }
    this.#distances.set(item, distances);
    return distances;
  }
}
