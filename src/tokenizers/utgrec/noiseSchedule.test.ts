import { describe, expect, it } from 'vitest';
import { cosineNoiseSchedule, noised, samplingSteps, timeFeatures } from './noiseSchedule';

const schedule = cosineNoiseSchedule();
/** Relative, as the table of utgrec.md asks. */
const close = (came: number | undefined, wanted: number, relative = 1e-8): void =>
  expect(Math.abs((came ?? Number.NaN) - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted));

describe('cosine noise schedule (utgrec.md §11)', () => {
  it('starts as row 13', () => {
    close(schedule.beta[0], 4.128422482e-5);
    close(schedule.alphaBar[0], 0.999958715775);
  });

  it('is as row 14 in the middle', () => {
    close(schedule.beta[500], 3.155691442e-3);
    close(schedule.alphaBar[500], 0.492285172449);
    close(Math.sqrt(schedule.alphaBar[500] ?? 0), 0.701630367);
    close(Math.sqrt(1 - (schedule.alphaBar[500] ?? 0)), 0.712541106);
    close(schedule.posteriorLogVariance[500], -5.761621845);
  });

  it('ends as row 15, the last step clipped', () => {
    close(schedule.beta[998], 0.749999393);
    expect(schedule.beta[999]).toBe(0.999);
    close(schedule.alphaBar[998], 2.428766907e-6);
    close(schedule.alphaBar[999], 2.428766907e-9);
  });

  it('clips the first posterior log-variance to the second (row 16)', () => {
    close(schedule.posteriorLogVariance[0], -10.734082532);
    close(schedule.posteriorLogVariance[1], -10.734082532);
  });

  it('noises as row 17', () => {
    close(noised(schedule, 500, 0.5, 1), 1.06335629);
    close(noised(schedule, 500, -0.25, -1), -0.8879487);
  });

  it('embeds time as row 22', () => {
    expect([...timeFeatures(0, 256)]).toEqual([...new Array(128).fill(1), ...new Array(128).fill(0)]);
    const features = timeFeatures(1, 256);
    [0.54030231, 0.59737533, 0.64790587].forEach((wanted, i) => {
      close(features[i], wanted);
    });
    [0.84147098, 0.8019618, 0.76172041].forEach((wanted, i) => {
      close(features[128 + i], wanted);
    });
  });

  it('samples ascending steps from the first to the last', () => {
    const steps = samplingSteps(schedule, 100);
    expect(steps).toHaveLength(100);
    expect([steps[0], steps.at(-1)]).toEqual([0, 999]);
    expect([...steps].every((t, at) => at === 0 || t > (steps[at - 1] ?? 0))).toBe(true);
    expect([...samplingSteps(schedule, 1)]).toEqual([999]);
  });
});
