/** The folder of a run, as `tessera train` writes it, picked or dropped in the page. Everything is checked before use. */
import { ConfigError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from '../formats/strictJson';
import { readCheckpoint } from '../train/checkpoint';
import { checkRunConfig, type RunConfig } from '../train/config';
import type { EvaluationReport, MetricRow } from '../train/reports';
import type { CheckpointRole } from '../train/runSink';

export interface RunFiles {
  readonly config: RunConfig;
  readonly checkpoints: ReadonlyMap<CheckpointRole, Uint8Array>;
  readonly rows: readonly MetricRow[];
  readonly evaluations: readonly {
    readonly report: EvaluationReport;
    readonly users: Uint32Array;
    readonly ranks: Uint32Array;
  }[];
}

const ROLES: readonly CheckpointRole[] = ['embeddings', 'tokenizer', 'recommender', 'best'];
const METRICS = ['recall5', 'ndcg5', 'recall10', 'ndcg10'] as const;

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
  const run = parseJsonObject(await runFile.text(), { file: 'run.json' });
  const config = checkRunConfig(run['config'], 'run.json');
  const data = run['data'];
  const hash = isJsonObject(data) ? data['hash'] : undefined;
  if (hash !== dataset.contentHash)
    throw new ConfigError(
      'run/data',
      `open a run: it was trained on other data (${isJsonObject(data) ? String(data['name']) : 'unnamed'}) than ${dataset.name}; open that data set first.`,
    );
  const checkpoints = new Map<CheckpointRole, Uint8Array>();
  for (const role of ROLES) {
    const file = byName.get(`${role}.safetensors`);
    if (!file) continue;
    const bytes = new Uint8Array(await file.arrayBuffer());
    readCheckpoint(bytes, file.name);
    checkpoints.set(role, bytes);
  }
  const rows = linesOf(await byName.get('metrics.jsonl')?.text()).map((line, index) => rowOf(line, index + 1));
  const evaluations: RunFiles['evaluations'][number][] = [];
  for (const file of files)
    if (/^(test|validation)-.*\.json$/.test(file.name))
      evaluations.push(evaluationOf(parseJsonObject(await file.text(), { file: file.name }), file.name));
  return { config, checkpoints, rows, evaluations };
}

const linesOf = (text: string | undefined): string[] => (text ?? '').split('\n').filter((line) => line.length > 0);

function rowOf(line: string, number: number): MetricRow {
  const place = { file: 'metrics.jsonl', line: number };
  const row = parseJsonObject(line, place);
  const { run, values } = row;
  if ((run !== 'tokenizer' && run !== 'recommender') || !isJsonObject(values))
    throw new FormatError(
      'run/metrics',
      `metrics.jsonl line ${number}: is no row of a run; take the file out or train again.`,
    );
  return {
    run,
    step: numberAt(row, 'step', place.file),
    epoch: numberAt(row, 'epoch', place.file),
    seconds: numberAt(row, 'seconds', place.file),
    values: numbersOf(values, place.file),
  };
}

function evaluationOf(value: JsonObject, file: string): RunFiles['evaluations'][number] {
  const { name, kind, split, metrics, protocol, pAgainstPopular } = value;
  const isKnown =
    typeof name === 'string' &&
    (kind === 'model' || kind === 'reference') &&
    (split === 'test' || split === 'validation') &&
    isJsonObject(metrics) &&
    typeof protocol === 'string';
  if (!isKnown)
    throw new FormatError('run/evaluation', `${file}: is no evaluation of a run; take the file out or evaluate again.`);
  const [recall5, ndcg5, recall10, ndcg10] = METRICS.map((key) => numberAt(metrics, key, file)) as [
    number,
    number,
    number,
    number,
  ];
  const report: EvaluationReport = {
    name,
    kind,
    split,
    protocol,
    users: numberAt(value, 'users', file, 'length'),
    metrics: { recall5, ndcg5, recall10, ndcg10 },
    pAgainstPopular: typeof pAgainstPopular === 'number' ? pAgainstPopular : null,
  };
  return { report, users: indicesOf(value['users'], file), ranks: indicesOf(value['ranks'], file) };
}

function numberAt(record: JsonObject, key: string, file: string, listAs?: 'length'): number {
  const value = record[key];
  const number = listAs && Array.isArray(value) ? value.length : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new FormatError('run/number', `${file}: field "${key}" is no number; the file is damaged.`);
  return number;
}

function numbersOf(record: JsonObject, file: string): Record<string, number> {
  return Object.fromEntries(Object.keys(record).map((key) => [key, numberAt(record, key, file)]));
}

function indicesOf(value: JsonValue | undefined, file: string): Uint32Array {
  if (!Array.isArray(value))
    throw new FormatError('run/evaluation', `${file}: has no list of users and ranks; evaluate again.`);
  return Uint32Array.from(value as readonly number[]);
}
