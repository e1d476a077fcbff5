/** The files of a run's folder: what they are called, what they say, and everything read back with checks. */
import { FormatError } from '../base/errors';
import { decodeText } from '../formats/readBytes';
import { readCheckpoint } from './checkpoint';
import type { EvaluationReport, MetricRow } from './reports';
import { isEvaluationFile, readEvaluation, readMetricRows, type StoredEvaluation } from './runLog';
import type { CheckpointRole } from './runSink';

export const METRICS_FILE = 'metrics.jsonl';
const FIXED_ROLES: readonly CheckpointRole[] = [
  'embeddings',
  'latents',
  'tokenizer',
  'recommender',
  'best',
  'fineTuning',
];

/** Codes of all items at a step, item after item. */
export interface StoredSnapshot {
  readonly step: number;
  readonly levels: number;
  readonly codes: Uint16Array<ArrayBuffer>;
}

/** What a folder holds besides `run.json`. */
export interface RunFolder {
  readonly checkpoints: ReadonlyMap<CheckpointRole, Uint8Array>;
  readonly rows: readonly MetricRow[];
  readonly evaluations: readonly StoredEvaluation[];
  readonly snapshots: readonly StoredSnapshot[];
  /** What the run learned before it was transferred (UTGRec), in a folder of its own. */
  readonly pretraining?: RunFolder;
}

/** Folder of the pre-training's results inside the run's. */
export const PRETRAINING_FOLDER = 'pretraining';

export const checkpointFile = (role: CheckpointRole): string => `${role}.safetensors`;
export const evaluationFile = ({ split, name }: Pick<EvaluationReport, 'split' | 'name'>): string =>
  `evaluations/${split}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`;
export const snapshotFile = (step: number, levels: number): string =>
  `snapshots/${String(step).padStart(7, '0')}-${levels}.u16`;

export const metricLines = (rows: readonly MetricRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
export const evaluationText = ({ report, users, ranks }: StoredEvaluation): string =>
  `${JSON.stringify({ ...report, users: [...users], ranks: [...ranks] })}\n`;

/** Which checkpoint a file is; null if none that a run has. */
export function roleOfFile(name: string): CheckpointRole | null {
  const fixed = FIXED_ROLES.find((role) => checkpointFile(role) === name);
  if (fixed) return fixed;
  const [, stage, number] = /^(pretrained|fineTuned)-(\d{1,6})\.safetensors$/.exec(name) ?? [];
  if (stage === 'pretrained') return `pretrained-${Number(number)}`;
  return stage === 'fineTuned' ? `fineTuned-${Number(number)}` : null;
}

/** The files that these parts are, by name. */
export function writeRunFolder(parts: RunFolder): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>();
  for (const [role, bytes] of parts.checkpoints) files.set(checkpointFile(role), bytes);
  if (parts.rows.length > 0) files.set(METRICS_FILE, encoder.encode(metricLines(parts.rows)));
  for (const stored of parts.evaluations)
    files.set(evaluationFile(stored.report), encoder.encode(evaluationText(stored)));
  for (const { step, levels, codes } of parts.snapshots)
    files.set(snapshotFile(step, levels), new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength));
  if (parts.pretraining)
    for (const [name, bytes] of writeRunFolder(parts.pretraining)) files.set(`${PRETRAINING_FOLDER}/${name}`, bytes);
  return files;
}

/**
 * Reads all files of a run's folder that are not `run.json`; files that are no part of a run are passed over.
 * @param files by path in the folder, with `/`
 * @throws FormatError naming the file: those of checkpoints, `run/metrics`, `run/evaluation`, `run/snapshot` …
 */
export function readRunFolder(files: ReadonlyMap<string, Uint8Array>): RunFolder {
  const checkpoints = new Map<CheckpointRole, Uint8Array>();
  const evaluations: StoredEvaluation[] = [];
  const snapshots: StoredSnapshot[] = [];
  const upstream = new Map<string, Uint8Array>();
  const prefix = `${PRETRAINING_FOLDER}/`;
  for (const [name, bytes] of files) {
    if (name.startsWith(prefix)) {
      upstream.set(name.slice(prefix.length), bytes);
      continue;
    }
    const role = roleOfFile(name);
    if (role) {
      readCheckpoint(bytes, name);
      checkpoints.set(role, bytes);
    } else if (isEvaluationFile(name)) evaluations.push(readEvaluation(decodeText(bytes, name), name));
    else if (name.endsWith('.u16')) snapshots.push(readSnapshot(bytes, name));
  }
  const metrics = files.get(METRICS_FILE);
  const rows = metrics ? readMetricRows(decodeText(metrics, METRICS_FILE)) : [];
  return {
    checkpoints,
    rows,
    evaluations,
    snapshots: snapshots.sort((a, b) => a.step - b.step),
    ...(upstream.size > 0 ? { pretraining: readRunFolder(upstream) } : {}),
  };
}

function readSnapshot(bytes: Uint8Array, name: string): StoredSnapshot {
  const [, step = '', levels = ''] = /^(?:.*\/)?(\d{1,15})-(\d{1,3})\.u16$/.exec(name) ?? [];
  if (!(Number(levels) >= 1) || bytes.length % (2 * Number(levels)) !== 0)
    throw new FormatError(
      'run/snapshot',
      `${name}: wanted codes of two bytes, named <step>-<levels>.u16, came ${bytes.length} bytes; take the file out.`,
    );
  return { step: Number(step), levels: Number(levels), codes: new Uint16Array(bytes.slice().buffer) };
}
