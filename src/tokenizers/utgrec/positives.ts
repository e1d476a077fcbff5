/**
 * Co-occurrence positives of UTGRec (utgrec.md §1.5): the items directly before or after an item in some user's training
 * part (a sequence without its last two events), as a set: no counts, no wider window. An item repeated at once is its own
 * positive; an item without neighbours gets itself.
 */
import type { SequenceTable } from '../../base/sequenceTable';
import { coOccurrence } from '../../data/coOccurrence';

export interface Positives {
  /** `[N + 1]`: item i's positives are values[offsets[i] … offsets[i + 1]). */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Ascending within an item. */
  readonly values: Uint32Array<ArrayBuffer>;
}

/** Neighbour sets of all `itemCount` items, an item without neighbours in its own. O(interactions · log). */
export function coOccurrencePositives(sequences: SequenceTable, itemCount: number): Positives {
  const { items, offsets: starts } = coOccurrence(sequences, itemCount);
  const offsets = new Uint32Array(itemCount + 1);
  for (let item = 0; item < itemCount; item++)
    offsets[item + 1] =
      (offsets[item] as number) + Math.max(1, (starts[item + 1] as number) - (starts[item] as number));
  const values = new Uint32Array(offsets[itemCount] as number);
  for (let item = 0; item < itemCount; item++) {
    const own = items.subarray(starts[item], starts[item + 1]);
    values.set(own.length > 0 ? own : [item], offsets[item] as number);
  }
  return { offsets, values };
}

/** One positive of `item`, uniformly from its set; `uniform` gives numbers in [0, 1). */
export function drawPositive({ offsets, values }: Positives, item: number, uniform: () => number): number {
  const start = offsets[item] as number;
  const count = (offsets[item + 1] as number) - start;
  return values[start + Math.floor(uniform() * count)] as number;
}

/** How often co-occurring items have one first code. */
export interface SharedCodes {
  /** Share of pairs (item, other item of its set) whose first codes are equal; 0 without pairs. */
  readonly share: number;
  /** The same for two items drawn at random: Σ (items on a code / N)². */
  readonly chance: number;
}

/** @param codes `[N, levels]` */
export function sharedFirstCodes({ offsets, values }: Positives, codes: Uint16Array, levels: number): SharedCodes {
  const itemCount = codes.length / levels;
  const counts = new Map<number, number>();
  let pairs = 0;
  let equal = 0;
  for (let item = 0; item < itemCount; item++) {
    const code = codes[item * levels] as number;
    counts.set(code, (counts.get(code) ?? 0) + 1);
    for (const other of values.subarray(offsets[item], offsets[item + 1])) {
      if (other === item) continue;
      pairs++;
      if (codes[other * levels] === code) equal++;
    }
  }
  let chance = 0;
  for (const count of counts.values()) chance += (count / itemCount) ** 2;
  return { share: pairs === 0 ? 0 : equal / pairs, chance };
}
