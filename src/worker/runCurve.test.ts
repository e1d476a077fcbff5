import { expect, it } from 'vitest';
import { curveOfRows } from './runCurve';

it('takes one value of one part of a run, where it is a number', () => {
  const row = (run: 'tokenizer' | 'recommender', step: number, values: Readonly<Record<string, number>>) => ({
    run,
    step,
    epoch: 1,
    seconds: 0,
    values,
  });
  const rows = [
    row('tokenizer', 1, { loss: 9 }),
    row('recommender', 1, { loss: 3, learningRate: 0.1 }),
    row('recommender', 2, { validNdcg10: 0.5 }),
    row('recommender', 3, { loss: Number.NaN }),
    row('recommender', 4, { loss: 2 }),
  ];
  const { steps, values } = curveOfRows(rows, 'recommender/loss');
  expect([[...steps], [...values]]).toEqual([
    [1, 4],
    [3, 2],
  ]);
  expect(curveOfRows(rows, 'recommender').steps).toHaveLength(0);
});
