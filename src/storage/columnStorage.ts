/**
 * Where workspaces live: records (column chunks of 1-4 MB and small manifests) and packs (large files that only grow: pictures,
 * matrices). Paths are made of our own ids and `/`; names of the user's never become a path.
 */
import { QuotaError } from '../base/errors';
import type { Records } from './records';

/** Records whose paths can be listed without their values. Byte arrays and plain JSON values are stored as such. */
export interface ListedRecords extends Records {
  /** Paths that start with `prefix`, in path order. */
  paths(prefix: string): Promise<string[]>;
}

/** Files that only grow. Writers of one pack take turns. */
export interface Packs {
  /** Appends and flushes. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Cuts the pack to `sizeBytes`; what a crash wrote after the last commit goes. No error if it is shorter or missing. */
  truncate(path: string, sizeBytes: number): Promise<void>;
  /** 0 if there is none. */
  size(path: string): Promise<number>;
  /** Bytes `[from, to)`; shorter if the pack ends before. */
  read(path: string, from: number, to: number): Promise<Uint8Array>;
  /** No error if it is gone already. */
  remove(path: string): Promise<void>;
  list(): Promise<string[]>;
}

export interface ColumnStorage {
  readonly records: ListedRecords;
  readonly packs: Packs;
  /** Bytes in use and offered by the host; zeros where it does not say. */
  estimate(): Promise<{ usedBytes: number; quotaBytes: number }>;
  close(): void;
}

const FULL = new Set(['QuotaExceededError', 'ENOSPC', 'EDQUOT']);

/** Runs a write; a full disk or quota comes out as one kind of error. @throws QuotaError `storage/quota` */
export async function orQuota<T>(what: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!FULL.has(name) && !FULL.has(code)) throw cause;
    const message = `${what}: wanted more storage, came a full disk or quota; free space in the storage manager and go on`;
    throw new QuotaError('storage/quota', message, { cause });
  }
}
