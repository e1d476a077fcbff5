import type { BlobStore, RecordChange, RecordKey, Records } from './records';

/** Records that live as long as the object; for tests and for hosts without a disk. */
export function memoryRecords(): Records {
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
