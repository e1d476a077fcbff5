import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import { directoryBlobs, indexedDbRecords } from './browserStorage';
import { memoryBlobs, memoryRecords } from './memoryStorage';
import { createMemoryRunStore, createRunStore } from './recordRunStore';
import type { BlobStore, Records } from './records';
import type { RunRecord, RunStore } from './runStore';

const RUN: RunRecord = {
  id: 'run-1',
  name: 'First <b>run</b>',
  config: '{"model":"t5"}',
  dataHash: 'abc',
  status: 'created',
  createdAtMs: 1000,
};

let databaseNumber = 0;
const opened: RunStore[] = [];
const freshRecords = (): Promise<Records> => indexedDbRecords(`test-${databaseNumber++}`);
const stores: [string, () => Promise<RunStore>][] = [
  ['memory', async () => createMemoryRunStore()],
  ['IndexedDB', async () => createRunStore(await freshRecords(), memoryBlobs())],
];

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

/** Bytes that tell step and position. */
const bytesOf = (step: number, length = 1000): Uint8Array =>
  new Uint8Array(length).map((_, i) => (i * step + step) & 255);
const save = (store: RunStore, step: number, isBest = false) =>
  store.saveCheckpoint('run-1', { name: 'model', step, isBest, createdAtMs: step }, bytesOf(step));

describe.each(stores)('RunStore on %s', (_, open) => {
  const start = async (): Promise<RunStore> => {
    const store = await open();
    opened.push(store);
    await store.createRun(RUN);
    return store;
  };

  it('keeps runs, newest first, and refuses doubles and unknown ids', async () => {
    const store = await start();
    await store.createRun({ ...RUN, id: 'run-2', createdAtMs: 2000 });
    await store.updateRun('run-1', { status: 'running' });
    expect((await store.listRuns()).map(({ id, status }) => [id, status])).toEqual([
      ['run-2', 'created'],
      ['run-1', 'running'],
    ]);
    await expect(store.createRun(RUN)).rejects.toMatchObject({ code: 'storage/exists' });
    await expect(store.updateRun('run-9', { name: 'x' })).rejects.toMatchObject({ code: 'storage/unknownRun' });
  });

  it.each(['', '../x', 'a/b', 'a~b', '.hidden', 'x'.repeat(65), 'é', 'a\u202eb'])('refuses the id %j', async (id) => {
    const store = await start();
    await expect(store.createRun({ ...RUN, id })).rejects.toMatchObject({ code: 'storage/name' });
  });

  it('appends metric rows in order, more than ten chunks, and truncates them for a resume', async () => {
    const store = await start();
    const rows = Array.from({ length: 36 }, (_, step) => ({ step, values: { loss: 1 / (step + 1) } }));
    // Not awaited one by one: calls must keep their order by themselves.
    await Promise.all(Array.from({ length: 12 }, (_, c) => store.appendMetrics('run-1', rows.slice(3 * c, 3 * c + 3))));
    expect(await store.readMetrics('run-1')).toEqual(rows);
    await store.truncateMetrics('run-1', 20);
    await store.appendMetrics('run-1', rows.slice(21, 23));
    expect(await store.readMetrics('run-1')).toEqual(rows.slice(0, 23));
  });

  it('keeps snapshots and evaluations with their arrays', async () => {
    const store = await start();
    const codes = Uint16Array.of(9, 1, 2, 3, 65_535, 9).subarray(1, 5);
    await store.putSnapshot('run-1', { name: 'epoch-20', step: 20, shape: [2, 2] }, codes);
    await store.putSnapshot('run-1', { name: 'epoch-3', step: 3, shape: [2, 2] }, codes);
    expect((await store.listSnapshots('run-1')).map(({ name }) => name)).toEqual(['epoch-3', 'epoch-20']);
    expect(await store.readSnapshot('run-1', 'epoch-20')).toEqual(codes.slice());
    const evaluation = {
      name: 'test-20',
      split: 'test' as const,
      step: 20,
      createdAtMs: 5,
      means: { 'N@10': 0.5 },
      details: {},
    };
    await store.putEvaluation('run-1', evaluation, { 'N@10': Float32Array.of(0, 1) });
    expect(await store.listEvaluations('run-1')).toEqual([evaluation]);
    expect(await store.readPerUser('run-1', 'test-20')).toEqual({ 'N@10': Float32Array.of(0, 1) });
    expect(await store.readPerUser('run-1', 'other')).toBeUndefined();
  });

  it('keeps the two newest checkpoints and the best', async () => {
    const store = await start();
    expect(await store.loadCheckpoint('run-1', 'model', 'newest')).toBeNull();
    for (const step of [1, 2, 3, 4, 5]) await save(store, step, step === 2);
    expect((await store.listCheckpoints('run-1')).map(({ step }) => step)).toEqual([2, 4, 5]);
    expect((await store.loadCheckpoint('run-1', 'model', 'newest'))?.bytes).toEqual(bytesOf(5));
    expect((await store.loadCheckpoint('run-1', 'model', 'best'))?.entry.step).toBe(2);
    expect(await store.sweepOrphans()).toBe(0);
  });

  it('deletes a run with everything it owns and nothing else', async () => {
    const store = await start();
    await store.createRun({ ...RUN, id: 'run-10' });
    await store.appendMetrics('run-10', [{ step: 1, values: {} }]);
    await store.appendMetrics('run-1', [{ step: 1, values: {} }]);
    await save(store, 1);
    await store.deleteRun('run-1');
    expect((await store.listRuns()).map(({ id }) => id)).toEqual(['run-10']);
    expect(await store.readMetrics('run-1')).toEqual([]);
    expect((await store.readMetrics('run-10')).length).toBe(1);
    expect(await store.loadCheckpoint('run-1', 'model', 'newest')).toBeNull();
    expect(await store.sweepOrphans()).toBe(0);
  });
});

