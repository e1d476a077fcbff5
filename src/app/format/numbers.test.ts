import { describe, expect, it } from 'vitest';
import { formatDuration, formatP, formatProbability, formatRate, formatValue } from './numbers';

describe('numbers', () => {
  it('writes durations in the two largest units', () => {
    expect(formatDuration(59.4)).toBe('59 s');
    expect(formatDuration(130)).toBe('2 m 10 s');
    expect(formatDuration(7265)).toBe('2 h 1 m');
  });
  it('writes slow rates as time a unit', () => {
    expect(formatRate(0.05, 'steps')).toBe('20.0 s a step');
    expect(formatRate(12.34, 'steps')).toBe('12.3 steps/s');
    expect(formatRate(0, 'items')).toBe('– items/s');
  });
  it('keeps three to four significant digits', () => {
    expect(formatValue(3.16227)).toBe('3.162');
    expect(formatValue(0.00012)).toBe('1.20e-4');
    expect(formatValue(0)).toBe('0');
  });
  it('shows small probabilities with two digits instead of as zero', () => {
    expect(formatProbability(0.1234)).toBe('12.3%');
    expect(formatProbability(0.000151)).toBe('0.015%');
    expect(formatProbability(0)).toBe('0%');
  });
  it('gives only the bound of tiny p values', () => {
    expect(formatP(0)).toBe('< 0.0001');
    expect(formatP(0.0321)).toBe('0.0321');
  });
});
