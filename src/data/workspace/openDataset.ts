/**
 * Domains of a workspace as one data set to train on. Their catalogues stand one after the other in one item space, so that a batch
 * can mix domains; a user of two domains is two users, as in the papers. Sequences are read whole when they fit in the window, else
 * they stream.
 */
import { ConfigError } from '../../base/errors';
import type { SequenceTable } from '../../base/sequenceTable';
import { sha256Hex } from '../../base/sha256';
import type { Dataset, ItemColumns, StoredParts, StoredStream } from '../dataset';
import { type SequenceChunks, WINDOW_BYTES_PER_EVENT } from '../stream/exampleStream';
import type { DomainTables } from './domainTables';

/** Window for training when nothing else is said: 16 M events train without streaming. */
export const DEFAULT_WINDOW_BYTES = 512 * 2 ** 20;
/** Brands and categories are read into memory only below so many items: they are for display. */
const MAX_DETAILED_ITEMS = 200_000;

export interface OpenDatasetOptions {
  /** Memory for sequences in training. */
  readonly windowBytes?: number;
  /** Longest history any model will ask for; only matters when streaming. */
  readonly historyLimit: number;
}

interface Part {
  readonly tables: DomainTables;
  readonly firstItem: number;
}

/** Opens `domains` (states `ready`) as one data set. @throws ConfigError `workspace/domains`; FormatError `workspace/*` */
export async function openDataset(domains: readonly DomainTables[], options: OpenDatasetOptions): Promise<Dataset> {
  if (domains.length === 0)
    throw new ConfigError('workspace/domains', 'open data: wanted at least one domain, came none; choose some.');
  for (const { record } of domains)
    if (record.info.transform?.split.kind === 'byTime')
      throw new ConfigError(
        'workspace/split',
        `open ${record.info.name}: training wants leave-one-out, came a split by time; apply the transform with leave-one-out.`,
      );
  const parts: Part[] = [];
  let itemCount = 0;
  for (const tables of domains) {
    parts.push({ tables, firstItem: itemCount });
    itemCount += tables.view.items;
  }
  const items = await itemColumns(parts, itemCount);
  const users: string[] = [];
  for (const { tables } of parts) {
    const ids = tables.text('userId');
    for (const rawUser of await tables.u32('view', 'user')) users.push(await ids.at(rawUser));
  }
  const interactionCount = parts.reduce((total, { tables }) => total + tables.view.events, 0);
  const windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
  const isStreamed = interactionCount * WINDOW_BYTES_PER_EVENT > windowBytes;
  const chunks = sequenceChunks(parts);
  const tail = isStreamed ? await readTails(chunks, itemCount, options.historyLimit) : null;
  const sequences = tail?.sequences ?? (await wholeTable(chunks));
  const stream: StoredStream | null = tail && {
    chunks,
    windowBytes,
    historyLimit: options.historyLimit,
    trainingItems: tail.trainingItems,
    whole: () => wholeTable(chunks),
  };
  const infos = domains.map(({ record }) => record.info);
  return {
    name: infos.map(({ name }) => name).join(' + '),
    itemCount,
    userCount: users.length,
    interactionCount,
    items,
    users,
    sequences,
    images: null,
    contentHash: await joinedHash(infos.map(({ hash }) => hash)),
    report: {
      itemLines: itemCount,
      userLines: users.length,
      badLines: infos.reduce((total, { report }) => total + (report?.rejected ?? 0), 0),
      badLineMessages: infos.flatMap(
        ({ report }) => report?.rejectedRows.slice(0, 5).map(({ reason }) => reason) ?? [],
      ),
      shortUsers: infos.reduce((total, { counts }) => total + (counts?.shortUsers ?? 0), 0),
      itemsWithoutTitle: items.titles.filter((title) => title === '').length,
      itemsWithoutEvents: infos.reduce((total, { statistics }) => total + (statistics?.popularityHistogram[0] ?? 0), 0),
      repeatedEvents: infos.reduce((total, { statistics }) => total + (statistics?.repeatedEvents ?? 0), 0),
    },
    stored: storedParts(parts, stream),
  };
}

/** One domain keeps its hash; several have one of their own, in order. */
async function joinedHash(hashes: readonly string[]): Promise<string> {
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  return sha256Hex(new TextEncoder().encode(`tessera-domains-1 ${hashes.join(' ')}`));
}

async function itemColumns(parts: readonly Part[], itemCount: number): Promise<ItemColumns> {
  const ids: string[] = [];
  const titles: string[] = [];
  const brands: string[] = [];
  const categories: string[][] = [];
  const indexOfId = new Map<string, number>();
  const domainOfItem = new Uint8Array(itemCount);
  const isDetailed = itemCount <= MAX_DETAILED_ITEMS;
  const noCategories: string[] = [];
  for (const [domain, { tables, firstItem }] of parts.entries()) {
    domainOfItem.fill(domain, firstItem, firstItem + tables.view.items);
    const idColumn = tables.text('itemId');
    for (const rawItem of await tables.u32('view', 'item')) {
      const id = await idColumn.at(rawItem);
      // The first domain that has an id answers for it; others are found by number.
      if (!indexOfId.has(id)) indexOfId.set(id, ids.length);
      ids.push(id);
      titles.push(await tables.field('title', rawItem));
      brands.push(isDetailed ? await tables.field('brand', rawItem) : '');
      categories.push(isDetailed ? await tables.categories(rawItem) : noCategories);
    }
  }
  const isOne = parts.length === 1;
  return {
    ids,
    indexOfId,
    titles,
    brands,
    categories,
    descriptions: [],
    keywords: [],
    domainOfItem: isOne ? null : domainOfItem,
    domainNames: isOne ? [] : parts.map(({ tables }) => tables.record.info.name),
  };
}

