import { describe, expect, it } from 'vitest';
import { CurveBuffer, MOST_POINTS } from './curveBuffer';

describe('CurveBuffer', () => {
  it('starts the smoothed curve at the first value', () => {
    const curve = new CurveBuffer();
    curve.append(1, 8);
    expect(curve.smooth[0]).toBe(8);
    curve.append(2, 4);
    // The second point counts 1 / 1.1.
    expect(curve.smooth[1]).toBeCloseTo(8 - 4 / 1.1, 12);
  });

  it('averages a long curve over about ten points', () => {
    const curve = new CurveBuffer();
    for (let step = 0; step < 200; step++) curve.append(step, 0);
    curve.append(200, 1);
    expect(curve.smooth.at(-1)).toBeCloseTo(0.1, 12);
  });

  it('drops what came after a checkpoint when training goes back to it', () => {
    const curve = new CurveBuffer();
    for (let step = 1; step <= 10; step++) curve.append(step, step);
    curve.append(6, 60);
    expect([...curve.steps]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(curve.values.at(-1)).toBe(60);
  });

  it('knows its range after going back, with nothing of what was dropped', () => {
    const curve = new CurveBuffer();
    for (let step = 0; step < 1000; step++) curve.append(step, step);
    curve.append(300, 0.5);
    expect(curve.rangeOf('values', 0, 1000)).toEqual([0, 299]);
    for (let step = 301; step < 1000; step++) curve.append(step, -step);
    expect(curve.rangeOf('values', 0, 1000)).toEqual([-999, 299]);
    expect(curve.rangeOf('values', 298, 301)).toEqual([-301, 299]);
    expect(curve.rangeOf('values', 1000, 2000)).toBeNull();
  });

  it('takes values that are not finite for no points', () => {
    const curve = new CurveBuffer();
    for (const [step, value] of [1, Number.NaN, 3, Number.POSITIVE_INFINITY, 5].entries()) curve.append(step, value);
    expect([...curve.steps]).toEqual([0, 2, 4]);
    expect([...curve.smooth].every(Number.isFinite)).toBe(true);
    expect(curve.rangeOf('values', 0, 4)).toEqual([1, 5]);
  });

  it('finds the nearest point', () => {
    const curve = new CurveBuffer();
    expect(curve.nearest(3)).toBe(-1);
    for (const step of [10, 20, 40]) curve.append(step, 0);
    expect([-5, 10, 15, 16, 29, 31, 99].map((step) => curve.nearest(step))).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });

  it('holds every point up to its limit', () => {
    const curve = new CurveBuffer();
    for (let step = 0; step < MOST_POINTS; step++) curve.append(step, step % 7);
    expect([curve.length, curve.isThinned]).toEqual([MOST_POINTS, false]);
    curve.append(MOST_POINTS, 0);
    expect([curve.length < 0.6 * MOST_POINTS, curve.isThinned]).toEqual([true, true]);
  });

  it('keeps spikes, both ends and all that came since it made room beyond its limit', () => {
    const curve = new CurveBuffer();
    // After the fourth thinning and before the fifth.
    const last = Math.round(2.9 * MOST_POINTS);
    const spikes = new Map([
      [17, 900],
      [18, -900],
      [MOST_POINTS + 5, 700],
      [last - 3, -700],
    ]);
    for (let step = 1; step <= last; step++) curve.append(step, spikes.get(step) ?? Math.sin(step));
    expect(curve.length).toBeLessThanOrEqual(MOST_POINTS);
    expect([curve.steps[0], curve.steps.at(-1)]).toEqual([1, last]);
    for (const [step, value] of spikes) expect(curve.values[curve.steps.indexOf(step)], `step ${step}`).toBe(value);
    expect(curve.rangeOf('values', 1, last)).toEqual([-900, 900]);
    expect([...curve.steps.subarray(-1000)]).toEqual(Array.from({ length: 1000 }, (_, at) => last - 999 + at));
    expect(curve.steps.every((step, at) => at === 0 || step > (curve.steps[at - 1] ?? 0))).toBe(true);
  });

  it('is empty after clear', () => {
    const curve = new CurveBuffer();
    curve.append(1, 1);
    curve.clear();
    curve.append(1, 5);
    expect([...curve.smooth]).toEqual([5]);
    expect(curve.rangeOf('smooth', 0, 9)).toEqual([5, 5]);
  });
});
