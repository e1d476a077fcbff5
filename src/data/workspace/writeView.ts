/** Stores a view: sequences in chunks of whole users, what browsing needs, statistics, hash. */
import { CancelledError } from '../../base/errors';
import type { SequenceTable } from '../../base/sequenceTable';
import { orQuota } from '../../storage/columnStorage';
import { CHUNK_ROWS, NONE } from './columns';
import { BlockHash } from './contentHash';
import type { DomainTables } from './domainTables';
import { packTimes } from './eventColumns';
import type { HashParts, ViewTables } from './records';
import { domainStatistics } from './statistics';
import type { ShapedEvents } from './transform';
import { TreeWriter } from './treeWriter';
import type { DomainStatistics } from './types';

export interface ViewOptions {
  readonly tree: string;
  /** Events in a chunk of sequences (a longer user gets a chunk of its own); default 2^18, 1 MB. */
  readonly chunkEvents: number;
  readonly signal: AbortSignal | undefined;
}

export const DEFAULT_CHUNK_EVENTS = CHUNK_ROWS;
const BATCH_BYTES = 8 * 2 ** 20;

/** Writes all chunks. The caller commits the record that makes them count. @throws CancelledError, QuotaError */
export async function writeView(
  tables: DomainTables,
  shaped: ShapedEvents,
  options: ViewOptions,
): Promise<{ view: ViewTables; statistics: DomainStatistics }> {
  const { records } = tables.storage;
  const writer = new TreeWriter(options.tree);
  const commit = async (always = false): Promise<void> => {
    if (options.signal?.aborted)
      throw new CancelledError('workspace/stopped', 'apply transform: stopped on request; the previous view stays.');
    if (!always && writer.pendingBytes < BATCH_BYTES) return;
    const changes = writer.take();
    await orQuota('apply transform', () => records.commit(changes, 'relaxed'));
  };
  const { sequences, times, users, items } = shaped;
  writer.addNumbers('item', 'u32', items);
  writer.addNumbers('user', 'u32', users);
  const popularity = eventsByItem(sequences, items.length);
  writer.addNumbers('events', 'u32', popularity);
  writer.addNumbers('byEvents', 'u32', mostFirst(popularity));
  writer.addNumbers('usersByEvents', 'u32', mostFirst(lengthsOf(sequences)));
  await commit();
  const chunks = chunkBounds(sequences, options.chunkEvents);
  for (const [first, end] of chunks) {
    const [from, to] = [sequences.offsets[first] as number, sequences.offsets[end] as number];
    writer.addNumbers('length', 'u32', lengthsOf(sequences, first, end), Number.POSITIVE_INFINITY);
    writer.addNumbers('sequence', 'u32', sequences.items.subarray(from, to), Number.POSITIVE_INFINITY);
    if (times !== null) writer.add('time', 'f64', { rows: to - from, bytes: packTimes(times.subarray(from, to)) });
    await commit();
  }
  const { hashParts, textCharacters } = await hashView(tables, shaped, commit);
  await commit(true);
  const view: ViewTables = {
    tree: options.tree,
    columns: writer.columns,
    items: items.length,
    users: users.length,
    events: sequences.items.length,
    chunkUsers: chunks.map(([first]) => first),
    chunkEvents: chunks.map(
      ([first, end]) => (sequences.offsets[end] as number) - (sequences.offsets[first] as number),
    ),
    hashParts,
  };
  return { view, statistics: await domainStatistics(tables, shaped, popularity, textCharacters) };
}

/** Runs of whole users with at most `chunkEvents` events, or one longer user. */
function chunkBounds(table: SequenceTable, chunkEvents: number): [first: number, end: number][] {
  const bounds: [number, number][] = [];
  const users = table.offsets.length - 1;
  for (let first = 0; first < users; ) {
    let end = first + 1;
    while (end < users && (table.offsets[end + 1] as number) - (table.offsets[first] as number) <= chunkEvents) end++;
    bounds.push([first, end]);
    first = end;
  }
  return bounds;
}

function lengthsOf(table: SequenceTable, first = 0, end = table.offsets.length - 1): Uint32Array {
  return Uint32Array.from(
    { length: end - first },
    (_, at) => (table.offsets[first + at + 1] as number) - (table.offsets[first + at] as number),
  );
}

