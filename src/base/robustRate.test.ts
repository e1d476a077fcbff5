import { describe, expect, it } from 'vitest';
import { uniformGenerator } from './random';
import { RobustRate } from './robustRate';

describe('RobustRate', () => {
  it('says nothing before three samples', () => {
    const rate = new RobustRate();
    for (const [seconds, bytes] of [
      [0, 0],
      [1, 10],
      [2, 20],
    ] as const)
      rate.add(seconds, bytes);
    expect(rate.rate).toBe(0);
    expect(rate.etaSeconds(20, 100)).toBeNull();
    rate.add(3, 30);
    expect(rate.rate).toBe(10);
    expect(rate.etaSeconds(30, 100)).toBe(7);
  });

  it('is not swung by one stall', () => {
    const rate = new RobustRate();
    let bytes = 0;
    for (let second = 0; second < 7; second++) {
      bytes += second === 4 ? 0 : 10;
      rate.add(second, bytes);
    }
    expect(rate.rate).toBe(10);
  });

  it('knows no end without a total, and forgets on restart', () => {
    const rate = new RobustRate();
    for (let second = 0; second < 5; second++) rate.add(second, 10 * second);
    expect(rate.etaSeconds(40, null)).toBeNull();
    rate.restart();
    expect(rate.rate).toBe(0);
  });

  it.each([
    ['steady', 1],
    ['stalls', 2],
    ['bursts', 3],
    ['slow', 4],
  ] as const)('names no end more than three times wrong once a fifth is done: %s', (kind, seed) => {
    const uniform = uniformGenerator(seed);
    const steps = kind === 'slow' ? 60 : 2000;
    const times: number[] = [];
    let now = 0;
    for (let step = 0; step < steps; step++) {
      const noise = 0.5 + uniform();
      now += kind === 'slow' ? 12 * noise : 0.02 * noise;
      if (kind === 'stalls' && step % 500 === 499) now += 5;
      // Thirty steps are told at once.
      if (kind === 'bursts' && step % 30 === 29) now += 2;
      times.push(now);
    }
    const rate = new RobustRate();
    rate.add(0, 0);
    for (const [step, time] of times.entries()) {
      rate.add(time, step + 1);
      // Of the last tenth a stall may be more than all the rest.
      if (step < steps / 5 || step > 0.9 * steps) continue;
      const left = (rate.etaSeconds(step + 1, steps) ?? 0) / (now - time);
      expect(left, `after step ${step}`).toBeGreaterThan(1 / 3);
      expect(left, `after step ${step}`).toBeLessThan(3);
    }
  });
});
