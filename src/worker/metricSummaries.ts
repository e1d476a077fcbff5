/** What a run's curves come to: last, best and at-best-validation value of each. */
import type { MetricRow } from '../train/reports';
import type { MetricSummary } from './protocol/runs';

/** Not a result. */
const LEFT_OUT = /^(learningRate|gradientNorm|dataWaitShare)$/;
/** Better when larger; all else (losses, collisions, dead entries) better when smaller. */
const LARGER = /recall|ndcg|mrr|perplexity|used|usage|accuracy/i;
/** What decides the best validation of each stage. */
const VALIDATION = 'validNdcg10';

export const isBetterLarger = (key: string): boolean => LARGER.test(key);

/** By `run/key`. Values that are no numbers are passed over. */
export function metricSummaries(rows: readonly MetricRow[]): Record<string, MetricSummary> {
  const best = bestValidationStep(rows);
  const summaries: Record<string, { last: number; best: number; atBest: number | null }> = {};
  for (const row of rows)
    for (const [key, value] of Object.entries(row.values)) {
      if (LEFT_OUT.test(key) || !Number.isFinite(value)) continue;
      const name = `${row.run}/${key}`;
      const summary = summaries[name];
      const isAtBest = row.run === 'recommender' && best !== null && row.step <= best;
      if (!summary) summaries[name] = { last: value, best: value, atBest: isAtBest ? value : null };
      else {
        summary.last = value;
        summary.best = isBetterLarger(key) ? Math.max(summary.best, value) : Math.min(summary.best, value);
        if (isAtBest) summary.atBest = value;
      }
    }
  return summaries;
}

/** Step of the first best validation; null without one. */
function bestValidationStep(rows: readonly MetricRow[]): number | null {
  let found: { step: number; value: number } | null = null;
  for (const { run, step, values } of rows) {
    const value = values[VALIDATION];
    if (run === 'recommender' && value !== undefined && (found === null || value > found.value))
      found = { step, value };
  }
  return found?.step ?? null;
}
