import { FormatError } from '../base/errors';
import type { RunStore } from '../storage/runStore';
import type { EvaluationReport, MetricRow } from '../train/reports';
import type { CheckpointRole, RunSink } from '../train/runSink';

/** Columns of a stored row that are not metrics; the store keeps numbers only. */
const RUN_KEY = '#run';
const EPOCH_KEY = '#epoch';
const SECONDS_KEY = '#seconds';
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
        ranks: Float32Array.from(ranks, (rank) => (rank === 0xffff_ffff ? -1 : rank)),
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

/** Codes of all items at one moment of a run. */
export interface CodeSnapshot {
  readonly step: number;
  readonly levels: number;
  /** [N, levels] */
  readonly codes: Uint16Array;
}

/** Snapshots of a run by step, ascending. */
export async function storedSnapshots(store: RunStore, runId: string): Promise<CodeSnapshot[]> {
  const found: CodeSnapshot[] = [];
  for (const { name, step, shape } of await store.listSnapshots(runId)) {
    const codes = await store.readSnapshot(runId, name);
    if (codes) found.push({ step, levels: shape[1], codes });
  }
  return found;
}

/** Evaluations of a run, latest of each name. @throws FormatError `storage/evaluation` */
export async function storedEvaluations(store: RunStore, runId: string): Promise<EvaluationReport[]> {
  const records = await store.listEvaluations(runId);
  return records.map((record) => {
    const text = record.details['report'];
    if (text === undefined)
      throw new FormatError(
        'storage/evaluation',
        `stored evaluation "${record.name}" has no report; clear the workspace and evaluate again.`,
      );
    return JSON.parse(text) as EvaluationReport;
  });
}
