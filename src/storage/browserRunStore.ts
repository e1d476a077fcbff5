/** The run store of the page and its worker: IndexedDB for records, the private file system for checkpoints. */
import { ConflictError, UnsupportedError } from '../base/errors';
import { directoryBlobs, indexedDbRecords } from './browserStorage';
import { createRunStore } from './recordRunStore';
import type { RunStore } from './runStore';

const DATABASE = 'tessera';
const CHECKPOINT_FOLDER = 'tessera-checkpoints';
const LOCK_PREFIX = 'tessera-run-';

/**
 * Opens the store and sweeps what a crash left, except for runs that are training in another tab.
 * @throws UnsupportedError `storage/unavailable` where the browser offers no private file system
 */
export async function openBrowserRunStore(): Promise<RunStore> {
  const storage = globalThis.navigator?.storage;
  if (typeof storage?.getDirectory !== 'function') {
    const message =
      'open storage: wanted the private file system, came a browser without it; use a current browser over https';
    throw new UnsupportedError('storage/unavailable', message);
  }
  const directory = await (await storage.getDirectory()).getDirectoryHandle(CHECKPOINT_FOLDER, { create: true });
  const store = createRunStore(await indexedDbRecords(DATABASE), directoryBlobs(directory));
  await store.sweepOrphans(await runsInTraining());
  return store;
}

/** Runs whose lock some tab holds. */
export async function runsInTraining(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const names = held.map((lock) => lock.name ?? '').filter((name) => name.startsWith(LOCK_PREFIX));
  return new Set(names.map((name) => name.slice(LOCK_PREFIX.length)));
}

/**
 * Takes the exclusive right to train `runId`; call the result to give it back. The browser gives it back when the tab dies.
 * @throws ConflictError `storage/locked` if another tab has it
 */
export async function lockRun(runId: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(LOCK_PREFIX + runId, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          const message = `train run ${runId}: wanted the only writer, came another tab that trains it; close that tab or watch here`;
          throw new ConflictError('storage/locked', message);
        }
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

/** Waits for the exclusive right to train `runId`, as `lockRun` takes it; `signal` ends the waiting with its reason. */
export async function waitForRun(runId: string, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(LOCK_PREFIX + runId, { signal }, () => new Promise<void>((release) => resolve(release)))
      .catch(reject);
  });
}

/** Runs `work` while no other tab runs work under this name; those that come later wait. Without locks there is one tab to mind. */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const { locks } = navigator;
  if (!locks) return work();
  return locks.request(`tessera-${name}`, work);
}

/** Resolves when no tab trains `runId` any more. */
export const whenRunFree = (runId: string): Promise<void> => inTurn(`run-${runId}`, async () => undefined);

/** Bytes in use and offered; zeros where the browser does not say. */
export async function storageEstimate(): Promise<{ usedBytes: number; quotaBytes: number }> {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return { usedBytes: usage, quotaBytes: quota };
}
