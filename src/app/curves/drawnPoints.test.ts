import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { CurveBuffer } from './curveBuffer';
import { drawnPoints } from './drawnPoints';

interface Column {
  readonly first: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
}

/** What each column of pixels must show of some points, by looking at every one. */
function columnsOf(
  points: readonly (readonly [step: number, value: number])[],
  [from, to]: readonly [number, number],
  columns: number,
): readonly (Column | undefined)[] {
  const edges = Array.from({ length: columns }, (_, column) => from + ((to - from) * (column + 1)) / columns);
  const found: (Column | undefined)[] = edges.map(() => undefined);
  for (const [step, value] of points) {
    if (step < from || step > to) continue;
    const past = edges.findIndex((edge) => step < edge);
    const column = past < 0 ? columns - 1 : past;
    const known = found[column] ?? { first: value, least: value, most: value, last: value };
    found[column] = {
      first: known.first,
      least: Math.min(known.least, value),
      most: Math.max(known.most, value),
      last: value,
    };
  }
  return found;
}

const pointsOf = (curve: CurveBuffer): (readonly [number, number])[] =>
  [...curve.steps].map((step, at) => [step, curve.values[at] ?? 0]);

describe('points that are drawn', () => {
  const uniform = uniformGenerator(7);
  const curve = new CurveBuffer();
  const grow = (count: number): void => {
    let step = curve.steps.at(-1) ?? 0;
    for (let added = 0; added < count; added++) {
      // Some steps follow each other, some leave gaps of many columns; few values repeat, one in a thousand is a spike.
      step += uniform() < 0.01 ? 1 + Math.floor(uniform() * 300) : 1;
      const spike = uniform() < 0.001 ? 50 : 1;
      curve.append(step, spike * Math.round(20 * (uniform() - 0.5)));
    }
  };
  const checkWindows = (count: number): void => {
    const points = pointsOf(curve);
    const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
    const source = curve.drawable('values');
    for (let each = 0; each < count; each++) {
      const from = first - 50 + uniform() * (last - first);
      const to = from + 1 + uniform() ** 4 * (last - first);
      const columns = 1 + Math.floor(uniform() * 90);
      const drawn = drawnPoints(source, { from, to, columns });
      expect(drawn.length).toBeLessThanOrEqual(4 * columns + 2);
      expect(drawn.every((index, at) => at === 0 || index > (drawn[at - 1] ?? 0))).toBe(true);
      const kept = drawn.flatMap((index) => points.slice(index, index + 1));
      expect(columnsOf(kept, [from, to], columns)).toEqual(columnsOf(points, [from, to], columns));
      // The line goes on to the points next to the window.
      const before = points.findLastIndex(([step]) => step < from);
      const after = points.findIndex(([step]) => step > to);
      if (before >= 0) expect(drawn[0]).toBe(before);
      if (after >= 0) expect(drawn.at(-1)).toBe(after);
    }
  };

  it('show in every column what all points would, while points come and go', () => {
    for (const count of [1, 14, 1, 1, 239, 1, 3839, 5000]) {
      grow(count);
      checkWindows(25);
    }
    // Back to a checkpoint, and on from there with other values.
    curve.append(Math.floor((curve.steps.at(-1) ?? 0) * 0.37), 3);
    checkWindows(25);
    grow(3000);
    checkWindows(25);
  });

  it('are all there are where they fit', () => {
    const [from, to] = [curve.steps[1000] ?? 0, curve.steps[1200] ?? 0];
    const drawn = drawnPoints(curve.drawable('values'), { from, to, columns: 60 });
    expect(drawn).toEqual(Array.from({ length: 203 }, (_, at) => 999 + at));
  });

  it('are none of an empty curve, and the nearest of a window between two points', () => {
    const two = new CurveBuffer();
    expect(drawnPoints(two.drawable('values'), { from: 0, to: 10, columns: 5 })).toEqual([]);
    two.append(0, 1);
    two.append(100, 2);
    expect(drawnPoints(two.drawable('values'), { from: 40, to: 60, columns: 5 })).toEqual([0, 1]);
  });
});
