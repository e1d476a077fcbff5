import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelMargins, prefixMargins, splitPlace } from './splitLevels';

const number = fc.integer({ min: -20, max: 20 }).map((value) => value / 4);

describe('prefixMargins', () => {
  it('takes every level by itself', () => {
    const books = [Float32Array.of(0, 0, 4, 0), Float32Array.of(0, 0, -4, 0)];
    expect(prefixMargins(Float32Array.of(3, 0, -1, 0), books)).toEqual([
      { code: 1, residual: 3, boundary: 1 },
      { code: 0, residual: 1, boundary: 1 },
    ]);
    // Another vector at the first level leaves the second as it is.
    expect(prefixMargins(Float32Array.of(0, 1, -1, 0), books)[1]).toEqual({ code: 0, residual: 1, boundary: 1 });
  });
});

describe('levelMargins', () => {
  it('gives residual and boundary worked by hand', () => {
    // (3, 0): nearest (4, 0); the boundary to (0, 0) is x = 2. Residual (−1, 0): nearest (0, 0), boundary to (−4, 0) at −2.
    const margins = levelMargins(Float32Array.of(3, 0), [Float32Array.of(0, 0, 4, 0), Float32Array.of(0, 0, -4, 0)]);
    expect(margins).toEqual([
      { code: 1, residual: 3, boundary: 1 },
      { code: 0, residual: 1, boundary: 1 },
    ]);
  });

  it('moving by less than the boundary keeps the code, by more changes it (along the way to some other entry)', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 2, maxLength: 2 }),
        fc.uniqueArray(fc.tuple(number, number), { minLength: 2, maxLength: 6, selector: ([a, b]) => `${a} ${b}` }),
        (point, entries) => {
          const book = Float32Array.from(entries.flat());
          const [margin] = levelMargins(Float32Array.from(point), [book]);
          const distance = (at: readonly number[], entry: number): number =>
            Math.hypot((at[0] ?? 0) - (book[2 * entry] ?? 0), (at[1] ?? 0) - (book[2 * entry + 1] ?? 0));
          const nearest = (at: readonly number[]): number =>
            entries
              .map((_, entry) => distance(at, entry))
              .reduce((best, value, entry, all) => (value < (all[best] ?? 0) ? entry : best), 0);
          const { code = 0, boundary = 0 } = margin ?? {};
          expect(code).toBe(nearest(point));
          let isLeft = false;
          for (let turn = 0; turn < 720; turn++) {
            const way = [Math.cos((turn * Math.PI) / 360), Math.sin((turn * Math.PI) / 360)];
            const moved = (length: number): number[] => point.map((value, d) => value + length * (way[d] ?? 0));
            expect(distance(moved(boundary * 0.999), code)).toBeLessThanOrEqual(
              Math.min(...entries.map((_, entry) => distance(moved(boundary * 0.999), entry))) + 1e-9,
            );
            isLeft ||= nearest(moved(boundary * 1.001 + 1e-3)) !== code;
          }
          expect(isLeft).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('splitPlace', () => {
  it('names the level and the item with the nearest boundary, and nothing without items', () => {
    const margin = (boundary: number) => ({ code: 0, residual: 1, boundary });
    expect(
      splitPlace([
        [margin(3), margin(2)],
        [margin(0.5), margin(4)],
      ]),
    ).toEqual({ level: 0, member: 1, boundary: 0.5 });
    expect(splitPlace([])).toBeNull();
  });
});
