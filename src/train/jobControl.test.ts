import { expect, it } from 'vitest';
import { JobControl, ProgressMeter } from './jobControl';
import type { Progress } from './reports';

it('says the time left once it has seen three intervals, and always tells the last unit', () => {
  let now = 0;
  const told: Progress[] = [];
  const job = { stage: 'recommender', total: 20, unit: 'steps', epochs: 1 } as const;
  const meter = new ProgressMeter(
    () => now,
    (progress) => told.push(progress),
    new JobControl(),
    job,
  );
  for (let done = 1; done <= 20; done++) {
    now += 500;
    meter.update(done, 0);
  }
  expect(told.slice(0, 3).map(({ etaSeconds }) => etaSeconds)).toEqual([null, null, null]);
  expect(told[3]).toMatchObject({ done: 4, rate: 2, etaSeconds: 8 });
  now += 1;
  meter.update(20, 0);
  expect(told.at(-1)).toMatchObject({ done: 20, etaSeconds: 0 });
});
