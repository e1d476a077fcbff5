import { describe, expect, it } from 'vitest';
import { TransferRate } from './transferRate';

describe('TransferRate', () => {
  it('says nothing before three samples', () => {
    const rate = new TransferRate();
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
    const rate = new TransferRate();
    let bytes = 0;
    for (let second = 0; second < 7; second++) {
      bytes += second === 4 ? 0 : 10;
      rate.add(second, bytes);
    }
    expect(rate.rate).toBe(10);
  });

  it('knows no end without a total, and forgets on restart', () => {
    const rate = new TransferRate();
    for (let second = 0; second < 5; second++) rate.add(second, 10 * second);
    expect(rate.etaSeconds(40, null)).toBeNull();
    rate.restart();
    expect(rate.rate).toBe(0);
  });
});
