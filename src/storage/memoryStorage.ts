import type { ColumnStorage, ListedRecords, Packs } from './columnStorage';
import type { BlobStore, RecordChange, RecordKey } from './records';

/** Records that live as long as the object; for tests and for hosts without a disk. */
export function memoryRecords(): ListedRecords {
  const values = new Map<string, unknown>();
  const apply = (change: RecordChange): void => {
    if (change.kind === 'put') values.set(change.path, change.value);
    else if (change.kind === 'delete') values.delete(change.path);
    else for (const path of [...values.keys()]) if (path.startsWith(change.prefix)) values.delete(path);
  };
  return {
    async get<T>(key: RecordKey<T>) {
      return structuredClone(values.get(key.path)) as T | undefined;
    },
    async list<T>(prefix: RecordKey<T>) {
      const paths = [...values.keys()].filter((path) => path.startsWith(prefix.path)).sort();
      return paths.map((path) => structuredClone(values.get(path)) as T);
    },
    async paths(prefix) {
      return [...values.keys()].filter((path) => path.startsWith(prefix)).sort();
    },
    async commit(changes) {
      const copies = structuredClone(changes);
      for (const change of copies) apply(change);
    },
    close: () => undefined,
  };
}

/** Files that live as long as the object. */
export function memoryBlobs(): BlobStore {
  const files = new Map<string, Uint8Array>();
  return {
    write: async (name, bytes) => void files.set(name, bytes.slice()),
    read: async (name) => files.get(name)?.slice() ?? null,
    remove: async (name) => void files.delete(name),
    list: async () => [...files.keys()],
  };
}

/** Packs that live as long as the object. */
export function memoryPacks(): Packs {
  const packs = new Map<string, Uint8Array>();
  const get = (path: string): Uint8Array => packs.get(path) ?? new Uint8Array(0);
  return {
    append: async (path, bytes) => {
      const held = get(path);
      const longer = new Uint8Array(held.length + bytes.length);
      longer.set(held);
      longer.set(bytes, held.length);
      packs.set(path, longer);
    },
    truncate: async (path, sizeBytes) => {
      if (packs.has(path)) packs.set(path, get(path).slice(0, sizeBytes));
    },
    size: async (path) => get(path).length,
    read: async (path, from, to) => get(path).slice(from, to),
    remove: async (path) => void packs.delete(path),
    list: async () => [...packs.keys()],
  };
}

/** Column storage that lives as long as the object; `quotaBytes` only reports, it does not refuse. */
export function memoryColumnStorage(quotaBytes = 0): ColumnStorage {
  const [records, packs] = [memoryRecords(), memoryPacks()];
  return { records, packs, estimate: async () => ({ usedBytes: 0, quotaBytes }), close: () => undefined };
}
