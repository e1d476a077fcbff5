/** The folder of a run, as `tessera train` writes it, picked or dropped in the page. Everything is checked before use. */
import { ConfigError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { readCheckpoint } from '../train/checkpoint';
import type { RunConfig } from '../train/config';
import { readRunText } from '../train/portableRun';
import type { MetricRow } from '../train/reports';
import { isEvaluationFile, readEvaluation, readMetricRows, type StoredEvaluation } from '../train/runLog';
import type { CheckpointRole } from '../train/runSink';
import type { CodeSnapshot } from './storeSink';

export interface RunFiles {
  readonly config: RunConfig;
  readonly checkpoints: ReadonlyMap<CheckpointRole, Uint8Array>;
  readonly rows: readonly MetricRow[];
  readonly evaluations: readonly StoredEvaluation[];
  readonly snapshots: readonly CodeSnapshot[];
}

const ROLES: readonly CheckpointRole[] = ['embeddings', 'tokenizer', 'recommender', 'best'];

/**
 * Reads `run.json`, `<role>.safetensors`, `metrics.jsonl` and the evaluations among `files`.
 * @throws FormatError, ConfigError naming the file; `run/data` if the run was made on other data
 */
export async function readRunFiles(files: readonly File[], dataset: Dataset): Promise<RunFiles> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const runFile = byName.get('run.json');
  if (!runFile)
    throw new FormatError(
      'run/missing',
      'open a run: wanted the --out folder of tessera train, came files without run.json; pick the whole folder.',
    );
  const { config, data } = readRunText(await runFile.text());
  if (data.hash !== dataset.contentHash)
    throw new ConfigError(
      'run/data',
      `open a run: it was trained on other data (${data.name}) than ${dataset.name}; open that data set first.`,
    );
  const checkpoints = new Map<CheckpointRole, Uint8Array>();
  for (const role of ROLES) {
    const file = byName.get(`${role}.safetensors`);
    if (!file) continue;
    const bytes = new Uint8Array(await file.arrayBuffer());
    readCheckpoint(bytes, file.name);
    checkpoints.set(role, bytes);
  }
  const rows = readMetricRows((await byName.get('metrics.jsonl')?.text()) ?? '');
  const evaluations: StoredEvaluation[] = [];
  for (const file of files)
    if (isEvaluationFile(file.name)) evaluations.push(readEvaluation(await file.text(), file.name));
  return { config, checkpoints, rows, evaluations, snapshots: await readSnapshots(files, dataset.itemCount) };
}

/** The files of `snapshots/`: step and levels in the name, codes u16 [N, levels] inside. */
async function readSnapshots(files: readonly File[], items: number): Promise<CodeSnapshot[]> {
  const found: CodeSnapshot[] = [];
  for (const file of files) {
    const [, step, levels] = /^(\d+)-(\d)\.u16$/.exec(file.name) ?? [];
    if (step === undefined) continue;
    const bytes = await file.arrayBuffer();
    if (bytes.byteLength !== items * Number(levels) * Uint16Array.BYTES_PER_ELEMENT)
      throw new FormatError(
        'run/snapshot',
        `open a run: ${file.name} wants ${items} items of ${levels} codes, it has ${bytes.byteLength} bytes; leave it out.`,
      );
    found.push({ step: Number(step), levels: Number(levels), codes: new Uint16Array(bytes) });
  }
  return found.sort((a, b) => a.step - b.step);
}
