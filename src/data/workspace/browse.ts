/** Pages of the item and user browsers: whole domains stay in the worker, one page crosses over. */
import { ConfigError } from '../../base/errors';
import type { TextColumn } from './columnReader';
import type { DomainTables } from './domainTables';
import { decodeId } from './idTable';
import type { BrowseRequest, ItemDetail, ItemRow, Page, UserDetail, UserRow } from './types';

/** The matches of the last search, kept because paging asks for the same ones again. */
export interface SearchMemory {
  key: string;
  matches: Uint32Array;
}

export async function browseItems(
  tables: DomainTables,
  request: BrowseRequest,
  memory: SearchMemory,
): Promise<Page<ItemRow>> {
  const { view } = tables;
  const raw = await tables.u32('view', 'item');
  const found = async (): Promise<Uint32Array> => {
    const isMatch = await matchingRows([tables.text('itemId'), tables.text('title')], tables.raw.items, request.query);
    return raw.map((_, item) => item).filter((item) => isMatch[raw[item] as number] === 1);
  };
  const { total, chosen } = await pageOf(tables, request, memory, { count: view.items, order: 'byEvents', found });
  const rows: ItemRow[] = [];
  for (const item of chosen) rows.push(await itemRow(tables, item));
  return { total, rows };
}

export async function browseUsers(
  tables: DomainTables,
  request: BrowseRequest,
  memory: SearchMemory,
): Promise<Page<UserRow>> {
  const { view } = tables;
  const raw = await tables.u32('view', 'user');
  const found = async (): Promise<Uint32Array> => {
    const isMatch = await matchingRows([tables.text('userId')], tables.raw.users, request.query);
    return raw.map((_, user) => user).filter((user) => isMatch[raw[user] as number] === 1);
  };
  const { total, chosen } = await pageOf(tables, request, memory, { count: view.users, order: 'usersByEvents', found });
  const lengths = await tables.u32('view', 'length');
  const rows: UserRow[] = [];
  for (const user of chosen)
    rows.push({ user, id: await tables.text('userId').at(raw[user] as number), events: lengths[user] ?? 0 });
  return { total, rows };
}

interface Listing {
  readonly count: number;
  /** View column of all rows by falling number of events. */
  readonly order: 'byEvents' | 'usersByEvents';
  /** Rows that match the query, ascending. */
  readonly found: () => Promise<Uint32Array>;
}

async function pageOf(
  tables: DomainTables,
  request: BrowseRequest,
  memory: SearchMemory,
  listing: Listing,
): Promise<{ total: number; chosen: Uint32Array }> {
  const { query, sort, offset, limit } = request;
  const key = `${tables.record.info.id}/${tables.view.tree}/${listing.order}/${query}/${sort}`;
  if (memory.key !== key) {
    memory.matches = await listed(tables, query, sort, listing);
    memory.key = key;
  }
  return { total: memory.matches.length, chosen: memory.matches.subarray(offset, offset + limit) };
}

async function listed(
  tables: DomainTables,
  query: string,
  sort: BrowseRequest['sort'],
  { count, order, found }: Listing,
): Promise<Uint32Array> {
  const isAll = query.trim() === '';
  const matches = isAll ? Uint32Array.from({ length: count }, (_, row) => row) : await found();
  if (sort === 'index') return matches;
  const byEvents = await tables.u32('view', order);
  const isMatch = new Uint8Array(count);
  for (const row of matches) isMatch[row] = 1;
  const sorted = byEvents.filter((row) => isMatch[row] === 1);
  return sort === 'mostEvents' ? sorted : sorted.reverse();
}

/**
 * 1 for rows in which every word of `query` occurs in some column. Lower-cases whole chunks: a catalogue of 10^5 titles takes some
 * tens of milliseconds.
 */
async function matchingRows(columns: readonly TextColumn[], rows: number, query: string): Promise<Uint8Array> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  /** Bit w = word w was found. */
  const found = new Uint32Array(rows);
  // A query has at most as many words as a number has bits; the rest adds nothing a person would miss.
  const used = words.slice(0, 31);
  const all = 2 ** used.length - 1;
  for (const column of columns) {
    for (let index = 0; index < column.chunkCount; index++) {
      const chunk = await column.chunk(index, true);
      const start = column.startOf(index);
      for (let row = 0; row < chunk.rows; row++) {
        const bytes = chunk.bytesAt(row);
        if (bytes.length === 0) continue;
        const text = column.decode(bytes).toLowerCase();
        used.forEach((word, bit) => {
          if (text.includes(word)) found[start + row] = (found[start + row] as number) | (1 << bit);
        });
      }
    }
  }
  return Uint8Array.from(found, (bits) => (bits === all ? 1 : 0));
}

export async function itemRow(tables: DomainTables, item: number): Promise<ItemRow> {
  const rawItem = (await tables.u32('view', 'item'))[item];
  if (rawItem === undefined) throw unknownRow('item', item);
  const length = tables.images.count > 0 ? await tables.u32('images', 'imageLength') : null;
  return {
    item,
    id: await tables.text('itemId').at(rawItem),
    title: await tables.field('title', rawItem),
    brand: await tables.field('brand', rawItem),
    categories: await tables.categories(rawItem),
    events: (await tables.u32('view', 'events'))[item] ?? 0,
    hasImage: (length?.[rawItem] ?? 0) > 0,
  };
}

export async function itemDetail(tables: DomainTables, item: number): Promise<ItemDetail> {
  const row = await itemRow(tables, item);
  const rawItem = (await tables.u32('view', 'item'))[item] as number;
  return {
    ...row,
    text: await tables.field('text', rawItem),
    imageUrl: await tables.field('imageUrl', rawItem),
    codes: await tables.codesOf(rawItem),
  };
}

export async function userDetail(tables: DomainTables, user: number): Promise<UserDetail> {
  const rawUser = (await tables.u32('view', 'user'))[user];
  if (rawUser === undefined) throw unknownRow('user', user);
  const chunk = tables.chunkOfUser(user);
  const first = tables.view.chunkUsers[chunk] ?? 0;
  const table = await tables.sequenceChunk(chunk);
  const [from, to] = [table.offsets[user - first] as number, table.offsets[user - first + 1] as number];
  const times = Array.from(await tables.timeChunk(chunk)).slice(from, to);
  return {
    user,
    id: decodeId(await tables.text('userId').bytesAt(rawUser)),
    events: to - from,
    items: [...table.items.subarray(from, to)],
    times,
  };
}

function unknownRow(what: string, row: number): ConfigError {
  return new ConfigError(
    'workspace/unknown',
    `read ${what} ${row}: there is no such ${what} in this domain; reload it.`,
  );
}
