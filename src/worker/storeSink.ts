import { FormatError } from '../base/errors';
import type { EvaluationRecord, RunStore } from '../storage/runStore';
import type { EvaluationReport, MetricRow } from '../train/reports';
import { type RunFolder, roleOfFile, type StoredSnapshot } from '../train/runFolder';
import type { StoredEvaluation } from '../train/runLog';
import type { CheckpointRole, RunSink } from '../train/runSink';

/** Columns of a stored row that are not metrics; the store keeps numbers only. */
const RUN_KEY = '#run';
const EPOCH_KEY = '#epoch';
const SECONDS_KEY = '#seconds';
/** Rank of a target outside the list; the store keeps it as −1, which float32 can hold. */
const NOT_FOUND = 0xffff_ffff;
const RUNS = ['tokenizer', 'recommender'] as const;

/** A run's sink in the browser's store. `nowMs` gives the time that records carry. */
export function storeSink(store: RunStore, runId: string, nowMs: () => number): RunSink {
  return {
    appendRows: (rows) =>
      store.appendMetrics(
        runId,
        rows.map((row) => ({
          step: row.step,
          values: {
            ...row.values,
            [RUN_KEY]: RUNS.indexOf(row.run),
            [EPOCH_KEY]: row.epoch,
            [SECONDS_KEY]: row.seconds,
          },
        })),
      ),
    dropRowsAfter: async (run, step) => {
      const rows = await storedRows(store, runId);
      const kept = rows.filter((row) => row.run !== run || row.step <= step);
      if (kept.length === rows.length) return;
      await store.truncateMetrics(runId, -1);
      await storeSink(store, runId, nowMs).appendRows(kept);
    },
    saveCheckpoint: async (role, file) => {
      await store.saveCheckpoint(runId, { name: role, step: 0, isBest: false, createdAtMs: nowMs() }, file);
    },
    loadCheckpoint: async (role: CheckpointRole) => (await store.loadCheckpoint(runId, role, 'newest'))?.bytes ?? null,
    saveEvaluation: async (report, users, ranks) => {
      const { recall5, ndcg5, recall10, ndcg10 } = report.metrics;
      const perUser = {
        users: Float32Array.from(users),
        ranks: Float32Array.from(ranks, (rank) => (rank === NOT_FOUND ? -1 : rank)),
      };
      await store.putEvaluation(
        runId,
        {
          name: `${report.split}-${report.name}`.replace(/[^\w.-]+/g, '_'),
          split: report.split === 'test' ? 'test' : 'valid',
          step: 0,
          createdAtMs: nowMs(),
          means: { recall5, ndcg5, recall10, ndcg10 },
          details: { report: JSON.stringify(report) },
        },
        perUser,
      );
    },
    saveSnapshot: async (step, levels, codes) => {
      await store.putSnapshot(runId, { name: `step-${step}`, step, shape: [codes.length / levels, levels] }, codes);
    },
  };
}

/** Rows of a run's log, as they were appended. */
export async function storedRows(store: RunStore, runId: string): Promise<MetricRow[]> {
  const rows = await store.readMetrics(runId);
  return rows.map(({ step, values }) => {
    const { [RUN_KEY]: run = 0, [EPOCH_KEY]: epoch = 0, [SECONDS_KEY]: seconds = 0, ...rest } = values;
    return { run: RUNS[run] ?? 'tokenizer', step, epoch, seconds, values: rest };
  });
}

/** Snapshots of a run by step, ascending. */
export async function storedSnapshots(store: RunStore, runId: string): Promise<StoredSnapshot[]> {
  const found: StoredSnapshot[] = [];
  for (const { name, step, shape } of await store.listSnapshots(runId)) {
    const codes = await store.readSnapshot(runId, name);
    if (codes) found.push({ step, levels: shape[1], codes: codes.slice() });
  }
  return found;
}

/** Everything the store holds of a run, as the files of its folder. @throws FormatError `storage/*` for a damaged store */
export async function storedFolder(store: RunStore, runId: string): Promise<RunFolder> {
  const sink = storeSink(store, runId, () => 0);
  const names = new Set((await store.listCheckpoints(runId)).map(({ name }) => name));
  const checkpoints = new Map<CheckpointRole, Uint8Array>();
  for (const name of [...names].sort()) {
    const role = roleOfFile(`${name}.safetensors`);
    const bytes = role && (await sink.loadCheckpoint(role));
    if (role && bytes) checkpoints.set(role, bytes);
  }
  return {
    checkpoints,
    rows: await storedRows(store, runId),
    evaluations: await measuredEvaluations(store, runId),
    snapshots: await storedSnapshots(store, runId),
  };
}

/** Evaluations of a run, latest of each name. @throws FormatError `storage/evaluation` */
export async function storedEvaluations(store: RunStore, runId: string): Promise<EvaluationReport[]> {
  return (await store.listEvaluations(runId)).map(reportIn);
}

function reportIn(record: EvaluationRecord): EvaluationReport {
  const text = record.details['report'];
  if (text === undefined)
    throw new FormatError(
      'storage/evaluation',
      `stored evaluation "${record.name}" has no report; clear the workspace and evaluate again.`,
    );
  return JSON.parse(text) as EvaluationReport;
}

/** Evaluations of a run with every user's rank. @throws as `storedEvaluations` */
export async function measuredEvaluations(store: RunStore, runId: string): Promise<StoredEvaluation[]> {
  const found: StoredEvaluation[] = [];
  for (const record of await store.listEvaluations(runId)) {
    const { users = new Float32Array(), ranks = new Float32Array() } =
      (await store.readPerUser(runId, record.name)) ?? {};
    found.push({
      report: reportIn(record),
      users: Uint32Array.from(users),
      ranks: Uint32Array.from(ranks, (rank) => (rank < 0 ? NOT_FOUND : rank)),
    });
  }
  return found;
}
