import { describe, expect, it } from 'vitest';
import { loadGolden } from '../../test/goldens';
import { constantSchedule, cosineSchedule, linearSchedule, type Schedule } from './schedules';

interface ScheduleCase {
  readonly kind: string;
  readonly base: number;
  readonly warmup: number;
  readonly total: number;
  readonly rates: readonly number[];
}

const make = ({ kind, base, total, warmup }: ScheduleCase): Schedule => {
  const options = { warmupSteps: warmup };
  if (kind === 'cosine') return cosineSchedule(base, total, options);
  return kind === 'linear' ? linearSchedule(base, total, options) : constantSchedule(base, options);
};

describe('schedules', () => {
  const cases = loadGolden('models/blocks/golden/schedules').meta['cases'] as readonly ScheduleCase[];

  it('has goldens of every kind', () => {
    expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(['cosine', 'linear', 'constant']));
  });

  for (const golden of cases)
    it(`${golden.kind} with ${golden.warmup} of ${golden.total} steps of warm-up equals transformers at every step`, () => {
      const schedule = make(golden);
      golden.rates.forEach((rate, step) => {
        expect(Math.abs(schedule(step) - rate), `step ${step}`).toBeLessThan(1e-15);
      });
    });

  it('gives the rates of the method notes: base .005, warm-up 10, total 100', () => {
    const schedule = cosineSchedule(0.005, 100, { warmupSteps: 10 });
    const steps = [0, 1, 5, 10, 55, 100].map((step) => Number(schedule(step).toFixed(10)));
    expect(steps).toEqual([0, 0.0005, 0.0025, 0.005, 0.0025, 0]);
  });

  it('stays at 0 after the last step', () => {
    expect(cosineSchedule(0.1, 10)(11)).toBe(0);
    expect(linearSchedule(0.1, 10)(11)).toBe(0);
  });
});
