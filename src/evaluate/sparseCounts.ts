/** Item-by-item counts in compressed rows, built once from the training part of every sequence. */
import { type SequenceTable, userCountOf } from '../base/sequenceTable';

/** Row `i` holds columns `columns[starts[i] .. starts[i + 1])` with their counts. */
export interface SparseCounts {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly counts: Uint32Array;
}

/** Events of `user` that training may see: all but the last two, as a view. */
export function trainingEvents(table: SequenceTable, user: number): Uint32Array {
  const start = table.offsets[user] as number;
  return table.items.subarray(start, Math.max(start, (table.offsets[user + 1] as number) - 2));
}

/** pop(i): number of training interactions of each item [N]. */
export function popularity(table: SequenceTable, itemCount: number): Uint32Array {
  const counts = new Uint32Array(itemCount);
  for (let user = 0; user < userCountOf(table); user++) {
    for (const item of trainingEvents(table, user)) counts[item] = (counts[item] as number) + 1;
  }
  return counts;
}

/** m(a, b): how often b directly followed a in training. With `isReversed`, row b column a. */
export function transitionCounts(table: SequenceTable, itemCount: number, isReversed = false): SparseCounts {
  const keys = new Float64Array(table.items.length);
  let length = 0;
  for (let user = 0; user < userCountOf(table); user++) {
    const events = trainingEvents(table, user);
    for (let at = 1; at < events.length; at++) {
      const before = events[at - 1] as number;
      const after = events[at] as number;
      keys[length++] = isReversed ? after * itemCount + before : before * itemCount + after;
    }
  }
  const sorted = keys.subarray(0, length).sort();
  const rows = new RowWriter(itemCount);
  for (let at = 0; at < length; ) {
    const key = sorted[at] as number;
    let end = at + 1;
    while (end < length && sorted[end] === key) end++;
    rows.append(Math.floor(key / itemCount), key % itemCount, end - at);
    at = end;
  }
  return rows.finish();
}

/** c(a, b): number of users with both items in their training part; c(a, a) = 0. Symmetric. */
export function cooccurrenceCounts(table: SequenceTable, itemCount: number): SparseCounts {
  const usersOfItem = transposed(table, itemCount);
  const distinct = Array.from({ length: userCountOf(table) }, (_, user) => distinctOf(trainingEvents(table, user)));
  const counts = new Uint32Array(itemCount);
  const rows = new RowWriter(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const touched: number[] = [];
    const end = usersOfItem.offsets[item + 1] as number;
    for (let at = usersOfItem.offsets[item] as number; at < end; at++) {
      for (const other of distinct[usersOfItem.items[at] as number] as Uint32Array) {
        if (other === item) continue;
        const count = counts[other] as number;
        if (count === 0) touched.push(other);
        counts[other] = count + 1;
      }
    }
    for (const other of touched) {
      rows.append(item, other, counts[other] as number);
      counts[other] = 0;
    }
  }
  return rows.finish();
}

function distinctOf(events: Uint32Array): Uint32Array {
  return Uint32Array.from(new Set(events));
}

/** Users of each item (each user once), in the layout of a sequence table with items as owners. */
function transposed(table: SequenceTable, itemCount: number): SequenceTable {
  const userCount = userCountOf(table);
  const offsets = new Uint32Array(itemCount + 1);
  for (let user = 0; user < userCount; user++) {
    for (const item of distinctOf(trainingEvents(table, user))) offsets[item + 1] = (offsets[item + 1] as number) + 1;
  }
  for (let item = 0; item < itemCount; item++) {
    offsets[item + 1] = (offsets[item + 1] as number) + (offsets[item] as number);
  }
  const next = offsets.slice();
  const items = new Uint32Array(offsets[itemCount] as number);
  for (let user = 0; user < userCount; user++) {
    for (const item of distinctOf(trainingEvents(table, user))) {
      const at = next[item] as number;
      items[at] = user;
      next[item] = at + 1;
    }
  }
  return { items, offsets };
}

/** Collects entries in row order. */
class RowWriter {
  readonly #starts: Uint32Array;
  #columns = new Uint32Array(1 << 16);
  #counts = new Uint32Array(1 << 16);
  #length = 0;

  constructor(rowCount: number) {
    this.#starts = new Uint32Array(rowCount + 1);
  }

  append(row: number, column: number, count: number): void {
    if (this.#length === this.#columns.length) {
      this.#columns = doubled(this.#columns);
      this.#counts = doubled(this.#counts);
    }
    this.#columns[this.#length] = column;
    this.#counts[this.#length] = count;
    this.#length++;
    this.#starts[row + 1] = this.#length;
  }

  finish(): SparseCounts {
    // Rows without entries start where the row before them ended.
    for (let row = 1; row < this.#starts.length; row++) {
      this.#starts[row] = Math.max(this.#starts[row] as number, this.#starts[row - 1] as number);
    }
    return {
      starts: this.#starts,
      columns: this.#columns.slice(0, this.#length),
      counts: this.#counts.slice(0, this.#length),
    };
  }
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * values.length);
  larger.set(values);
  return larger;
}
