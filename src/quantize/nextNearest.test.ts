import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NextNearestInput, resolveByNextNearest } from './nextNearest';

/** Items with a one-dimensional last residual; leaf entries at 0, 1, 2, … */
function line(rows: readonly (readonly [number, number, number, number])[], entries: number): NextNearestInput {
  return {
    codes: Uint16Array.from(rows.flatMap(([first, second, third]) => [first, second, third])),
    levels: 3,
    residual: Float32Array.from(rows.map(([, , , residual]) => residual)),
    entries: Float32Array.from({ length: entries }, (_, entry) => entry),
    width: 1,
    previousEntries: entries,
    seed: 1,
  };
}
const identifiers = ({ codes }: { readonly codes: Uint16Array }): number[][] =>
  Array.from({ length: codes.length / 3 }, (_, item) => [...codes.subarray(item * 3, item * 3 + 3)]);

describe('next-nearest conflict policy (utgrec.md §6.2)', () => {
  it('resolves conflict A of the method notes (row 25)', () => {
    const input = line(
      [
        [7, 2, 0, 0.1],
        [7, 2, 0, 0.2],
        [7, 2, 0, 0.3],
        [7, 2, 1, 1.1],
        [9, 2, 0, 0.05],
      ],
      5,
    );
    const result = resolveByNextNearest(input);
    expect(identifiers(result)).toEqual([
      [7, 2, 0],
      [7, 2, 3],
      [7, 2, 2],
      [7, 2, 1],
      [9, 2, 0],
    ]);
    expect(result.resolutions.map(({ kind }) => kind)).toEqual(['nearest', 'rank', 'rank', 'nearest', 'nearest']);
    expect(result.resolutions[1]).toEqual({ kind: 'rank', rank: 4 });
    expect(result.conflictRateBefore).toBeCloseTo(2 / 5, 12);
    expect(result.conflictRateAfter).toBe(0);
  });

  it('resolves conflict B of the method notes (row 26)', () => {
    const input = line(
      [
        [0, 0, 1, 1.2],
        [0, 0, 1, 1.3],
        [0, 0, 1, 1.45],
      ],
      5,
    );
    expect(identifiers(resolveByNextNearest(input))).toEqual([
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 2],
    ]);
  });

  it('makes all identifiers distinct, keeps the prefixes and changes nothing the second time (row 27)', () => {
    const catalogue = fc.record({
      entries: fc.integer({ min: 2, max: 12 }),
      points: fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: -2, max: 14, noNaN: true })), {
        minLength: 1,
        maxLength: 24,
      }),
    });
    fc.assert(
      fc.property(catalogue, ({ entries, points }) => {
        const perPrefix = [0, 0];
        const rows = points
          .filter(([prefix]) => {
            const held = (perPrefix[prefix] ?? 0) + 1;
            perPrefix[prefix] = held;
            return held <= entries;
          })
          .map(([prefix, x]): [number, number, number, number] => [
            prefix,
            1,
            Math.min(entries - 1, Math.max(0, Math.ceil(Math.fround(x) - 0.5))),
            x,
          ]);
        const input = line(rows, entries);
        const first = resolveByNextNearest(input);
        const found = identifiers(first);
        expect(new Set(found.map(String)).size).toBe(rows.length);
        expect(found.map(([prefix, second]) => [prefix, second])).toEqual(
          rows.map(([prefix, second]) => [prefix, second]),
        );
        expect(first.conflictRateAfter).toBe(0);
        const again = resolveByNextNearest({ ...input, codes: first.codes });
        expect(again.codes).toEqual(first.codes);
      }),
      { numRuns: 2000 },
    );
  });

  it('goes on with random codes where a prefix holds more items than entries, and says so', () => {
    const rows = Array.from({ length: 5 }, (): [number, number, number, number] => [0, 0, 0, 0.1]);
    const result = resolveByNextNearest(line(rows, 3));
    expect(new Set(identifiers(result).map(String)).size).toBe(5);
    expect(result.resolutions.filter(({ kind }) => kind === 'random')).toHaveLength(3);
    // Three last codes, then the original last code below the two other second codes: five identifiers for ten items.
    const crowded = Array.from({ length: 10 }, (): [number, number, number, number] => [0, 0, 0, 0.1]);
    const full = resolveByNextNearest({ ...line(crowded, 3), previousEntries: 3 });
    expect(full.resolutions.filter(({ kind }) => kind === 'duplicate')).toHaveLength(5);
    expect(full.conflictRateAfter).toBeCloseTo(5 / 10, 12);
  });

  it('refuses rows that do not fit', () => {
    const input = line([[0, 0, 0, 0]], 2);
    expect(() => resolveByNextNearest({ ...input, levels: 2 })).toThrow(
      expect.objectContaining({ code: 'quantize/codes' }),
    );
    expect(() => resolveByNextNearest({ ...input, width: 2 })).toThrow(
      expect.objectContaining({ code: 'quantize/width' }),
    );
  });
});
