/** Workspaces in the page: chunks and manifests in IndexedDB, packs in the origin's private file system. */
import { ConflictError, UnsupportedError } from '../base/errors';
import { indexedDbRecords } from './browserStorage';
import type { ColumnStorage, Packs } from './columnStorage';

const DATABASE = 'tessera-workspaces';
const PACK_FOLDER = 'tessera-packs';
const LOCK_PREFIX = 'tessera-import-';
/** Stands for `/` in file names; not part of any id. */
const SEPARATOR = '~';

/**
 * Opens the page's workspaces. Call in a worker: only there files have synchronous handles, which append in place.
 * @throws UnsupportedError `storage/unavailable`, `storage/newer`; ConflictError `storage/blocked`
 */
export async function openBrowserColumnStorage(): Promise<ColumnStorage> {
  const storage = globalThis.navigator?.storage;
  if (typeof storage?.getDirectory !== 'function') {
    const message =
      'open workspaces: wanted the private file system, came a browser without it; use a current browser over https';
    throw new UnsupportedError('storage/unavailable', message);
  }
  const directory = await (await storage.getDirectory()).getDirectoryHandle(PACK_FOLDER, { create: true });
  const records = await indexedDbRecords(DATABASE);
  return {
    records,
    packs: directoryPacks(directory),
    estimate: async () => {
      const { usage = 0, quota = 0 } = (await storage.estimate?.()) ?? {};
      return { usedBytes: usage, quotaBytes: quota };
    },
    close: () => records.close(),
  };
}

/**
 * Takes the exclusive right to import into a domain; call the result to give it back.
 * @throws ConflictError `storage/locked` if another tab has it
 */
export async function lockImport(domainId: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(LOCK_PREFIX + domainId, { ifAvailable: true }, (lock) => {
        if (lock !== null) return new Promise<void>((release) => resolve(release));
        const message =
          'import: wanted the only writer, came another tab that imports this; close that tab or watch it';
        throw new ConflictError('storage/locked', message);
      })
      .catch(reject);
  });
}

/** Packs as files of `directory`. */
export function directoryPacks(directory: FileSystemDirectoryHandle): Packs {
  const nameOf = (path: string): string => path.replaceAll('/', SEPARATOR);
  const handleOf = (path: string, create: boolean) => directory.getFileHandle(nameOf(path), { create });
  /** One write at a time: a synchronous handle locks its file. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const result = last.then(write);
    last = result.catch(() => undefined);
    return result;
  };
  const fileOf = async (path: string): Promise<File | null> => {
    try {
      return await (await handleOf(path, false)).getFile();
    } catch (cause) {
      if (isNotFound(cause)) return null;
      throw cause;
    }
  };
  return {
    append: (path, bytes) =>
      inTurn(async () => {
        const access = await (await handleOf(path, true)).createSyncAccessHandle();
        try {
          const end = access.getSize();
          for (let at = 0; at < bytes.length; ) {
            const written = access.write(bytes.subarray(at) as Uint8Array<ArrayBuffer>, { at: end + at });
            // A full disk shows as a short write in some browsers, as an exception in others, and in private windows of Chromium
            // as more bytes than there were (4294967288: an error's -8 without its sign; seen in version 156).
            if (written === 0 || written > bytes.length - at)
              throw new DOMException('not all bytes were written', 'QuotaExceededError');
            at += written;
          }
          access.flush();
        } finally {
          access.close();
        }
      }),
    truncate: (path, sizeBytes) =>
      inTurn(async () => {
        const file = await fileOf(path);
        if (file === null || file.size <= sizeBytes) return;
        const access = await (await handleOf(path, true)).createSyncAccessHandle();
        try {
          access.truncate(sizeBytes);
          access.flush();
        } finally {
          access.close();
        }
      }),
    size: async (path) => (await fileOf(path))?.size ?? 0,
    async read(path, from, to) {
      const file = await fileOf(path);
      return new Uint8Array((await file?.slice(from, to).arrayBuffer()) ?? new ArrayBuffer(0));
    },
    remove: (path) =>
      inTurn(async () => {
        try {
          await directory.removeEntry(nameOf(path));
        } catch (cause) {
          if (!isNotFound(cause)) throw cause;
        }
      }),
    async list() {
      const paths: string[] = [];
      for await (const name of directory.keys()) paths.push(name.replaceAll(SEPARATOR, '/'));
      return paths;
    },
  };
}

function isNotFound(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'NotFoundError';
}
