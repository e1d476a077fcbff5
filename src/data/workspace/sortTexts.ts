/**
 * Brings text columns into the items' final order. Usually they are: a source describes each item once. Where records of one item
 * came twice (a list of ids first, the texts in another file) or in another order, each field's rows are copied: for every item the
 * first row that is not empty. The copy goes in passes over ranges of items whose texts fit in memory; a pass reads only the chunks
 * that hold rows of its range. It gets names of its own, since a crash before the end must find the chunks that its journal knows.
 */
import type { ColumnStorage } from '../../storage/columnStorage';
import { type CollectingSink, sortedName, TEXT_FIELDS, type TextField } from './collectingSink';
import { TextColumn } from './columnReader';
import { NONE, TextWriter } from './columns';

/** Texts held in a pass. */
const PASS_BYTES = 48 * 2 ** 20;

/** Returns the prefixes of columns that are no longer needed; empty if all was in order. */
export async function sortTexts(
  storage: ColumnStorage,
  sink: CollectingSink,
  finalOf: Uint32Array,
  commit: (always?: boolean) => Promise<void>,
): Promise<string[]> {
  if (isInOrder(sink)) return [];
  const { writer } = sink;
  const old: string[] = [];
  for (const field of TEXT_FIELDS) {
    const column = writer.columns[field];
    if (column === undefined) continue;
    const reader = new TextColumn(storage.records, writer.tree, field, column);
    await sortField(reader, sink, finalOf, field, commit);
    old.push(`${writer.tree}/${field}/`);
    delete writer.columns[field];
  }
  return old;
}

/** Each record wrote one row. */
function isInOrder({ recordOrder, itemOfRow }: CollectingSink): boolean {
  if (recordOrder.length !== itemOfRow.length) return false;
  for (let row = 0; row < itemOfRow.length; row++) if (recordOrder.at(row) !== itemOfRow.at(row)) return false;
  return true;
}

async function sortField(
  reader: TextColumn,
  sink: CollectingSink,
  finalOf: Uint32Array,
  field: TextField,
  commit: () => Promise<void>,
): Promise<void> {
  const count = sink.recordOrder.length;
  const itemAt = (row: number): number => finalOf[sink.itemOfRow.at(row)] as number;
  /** Row that an item's text comes from, and its bytes. */
  const rowOf = new Uint32Array(count).fill(NONE);
  const lengths = new Uint32Array(count);
  const bounds: { lowest: number; highest: number }[] = [];
  for (let index = 0; index < reader.chunkCount; index++) {
    const chunk = await reader.chunk(index, true);
    let [lowest, highest] = [count, -1];
    for (let row = 0; row < chunk.rows; row++) {
      const item = itemAt(reader.startOf(index) + row);
      const { length } = chunk.bytesAt(row);
      if (length === 0 || rowOf[item] !== NONE) continue;
      rowOf[item] = reader.startOf(index) + row;
      lengths[item] = length;
      lowest = Math.min(lowest, item);
      highest = Math.max(highest, item);
    }
    bounds.push({ lowest, highest });
  }
  const copy = new TextWriter();
  sink.writer.columns[sortedName(field)] = { type: 'text', rows: [], bytes: [], checks: [] };
  for (let first = 0; first < count; ) {
    let end = first;
    const starts: number[] = [];
    let total = 0;
    while (end < count && (end === first || total + (lengths[end] as number) <= PASS_BYTES)) {
      starts.push(total);
      total += lengths[end++] as number;
    }
    const texts = new Uint8Array(total);
    for (const [index, { lowest, highest }] of bounds.entries()) {
      if (highest < first || lowest >= end) continue;
      const chunk = await reader.chunk(index, true);
      for (let row = 0; row < chunk.rows; row++) {
        const item = itemAt(reader.startOf(index) + row);
        if (item >= first && item < end && rowOf[item] === reader.startOf(index) + row)
          texts.set(chunk.bytesAt(row), starts[item - first]);
      }
    }
    for (let item = first; item < end; item++) {
      const from = starts[item - first] as number;
      sink.writer.addIf(
        sortedName(field),
        'text',
        copy.pushBytes(texts.subarray(from, from + (lengths[item] as number))),
      );
      await commit();
    }
    first = end;
  }
  sink.writer.addIf(sortedName(field), 'text', copy.flush());
}