function eventsByItem(table: SequenceTable, itemCount: number): Uint32Array {
  const counts = new Uint32Array(itemCount);
  for (const item of table.items) counts[item] = (counts[item] as number) + 1;
  return counts;
}

/** Numbers by falling count, equal ones ascending (counting sort). */
export function mostFirst(counts: Uint32Array): Uint32Array {
  const largest = counts.reduce((most, count) => Math.max(most, count), 0);
  const next = new Uint32Array(largest + 2);
  for (const count of counts) next[largest - count + 1] = (next[largest - count + 1] as number) + 1;
  for (let at = 1; at < next.length; at++) next[at] = (next[at] as number) + (next[at - 1] as number);
  const order = new Uint32Array(counts.length);
  counts.forEach((count, index) => {
    const at = next[largest - count] as number;
    order[at] = index;
    next[largest - count] = at + 1;
  });
  return order;
}

async function hashView(
  tables: DomainTables,
  shaped: ShapedEvents,
  breathe: () => Promise<void>,
): Promise<{ hashParts: HashParts; textCharacters: number }> {
  const { items, users, sequences } = shaped;
  const [ids, texts, userIds] = [tables.text('itemId'), tables.text('text'), tables.text('userId')];
  const empty = new Uint8Array(0);
  const itemHash = new BlockHash();
  let textCharacters = 0;
  for (const item of items) {
    const text = item < texts.rows ? await texts.bytesAt(item) : empty;
    textCharacters += charactersIn(text);
    itemHash.field(await ids.bytesAt(item)).field(text);
    await itemHash.endRow();
  }
  await breathe();
  const sequenceHash = new BlockHash();
  for (const [user, rawUser] of users.entries()) {
    sequenceHash.field(await userIds.bytesAt(rawUser));
    const part = sequences.items.subarray(sequences.offsets[user], sequences.offsets[user + 1]);
    sequenceHash.field(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    await sequenceHash.endRow();
  }
  await breathe();
  const hashParts = {
    items: await itemHash.digest(),
    sequences: await sequenceHash.digest(),
    images: await imageHash(tables, items),
    vectors: await vectorHash(tables, items),
    codes: await codeHash(tables, items),
  };
  return { hashParts, textCharacters };
}

/** Length and check word of every item's picture. */
export async function imageHash(tables: DomainTables, items: Uint32Array): Promise<string> {
  if (tables.images.count === 0) return '';
  const [length, check] = [await tables.u32('images', 'imageLength'), await tables.u32('images', 'imageCheck')];
  const hash = new BlockHash();
  for (const item of items) {
    hash.number(length[item] ?? 0).number(check[item] ?? 0);
    await hash.endRow();
  }
  return hash.digest();
}

async function vectorHash(tables: DomainTables, items: Uint32Array): Promise<string> {
  if (tables.raw.vectors === 0) return '';
  const [row, check] = [await tables.u32('raw', 'vectorRow'), await tables.u32('raw', 'vectorCheck')];
  const hash = new BlockHash().number(tables.raw.vectorWidth);
  for (const item of items) {
    hash.number(row[item] === NONE ? 0 : 1).number(check[item] ?? 0);
    await hash.endRow();
  }
  return hash.digest();
}

async function codeHash(tables: DomainTables, items: Uint32Array): Promise<string> {
  if (tables.raw.codes.length === 0) return '';
  const hash = new BlockHash();
  // By name: the order in which tokenizers were imported says nothing.
  const order = tables.raw.codes
    .map((codes, index) => ({ ...codes, index }))
    .sort((a, b) => (a.tokenizer < b.tokenizer ? -1 : 1));
  for (const { tokenizer, levels, index } of order) {
    const table = await tables.u32('raw', `codes${index}`);
    hash.field(new TextEncoder().encode(tokenizer)).number(levels);
    for (const item of items) {
      for (let level = 0; level < levels; level++) hash.number(table[item * levels + level] ?? NONE);
      await hash.endRow();
    }
  }
  return hash.digest();
}

/** Unicode characters: all bytes but continuation bytes. */
function charactersIn(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) count++;
  return count;
}
