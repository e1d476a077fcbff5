import { describe, expect, it } from 'vitest';
import { relativeEntropy } from './curriculum';

describe('relativeEntropy', () => {
  it('is 1 for uniform, 0 for certain, and the definition between', () => {
    expect(relativeEntropy([0.2, 0.2, 0.2, 0.2, 0.2])).toBeCloseTo(1, 12);
    expect(relativeEntropy([1, 0, 0])).toBe(0);
    expect(relativeEntropy([0.25, 0.75])).toBeCloseTo(0.8112781245, 9);
  });
});
