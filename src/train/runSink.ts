import type { EvaluationReport, MetricRow } from './reports';

/**
 * Checkpoints of one run by role; saving a role replaces its previous file only once the new one is whole. A
 * multi-identifier run also keeps parameters after some pre-training epochs, the fine-tuning at work, the best state of
 * each fine-tuned candidate, and the TIGER beside them. `latents`: those of pictures from an autoencoder of the user's.
 */
export type CheckpointRole =
  | 'embeddings'
  | 'latents'
  | 'tokenizer'
  | 'recommender'
  | 'best'
  | `pretrained-${number}`
  | 'fineTuning'
  | `fineTuned-${number}`
  | 'baseline'
  | 'baselineBest';

/** Where a run's results go: the browser's store, a folder in Node, or memory in tests. */
export interface RunSink {
  appendRows(rows: readonly MetricRow[]): Promise<void>;
  /** Drops a stage's rows after `step`: what a crash left behind the checkpoint that training goes on from. */
  dropRowsAfter(run: MetricRow['run'], step: number): Promise<void>;
  saveCheckpoint(role: CheckpointRole, file: Uint8Array): Promise<void>;
  /** The last whole file of a role, or null. */
  loadCheckpoint(role: CheckpointRole): Promise<Uint8Array | null>;
  /** Metrics and the ranks of every user, always together: significance needs the vectors. */
  saveEvaluation(report: EvaluationReport, users: Uint32Array, ranks: Uint32Array): Promise<void>;
  /** Code of every item at every level, for the figures over training time. */
  saveSnapshot(step: number, levels: number, codes: Uint16Array): Promise<void>;
}

/** Keeps everything in memory; for tests and one-off runs. */
export function memorySink(): RunSink & {
  readonly rows: MetricRow[];
  readonly files: Map<CheckpointRole, Uint8Array>;
  readonly evaluations: EvaluationReport[];
  readonly snapshots: { step: number; codes: Uint16Array }[];
} {
  const rows: MetricRow[] = [];
  const files = new Map<CheckpointRole, Uint8Array>();
  const evaluations: EvaluationReport[] = [];
  const snapshots: { step: number; codes: Uint16Array }[] = [];
  return {
    rows,
    files,
    evaluations,
    snapshots,
    appendRows: async (added) => void rows.push(...added),
    dropRowsAfter: async (run, step) => {
      const kept = rows.filter((row) => row.run !== run || row.step <= step);
      rows.splice(0, rows.length, ...kept);
    },
    saveCheckpoint: async (role, file) => void files.set(role, file.slice()),
    loadCheckpoint: async (role) => files.get(role) ?? null,
    saveEvaluation: async (report) => void evaluations.push(report),
    saveSnapshot: async (step, _levels, codes) => void snapshots.push({ step, codes: codes.slice() }),
  };
}
