import { describe, expect, it } from 'vitest';
import { type Tiles, tilesOfCodes, tilesOfNumber } from './tiles';

const CODES = [...Array(40).keys()];
const shapeOf = (tiles: Tiles): string => tiles.map((tone) => (tone === null ? ' ' : 'x')).join('');
const commonest = (tiles: Tiles): number | null => {
  const counts = new Map<number | null, number>();
  for (const tone of tiles) if (tone !== null) counts.set(tone, (counts.get(tone) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
};
const alike = (a: Tiles, b: Tiles): number => a.filter((tone, place) => tone === b[place]).length;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a picture drawn from codes', () => {
  it('has the shape and the tone of its first code, whatever follows', () => {
    for (const first of CODES) {
      const alone = tilesOfCodes([first]);
      for (const rest of [[0], [7, 3], [7, 200], [255, 255, 255], [1, 2, 3, 4, 5, 6, 7]]) {
        const tiles = tilesOfCodes([first, ...rest]);
        expect(shapeOf(tiles)).toBe(shapeOf(alone));
        expect(commonest(tiles)).toBe(commonest(alone));
        expect(tiles.filter((tone) => tone !== null)).toHaveLength(10);
      }
    }
  });

  it('is the same for the same codes, and looks the more alike the more first codes are shared', () => {
    expect(tilesOfCodes([3, 1, 4])).toEqual(tilesOfCodes([3, 1, 4]));
    const shared = (count: number): number =>
      mean(
        CODES.map((code) =>
          alike(
            tilesOfCodes([code, code + 1, code + 2]),
            tilesOfCodes([code, code + 1, code + 2].map((own, level) => (level < count ? own : own + 50 + level))),
          ),
        ),
      );
    expect(shared(3)).toBe(16);
    expect(shared(2)).toBeGreaterThan(shared(1));
    expect(shared(1)).toBeGreaterThan(shared(0));
  });

  it('tells most first codes apart', () => {
    const all = CODES.map((code) => tilesOfCodes([code]));
    expect(new Set(all.map((tiles) => tiles.join())).size).toBeGreaterThan(CODES.length * 0.8);
  });
});

it('draws the same tiles from the same number, others from another', () => {
  expect(tilesOfNumber(5)).toEqual(tilesOfNumber(5));
  expect(tilesOfNumber(5)).not.toEqual(tilesOfNumber(6));
  expect(tilesOfNumber(5)).toHaveLength(16);
});
