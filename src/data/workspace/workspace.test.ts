import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { indexedDbRecords } from '../../storage/browserStorage';
import type { ColumnStorage } from '../../storage/columnStorage';
import { openFolderColumnStorage } from '../../storage/folderColumnStorage';
import { memoryColumnStorage, memoryPacks } from '../../storage/memoryStorage';
import { memoryByteSource } from '../import/byteSources';
import { importCandidate, recognise } from '../import/recognise';
import type { ByteSource, ImportSink, ItemRecord } from '../import/sink';
import type { Workspace } from './api';
import { migrated } from './records';
import type { ImportOrigin, TransformOptions } from './types';
import { openWorkspaces } from './workspaces';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let databases = 0;
const STORAGES: Record<string, () => Promise<ColumnStorage>> = {
  memory: async () => memoryColumnStorage(),
  indexedDb: async () => {
    const records = await indexedDbRecords(`workspaces-${databases++}`);
    return { ...memoryColumnStorage(), records, packs: memoryPacks() };
  },
  folder: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tessera-workspace-'));
    folders.push(folder);
    return openFolderColumnStorage(folder);
  },
};

const ORIGIN: ImportOrigin = { format: 'test', files: [{ name: 'a.jsonl', sizeBytes: 10 }], options: '{}' };
const CORE_0: Partial<TransformOptions> = { userCore: 0, itemCore: 0 };
const USERS = 300;
const ITEMS = 80;

/** A file that begins like a PNG. */
function picture(seed: number): Uint8Array {
  return Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...new Uint8Array(seed).fill(seed));
}

function record(id: string, more: Partial<ItemRecord> = {}): ItemRecord {
  return {
    id,
    title: `Title of ${id}`,
    text: `Text of ${id}. ünïcödé 🙂`,
    categories: ['A', 'b,c'],
    brand: '',
    imageUrl: '',
    ...more,
  };
}

/** A small source: events first, records in another order, some late fields, pictures, vectors, codes, strays. */
async function feed(sink: ImportSink, scale = 1, seed = 3): Promise<void> {
  const uniform = uniformGenerator(seed);
  for (let event = 0; event < 3000 * scale; event++) {
    const item = Math.floor(ITEMS * uniform() ** 1.5);
    sink.interaction(
      `user ${Math.floor(USERS * uniform())}`,
      `item/${item}`,
      Math.floor(1e6 * uniform()),
      1 + Math.floor(5 * uniform()),
    );
    if (event % 500 === 0) {
      sink.progress(event, 3000 * scale);
      await sink.settle();
    }
  }
  for (let item = ITEMS - 1; item >= 10; item--) sink.item(record(`item/${item}`, item % 7 === 0 ? { text: '' } : {}));
  sink.item(record('item/14', { text: 'came late', imageUrl: 'https://example.org/14.jpg' }));
  sink.item(record('never bought'));
  for (const item of [3, 20, 40]) await sink.image(`item/${item}`, picture(item), 'image/png');
  await sink.image('stray', new Uint8Array(9).fill(1), 'image/png');
  sink.vector('item/5', Float32Array.of(1, 2, 3));
  sink.codes('rqvae', 'item/6', [1, 2, 700]);
  sink.reject({ file: 'a.jsonl', line: 7, column: 3, content: '{', reason: 'broken' });
  await sink.settle();
}

async function imported(
  storage: ColumnStorage,
  options: Partial<TransformOptions> = {},
  run = feed,
): Promise<{ workspace: Workspace; id: string }> {
  const workspace = await openWorkspaces(storage, () => 1000).create('Mine');
  const { id } = await workspace.createImport('Things', 'downstream', ORIGIN);
  await workspace.runImport(id, (sink) => run(sink));
  await workspace.applyTransform(id, { ...(await workspace.defaultTransform(id)), ...options });
  return { workspace, id };
}

