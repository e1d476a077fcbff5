/** The text files of a run's folder, read back with checks: `metrics.jsonl` and the evaluations. */
import { FormatError } from '../base/errors';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from '../formats/strictJson';
import { readDetails } from './evaluationDetails';
import type { EvaluationReport, MetricRow } from './reports';

const METRICS = ['recall5', 'ndcg5', 'recall10', 'ndcg10'] as const;

/** An evaluation with the rank of every user. */
export interface StoredEvaluation {
  readonly report: EvaluationReport;
  readonly users: Uint32Array;
  readonly ranks: Uint32Array;
}

/** Rows of `metrics.jsonl`. @throws FormatError `run/metrics`, `run/number` naming the line */
export function readMetricRows(text: string): MetricRow[] {
  return text
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line, index) => rowOf(line, index + 1));
}

/** Whether a file of a run's folder holds an evaluation. */
export const isEvaluationFile = (name: string): boolean => /^(.*\/)?(test|validation)-[^/]*\.json$/.test(name);

/** One file of `evaluations/`. @throws FormatError `run/evaluation`, `run/number` naming the file */
export function readEvaluation(text: string, file: string): StoredEvaluation {
  return evaluationOf(parseJsonObject(text, { file }), file);
}

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

function evaluationOf(value: JsonObject, file: string): StoredEvaluation {
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
  const details = readDetails(value['details'], file);
  const report: EvaluationReport = {
    name,
    kind,
    split,
    users: numberAt(value, 'users', file, 'length'),
    metrics: { recall5, ndcg5, recall10, ndcg10 },
    protocol,
    pAgainstPopular: typeof pAgainstPopular === 'number' ? pAgainstPopular : null,
    ...(details ? { details } : {}),
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
  const isIndex = (entry: JsonValue): entry is number =>
    typeof entry === 'number' && Number.isInteger(entry) && entry >= 0 && entry <= 0xffff_ffff;
  if (!Array.isArray(value) || !value.every(isIndex))
    throw new FormatError('run/evaluation', `${file}: has no list of users and ranks; evaluate again.`);
  return Uint32Array.from(value);
}
