import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import type { ItemMapReply } from '../../worker/protocol/codebooks';
import { csvOf } from '../figures/csv';
import { tableOf } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { cellColumns, itemRows, mapFigure, normalisedPoints } from './mapFigure';
import { colouringsOf, mapGroups } from './mapGroups';
import { pickedFlags } from './pickedFlags';
import { nextPoint, PointIndex, pointsInside } from './pointIndex';

const coordinate = fc.integer({ min: -100, max: 100 }).map((value) => value / 100);
const clouds = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 60 }).map((places) => ({
  x: Float32Array.from(places, ([x]) => x),
  y: Float32Array.from(places, ([, y]) => y),
}));

function replyOf(count: number): ItemMapReply {
  const random = uniformGenerator(11);
  return {
    source: 'whitened',
    x: Float32Array.from({ length: count }, () => 3 * random()),
    y: Float32Array.from({ length: count }, () => random() - 7),
    explainedShare: null,
    codes: Uint16Array.from({ length: 2 * count }, () => Math.floor(random() ** 2 * 20)),
    levels: 2,
    domainOfItem: Uint8Array.from({ length: count }, (_, item) => item % 3),
    domainNames: ['Maps', 'Moon', 'Seas'],
    popularity: Uint32Array.from({ length: count }, () => Math.floor(90 * random() ** 3)),
    sharing: Uint32Array.from({ length: count }, () => 1 + Math.floor(12 * random() ** 4)),
    titles: Array.from({ length: count }, (_, item) => `title ${item}`),
    ids: Array.from({ length: count }, (_, item) => `id ${item}`),
  };
}

describe('pickedFlags', () => {
  it('marks picked items, else those of the picked codes', () => {
    const map = { ...replyOf(3), codes: Uint16Array.of(4, 1, 4, 2, 5, 1) };
    expect([...pickedFlags(map, [2, 9], [4])]).toEqual([0, 0, 1]);
    expect([...pickedFlags(map, [], [4])]).toEqual([1, 1, 0]);
    // The last code of an identifier that was resolved is none of the map's.
    expect([...pickedFlags(map, [], [4, 2, 7])]).toEqual([0, 1, 0]);
    expect([...pickedFlags(map, [], [])]).toEqual([0, 0, 0]);
  });
});

describe('PointIndex', () => {
  it('finds what going through all points finds', () => {
    fc.assert(
      fc.property(clouds, coordinate, coordinate, fc.constantFrom(0.02, 0.3, 3), (points, px, py, reach) => {
        const squares = [...points.x.keys()].map(
          (i) => ((points.x[i] ?? 0) - px) ** 2 + ((points.y[i] ?? 0) - py) ** 2,
        );
        const least = Math.min(...squares);
        const expected = least <= reach * reach ? squares.indexOf(least) : null;
        expect(new PointIndex(points).nearest(px, py, reach)).toBe(expected);
      }),
    );
  });
});

describe('nextPoint', () => {
  const points = { x: Float32Array.of(0, 0.5, -0.5, 0, 0.9), y: Float32Array.of(0, 0.1, 0, 0.5, 0.8) };
  it('goes to the nearest point in a direction, and nowhere at the edge', () => {
    const from = [0, 0] as const;
    expect(nextPoint(points, from, 'right')).toBe(1);
    expect(nextPoint(points, from, 'left')).toBe(2);
    expect(nextPoint(points, from, 'up')).toBe(3);
    expect(nextPoint(points, from, 'down')).toBeNull();
    expect(nextPoint(points, [0.8, 0.7], null)).toBe(4);
  });
});

describe('pointsInside', () => {
  it('agrees with half-planes for convex lines, drawn either way round', () => {
    fc.assert(
      fc.property(
        clouds,
        fc.integer({ min: 3, max: 9 }),
        fc.boolean(),
        coordinate,
        (points, corners, isTurned, middle) => {
          const angles = Array.from(
            { length: corners },
            (_, at) => (2 * Math.PI * (isTurned ? corners - at : at)) / corners + 0.1,
          );
          const polygon = angles.map((angle) => [middle + 0.6 * Math.cos(angle), 0.6 * Math.sin(angle)] as const);
          const sides = polygon.map(([ax, ay], at) => [ax, ay, ...(polygon[(at + 1) % corners] ?? [0, 0])] as const);
          const expected = [...points.x.keys()].filter((item) => {
            const [px, py] = [points.x[item] ?? 0, points.y[item] ?? 0];
            const turns = sides.map(([ax, ay, bx, by]) =>
              Math.sign(((bx ?? 0) - ax) * (py - ay) - ((by ?? 0) - ay) * (px - ax)),
            );
            return turns.every((turn) => turn === (isTurned ? -1 : 1));
          });
          expect(pointsInside(points, Float64Array.from(polygon.flat()))).toEqual(expected);
        },
      ),
    );
  });

  it('leaves out the notch of a line that is not convex', () => {
    const points = { x: Float32Array.of(0, 0), y: Float32Array.of(-0.5, 0.5) };
    // A "V": its notch reaches down to the middle.
    const line = Float64Array.of(-1, 1, 0, 0, 1, 1, 1, -1, -1, -1);
    expect(pointsInside(points, line)).toEqual([0]);
  });
});

