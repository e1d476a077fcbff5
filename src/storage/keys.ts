import { ConfigError } from '../base/errors';
import type { RecordKey } from './records';
import type { CheckpointEntry, EvaluationRecord, MetricRow, RunRecord, SnapshotInfo } from './runStore';

/** Pointer to the checkpoints of one name in one run. */
export interface CheckpointList {
  readonly nextSequence: number;
  readonly entries: readonly CheckpointEntry[];
}

/** Length of a run's metric log. */
export interface MetricHead {
  readonly chunkCount: number;
}

/** Separates run and rest in file names; not allowed in names. */
export const BLOB_SEPARATOR = '~';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Digits of a chunk number in a path, so that paths sort as numbers. */
const CHUNK_DIGITS = 9;

/** Kinds of records that belong to one run. */
const OWNED_KINDS = ['metricHead', 'metrics', 'checkpoints', 'snapshotInfo', 'snapshot', 'evaluation', 'perUser'];

/** @throws ConfigError `storage/name` */
export function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  const message = `name a record: wanted 1 to 64 letters, digits, dots, underscores or dashes, came ${name.length} characters; use an id`;
  throw new ConfigError('storage/name', message);
}

export const runKey = (id: string): RecordKey<RunRecord> => ({ path: `run/${checkedName(id)}/` });
export const allRuns: RecordKey<RunRecord> = { path: 'run/' };
export const noteKey = (name: string): RecordKey<string> => ({ path: `note/${checkedName(name)}/` });
export const allCheckpoints: RecordKey<CheckpointList> = { path: 'checkpoints/' };
export const metricHeadKey = (run: string): RecordKey<MetricHead> => ({ path: `metricHead/${checkedName(run)}/` });
export const checkpointsOf = (run: string): RecordKey<CheckpointList> => owned('checkpoints', run);
export const checkpointKey = (run: string, name: string): RecordKey<CheckpointList> => owned('checkpoints', run, name);
export const snapshotsOf = (run: string): RecordKey<SnapshotInfo> => owned('snapshotInfo', run);
export const snapshotInfoKey = (run: string, name: string): RecordKey<SnapshotInfo> => owned('snapshotInfo', run, name);
export const snapshotKey = (run: string, name: string): RecordKey<Uint16Array> => owned('snapshot', run, name);
export const evaluationsOf = (run: string): RecordKey<EvaluationRecord> => owned('evaluation', run);
export const evaluationKey = (run: string, name: string): RecordKey<EvaluationRecord> => owned('evaluation', run, name);
export const perUserKey = (run: string, name: string): RecordKey<Record<string, Float32Array>> =>
  owned('perUser', run, name);
export const metricsOf = (run: string): RecordKey<readonly MetricRow[]> => owned('metrics', run);
export const metricsKey = (run: string, chunk: number): RecordKey<readonly MetricRow[]> =>
  owned('metrics', run, String(chunk).padStart(CHUNK_DIGITS, '0'));

/** Prefixes of everything a run owns, its own record included. */
export function prefixesOfRun(id: string): string[] {
  return ['run', ...OWNED_KINDS].map((kind) => `${kind}/${checkedName(id)}/`);
}

function owned<T>(kind: string, run: string, name?: string): RecordKey<T> {
  return { path: `${kind}/${checkedName(run)}/${name === undefined ? '' : checkedName(name)}` };
}
