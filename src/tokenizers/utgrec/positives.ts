/**
 * Co-occurrence positives of UTGRec (utgrec.md §1.5): the items directly before or after an item in some user's training
 * part (a sequence without its last two events), as a set: no counts, no wider window. An item repeated at once is its own
 * positive; an item without neighbours gets itself.
 */
import { type SequenceTable, userCountOf } from '../../base/sequenceTable';

export interface Positives {
  /** `[N + 1]`: item i's positives are values[offsets[i] … offsets[i + 1]). */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Ascending within an item. */
  readonly values: Uint32Array<ArrayBuffer>;
}

/** Events at the end of a sequence that belong to validation and test. */
const HELD_OUT_EVENTS = 2;

/** Neighbour sets of all `itemCount` items. O(interactions + Σ neighbours · log). */
export function coOccurrencePositives(sequences: SequenceTable, itemCount: number): Positives {
  const neighbours: Set<number>[] = Array.from({ length: itemCount }, () => new Set());
  for (let user = 0; user < userCountOf(sequences); user++) {
    const start = sequences.offsets[user] as number;
    const end = (sequences.offsets[user + 1] as number) - HELD_OUT_EVENTS;
    for (let at = start; at + 1 < end; at++) {
      const [item, next] = [sequences.items[at] as number, sequences.items[at + 1] as number];
      neighbours[item]?.add(next);
      neighbours[next]?.add(item);
    }
  }
  neighbours.forEach((set, item) => {
    if (set.size === 0) set.add(item);
  });
  const offsets = new Uint32Array(itemCount + 1);
  neighbours.forEach((set, item) => {
    offsets[item + 1] = (offsets[item] as number) + set.size;
  });
  const values = new Uint32Array(offsets[itemCount] as number);
  neighbours.forEach((set, item) => {
    values.set(Uint32Array.from(set).sort(), offsets[item] as number);
  });
  return { offsets, values };
}

/** One positive of `item`, uniformly from its set; `uniform` gives numbers in [0, 1). */
export function drawPositive({ offsets, values }: Positives, item: number, uniform: () => number): number {
  const start = offsets[item] as number;
  const count = (offsets[item + 1] as number) - start;
  return values[start + Math.floor(uniform() * count)] as number;
}
