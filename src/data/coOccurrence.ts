/**
 * Co-occurrence sets (UTGRec's positives): P(i) holds every item that stands directly before or after i in the training part
 * (all but the last two events) of some user. No counts, no weights; an immediate repeat makes an item its own neighbour.
 */
import { type SequenceTable, userCountOf } from '../base/sequenceTable';

/** Item `i` has neighbours `items[offsets[i] .. offsets[i + 1])`, ascending and distinct; an item without any has none. */
export type CoOccurrence = SequenceTable;

export function coOccurrence(table: SequenceTable, itemCount: number): CoOccurrence {
  const starts = new Uint32Array(itemCount + 1);
  eachPair(table, (item) => {
    starts[item + 1] = (starts[item + 1] as number) + 1;
  });
  for (let item = 0; item < itemCount; item++)
    starts[item + 1] = (starts[item + 1] as number) + (starts[item] as number);
  const all = new Uint32Array(starts[itemCount] as number);
  const next = starts.slice(0, itemCount);
  eachPair(table, (item, neighbour) => {
    const at = next[item] as number;
    all[at] = neighbour;
    next[item] = at + 1;
  });
  const offsets = new Uint32Array(itemCount + 1);
  let length = 0;
  for (let item = 0; item < itemCount; item++) {
    const run = all.subarray(starts[item], starts[item + 1]).sort();
    run.forEach((neighbour, at) => {
      if (at === 0 || neighbour !== run[at - 1]) all[length++] = neighbour;
    });
    offsets[item + 1] = length;
  }
  return { items: all.slice(0, length), offsets };
}

function eachPair(table: SequenceTable, each: (item: number, neighbour: number) => void): void {
  for (let user = 0; user < userCountOf(table); user++) {
    const end = (table.offsets[user + 1] as number) - 2;
    for (let at = (table.offsets[user] as number) + 1; at < end; at++) {
      const [before, here] = [table.items[at - 1] as number, table.items[at] as number];
      each(here, before);
      each(before, here);
    }
  }
}