describe.each(Object.entries(STORAGES))('a workspace in %s', (_name, open) => {
  it('imports, shapes and shows a domain', async () => {
    const { workspace, id } = await imported(await open());
    const info = await workspace.domain(id);
    expect(info).toMatchObject({ name: 'Things', role: 'downstream', state: 'ready', deletedAtMs: null });
    expect(info.report).toMatchObject({
      raw: { users: USERS, items: ITEMS + 1, interactions: 3000 },
      rejected: 1,
      strayItems: 1,
    });
    expect(info.statistics?.interactions).toBe(info.counts?.interactions);
    expect(info.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(info.statistics?.lengthHistogram.reduce((a, b) => a + b, 0)).toBe(info.statistics?.users);
    expect(info.statistics?.popularityHistogram.reduce((a, b) => a + b, 0)).toBe(info.statistics?.items);

    const top = await workspace.browseItems(id, { query: '', sort: 'mostEvents', offset: 0, limit: 5 });
    expect(top.total).toBe(info.statistics?.items);
    expect(top.rows.map(({ events }) => events)).toEqual(
      top.rows.map(({ events }) => events).toSorted((a, b) => b - a),
    );
    const found = await workspace.browseItems(id, { query: 'ITEM/14 title', sort: 'index', offset: 0, limit: 9 });
    expect(found.rows.map((row) => row.id)).toEqual(['item/14']);
    const detail = await workspace.itemDetail(id, found.rows[0]?.item ?? -1);
    expect(detail).toMatchObject({
      text: 'came late',
      title: 'Title of item/14',
      categories: ['A', 'b,c'],
      imageUrl: 'https://example.org/14.jpg',
    });
    const [withImage] = (await workspace.browseItems(id, { query: 'item/40', sort: 'index', offset: 0, limit: 1 }))
      .rows;
    expect(withImage?.hasImage).toBe(true);
    expect(await workspace.readImage(id, withImage?.item ?? -1)).toEqual({
      bytes: picture(40),
      mediaType: 'image/png',
    });
    const coded = (await workspace.browseItems(id, { query: 'item/6', sort: 'index', offset: 0, limit: 99 })).rows.find(
      (row) => row.id === 'item/6',
    );
    expect((await workspace.itemDetail(id, coded?.item ?? -1)).codes).toEqual([
      { tokenizer: 'rqvae', codes: [1, 2, 700] },
    ]);

    const users = await workspace.browseUsers(id, { query: 'user 1', sort: 'mostEvents', offset: 1, limit: 2 });
    const user = await workspace.userDetail(id, users.rows[0]?.user ?? -1);
    expect(user.events).toBe(user.items.length);
    expect(user.times).toEqual(user.times.toSorted((a, b) => a - b));
    expect(user.times.length).toBe(user.events);
  });

  it('previews the counts that applying gives, and changes nothing by it', async () => {
    const { workspace, id } = await imported(await open());
    const { hash } = await workspace.domain(id);
    const options = { ...(await workspace.defaultTransform(id)), userCore: 9, minRating: 2 };
    const counts = await workspace.previewTransform(id, options);
    expect((await workspace.domain(id)).hash).toBe(hash);
    const applied = await workspace.applyTransform(id, options);
    expect(applied.counts).toEqual(counts);
    expect(applied.hash).not.toBe(hash);
    expect(counts.steps.map(({ step }) => step)).toEqual(['all', 'rating', 'core']);
  });

  it('hides what is deleted, gives it back, and frees its bytes on purge', async () => {
    const storage = await open();
    const { workspace, id } = await imported(storage);
    const before = await workspace.domain(id);
    await workspace.delete(id);
    expect(await workspace.domains()).toEqual([]);
    await workspace.undoDelete(id);
    expect(await workspace.domains()).toEqual([before]);
    await workspace.delete(id);
    const { sizes } = before;
    expect(await workspace.purge()).toBe(sizes.columnBytes + sizes.imageBytes + sizes.vectorBytes);
    expect(await storage.records.paths('w/')).toEqual([]);
    expect(await storage.packs.list()).toEqual([]);
    await expect(workspace.domain(id)).rejects.toMatchObject({ code: 'workspace/unknown' });
  });

  it('adds pictures later', async () => {
    const { workspace, id } = await imported(await open());
    const before = await workspace.domain(id);
    const [missing] = await workspace.itemsWithoutImage(id);
    expect(missing?.url).toBe('https://example.org/14.jpg');
    async function* fetched() {
      yield { item: missing?.item ?? -1, bytes: new Uint8Array(50).fill(9), mediaType: 'image/png' };
    }
    expect(await workspace.addImages(id, fetched())).toBe(1);
    expect(await workspace.readImage(id, missing?.item ?? -1)).toEqual({
      bytes: new Uint8Array(50).fill(9),
      mediaType: 'image/png',
    });
    const after = await workspace.domain(id);
    expect(after.statistics?.withImage).toBe((before.statistics?.withImage ?? 0) + 1);
    expect(after.hash).not.toBe(before.hash);
    expect(await workspace.itemsWithoutImage(id)).toEqual([]);
  });

  it('counts users and items shared between domains', async () => {
    const { workspace } = await imported(await open(), { ...CORE_0 });
    const { id } = await workspace.createImport('Other', 'pretraining', ORIGIN);
    await workspace.runImport(id, async (sink) => {
      sink.sequence('user 1', ['item/1', 'item/2', 'x']);
      sink.sequence('nobody', ['x', 'y', 'item/2']);
    });
    await workspace.applyTransform(id, await workspace.defaultTransform(id));
    const { users, items, domains } = await workspace.overlap();
    expect(domains.map(({ name }) => name)).toEqual(['Things', 'Other']);
    expect(users[1]).toEqual([1, 2]);
    expect(items[1]).toEqual([2, 4]);
    expect(users[0]?.[1]).toBe(1);
  });
});

describe('import', () => {
  it('is the same however often it was cut off', async () => {
    const whole = await imported(memoryColumnStorage(), CORE_0, (sink) => feed(sink, 250));
    const { hash, report } = await whole.workspace.domain(whole.id);

    const storage = memoryColumnStorage();
    const { records } = storage;
    let commits = 0;
    let limit = 0;
    const crashing: ColumnStorage = {
      ...storage,
      records: {
        ...records,
        commit: (changes, durability) => {
          if (++commits > limit) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
          return records.commit(changes, durability);
        },
      },
    };
    limit = Number.POSITIVE_INFINITY;
    const workspace = await openWorkspaces(crashing, () => 1000).create('Mine');
    const { id } = await workspace.createImport('Things', 'downstream', ORIGIN);
    let attempts = 0;
    let lastBatches = 0;
    for (; ; attempts++) {
      commits = 0;
      limit = 1 + attempts;
      const again = await openWorkspaces(crashing, () => 1000).open(workspace.info.id);
      try {
        await again.runImport(id, (sink) => feed(sink, 250), {
          onProgress: ({ committedBatches }) => {
            lastBatches = Math.max(lastBatches, committedBatches);
          },
        });
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'storage/quota' });
        expect((await again.domain(id)).state).toBe('importing');
      }
    }
    expect(attempts).toBeGreaterThan(3);
    expect(lastBatches).toBeGreaterThan(3);
    limit = Number.POSITIVE_INFINITY;
    const info = await workspace.applyTransform(id, { ...(await workspace.defaultTransform(id)), ...CORE_0 });
    expect(info.report).toEqual(report);
    expect(info.hash).toBe(hash);
  });

  it('refuses to go on with another source', async () => {
    const storage = memoryColumnStorage();
    const workspace = await openWorkspaces(storage, () => 1).create('Mine');
    const { id } = await workspace.createImport('Things', 'downstream', ORIGIN);
    const stop = new AbortController();
    const first = workspace.runImport(
      id,
      async (sink) => {
        await feed(sink, 250);
        stop.abort();
        await sink.settle();
      },
      { signal: stop.signal },
    );
    await expect(first).rejects.toMatchObject({ code: 'import/stopped' });
    await expect(workspace.runImport(id, (sink) => feed(sink, 250, 4))).rejects.toMatchObject({
      code: 'import/changed',
    });
    await expect(workspace.runImport(id, (sink) => feed(sink, 1))).rejects.toMatchObject({ code: 'import/changed' });
    await workspace.runImport(id, (sink) => feed(sink, 250));
  });

  it('pauses at more than 1 % bad rows unless they are accepted', async () => {
    const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create('Mine');
    const { id } = await workspace.createImport('Things', 'downstream', ORIGIN);
    const read = async (sink: ImportSink): Promise<void> => {
      for (let row = 0; row < 99; row++) sink.sequence(`u${row}`, ['a', 'b', 'c']);
      for (let row = 0; row < 2; row++)
        sink.reject({ file: 'x.jsonl', line: row + 100, column: 1, content: '?', reason: 'no' });
    };
    await expect(workspace.runImport(id, read)).rejects.toMatchObject({ code: 'import/badRows' });
    const report = await workspace.runImport(id, read, { acceptsBadRows: true });
    expect(report).toMatchObject({ rejected: 2, rows: 101, raw: { users: 99, items: 3, interactions: 297 } });
  });

  it('notices a stored chunk that was changed', async () => {
    const storage = memoryColumnStorage();
    const { workspace, id } = await imported(storage);
    const [chunk = ''] = (await storage.records.paths('w/')).filter((name) => name.includes('/title'));
    const bytes = (await storage.records.get<Uint8Array>({ path: chunk })) ?? new Uint8Array(0);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await storage.records.commit([{ kind: 'put', path: chunk, value: bytes }], 'strict');
    const other = await openWorkspaces(storage, () => 1).open(workspace.info.id);
    await expect(other.browseItems(id, { query: 'item', sort: 'index', offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'workspace/damaged',
    });
  });

  it('never lets an id become a path or touch a prototype', async () => {
    const ids = ['__proto__', '../../etc', 'a/b', 'x'.repeat(10_000), '\u202Eevil', 'con', '', '\ud800'];
    const { workspace, id } = await imported(
      await (STORAGES['folder'] as () => Promise<ColumnStorage>)(),
      {},
      async (sink) => {
        for (const name of ids) sink.sequence(name, ids);
      },
    );
    const page = await workspace.browseItems(id, { query: '', sort: 'index', offset: 0, limit: 20 });
    expect(page.rows.map((row) => row.id)).toEqual(ids);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('records in another order than their texts', () => {
  it('give the same domain as records that came once', async () => {
    const ids = Array.from({ length: 500 }, (_, item) => `i${item}`);
    const sequences = (sink: ImportSink): void => {
      for (let user = 0; user < 50; user++)
        sink.sequence(
          `u${user}`,
          [0, 1, 2, 3].map((at) => `i${(7 * user + at) % 500}`),
        );
    };
    const once = await imported(memoryColumnStorage(), {}, async (sink) => {
      for (const id of ids) sink.item(record(id));
      sequences(sink);
    });
    const twice = await imported(memoryColumnStorage(), {}, async (sink) => {
      for (const id of ids) sink.item({ id, title: '', text: '', categories: [], brand: '', imageUrl: '' });
      sequences(sink);
      for (const id of ids.toReversed()) sink.item(record(id, { text: '' }));
      for (const id of ids) sink.item({ ...record(id), title: 'too late' });
    });
    expect((await twice.workspace.domain(twice.id)).hash).toBe((await once.workspace.domain(once.id)).hash);
    expect(await twice.workspace.itemDetail(twice.id, 123)).toEqual(await once.workspace.itemDetail(once.id, 123));
  });
});

describe('export', () => {
  it('in the reference layout comes back with the same hash', async () => {
    const { workspace, id } = await imported(memoryColumnStorage(), {}, async (sink) => {
      await feed(sink);
      await sink.image('item/33', picture(33), 'image/png');
      for (let item = 0; item < ITEMS; item++) {
        sink.codes('letter', `item/${item}`, [item, 3]);
        sink.vector(`item/${item}`, Float32Array.of(item, 0.5, -1));
      }
    });
    const files: ByteSource[] = [];
    for await (const { name, stream } of workspace.exportReference(id))
      files.push(memoryByteSource(`Things/${name}`, new Uint8Array(await new Response(stream).arrayBuffer())));
    const { candidates, unrecognised } = await recognise(files);
    expect(unrecognised.map(({ name }) => name)).toEqual([]);
    const again = await workspace.createImport('Again', 'heldOut', { ...ORIGIN, format: 'reference' });
    await workspace.runImport(again.id, async (sink, signal) => {
      for (const candidate of candidates) await importCandidate(candidate, sink, {}, signal);
    });
    await workspace.applyTransform(again.id, await workspace.defaultTransform(again.id));
    const [before, after] = [await workspace.domain(id), await workspace.domain(again.id)];
    expect(after.statistics).toMatchObject({
      withText: before.statistics?.withText,
      withImage: 4,
    });
    expect(after.counts?.interactions).toBe(before.counts?.interactions);
    expect(after.hash).toBe(before.hash);
  });
});

describe('schema', () => {
  it('runs every step from an old version and refuses a newer one', () => {
    const steps = { 1: (r: object) => ({ ...r, version: 2, b: 1 }), 2: (r: object) => ({ ...r, version: 3, c: 2 }) };
    expect(migrated({ version: 1 }, 3, steps)).toEqual({ version: 3, b: 1, c: 2 });
    expect(() => migrated({ version: 9 })).toThrow(/newer|at most version/);
    expect(() => migrated({ version: 0 })).toThrow(/no/);
  });
});
