import { describe, expect, it } from 'vitest';
import { CurveBuffer } from './curveBuffer';

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

  it('keeps the whole run within its ceiling by halving the resolution', () => {
    const curve = new CurveBuffer();
    for (let step = 0; step < 200_000; step++) curve.append(step, step);
    expect(curve.length).toBeLessThanOrEqual(65_536);
    expect(curve.stride).toBe(4);
    expect(curve.steps[0]).toBe(0);
    expect(curve.steps[1]).toBe(4);
    expect(curve.steps.at(-1)).toBe(199_996);
  });

  it('is empty after clear', () => {
    const curve = new CurveBuffer();
    curve.append(1, 1);
    curve.clear();
    curve.append(1, 5);
    expect([...curve.smooth]).toEqual([5]);
  });
});
