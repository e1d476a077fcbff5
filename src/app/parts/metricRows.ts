import type { EvaluationReport, MetricSet } from '../../worker/protocol';
import { csvText } from '../figures/csv';

export const METRIC_COLUMNS = [
  { key: 'recall5', title: 'Recall@5' },
  { key: 'ndcg5', title: 'NDCG@5' },
  { key: 'recall10', title: 'Recall@10' },
  { key: 'ndcg10', title: 'NDCG@10' },
] as const satisfies readonly { key: keyof MetricSet; title: string }[];

/** The reports of one split: the model first, then the reference points from weak to strong. */
export function rowsOf(
  reports: readonly EvaluationReport[],
  split: EvaluationReport['split'],
): readonly EvaluationReport[] {
  const rank = ({ kind }: EvaluationReport): number => (kind === 'model' ? 0 : 1);
  return reports
    .filter((report) => report.split === split)
    .sort((first, second) => rank(first) - rank(second) || first.metrics.recall10 - second.metrics.recall10);
}

/** The largest value of each column at the shown precision: equal digits are equally good. */
export function bestOf(rows: readonly EvaluationReport[]): MetricSet {
  const best = (key: keyof MetricSet): number =>
    Math.max(...rows.map(({ metrics }) => Number(metrics[key].toFixed(4))));
  return { recall5: best('recall5'), ndcg5: best('ndcg5'), recall10: best('recall10'), ndcg10: best('ndcg10') };
}

/** Comma-separated text of the rows. Names that a spreadsheet would run as a formula get an apostrophe. */
export function csvOf(rows: readonly EvaluationReport[]): string {
  const head = [
    'name',
    'kind',
    'split',
    'users',
    ...METRIC_COLUMNS.map(({ key }) => key),
    'p_against_most_popular',
    'protocol',
  ].join(',');
  const lines = rows.map((row) =>
    [
      csvText(row.name),
      row.kind,
      row.split,
      row.users,
      ...METRIC_COLUMNS.map(({ key }) => row.metrics[key].toFixed(4)),
      row.pAgainstPopular ?? '',
      csvText(row.protocol),
    ].join(','),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}
