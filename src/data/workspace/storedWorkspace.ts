/** One workspace over any host's storage. See `api.ts` for what each method promises. */
import { ConfigError, ConflictError } from '../../base/errors';
import { type ColumnStorage, orQuota } from '../../storage/columnStorage';
import { putRecord, type RecordChange } from '../../storage/records';
import type { ImportSink } from '../import/sink';
import { addImages } from './addImages';
import type { ImportOptions, Workspace } from './api';
import { browseItems, browseUsers, itemDetail, type SearchMemory, userDetail } from './browse';
import { CollectingSink } from './collectingSink';
import { columnBytes } from './columns';
import { domainHash } from './contentHash';
import { defaultTransformOf } from './defaultTransform';
import { DomainTables } from './domainTables';
import { exportReference } from './exportReference';
import { finishImport } from './finishImport';
import { overlapMatrix } from './overlap';
import * as keys from './records';
import { type RawEvents, type ShapedEvents, shapeEvents } from './transform';
import type * as types from './types';
import { DEFAULT_CHUNK_EVENTS, writeView } from './writeView';

/** Unpacked JSON lines take about this much of themselves in columns; pictures come on top as they are. */
const COLUMN_SHARE = 0.7;
/** S1 of the interface conventions: estimate times 1.2, and never beyond 80 % of the quota. */
const NEED_FACTOR = 1.2;
const MAX_QUOTA_SHARE = 0.8;

export class StoredWorkspace implements Workspace {
  readonly #storage: ColumnStorage;
  #last: Promise<unknown> = Promise.resolve();
  #opened: DomainTables | null = null;
  #events: { domain: string; events: RawEvents; options: string; shaped: ShapedEvents | null } | null = null;
  readonly #itemSearch: SearchMemory = { key: '', matches: new Uint32Array(0) };
  readonly #userSearch: SearchMemory = { key: '', matches: new Uint32Array(0) };
  readonly #importing = new Set<string>();
  /** Events in a chunk of sequences; smaller ones only for tests of streaming. */
  chunkEvents = DEFAULT_CHUNK_EVENTS;

  constructor(
    storage: ColumnStorage,
    readonly info: types.WorkspaceInfo,
    readonly now: () => number,
  ) {
    this.#storage = storage;
  }