describe('mapGroups', () => {
  const map = replyOf(500);
  it('puts every item into exactly one group of every colouring, and counts it there', () => {
    expect(colouringsOf(map)).toEqual(['domain', 'level0', 'level1', 'popularity', 'collision']);
    for (const colouring of colouringsOf(map)) {
      const { groups, groupOf } = mapGroups(map, colouring);
      const counts = groups.map((_, group) => groupOf.filter((own) => own === group).length);
      expect(groups.map(({ items }) => items)).toEqual(counts);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
      expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length);
    }
  });

  it('names the most used codes and how many others there are', () => {
    const { groups, groupOf } = mapGroups(map, 'level0');
    const used = new Set(Array.from({ length: 500 }, (_, item) => map.codes[2 * item])).size;
    expect(groups).toHaveLength(9);
    expect(groups[8]?.label).toBe(`other codes (${used - 8})`);
    for (const item of groupOf.keys()) {
      const label = groups[groupOf[item] ?? 0]?.label;
      if (groupOf[item] !== 8) expect(label).toBe(`code ${map.codes[2 * item]}`);
    }
  });

  it('bins interactions and shared identifiers by what their labels say', () => {
    const { groups, groupOf } = mapGroups(map, 'popularity');
    for (const [item, value] of map.popularity.entries()) {
      const [, low = '', high] =
        /^(\d+)(?:–(\d+)| or more)? interactions$/.exec(groups[groupOf[item] ?? 0]?.label ?? '') ?? [];
      expect(value).toBeGreaterThanOrEqual(Number(low));
      if (high !== undefined) expect(value).toBeLessThanOrEqual(Number(high));
    }
    expect(mapGroups(map, 'collision').groups.map(({ label }) => label)).toEqual([
      'alone',
      '2 on one identifier',
      '3–4 on one identifier',
      '5–8 on one identifier',
      '9 or more on one identifier',
    ]);
  });
});

describe('mapFigure', () => {
  it.each([{ count: 40 }, { count: 4100 }])(
    'names every one of $count items and draws without a number missing',
    ({ count }) => {
      const map = replyOf(count);
      const points = normalisedPoints(map);
      const groups = mapGroups(map, 'domain');
      const spec = mapFigure({ map, points, groups, rows: itemRows(map), picked: 0 });
      expect(tableOf(spec, 'items')?.rows).toHaveLength(count);
      expect(csvOf(spec.data[0] ?? { name: '', title: '', columns: [], rows: [] }).split('\r\n')).toHaveLength(
        count + 2,
      );
      const svg = svgOf(spec, 84);
      expect(svg).not.toMatch(/NaN|Infinity/);
      for (const { label, items } of groups.groups) expect(svg).toContain(`${label}: ${items.toLocaleString('en')}`);
      expect(spec.note?.includes('cells')).toBe(count > 4000);
      expect(Math.max(...points.x)).toBeCloseTo(1, 5);
      expect(Math.min(...points.x)).toBeCloseTo(-1, 5);
      // One scale for both axes: the narrower one does not reach the edge.
      expect(Math.max(...points.y)).toBeLessThan(0.5);
    },
  );

  it('gives a cell to the group with most points in it', () => {
    const points = { x: Float32Array.of(-1, -1, -1, 1), y: Float32Array.of(1, 1, 1, -1) };
    const columns = cellColumns(points, Uint8Array.of(0, 2, 2, 1));
    expect(columns[0]?.cells[0]).toBe(2);
    expect(columns.at(-1)?.cells.at(-1)).toBe(1);
    expect(columns.flatMap(({ cells }) => [...cells]).filter((group) => group !== 255)).toHaveLength(2);
  });
});
