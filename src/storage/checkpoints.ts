/**
 * Checkpoints that are whole or invisible: the bytes go to a new file, are read back and compared, and only then one record (the
 * pointer) changes, in a strict transaction. Old files are removed after that; what a crash leaves behind is swept at start.
 */
import { FormatError, QuotaError, TesseraError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { allCheckpoints, BLOB_SEPARATOR, checkpointKey } from './keys';
import { type BlobStore, putRecord, type Records } from './records';
import type { CheckpointEntry, LoadedCheckpoint } from './runStore';

const NEWEST_KEPT = 2;

export async function saveCheckpoint(
  records: Records,
  blobs: BlobStore,
  runId: string,
  checkpoint: Pick<CheckpointEntry, 'name' | 'step' | 'isBest' | 'createdAtMs'>,
  bytes: Uint8Array,
): Promise<CheckpointEntry> {
  const key = checkpointKey(runId, checkpoint.name);
  const { nextSequence, entries } = (await records.get(key)) ?? { nextSequence: 0, entries: [] };
  const sha256 = await sha256Hex(bytes);
  const file = [runId, checkpoint.name, String(nextSequence), sha256.slice(0, 16)].join(BLOB_SEPARATOR);
  const { name, step, isBest, createdAtMs } = checkpoint;
  const position = { sequence: nextSequence, blob: file };
  const entry = { name, step, isBest, createdAtMs, sizeBytes: bytes.length, sha256, ...position };

  await writeOrQuota(blobs, file, bytes);
  if ((await readWhole(blobs, entry)) === null) {
    const message = `save checkpoint: wanted the ${bytes.length} bytes written, came others; check the disk and save again`;
    throw new TesseraError('storage/readBack', message);
  }
  const kept = keptEntries([...entries, entry]);
  await records.commit([putRecord(key, { nextSequence: nextSequence + 1, entries: kept })], 'strict');

  for (const old of entries) {
    // The checkpoint is saved by now; a file that cannot be removed is an orphan for the next sweep, not a failed save.
    if (!kept.includes(old)) await blobs.remove(old.blob).catch(() => undefined);
  }
  return entry;
}

/** The two newest and the newest that was marked best, oldest first. */
function keptEntries(entries: readonly CheckpointEntry[]): CheckpointEntry[] {
  const best = entries.findLast((entry) => entry.isBest);
  return entries.filter((entry, at) => at >= entries.length - NEWEST_KEPT || entry === best);
}

async function writeOrQuota(blobs: BlobStore, file: string, bytes: Uint8Array): Promise<void> {
  try {
    await blobs.write(file, bytes);
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'QuotaExceededError') throw cause;
    const message = `save checkpoint: wanted ${bytes.length} bytes of storage, came a full disk or quota; free space and resume`;
    throw new QuotaError('storage/quota', message, { cause });
  }
}

/** The entry's bytes, or null if they are missing or not those that were saved. */
async function readWhole(blobs: BlobStore, entry: CheckpointEntry): Promise<Uint8Array | null> {
  const bytes = await blobs.read(entry.blob);
  if (bytes === null || bytes.length !== entry.sizeBytes) return null;
  return (await sha256Hex(bytes)) === entry.sha256 ? bytes : null;
}

export async function loadCheckpoint(
  records: Records,
  blobs: BlobStore,
  runId: string,
  name: string,
  which: 'newest' | 'best',
): Promise<LoadedCheckpoint | null> {
  const list = await records.get(checkpointKey(runId, name));
  if (list === undefined || list.entries.length === 0) return null;
  const newestFirst = list.entries.toReversed();
  const best = newestFirst.filter((entry) => entry.isBest);
  const order = which === 'newest' ? newestFirst : [...new Set([...best, ...newestFirst])];
  const skipped: CheckpointEntry[] = [];
  for (const entry of order) {
    const bytes = await readWhole(blobs, entry);
    if (bytes !== null) return { entry, bytes, skipped };
    skipped.push(entry);
  }
  const message = `load checkpoint ${name}: wanted one whole file, came ${skipped.length} damaged; import an exported copy or start again`;
  throw new FormatError('storage/checkpoints', message);
}

/** Removes files that no pointer names, except those of `busyRuns`. */
export async function sweepOrphans(records: Records, blobs: BlobStore, busyRuns: ReadonlySet<string>): Promise<number> {
  // Files first: one that is written after this listing is not in it and cannot be swept by mistake.
  const files = await blobs.list();
  const named = new Set((await records.list(allCheckpoints)).flatMap(({ entries }) => entries.map(({ blob }) => blob)));
  let removed = 0;
  for (const file of files) {
    const runId = file.split(BLOB_SEPARATOR)[0] ?? '';
    if (named.has(file) || busyRuns.has(runId)) continue;
    await blobs.remove(file);
    removed++;
  }
  return removed;
}
