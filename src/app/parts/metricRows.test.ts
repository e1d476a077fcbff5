import { describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../worker/protocol';
import { bestOf, csvOf, rowsOf } from './metricRows';

const report = (
  name: string,
  kind: EvaluationReport['kind'],
  recall10: number,
  split: EvaluationReport['split'] = 'test',
): EvaluationReport => ({
  name,
  kind,
  split,
  users: 10,
  metrics: { recall5: 0, ndcg5: 0, recall10, ndcg10: 0 },
  protocol: 'full ranking, "ties" against',
  pAgainstPopular: null,
});

describe('metric rows', () => {
  it('puts the model first and the reference points from weak to strong', () => {
    const rows = rowsOf(
      [
        report('b', 'reference', 0.3),
        report('a', 'reference', 0.1),
        report('m', 'model', 0.2),
        report('v', 'model', 0.9, 'validation'),
      ],
      'test',
    );
    expect(rows.map(({ name }) => name)).toEqual(['m', 'a', 'b']);
  });
  it('takes values that read the same as equally good', () => {
    const rows = [report('a', 'model', 0.12344), report('b', 'reference', 0.123401)];
    expect(rows.map(({ metrics }) => Number(metrics.recall10.toFixed(4)) === bestOf(rows).recall10)).toEqual([
      true,
      true,
    ]);
  });
  it('neutralises formulas and doubles quotes', () => {
    const csv = csvOf([report('=SUM(A1)', 'model', 0.5)]);
    expect(csv).toContain(`"'=SUM(A1)",model,test,10,0.0000,0.0000,0.5000,0.0000,,"full ranking, ""ties"" against"`);
  });
});
