/** Records in IndexedDB, files in the origin's private file system. */
import { openDB } from 'idb';
import { ConflictError, UnsupportedError } from '../base/errors';
import type { ListedRecords } from './columnStorage';
import type { BlobStore, RecordChange, RecordKey } from './records';

const STORE = 'records';
/** Raise together with a new step in `upgrade`. */
const SCHEMA_VERSION = 1;
/** Sorts after every character of our paths. */
const AFTER_ALL = '\uffff';

/**
 * Opens (or creates) the database.
 * @throws UnsupportedError `storage/newer` if a newer program wrote it; ConflictError `storage/blocked` if another tab holds an old version
 */
export async function indexedDbRecords(databaseName: string): Promise<ListedRecords> {
  const database = await new Promise<Awaited<ReturnType<typeof openDB>>>((resolve, reject) => {
    openDB(databaseName, SCHEMA_VERSION, {
      upgrade(db, oldVersion) {
        if (oldVersion < 1) db.createObjectStore(STORE);
      },
      blocked() {
        const message = 'open storage: wanted the database, came another tab with an older version; close other tabs';
        reject(new ConflictError('storage/blocked', message));
      },
      blocking(_current, _blocked, event) {
        // A newer program waits in another tab: let it upgrade; later calls here fail and the page asks for a reload.
        (event.target as IDBDatabase | null)?.close();
      },
    }).then(resolve, (cause: unknown) => {
      if (!(cause instanceof Error) || cause.name !== 'VersionError') return reject(cause);
      const message = 'open storage: wanted a known version, came data of a newer program; reload the page';
      reject(new UnsupportedError('storage/newer', message, { cause }));
    });
  });
  return {
    async get<T>(key: RecordKey<T>) {
      return (await database.get(STORE, key.path)) as T | undefined;
    },
    async list<T>(prefix: RecordKey<T>) {
      return (await database.getAll(STORE, rangeOf(prefix.path))) as T[];
    },
    async paths(prefix: string) {
      return (await database.getAllKeys(STORE, rangeOf(prefix))).map(String);
    },
    async commit(changes: readonly RecordChange[], durability) {
      const transaction = database.transaction(STORE, 'readwrite', { durability });
      const { store } = transaction;
      const requests = changes.map((change) => {
        if (change.kind === 'put') return store.put(change.value, change.path);
        return store.delete(change.kind === 'delete' ? change.path : rangeOf(change.prefix));
      });
      await Promise.all([...requests, transaction.done]);
    },
    close: () => database.close(),
  };
}

function rangeOf(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, prefix + AFTER_ALL);
}

/** Files in `directory`. In a worker the synchronous handle is used, whose `flush` reaches the disk. */
export function directoryBlobs(directory: FileSystemDirectoryHandle): BlobStore {
  return {
    async write(name, bytes) {
      const handle = await directory.getFileHandle(name, { create: true });
      if (typeof handle.createSyncAccessHandle === 'function') await writeSync(handle, bytes);
      else await writeAsync(handle, bytes);
    },
    async read(name) {
      try {
        const file = await (await directory.getFileHandle(name)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (cause) {
        if (isNotFound(cause)) return null;
        throw cause;
      }
    },
    async remove(name) {
      try {
        await directory.removeEntry(name);
      } catch (cause) {
        if (!isNotFound(cause)) throw cause;
      }
    },
    async list() {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
  };
}

async function writeSync(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  const access = await handle.createSyncAccessHandle();
  try {
    access.truncate(0);
    for (let at = 0; at < bytes.length; ) {
      const written = access.write(bytes.subarray(at) as Uint8Array<ArrayBuffer>, { at });
      // A full disk shows as a short write in some browsers, as an exception in others.
      if (written === 0) throw new DOMException('no bytes were written', 'QuotaExceededError');
      at += written;
    }
    access.flush();
  } finally {
    access.close();
  }
}

async function writeAsync(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  const writable = await handle.createWritable();
  try {
    await writable.write(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    await writable.abort().catch(() => undefined);
    throw cause;
  }
  await writable.close();
}

function isNotFound(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'NotFoundError';
}
