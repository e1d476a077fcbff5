/** What this page stores in the browser, whether the browser may clear it when space runs short, and asking it not to. Window only. */

/** `unknown` where the browser does not say. */
export type Persistence = 'kept' | 'mayGo' | 'unknown';

export async function readPersistence(): Promise<Persistence> {
  const persisted = await navigator.storage?.persisted?.();
  return persisted === undefined ? 'unknown' : persisted ? 'kept' : 'mayGo';
}

/** Call from a click: browsers may show a question. */
export async function askPersistence(): Promise<Persistence> {
  const granted = await navigator.storage?.persist?.();
  return granted === undefined ? 'unknown' : granted ? 'kept' : 'mayGo';
}

/** Bytes that this page's origin takes, and may take. */
export interface StorageUse {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** Null where the browser does not say. */
export async function readStorageUse(): Promise<StorageUse | null> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  return usage === undefined || quota === undefined ? null : { usedBytes: usage, quotaBytes: quota };
}
