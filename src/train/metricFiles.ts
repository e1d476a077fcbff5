/** A run's numbers for other programs: the log of training steps and the evaluations, as CSV tables and as one JSON. */
import { type CsvCell, writeCsv } from '../formats/csvWriter';
import type { EvaluationReport, MetricRow } from './reports';

const FIXED = ['run', 'step', 'epoch', 'seconds'] as const;

/** `metrics.csv` (a row a logged step), `evaluations.csv` (a row a recommender and split), `metrics.json` (both). */
export function metricFiles(
  rows: readonly MetricRow[],
  evaluations: readonly EvaluationReport[],
): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  const keys = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const steps = rows.map((row): CsvCell[] => [
    ...FIXED.map((field) => row[field]),
    ...keys.map((key) => row.values[key] ?? null),
  ]);
  const metrics = [...new Set(evaluations.flatMap((report) => Object.keys(report.metrics)))];
  const results = evaluations.map((report): CsvCell[] => {
    const own = new Map(Object.entries(report.metrics));
    const means = metrics.map((metric) => own.get(metric) ?? null);
    return [report.name, report.kind, report.split, report.users, ...means, report.pAgainstPopular, report.protocol];
  });
  return new Map([
    ['metrics.csv', encoder.encode(writeCsv([...FIXED, ...keys], steps))],
    [
      'evaluations.csv',
      encoder.encode(
        writeCsv(['recommender', 'kind', 'split', 'users', ...metrics, 'pAgainstPopular', 'protocol'], results),
      ),
    ],
    ['metrics.json', encoder.encode(`${JSON.stringify({ steps: rows, evaluations }, null, 1)}\n`)],
  ]);
}
