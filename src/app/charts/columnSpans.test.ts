import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { columnSpans, isDashOn } from './columnSpans';

describe('line as upright strokes', () => {
  it('covers each column from the highest to the lowest place of the line in it', () => {
    const uniform = uniformGenerator(3);
    for (let round = 0; round < 20; round++) {
      const columns = 30;
      const points: (readonly [number, number])[] = [];
      for (let x = -3 + 2 * uniform(); x < columns + 4; x += uniform() < 0.3 ? 5 * uniform() : 0.4 * uniform())
        points.push([x, 100 * uniform()]);
      const { tops, bottoms } = columnSpans(
        points.length,
        (at) => points[at]?.[0] ?? 0,
        (at) => points[at]?.[1] ?? 0,
        columns,
      );
      // By brute force: every line segment cut at the column's edges.
      for (let column = 0; column < columns; column++) {
        const seen: number[] = [];
        for (const [at, [x1, y1]] of points.entries()) {
          const [x0, y0] = points[at - 1] ?? [x1, y1];
          const [from, to] = [Math.max(x0, column), Math.min(x1, column + 1)];
          if (from > to) continue;
          const yAt = (x: number): number => (x1 === x0 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0));
          seen.push(yAt(from), yAt(to));
        }
        expect(tops[column]).toBeCloseTo(Math.min(...seen), 3);
        expect(bottoms[column]).toBeCloseTo(Math.max(...seen), 3);
      }
    }
  });

  it('has nothing where the line is not', () => {
    const { tops, bottoms } = columnSpans(
      2,
      (at) => 2.5 + 3 * at,
      (at) => 7 + at,
      9,
    );
    expect([...tops].map(Number.isFinite)).toEqual([0, 0, 1, 1, 1, 1, 0, 0, 0].map(Boolean));
    expect(bottoms[5]).toBe(8);
    expect([...columnSpans(0, Number, Number, 2).tops]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('takes dashes from the left edge', () => {
    expect(Array.from({ length: 7 }, (_, column) => isDashOn([2, 3], column))).toEqual(
      [1, 1, 0, 0, 0, 1, 1].map(Boolean),
    );
    expect(isDashOn([], 4)).toBe(true);
  });
});
