import type { EvaluationReport } from '../../worker/protocol';
import { formatMetric, formatP } from '../format/numbers';
import { bestOf, METRIC_COLUMNS } from './metricRows';

/** One row a recommender; a bar behind each number compares within its column. */
export function MetricsTable({ rows }: { readonly rows: readonly EvaluationReport[] }) {
  const best = bestOf(rows);
  const popular = rows.find((row) => row.kind === 'reference' && row.pAgainstPopular === null);
  return (
    <div className="table-scroll">
      <table className="metrics-table">
        <thead>
          <tr>
            <th scope="col">Recommender</th>
            {METRIC_COLUMNS.map(({ key, title }) => (
              <th key={key} scope="col">
                {title}
              </th>
            ))}
            <th scope="col" title="Recall@10 as a multiple of Most-popular’s">
              × popular
            </th>
            <th scope="col">p vs popular</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} className={row.kind === 'model' ? 'is-model' : undefined}>
              <th scope="row">
                {row.name}
                <small>{row.kind === 'model' ? 'this run' : 'reference point'}</small>
              </th>
              {METRIC_COLUMNS.map(({ key }) => (
                <MetricCell key={key} value={row.metrics[key]} best={best[key]} />
              ))}
              <td>
                {popular && popular.metrics.recall10 > 0
                  ? `${(row.metrics.recall10 / popular.metrics.recall10).toFixed(2)}×`
                  : '–'}
              </td>
              <td>{row.pAgainstPopular === null ? '–' : formatP(row.pAgainstPopular)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MetricCell({ value, best }: { readonly value: number; readonly best: number }) {
  const isBest = Number(value.toFixed(4)) === best && best > 0;
  return (
    <td className={isBest ? 'is-best' : undefined}>
      <span className="metric-bar" style={{ transform: `scaleX(${best > 0 ? value / best : 0})` }} aria-hidden="true" />
      <span className="metric-value">
        {isBest && (
          <>
            <span aria-hidden="true">◆ </span>
            <span className="visually-hidden">best: </span>
          </>
        )}
        {formatMetric(value)}
      </span>
    </td>
  );
}
