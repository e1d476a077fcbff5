import { describe, expect, it } from 'vitest';
import { appendConflictDigits } from './conflict';

const digits = (identifiers: Uint16Array, levels: number): number[] =>
  [...identifiers].filter((_, index) => index % (levels + 1) === levels);

describe('appendConflictDigits', () => {
  it('counts items with the same codes from 1 in item order: A, B, A, A, B give 1, 1, 2, 3, 2', () => {
    const [a, b] = [
      [7, 0, 9],
      [7, 1, 9],
    ] as const;
    const identifiers = appendConflictDigits(Uint16Array.of(...a, ...b, ...a, ...a, ...b), 3);
    expect(digits(identifiers, 3)).toEqual([1, 1, 2, 3, 2]);
    expect([...identifiers.subarray(4, 8)]).toEqual([...b, 1]);
  });

  it('does not confuse codes whose digits run together', () => {
    expect(digits(appendConflictDigits(Uint16Array.of(1, 12, 11, 2), 2), 2)).toEqual([1, 1]);
  });

  it('allows 256 items on one identifier and refuses the next', () => {
    expect(digits(appendConflictDigits(new Uint16Array(256), 1), 1).at(-1)).toBe(256);
    expect(() => appendConflictDigits(new Uint16Array(257), 1)).toThrow(
      expect.objectContaining({ code: 'quantize/conflict-limit' }),
    );
  });

  it('refuses partial rows', () => {
    expect(() => appendConflictDigits(new Uint16Array(5), 2)).toThrow(
      expect.objectContaining({ code: 'quantize/codes' }),
    );
  });
});
