/** Whether the browser may clear what this page stores when space runs short, and asking it not to. Window only. */

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
