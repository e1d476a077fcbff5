import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequenceTable } from '../../base/sequenceTable';
import { coOccurrencePositives, drawPositive, type Positives, sharedFirstCodes } from './positives';

const setOf = ({ offsets, values }: Positives, item: number): number[] => [
  ...values.subarray(offsets[item], offsets[item + 1]),
];

describe('co-occurrence positives (utgrec.md §1.5)', () => {
  it('takes direct neighbours of the training parts only (row 11)', () => {
    const [A, B, C, D, E, X, Y] = [0, 1, 2, 3, 4, 5, 6];
    const table = sequenceTable([
      [A, B, C, D, E],
      [B, A, B, X, Y],
    ]);
    const positives = coOccurrencePositives(table, 7);
    expect(setOf(positives, A)).toEqual([B]);
    expect(setOf(positives, B)).toEqual([A, C]);
    expect(setOf(positives, C)).toEqual([B]);
    for (const item of [D, E, X, Y]) expect(setOf(positives, item)).toEqual([item]);
  });

  it('keeps an immediate repeat as its own positive and gives short sequences none', () => {
    const positives = coOccurrencePositives(
      sequenceTable([
        [1, 1, 2, 3],
        [2, 0],
      ]),
      4,
    );
    expect(setOf(positives, 1)).toEqual([1]);
    expect(setOf(positives, 2)).toEqual([2]);
    expect(setOf(positives, 0)).toEqual([0]);
  });

  it('agrees with the definition on random sequences, and draws only members', () => {
    const sequences = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 }), { maxLength: 8 });
    fc.assert(
      fc.property(sequences, fc.double({ min: 0, max: 0.999999, noNaN: true }), (users, draw) => {
        const positives = coOccurrencePositives(sequenceTable(users), 10);
        for (let item = 0; item < 10; item++) {
          const wanted = new Set<number>();
          for (const sequence of users)
            sequence.slice(0, -2).forEach((held, at, part) => {
              if (held !== item) return;
              for (const near of [part[at - 1], part[at + 1]]) if (near !== undefined) wanted.add(near);
            });
          if (wanted.size === 0) wanted.add(item);
          expect(setOf(positives, item)).toEqual([...wanted].sort((a, b) => a - b));
          expect(wanted.has(drawPositive(positives, item, () => draw))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('sharedFirstCodes', () => {
  it('counts pairs of co-occurring items on one first code, beside chance', () => {
    // A–B, B–C co-occur; D stands alone and is its own positive, which does not count.
    const positives = coOccurrencePositives(sequenceTable([[0, 1, 2, 3, 3]]), 4);
    const codes = Uint16Array.of(5, 0, 5, 1, 6, 2, 7, 3);
    expect(sharedFirstCodes(positives, codes, 2)).toEqual({ share: 0.5, chance: (4 + 1 + 1) / 16 });
    expect(sharedFirstCodes(positives, Uint16Array.of(1, 2, 3, 4), 1)).toEqual({ share: 0, chance: 0.25 });
    expect(sharedFirstCodes(coOccurrencePositives(sequenceTable([]), 2), Uint16Array.of(1, 1), 1)).toEqual({
      share: 0,
      chance: 1,
    });
  });
});