  async domains(): Promise<types.DomainInfo[]> {
    const records = await this.#records();
    return Promise.all(records.filter(({ info }) => info.deletedAtMs === null).map((record) => this.#infoOf(record)));
  }

  async domain(id: string): Promise<types.DomainInfo> {
    return this.#infoOf(await this.#record(id));
  }

  rename(id: string, name: string): Promise<void> {
    return this.#change(id, (record) => ({ ...record, info: { ...record.info, name } }));
  }

  setRole(id: string, role: types.DomainRole): Promise<void> {
    return this.#change(id, (record) => ({ ...record, info: { ...record.info, role } }));
  }

  async preflight(sourceBytes: number): Promise<types.Preflight> {
    const { usedBytes, quotaBytes } = await this.#storage.estimate();
    const neededBytes = Math.ceil(sourceBytes * COLUMN_SHARE * NEED_FACTOR);
    const freeBytes = Math.max(0, quotaBytes - usedBytes);
    const fits = quotaBytes === 0 || usedBytes + neededBytes <= MAX_QUOTA_SHARE * quotaBytes;
    return { neededBytes, freeBytes, quotaBytes, fits };
  }

  createImport(name: string, role: types.DomainRole, origin: types.ImportOrigin): Promise<types.DomainInfo> {
    return this.#inTurn(async () => {
      const workspaceKey = keys.workspaceKey(this.info.id);
      const workspace = await this.#storage.records.get(workspaceKey);
      if (workspace === undefined) throw unknown(this.info.id);
      const id = `d${workspace.nextDomain}`;
      // Storage that was wiped under a running import holds what that wrote afterwards, and numbers begin anew.
      await this.#removeFiles(id);
      const record: keys.DomainRecord = {
        version: keys.WORKSPACE_VERSION,
        info: {
          id,
          name,
          role,
          state: 'importing',
          createdAtMs: this.now(),
          origin,
          report: null,
          transform: null,
          counts: null,
          statistics: null,
          hash: '',
          deletedAtMs: null,
        },
        raw: null,
        view: null,
        generation: 0,
      };
      await this.#commit(
        putRecord(workspaceKey, { ...workspace, nextDomain: workspace.nextDomain + 1 }),
        putRecord(keys.domainKey(this.info.id, id), record),
      );
      return this.#infoOf(record);
    });
  }

  async runImport(
    id: string,
    read: (sink: ImportSink, signal: AbortSignal) => Promise<void>,
    options: ImportOptions = {},
  ): Promise<types.ImportReport> {
    const record = await this.#record(id);
    if (record.info.state !== 'importing')
      throw new ConfigError(
        'workspace/imported',
        `import ${record.info.name}: it is complete already; import into a new domain.`,
      );
    if (this.#importing.has(id))
      throw new ConflictError(
        'workspace/busy',
        `import ${record.info.name}: it is running already; wait for it or stop it.`,
      );
    this.#importing.add(id);
    try {
      return await this.#import(record, read, options);
    } finally {
      this.#importing.delete(id);
    }
  }

  async #import(
    record: keys.DomainRecord,
    read: (sink: ImportSink, signal: AbortSignal) => Promise<void>,
    options: ImportOptions,
  ): Promise<types.ImportReport> {
    const storage = this.#storage;
    const [workspace, domain] = [this.info.id, record.info.id];
    const stored = await storage.records.get(keys.journalKey(workspace, domain));
    const journal = stored === undefined ? null : keys.migrated(stored);
    // What a crash wrote after the last batch does not count.
    await orQuota('import', async () => {
      await storage.packs.truncate(keys.imagePack(workspace, domain), journal?.imageBytes ?? 0);
      await storage.packs.truncate(keys.vectorPack(workspace, domain), journal?.vectorBytes ?? 0);
    });
    const signal = options.signal ?? new AbortController().signal;
    const sink = new CollectingSink({
      storage,
      workspace,
      domain,
      journal,
      signal,
      acceptsBadRows: options.acceptsBadRows ?? false,
      onProgress: options.onProgress ?? (() => undefined),
    });
    try {
      await sink.settle();
      await read(sink, signal);
      await sink.finishRows();
    } catch (error) {
      await sink.quiet();
      throw error;
    }
    const { raw, strayItems, oldColumns } = await finishImport(storage, sink, keys.imageTree(workspace, domain, 0));
    const report: types.ImportReport = {
      raw: { users: raw.users, items: raw.items, interactions: raw.events },
      rows: sink.rows,
      rejected: sink.rejected,
      rejectedRows: sink.rejectedRows,
      strayItems,
      bytesRead: sink.bytesRead,
    };
    await this.#change(domain, (current) => ({ ...current, raw, info: { ...current.info, state: 'raw', report } }), [
      { kind: 'delete', path: keys.journalKey(workspace, domain).path },
      ...oldColumns.map((prefix) => ({ kind: 'deletePrefix', prefix }) as const),
    ]);
    return report;
  }

  async defaultTransform(id: string): Promise<types.TransformOptions> {
    const record = await this.#record(id);
    return defaultTransformOf((await this.#tables(id)).raw, record.info.origin.format);
  }

  async previewTransform(id: string, options: types.TransformOptions): Promise<types.TransformCounts> {
    return (await this.#shape(id, options)).counts;
  }

  async #shape(id: string, options: types.TransformOptions): Promise<ShapedEvents> {
    if (this.#events?.domain !== id) {
      this.#events = null;
      this.#events = { domain: id, events: await (await this.#tables(id)).events(), options: '', shaped: null };
    }
    const held = this.#events;
    const text = JSON.stringify(options);
    if (held.shaped === null || held.options !== text) {
      // The former result goes first: two of them beside the events would be the peak of memory.
      held.shaped = null;
      held.shaped = shapeEvents(held.events, options);
      held.options = text;
    }
    return held.shaped;
  }

  async applyTransform(id: string, options: types.TransformOptions, signal?: AbortSignal): Promise<types.DomainInfo> {
    const tables = await this.#tables(id);
    const shaped = await this.#shape(id, options);
    if (shaped.items.length === 0)
      throw new ConfigError(
        'workspace/nothingLeft',
        'apply transform: wanted some items, came none; lower the k-core or the rating threshold.',
      );
    const generation = tables.record.generation + 1;
    const tree = keys.viewTree(this.info.id, id, generation);
    await this.#commit({ kind: 'deletePrefix', prefix: `${tree}/` });
    const { view, statistics } = await writeView(tables, shaped, { tree, signal, chunkEvents: this.chunkEvents });
    this.#events = null;
    const hash = await domainHash(view.hashParts);
    const previous = tables.record.view;
    await this.#change(
      id,
      (record) => ({
        ...record,
        view,
        generation: Math.max(generation, record.generation),
        info: { ...record.info, state: 'ready', transform: options, counts: shaped.counts, statistics, hash },
      }),
      previous === null ? [] : [{ kind: 'deletePrefix', prefix: `${previous.tree}/` }],
    );
    return this.domain(id);
  }

  async browseItems(id: string, request: types.BrowseRequest): Promise<types.Page<types.ItemRow>> {
    return browseItems(await this.#tables(id), request, this.#itemSearch);
  }

  async browseUsers(id: string, request: types.BrowseRequest): Promise<types.Page<types.UserRow>> {
    return browseUsers(await this.#tables(id), request, this.#userSearch);
  }

  async itemDetail(id: string, item: number): Promise<types.ItemDetail> {
    return itemDetail(await this.#tables(id), item);
  }

  async userDetail(id: string, user: number): Promise<types.UserDetail> {
    return userDetail(await this.#tables(id), user);
  }

  async readImage(id: string, item: number): Promise<{ bytes: Uint8Array; mediaType: string } | null> {
    const tables = await this.#tables(id);
    const rawItem = (await tables.u32('view', 'item'))[item];
    return rawItem === undefined ? null : tables.image(rawItem);
  }

  async itemsWithoutImage(id: string): Promise<{ item: number; url: string }[]> {
    const tables = await this.#tables(id);
    const raw = await tables.u32('view', 'item');
    const length = tables.images.count > 0 ? await tables.u32('images', 'imageLength') : null;
    const missing: { item: number; url: string }[] = [];
    for (const [item, rawItem] of raw.entries()) {
      if ((length?.[rawItem] ?? 0) > 0) continue;
      const url = await tables.field('imageUrl', rawItem);
      if (url !== '') missing.push({ item, url });
    }
    return missing;
  }

  async addImages(
    id: string,
    images: AsyncIterable<{ item: number; bytes: Uint8Array; mediaType: string }>,
  ): Promise<number> {
    return addImages(this.#storage, await this.#tables(id), images, (change, also) => this.#change(id, change, also));
  }

  async overlap(): Promise<types.OverlapMatrix> {
    const ready = (await this.#records()).filter(({ info }) => info.state === 'ready' && info.deletedAtMs === null);
    return overlapMatrix(ready.map((record) => new DomainTables(this.#storage, this.info.id, record)));
  }

  async storage(): Promise<types.StorageReport> {
    const infos = await Promise.all((await this.#records()).map((record) => this.#infoOf(record)));
    const domains = infos.map(({ id, name, sizes }) => ({ id, name, ...sizes }));
    return { ...(await this.#storage.estimate()), domains };
  }

  delete(id: string): Promise<void> {
    return this.#change(id, (record) => ({ ...record, info: { ...record.info, deletedAtMs: this.now() } }));
  }

  undoDelete(id: string): Promise<void> {
    return this.#change(id, (record) => ({ ...record, info: { ...record.info, deletedAtMs: null } }));
  }

  async purge(olderThanMs = 0): Promise<number> {
    const before = this.now() - olderThanMs;
    let freed = 0;
    for (const record of await this.#records()) {
      const { id, deletedAtMs } = record.info;
      if (deletedAtMs === null || deletedAtMs > before || this.#importing.has(id)) continue;
      const { sizes } = await this.#infoOf(record);
      await this.#commit({ kind: 'delete', path: keys.domainKey(this.info.id, id).path });
      await this.#removeFiles(id);
      freed += sizes.columnBytes + sizes.imageBytes + sizes.vectorBytes;
    }
    return freed;
  }

  async *exportReference(id: string): AsyncGenerator<{ name: string; stream: ReadableStream<Uint8Array> }> {
    yield* exportReference(await this.#tables(id));
  }

  /** Opened tables of a domain. @throws ConfigError `workspace/unknown` */
  async tables(id: string): Promise<DomainTables> {
    return this.#tables(id);
  }

  /** Removes what crashes left: files of domains that are gone, views that were replaced. */
  async sweep(): Promise<void> {
    const records = new Map((await this.#records()).map((record) => [record.info.id, record]));
    const stale = new Set<string>();
    for (const path of await this.#storage.records.paths(keys.treesOf(this.info.id))) {
      const tree = treeOf(path);
      if (!stale.has(tree) && isStale(tree, records)) stale.add(tree);
    }
    for (const tree of stale) await this.#commit({ kind: 'deletePrefix', prefix: `${tree}/` });
    const prefix = `w/${this.info.id}/p/`;
    for (const pack of await this.#storage.packs.list())
      if (pack.startsWith(prefix) && !records.has(pack.slice(prefix.length).split('.')[0] ?? ''))
        await this.#storage.packs.remove(pack);
  }

  async #removeFiles(id: string): Promise<void> {
    const trees = new Set((await this.#storage.records.paths(`${keys.treesOf(this.info.id)}${id}.`)).map(treeOf));
    const changes: RecordChange[] = [...trees].map((tree) => ({ kind: 'deletePrefix', prefix: `${tree}/` }));
    await this.#commit({ kind: 'delete', path: keys.journalKey(this.info.id, id).path }, ...changes);
    await this.#storage.packs.remove(keys.imagePack(this.info.id, id));
    await this.#storage.packs.remove(keys.vectorPack(this.info.id, id));
  }

  async #infoOf(record: keys.DomainRecord): Promise<types.DomainInfo> {
    const { raw, view, info } = record;
    const journal = raw === null ? await this.#storage.records.get(keys.journalKey(this.info.id, info.id)) : undefined;
    const columns = [raw?.columns, raw?.images.columns, view?.columns, journal?.columns];
    const sizes = {
      columnBytes: columns.reduce((total, part) => total + (part ? columnBytes(part) : 0), 0),
      imageBytes: raw?.images.bytes ?? journal?.imageBytes ?? 0,
      vectorBytes: raw ? raw.vectorBytes : (journal?.vectorBytes ?? 0),
    };
    return { ...info, sizes };
  }

  async #tables(id: string): Promise<DomainTables> {
    const record = await this.#record(id);
    const held = this.#opened;
    if (held?.record.info.id === id && JSON.stringify(held.record) === JSON.stringify(record)) return held;
    this.#opened = new DomainTables(this.#storage, this.info.id, record);
    return this.#opened;
  }

  async #records(): Promise<keys.DomainRecord[]> {
    const records = (await this.#storage.records.list(keys.domainsOf(this.info.id))).map((record) =>
      keys.migrated(record),
    );
    return records.sort((a, b) => Number(a.info.id.slice(1)) - Number(b.info.id.slice(1)));
  }

  async #record(id: string): Promise<keys.DomainRecord> {
    const record = await this.#storage.records.get(keys.domainKey(this.info.id, id));
    if (record === undefined) throw unknown(id);
    return keys.migrated(record);
  }

  /** Replaces a domain's record in one strict commit, together with `also`. */
  #change(
    id: string,
    change: (record: keys.DomainRecord) => keys.DomainRecord,
    also: readonly RecordChange[] = [],
  ): Promise<void> {
    return this.#inTurn(async () =>
      this.#commit(putRecord(keys.domainKey(this.info.id, id), change(await this.#record(id))), ...also),
    );
  }

  #commit(...changes: RecordChange[]): Promise<void> {
    return orQuota('save workspace', () => this.#storage.records.commit(changes, 'strict'));
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** `w/<w>/t/<tree>` of a chunk's path. */
function treeOf(path: string): string {
  return path.split('/').slice(0, 4).join('/');
}

/** `w/<w>/t/<domain>.<kind><generation>` that no record names. */
function isStale(tree: string, records: ReadonlyMap<string, keys.DomainRecord>): boolean {
  const [domain = '', kind = ''] = (tree.split('/')[3] ?? '').split('.');
  const record = records.get(domain);
  if (record === undefined) return true;
  const number = Number(kind.slice(1));
  // A tree that is being written has the next number.
  if (kind.startsWith('v')) return tree !== record.view?.tree && number <= record.generation;
  if (kind.startsWith('i') && record.raw !== null) return tree !== record.raw.images.tree;
  return false;
}

function unknown(id: string): ConfigError {
  return new ConfigError('workspace/unknown', `workspace: there is no ${id} any more; reload the list.`);
}