/** Counts every storage operation; the n-th throws, before it has an effect, halfway (a cut file) or after. */
function crashing(records: Records, blobs: BlobStore, crashAt: number, moment: 'before' | 'half' | 'after') {
  let operations = 0;
  let isDead = false;
  const step = async <T>(run: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    operations++;
    if (isDead || (operations === crashAt && moment !== 'after')) {
      if (!isDead && moment === 'half') await half?.();
      isDead = true;
      throw new Error('crash');
    }
    const result = await run();
    if (operations === crashAt) {
      isDead = true;
      throw new Error('crash');
    }
    return result;
  };
  const store = createRunStore(
    {
      get: (key) => step(() => records.get(key)),
      list: (prefix) => step(() => records.list(prefix)),
      commit: (changes, durability) => step(() => records.commit(changes, durability)),
      close: () => undefined,
    },
    {
      write: (name, bytes) =>
        step(
          () => blobs.write(name, bytes),
          () => blobs.write(name, bytes.subarray(0, bytes.length / 2)),
        ),
      read: (name) => step(() => blobs.read(name)),
      remove: (name) => step(() => blobs.remove(name)),
      list: () => step(() => blobs.list()),
    },
  );
  return { store, operations: () => operations };
}

describe('crash while saving', () => {
  it.each(['before', 'half', 'after'] as const)(
    'at every operation (%s it took effect) leaves the newest or the previous checkpoint',
    async (moment) => {
      let crashPoints = 0;
      for (let crashAt = 1; ; crashAt++) {
        const records = await freshRecords();
        const blobs = memoryBlobs();
        const setUp = createRunStore(records, blobs);
        for (const step of [1, 2, 3]) await save(setUp, step, step === 1);

        const { store, operations } = crashing(records, blobs, crashAt, moment);
        const saved = await save(store, 4).then(
          () => true,
          () => false,
        );
        // A new start on what the crash left.
        const after = createRunStore(records, blobs);
        await after.sweepOrphans();
        const newest = await after.loadCheckpoint('run-1', 'model', 'newest');
        const step = newest?.entry.step ?? 0;
        expect(saved ? [4] : [3, 4]).toContain(step);
        expect(newest?.bytes).toEqual(bytesOf(step));
        expect(newest?.skipped).toEqual([]);
        expect((await after.loadCheckpoint('run-1', 'model', 'best'))?.bytes).toEqual(bytesOf(1));
        const named = (await after.listCheckpoints('run-1')).map(({ blob }) => blob);
        expect((await blobs.list()).sort()).toEqual(named.sort());
        await save(after, 5);
        expect((await after.loadCheckpoint('run-1', 'model', 'newest'))?.bytes).toEqual(bytesOf(5));
        after.close();
        if (operations() < crashAt) break;
        crashPoints++;
      }
      expect(crashPoints).toBeGreaterThanOrEqual(5);
    },
  );

  it('never loads a damaged file: falls back, and says so when nothing is whole', async () => {
    for (const damage of ['flip first', 'flip last', 'cut', 'empty', 'gone'] as const) {
      const blobs = memoryBlobs();
      const store = createRunStore(memoryRecords(), blobs);
      for (const step of [1, 2]) await save(store, step);
      const [older, newer] = (await store.listCheckpoints('run-1')).map(({ blob }) => blob);
      const spoil = async (blob = ''): Promise<void> => {
        const bytes = (await blobs.read(blob)) ?? new Uint8Array(0);
        const at = damage === 'flip first' ? 0 : bytes.length - 1;
        if (damage.startsWith('flip')) bytes[at] = (bytes[at] ?? 0) ^ 1;
        if (damage === 'gone') await blobs.remove(blob);
        else
          await blobs.write(
            blob,
            damage === 'cut' ? bytes.subarray(0, 999) : damage === 'empty' ? bytes.subarray(0, 0) : bytes,
          );
      };
      await spoil(newer);
      const loaded = await store.loadCheckpoint('run-1', 'model', 'newest');
      expect(loaded?.bytes).toEqual(bytesOf(1));
      expect(loaded?.skipped.map(({ step }) => step)).toEqual([2]);
      await spoil(older);
      await expect(store.loadCheckpoint('run-1', 'model', 'newest')).rejects.toMatchObject({
        code: 'storage/checkpoints',
      });
    }
  });

  it('reports a full disk as QuotaError for records as for files', async () => {
    const records = memoryRecords();
    const full = { ...records, commit: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) };
    const store = createRunStore(full, memoryBlobs());
    await expect(store.writeNote('shown-run', 'x')).rejects.toMatchObject({ code: 'storage/quota' });
    await expect(store.appendMetrics('run-1', [{ step: 1, values: {} }])).rejects.toMatchObject({
      code: 'storage/quota',
    });
    const broken = { ...records, commit: () => Promise.reject(new TypeError('defect')) };
    await expect(createRunStore(broken, memoryBlobs()).writeNote('x', 'y')).rejects.toThrow(TypeError);
  });

  it('reports a full disk as QuotaError and a lying disk as such, and keeps the previous checkpoint', async () => {
    const blobs = memoryBlobs();
    const records = memoryRecords();
    await save(createRunStore(records, blobs), 1);
    const full = { ...blobs, write: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) };
    await expect(save(createRunStore(records, full), 2)).rejects.toMatchObject({ code: 'storage/quota' });
    const lying = {
      ...blobs,
      write: (name: string, bytes: Uint8Array) =>
        blobs.write(
          name,
          bytes.map((b) => b ^ 1),
        ),
    };
    await expect(save(createRunStore(records, lying), 2)).rejects.toMatchObject({ code: 'storage/readBack' });
    expect((await createRunStore(records, blobs).loadCheckpoint('run-1', 'model', 'newest'))?.entry.step).toBe(1);
  });

  it('sweeps orphans but not those of a run that trains elsewhere', async () => {
    const blobs = memoryBlobs();
    const store = createRunStore(memoryRecords(), blobs);
    await save(store, 1);
    await blobs.write('run-2~model~0~abc', new Uint8Array(3));
    expect(await store.sweepOrphans(new Set(['run-2']))).toBe(0);
    expect(await store.sweepOrphans()).toBe(1);
    expect((await blobs.list()).length).toBe(1);
  });
});

