import { describe, expect, it } from 'vitest';
import { relativeEntropy, samplingProbabilities } from './curriculum';

describe('samplingProbabilities', () => {
  // mtgrec.md §14, row 16.
  it.each([
    { temperature: 0.1, wanted: [0.3819447, 0.6180553] },
    { temperature: 1, wanted: [0.4879698, 0.5120302] },
    { temperature: 3, wanted: [0.4959892, 0.5040108] },
    { temperature: 5, wanted: [0.4975935, 0.5024065] },
  ])('equals the worked example at temperature $temperature', ({ temperature, wanted }) => {
    const p = samplingProbabilities([0.0779911856, 0.1261213956], { temperature, isRescaled: false });
    wanted.forEach((value, index) => {
      expect(p[index]).toBeCloseTo(value, 7);
    });
  });
  it('survives scores that would overflow', () => {
    expect(samplingProbabilities([1e4, 1e4 - 1], { temperature: 1, isRescaled: false })[0]).toBeCloseTo(
      1 / (1 + Math.E ** -1),
      12,
    );
  });
  it('rescales to [0, 1] on request, and leaves equal scores uniform', () => {
    const rule = { temperature: 1, isRescaled: true };
    expect(samplingProbabilities([3, 5], rule)).toEqual(samplingProbabilities([0, 1], { ...rule, isRescaled: false }));
    expect(samplingProbabilities([2, 2, 2, 2], rule)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});

describe('relativeEntropy', () => {
  it('is 1 for uniform, 0 for certain, and the definition between', () => {
    expect(relativeEntropy([0.2, 0.2, 0.2, 0.2, 0.2])).toBeCloseTo(1, 12);
    expect(relativeEntropy([1, 0, 0])).toBe(0);
    expect(relativeEntropy([0.25, 0.75])).toBeCloseTo(0.8112781245, 9);
  });
});
