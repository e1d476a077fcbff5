import type { MetricRow } from '../train/reports';
import type { RunCurve } from './protocol/runs';

/**
 * One value of a run over its steps; rows without it, or where it is not finite, are no points.
 * @param metric part and key: `recommender/loss`
 */
export function curveOfRows(rows: readonly MetricRow[], metric: string): RunCurve {
  const [part, key = ''] = metric.split('/');
  const points = rows.filter(({ run, values }) => run === part && Number.isFinite(values[key]));
  return {
    steps: Float64Array.from(points, ({ step }) => step),
    values: Float64Array.from(points, ({ values }) => values[key] ?? 0),
  };
}
