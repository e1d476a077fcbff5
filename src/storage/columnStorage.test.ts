import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { directoryPacks } from './browserColumnStorage';
import { indexedDbRecords } from './browserStorage';
import { type ListedRecords, orQuota, type Packs } from './columnStorage';
import { openFolderColumnStorage } from './folderColumnStorage';
import { memoryPacks, memoryRecords } from './memoryStorage';
import type { RecordChange } from './records';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const freshFolder = async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-records-'));
  folders.push(folder);
  return openFolderColumnStorage(folder);
};

/** Paths as the workspace makes them; some are the beginning of others. */
const PATHS = ['a', 'a/1', 'a/10', 'a/2', 'ab', 'b/x/0', 'b/x/1', 'b/y'];
const PREFIXES = ['a', 'a/', 'a/1', 'b/', 'b/x/', ''];

const change: fc.Arbitrary<RecordChange> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    path: fc.constantFrom(...PATHS),
    value: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.record({ version: fc.nat(9) })),
  }),
  fc.record({ kind: fc.constant('delete' as const), path: fc.constantFrom(...PATHS) }),
  // Without the empty prefix and without one that ends inside a name: the product never removes those.
  fc.record({ kind: fc.constant('deletePrefix' as const), prefix: fc.constantFrom('a/', 'b/', 'b/x/') }),
);
const step = fc.record({
  call: fc.oneof(
    fc.record({ kind: fc.constant('commit' as const), changes: fc.array(change, { minLength: 1, maxLength: 4 }) }),
    fc.record({ kind: fc.constant('get' as const), path: fc.constantFrom(...PATHS) }),
    fc.record({ kind: fc.constant('list' as const), prefix: fc.constantFrom(...PREFIXES) }),
  ),
  /** Turns of the event loop before the next call; 0: the next call is made while this one is under way. */
  wait: fc.constantFrom(0, 0, 1, 3),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What any storage must show: a plain map. */
function model() {
  const values = new Map<string, unknown>();
  const under = (prefix: string): string[] => [...values.keys()].filter((name) => name.startsWith(prefix)).sort();
  return {
    run({ call }: Step): unknown {
      if (call.kind === 'get') return values.get(call.path);
      if (call.kind === 'list') return under(call.prefix).map((name) => [name, values.get(name)]);
      for (const one of call.changes) {
        if (one.kind === 'put') values.set(one.path, one.value);
        else for (const name of one.kind === 'delete' ? [one.path] : under(one.prefix)) values.delete(name);
      }
      return undefined;
    },
  };
}

/** The same call on a storage, below `root`. */
async function run(records: ListedRecords, root: string, { call }: Step): Promise<unknown> {
  if (call.kind === 'get') return records.get({ path: root + call.path });
  if (call.kind === 'list') {
    const [paths, values] = await Promise.all([
      records.paths(root + call.prefix),
      records.list({ path: root + call.prefix }),
    ]);
    return paths.map((name, at) => [name.slice(root.length), values[at]]);
  }
  const moved = call.changes.map((one) =>
    one.kind === 'deletePrefix' ? { ...one, prefix: root + one.prefix } : { ...one, path: root + one.path },
  );
  await records.commit(moved, 'relaxed');
  return undefined;
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

let histories = 0;
/** Makes the calls with their waits, `isOverlapping` or one after the other, and compares every answer. */
async function agree(records: ListedRecords, steps: readonly Step[], isOverlapping: boolean): Promise<void> {
  const root = `h${histories++}/`;
  const expected = model();
  const answers: [unknown, Promise<unknown>][] = [];
  for (const one of steps) {
    const wanted = structuredClone(expected.run(one));
    const answer = run(records, root, one);
    answers.push([wanted, answer]);
    if (!isOverlapping) await answer;
    await turns(one.wait);
  }
  for (const [wanted, answer] of answers) expect(await answer).toEqual(wanted);
  await records.commit([{ kind: 'deletePrefix', prefix: root }], 'relaxed');
  expect(await records.paths(root)).toEqual([]);
}

describe('records', () => {
  it('in IndexedDB equal a map, however calls overlap and wait (5,000 histories)', async () => {
    const records = await indexedDbRecords('model');
    const history = fc.array(step, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(history, (steps) => agree(records, steps, true)),
      { numRuns: 5000 },
    );
    records.close();
  }, 120_000);

  it.each([
    ['memory', async () => memoryRecords(), 2000],
    ['a folder', async () => (await freshFolder()).records, 150],
  ] as const)('in %s equal a map', async (_, open, numRuns) => {
    const records = await open();
    const history = fc.array(step, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(history, (steps) => agree(records, steps, false)),
      { numRuns },
    );
  });

  it('in IndexedDB let a newer program upgrade: an open connection steps aside and says so', async () => {
    const old = await indexedDbRecords('upgrade');
    await old.commit([{ kind: 'put', path: 'a', value: { version: 1 } }], 'strict');
    const values = await new Promise<unknown>((resolve, reject) => {
      const request = indexedDB.open('upgrade', 2);
      request.onblocked = () => reject(new Error('the old connection blocks the upgrade'));
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const read = request.result.transaction('records').objectStore('records').get('a');
        read.onsuccess = () => {
          request.result.close();
          resolve(read.result);
        };
      };
    });
    expect(values).toEqual({ version: 1 });
    await expect(old.get({ path: 'a' })).rejects.toThrow();
    await expect(indexedDbRecords('upgrade')).rejects.toMatchObject({ code: 'storage/newer' });
  });
});

/** The private file system in memory: files of which at most `capacity` bytes fit, in all. */
function fileSystem(capacity = Number.POSITIVE_INFINITY) {
  const files = new Map<string, Uint8Array>();
  const open = new Set<string>();
  const room = { bytes: capacity };
  const handleOf = (name: string) => ({
    getFile: async () => new Blob([(files.get(name) ?? new Uint8Array(0)).slice()]),
    async createSyncAccessHandle() {
      if (open.has(name)) throw new DOMException('one handle at a time', 'NoModificationAllowedError');
      open.add(name);
      return {
        getSize: () => files.get(name)?.length ?? 0,
        write(bytes: Uint8Array, { at }: { at: number }) {
          const taken = Math.min(bytes.length, room.bytes, 1000);
          room.bytes -= taken;
          const longer = new Uint8Array(Math.max(files.get(name)?.length ?? 0, at + taken));
          longer.set(files.get(name) ?? []);
          longer.set(bytes.subarray(0, taken), at);
          files.set(name, longer);
          return taken;
        },
        truncate(size: number) {
          room.bytes += (files.get(name)?.length ?? 0) - size;
          files.set(name, (files.get(name) ?? new Uint8Array(0)).slice(0, size));
        },
        flush: () => undefined,
        close: () => void open.delete(name),
      };
    },
  });
  const directory = {
    async getFileHandle(name: string, options: { create: boolean }) {
      if (!files.has(name) && !options.create) throw new DOMException('no such file', 'NotFoundError');
      if (!files.has(name)) files.set(name, new Uint8Array(0));
      return handleOf(name);
    },
    async removeEntry(name: string) {
      if (!files.delete(name)) throw new DOMException('no such file', 'NotFoundError');
    },
    async *keys() {
      yield* [...files.keys()];
    },
  } as unknown as FileSystemDirectoryHandle;
  return { directory, files, open };
}

const PACKS: [string, () => Promise<Packs>][] = [
  ['memory', async () => memoryPacks()],
  ['a folder', async () => (await freshFolder()).packs],
  ['the private file system', async () => directoryPacks(fileSystem().directory)],
];

describe.each(PACKS)('packs in %s', (_, open) => {
  it('grow, are read in parts, cut and removed', async () => {
    const packs = await open();
    const name = 'w/w1/p/d1.images';
    expect([await packs.size(name), await packs.read(name, 0, 9)]).toEqual([0, new Uint8Array(0)]);
    const bytes = Uint8Array.from({ length: 2500 }, (_unused, at) => at % 251);
    // Asked for at once, written in the order of the calls: many small ones would show a race.
    const cuts = Array.from({ length: 25 }, (_unused, at) => at * 100);
    await Promise.all(cuts.map((from) => packs.append(name, bytes.subarray(from, from + 100))));
    expect(await packs.read(name, 0, 9999)).toEqual(bytes);
    expect(await packs.read(name, 600, 1800)).toEqual(bytes.slice(600, 1800));
    await packs.truncate(name, 1200);
    await packs.truncate(name, 5000);
    await packs.truncate('w/w1/p/none', 0);
    expect(await packs.read(name, 0, 9999)).toEqual(bytes.slice(0, 1200));
    await packs.append(name, bytes.subarray(1200));
    expect(await packs.read(name, 0, 9999)).toEqual(bytes);
    expect(await packs.list()).toEqual([name]);
    await packs.remove(name);
    await packs.remove(name);
    expect([await packs.list(), await packs.size(name)]).toEqual([[], 0]);
  });
});

describe('a full disk', () => {
  it('stops a pack with QuotaError, gives its handle back, and the rest is cut off again', async () => {
    const { directory, files, open } = fileSystem(1500);
    const packs = directoryPacks(directory);
    await packs.append('p', new Uint8Array(400).fill(1));
    const failed = orQuota('import', () => packs.append('p', new Uint8Array(2000).fill(2)));
    await expect(failed).rejects.toMatchObject({ code: 'storage/quota', name: 'QuotaError' });
    expect([files.get('p')?.length, open.size]).toEqual([1500, 0]);
    await packs.truncate('p', 400);
    await packs.append('p', new Uint8Array(900).fill(3));
    expect(await packs.read('p', 399, 402)).toEqual(Uint8Array.of(1, 3, 3));
  });

  it.each(['QuotaExceededError', 'ENOSPC', 'EDQUOT'])(
    'is one kind of error whatever the host calls it: %s',
    async (name) => {
      const failure = name.startsWith('E')
        ? Object.assign(new Error('full'), { code: name })
        : new DOMException('full', name);
      const failed = orQuota('import', () => Promise.reject(failure));
      await expect(failed).rejects.toMatchObject({ code: 'storage/quota', cause: failure });
    },
  );

  it('is not what another failure is called', async () => {
    const failure = Object.assign(new Error('denied'), { code: 'EACCES' });
    await expect(orQuota('import', () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
