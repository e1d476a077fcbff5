/** What a workbench remembers about its runs. All names and ids are our own: letters, digits, `.`, `_`, `-`. */

/**
 * `tokenized`: its tokenizer is trained, its recommender is not. `interrupted`: its GPU was lost. `running` is also what a crash
 * leaves.
 */
export type RunStatus = 'created' | 'running' | 'paused' | 'interrupted' | 'tokenized' | 'finished' | 'failed';

/** `shipped`: comes with the program; read only. */
export type RunSource = 'trained' | 'imported' | 'shipped';

export const ENDINGS = ['complete', 'patience', 'timeLimit', 'median', 'stopped', 'failed'] as const;

/** How a run's last training came to its end, in a sentence for the list. */
export interface RunEnding {
  readonly kind: (typeof ENDINGS)[number];
  readonly message: string;
}

export interface RunRecord {
  readonly id: string;
  /** What the user calls it; a label only. */
  readonly name: string;
  /** The whole configuration as JSON text. */
  readonly config: string;
  readonly dataHash: string;
  readonly status: RunStatus;
  /** Milliseconds since 1970, passed in. */
  readonly createdAtMs: number;
  // Records of the first version have none of these.
  readonly dataName?: string;
  /** How the data set is opened again, as JSON text. */
  readonly dataOrigin?: string;
  readonly source?: RunSource;
  /** Since when its deletion waits to be undone; null: it does not. */
  readonly deletedAtMs?: number | null;
  /** Missing before the first training ended. */
  readonly ending?: RunEnding;
  /** The adapter that trained it last. */
  readonly adapter?: string;
  /** The sweep or the ablations that it was queued with last. */
  readonly batch?: { readonly id: string; readonly title: string };
}

/** One row of a run's metric log. */
export interface MetricRow {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A saved checkpoint that was verified by reading it back. */
export interface CheckpointEntry {
  /** Which part of the run it belongs to, e.g. `tokenizer` or `recommender`. */
  readonly name: string;
  readonly step: number;
  readonly isBest: boolean;
  readonly createdAtMs: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Counts saves of this name; the largest is the newest. */
  readonly sequence: number;
  readonly blob: string;
}

export interface LoadedCheckpoint {
  readonly entry: CheckpointEntry;
  readonly bytes: Uint8Array;
  /** Entries that came before it in the order of choice but could not be read whole. */
  readonly skipped: readonly CheckpointEntry[];
}

/** Item codes at one moment of training. */
export interface SnapshotInfo {
  readonly name: string;
  readonly step: number;
  /** [N, L] */
  readonly shape: readonly [number, number];
}

export interface EvaluationRecord {
  readonly name: string;
  readonly split: 'valid' | 'test';
  readonly step: number;
  readonly createdAtMs: number;
  /** Means by label, e.g. `N@10`. */
  readonly means: Readonly<Record<string, number>>;
  /** Everything else that tells this evaluation from others (beam width, protocol), as text. */
  readonly details: Readonly<Record<string, string>>;
}

export interface RunStore {
  /** Adds a run. @throws ConflictError `storage/exists` */
  createRun(run: RunRecord): Promise<void>;
  /** @throws ConfigError `storage/unknownRun` */
  updateRun(id: string, change: Partial<Omit<RunRecord, 'id'>>): Promise<void>;
  getRun(id: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  listRuns(): Promise<RunRecord[]>;
  /** Removes the run and everything that belongs to it. */
  deleteRun(id: string): Promise<void>;

  appendMetrics(runId: string, rows: readonly MetricRow[]): Promise<void>;
  readMetrics(runId: string): Promise<MetricRow[]>;
  /** Drops rows after `step`; for a run that resumes from an earlier checkpoint. */
  truncateMetrics(runId: string, step: number): Promise<void>;

  /**
   * Saves a checkpoint: new file, flush, read back, compare, then move the pointer. The two newest and the best are kept.
   * @throws QuotaError `storage/quota`; TesseraError `storage/readBack` if the disk gave other bytes back
   */
  saveCheckpoint(
    runId: string,
    checkpoint: Pick<CheckpointEntry, 'name' | 'step' | 'isBest' | 'createdAtMs'>,
    bytes: Uint8Array,
  ): Promise<CheckpointEntry>;
  /**
   * The newest (or best) checkpoint that is whole; null if none was ever saved.
   * @throws FormatError `storage/checkpoints` if there are entries and none of them is whole
   */
  loadCheckpoint(runId: string, name: string, which: 'newest' | 'best'): Promise<LoadedCheckpoint | null>;
  listCheckpoints(runId: string): Promise<CheckpointEntry[]>;

  putSnapshot(runId: string, info: SnapshotInfo, codes: Uint16Array): Promise<void>;
  listSnapshots(runId: string): Promise<SnapshotInfo[]>;
  readSnapshot(runId: string, name: string): Promise<Uint16Array | undefined>;

  putEvaluation(
    runId: string,
    evaluation: EvaluationRecord,
    perUser: Readonly<Record<string, Float32Array>>,
  ): Promise<void>;
  listEvaluations(runId: string): Promise<EvaluationRecord[]>;
  /** Per-user vectors by label. */
  readPerUser(runId: string, name: string): Promise<Readonly<Record<string, Float32Array>> | undefined>;

  /** A text that belongs to no run, such as which one is shown. */
  readNote(name: string): Promise<string | undefined>;
  writeNote(name: string, text: string): Promise<void>;

  /** Removes files no pointer names, left by a crash; runs in `busyRuns` (another tab is saving) are spared. Returns how many. */
  sweepOrphans(busyRuns?: ReadonlySet<string>): Promise<number>;
  close(): void;
}