describe('browser storage', () => {
  it('refuses a database of a newer program', async () => {
    const name = `test-${databaseNumber++}`;
    await new Promise<void>((resolve) => {
      const request = indexedDB.open(name, 99);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });
    await expect(indexedDbRecords(name)).rejects.toMatchObject({ code: 'storage/newer' });
  });

  it('writes files through the synchronous handle, flushed and closed, also in short writes', async () => {
    const log: string[] = [];
    const file = { bytes: new Uint8Array(10).fill(9) };
    const access = {
      truncate(size: number) {
        file.bytes = file.bytes.slice(0, size);
      },
      write(bytes: Uint8Array, { at }: { at: number }) {
        const taken = bytes.subarray(0, 3);
        file.bytes = Uint8Array.of(...file.bytes.subarray(0, at), ...taken);
        return taken.length;
      },
      flush: () => void log.push('flush'),
      close: () => void log.push('close'),
    };
    const handle = { createSyncAccessHandle: async () => access, getFile: async () => new Blob([file.bytes]) };
    const directory = {
      async getFileHandle(name: string, options?: { create: boolean }) {
        if (name === 'a' || options?.create) return handle;
        throw new DOMException('no such file', 'NotFoundError');
      },
    } as unknown as FileSystemDirectoryHandle;
    const blobs = directoryBlobs(directory);
    await blobs.write('a', Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
    expect(await blobs.read('a')).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
    expect(await blobs.read('b')).toBeNull();
    expect(log).toEqual(['flush', 'close']);
  });
});