function storedParts(parts: readonly Part[], stream: StoredStream | null): StoredParts {
  const partOf = (item: number): Part | undefined => parts.findLast(({ firstItem }) => firstItem <= item);
  const infos = parts.map(({ tables }) => tables.record.info);
  const histograms = infos.map(({ statistics }) => statistics?.lengthHistogram ?? []);
  return {
    async texts(from, to) {
      const texts: string[] = [];
      for (let item = from; item < to; item++) {
        const part = partOf(item);
        if (part === undefined) break;
        const rawItem = (await part.tables.u32('view', 'item'))[item - part.firstItem];
        texts.push(rawItem === undefined ? '' : await part.tables.field('text', rawItem));
      }
      return texts;
    },
    async picture(item) {
      const part = partOf(item);
      const rawItem = part && (await part.tables.u32('view', 'item'))[item - part.firstItem];
      return part === undefined || rawItem === undefined ? null : part.tables.image(rawItem);
    },
    lengthHistogram: (histograms[0] ?? []).map((_, bin) =>
      histograms.reduce((total, bins) => total + (bins[bin] ?? 0), 0),
    ),
    pictures: infos.reduce((total, { statistics }) => total + (statistics?.withImage ?? 0), 0),
    domains: infos.map(({ name, statistics }) => ({
      name,
      items: statistics?.items ?? 0,
      interactions: statistics?.interactions ?? 0,
    })),
    stream,
  };
}

/** The chunks of all parts, one after the other, over the shared item space. */
function sequenceChunks(parts: readonly Part[]): SequenceChunks {
  const places = parts.flatMap((part) => part.tables.view.chunkUsers.map((first, chunk) => ({ part, first, chunk })));
  return {
    chunks: places.map(({ part: { tables }, first, chunk }) => ({
      users: (tables.view.chunkUsers[chunk + 1] ?? tables.view.users) - first,
      events: tables.view.chunkEvents[chunk] ?? 0,
    })),
    async read(index) {
      const place = places[index];
      if (place === undefined) throw new Error(`stream: there is no chunk ${index}`);
      const { tables, firstItem } = place.part;
      const { items, offsets } = await tables.sequenceChunk(place.chunk);
      return { items: firstItem === 0 ? items : items.map((item) => item + firstItem), offsets };
    },
  };
}

async function wholeTable({ chunks, read }: SequenceChunks): Promise<SequenceTable> {
  const items = new Uint32Array(chunks.reduce((total, { events }) => total + events, 0));
  const offsets = new Uint32Array(1 + chunks.reduce((total, { users }) => total + users, 0));
  let [event, user] = [0, 0];
  for (let chunk = 0; chunk < chunks.length; chunk++) {
    const table = await read(chunk);
    items.set(table.items, event);
    for (let own = 1; own < table.offsets.length; own++) offsets[++user] = event + (table.offsets[own] as number);
    event += table.items.length;
  }
  return { items, offsets };
}

/** Each user's latest events, and the items of all training parts, in one pass. */
async function readTails(
  { chunks, read }: SequenceChunks,
  itemCount: number,
  historyLimit: number,
): Promise<{ sequences: SequenceTable; trainingItems: Uint32Array }> {
  const kept = historyLimit + 2;
  const userCount = chunks.reduce((total, { users }) => total + users, 0);
  const offsets = new Uint32Array(userCount + 1);
  const tails: Uint32Array[] = [];
  const occurs = new Uint8Array(itemCount);
  let user = 0;
  for (let chunk = 0; chunk < chunks.length; chunk++) {
    const table = await read(chunk);
    const tail = new Uint32Array(table.items.length);
    let length = 0;
    for (let own = 0; own + 1 < table.offsets.length; own++) {
      const [from, to] = [table.offsets[own] as number, table.offsets[own + 1] as number];
      for (let at = from; at < to - 2; at++) occurs[table.items[at] as number] = 1;
      const part = table.items.subarray(Math.max(from, to - kept), to);
      tail.set(part, length);
      length += part.length;
      offsets[user + 1] = (offsets[user] as number) + part.length;
      user++;
    }
    tails.push(tail.slice(0, length));
  }
  const items = new Uint32Array(offsets[userCount] as number);
  let at = 0;
  for (const tail of tails) {
    items.set(tail, at);
    at += tail.length;
  }
  return {
    sequences: { items, offsets },
    trainingItems: Uint32Array.from({ length: itemCount }, (_, item) => item).filter((item) => occurs[item] === 1),
  };
}
