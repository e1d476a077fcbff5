import { describe, expect, it } from 'vitest';
import { lengthBins, popularityBins } from './domainBins';

describe('lengthBins', () => {
  it('cuts empty ends and marks the open last bin', () => {
    expect(lengthBins([0, 0, 0, 4, 0, 2])).toEqual([
      { label: '3', count: 4 },
      { label: '4', count: 0 },
      { label: '5+', count: 2 },
    ]);
    expect(lengthBins([0, 0])).toEqual([]);
  });
});

describe('popularityBins', () => {
  it('names the range of each power of two', () => {
    expect(popularityBins([3, 1, 0, 5, 0])).toEqual([
      { label: '0', count: 3 },
      { label: '1', count: 1 },
      { label: '2–3', tick: '2', count: 0 },
      { label: '4–7', tick: '4', count: 5 },
    ]);
  });
});
