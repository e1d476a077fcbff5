import { ConfigError, ConflictError, QuotaError } from '../base/errors';
import { loadCheckpoint, saveCheckpoint, sweepOrphans } from './checkpoints';
import * as keys from './keys';
import { memoryBlobs, memoryRecords } from './memoryStorage';
import { type BlobStore, putRecord, type RecordChange, type Records } from './records';
import type { CheckpointEntry, MetricRow, RunRecord, RunStore } from './runStore';

/**
 * A run store over any records and files. Takes both. Changes run one after another, in the order of the calls. Any of them
 * throws QuotaError `storage/quota` where there is no room.
 */
export function createRunStore(untyped: Records, blobs: BlobStore): RunStore {
  const records = withQuotaErrors(untyped);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const result = last.then(change);
    // A failed change is reported to its caller; the next one still gets its turn.
    last = result.catch(() => undefined);
    return result;
  };
  const commit = (...changes: RecordChange[]): Promise<void> => inTurn(() => records.commit(changes, 'relaxed'));

  return {
    createRun: (run) => inTurn(() => createRun(records, run)),
    updateRun: (id, change) => inTurn(() => updateRun(records, id, change)),
    getRun: (id) => records.get(keys.runKey(id)),
    listRuns: async () => (await records.list(keys.allRuns)).sort((a, b) => b.createdAtMs - a.createdAtMs),
    deleteRun: (id) => inTurn(() => deleteRun(records, blobs, id)),

    appendMetrics: (runId, rows) => inTurn(() => appendMetrics(records, runId, rows)),
    readMetrics: async (runId) => (await records.list(keys.metricsOf(runId))).flat(),
    truncateMetrics: (runId, step) => inTurn(() => truncateMetrics(records, runId, step)),

    saveCheckpoint: (runId, checkpoint, bytes) =>
      inTurn(() => saveCheckpoint(records, blobs, runId, checkpoint, bytes)),
    loadCheckpoint: (runId, name, which) => loadCheckpoint(records, blobs, runId, name, which),
    listCheckpoints: (runId) => listCheckpoints(records, runId),

    // Copies of the arrays: storing a view would store the whole buffer behind it.
    putSnapshot: (runId, info, codes) =>
      commit(
        putRecord(keys.snapshotInfoKey(runId, info.name), info),
        putRecord(keys.snapshotKey(runId, info.name), codes.slice()),
      ),
    listSnapshots: async (runId) => (await records.list(keys.snapshotsOf(runId))).sort((a, b) => a.step - b.step),
    readSnapshot: (runId, name) => records.get(keys.snapshotKey(runId, name)),

    putEvaluation: (runId, evaluation, perUser) => {
      const copies = Object.fromEntries(Object.entries(perUser).map(([label, values]) => [label, values.slice()]));
      return commit(
        putRecord(keys.evaluationKey(runId, evaluation.name), evaluation),
        putRecord(keys.perUserKey(runId, evaluation.name), copies),
      );
    },
    listEvaluations: async (runId) =>
      (await records.list(keys.evaluationsOf(runId))).sort((a, b) => a.createdAtMs - b.createdAtMs),
    readPerUser: (runId, name) => records.get(keys.perUserKey(runId, name)),

    readNote: (name) => records.get(keys.noteKey(name)),
    writeNote: (name, text) => commit(putRecord(keys.noteKey(name), text)),

    sweepOrphans: (busyRuns = new Set()) => inTurn(() => sweepOrphans(records, blobs, busyRuns)),
    close: () => records.close(),
  };
}

/** A run store that forgets everything with the object. */
export function createMemoryRunStore(): RunStore {
  return createRunStore(memoryRecords(), memoryBlobs());
}

function withQuotaErrors(records: Records): Records {
  return {
    ...records,
    async commit(changes, durability) {
      try {
        await records.commit(changes, durability);
      } catch (cause) {
        if (!(cause instanceof Error) || cause.name !== 'QuotaExceededError') throw cause;
        const message =
          'write a record: wanted a little storage, came a full disk or quota; delete a run or data and resume';
        throw new QuotaError('storage/quota', message, { cause });
      }
    },
  };
}

async function createRun(records: Records, run: RunRecord): Promise<void> {
  const key = keys.runKey(run.id);
  if ((await records.get(key)) !== undefined) {
    throw new ConflictError('storage/exists', `create run: wanted a new id, came ${run.id} again; choose another`);
  }
  await records.commit([putRecord(key, run)], 'strict');
}

async function updateRun(records: Records, id: string, change: Partial<Omit<RunRecord, 'id'>>): Promise<void> {
  const run = await records.get(keys.runKey(id));
  if (run === undefined) {
    throw new ConfigError('storage/unknownRun', `update run: wanted a stored run, came ${id}; create it first`);
  }
  await records.commit([putRecord(keys.runKey(id), { ...run, ...change })], 'relaxed');
}

async function deleteRun(records: Records, blobs: BlobStore, id: string): Promise<void> {
  const entries = await listCheckpoints(records, id);
  const changes = keys.prefixesOfRun(id).map((prefix) => ({ kind: 'deletePrefix', prefix }) as const);
  await records.commit(changes, 'strict');
  for (const { blob } of entries) await blobs.remove(blob);
}

async function listCheckpoints(records: Records, runId: string): Promise<CheckpointEntry[]> {
  return (await records.list(keys.checkpointsOf(runId))).flatMap(({ entries }) => entries);
}

async function appendMetrics(records: Records, runId: string, rows: readonly MetricRow[]): Promise<void> {
  if (rows.length === 0) return;
  const headKey = keys.metricHeadKey(runId);
  const { chunkCount } = (await records.get(headKey)) ?? { chunkCount: 0 };
  const chunk = putRecord(keys.metricsKey(runId, chunkCount), rows);
  await records.commit([chunk, putRecord(headKey, { chunkCount: chunkCount + 1 })], 'relaxed');
}

async function truncateMetrics(records: Records, runId: string, step: number): Promise<void> {
  const prefix = keys.metricsOf(runId);
  const kept = (await records.list(prefix)).flat().filter((row) => row.step <= step);
  const changes: RecordChange[] = [
    { kind: 'deletePrefix', prefix: prefix.path },
    putRecord(keys.metricsKey(runId, 0), kept),
    putRecord(keys.metricHeadKey(runId), { chunkCount: 1 }),
  ];
  await records.commit(changes, 'relaxed');
}
