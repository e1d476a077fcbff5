/** A key that remembers the type of its record. Keys are paths of our own ids, so a prefix names a group. */
export interface RecordKey<T> {
  readonly path: string;
  /** Never set; carries the type. */
  readonly recordType?: T;
}

export type RecordChange =
  | { readonly kind: 'put'; readonly path: string; readonly value: unknown }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'deletePrefix'; readonly prefix: string };

/** Small structured records. Values are copied on the way in and out, as `structuredClone` does. */
export interface Records {
  get<T>(key: RecordKey<T>): Promise<T | undefined>;
  /** All records whose path starts with `prefix.path`, in path order. */
  list<T>(prefix: RecordKey<T>): Promise<T[]>;
  /** All changes or none. Strict: resolves only when the change is on the disk. */
  commit(changes: readonly RecordChange[], durability: 'strict' | 'relaxed'): Promise<void>;
  close(): void;
}

/** A typed `put` for `commit`. */
export function putRecord<T>(key: RecordKey<T>, value: T): RecordChange {
  return { kind: 'put', path: key.path, value };
}

/** Whole files under names of our own. */
export interface BlobStore {
  /** Writes a complete file and flushes it; the name must be new or disposable. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** The whole file, or null if there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** No error if it is gone already. */
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
}
