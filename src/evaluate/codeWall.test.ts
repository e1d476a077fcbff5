import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../base/random';
import { type CodeShape, CodeWallRecord, codeUse, wallCounts } from './codeWall';

const ITEMS = 40;
const SHAPE: CodeShape = {
  entries: [4, 6],
  books: ['root', 'leaf'],
  domainOfItem: Uint8Array.from({ length: ITEMS }, (_, item) => [0, 2, 2][item % 3] ?? 0),
  domainNames: ['Prints', 'Empty', 'Posters'],
};

function randomCodes(seed: number): Uint16Array {
  const random = uniformGenerator(seed);
  return Uint16Array.from({ length: ITEMS * 2 }, (_, at) => Math.floor(random() * (at % 2 === 0 ? 4 : 6)));
}

describe('CodeWallRecord', () => {
  it('counts every code for all items and each domain that has items, as counting by hand does', () => {
    const record = new CodeWallRecord(SHAPE, ITEMS);
    const tables = [randomCodes(1), randomCodes(2)];
    tables.forEach((codes, at) => {
      record.add(10 * (at + 1), codes);
    });
    const wall = record.wall();
    if (!wall) throw new Error('no wall');
    expect(wall.steps).toEqual([10, 20]);
    expect(wall.groups).toEqual([
      { name: 'all items', items: 40 },
      { name: 'Prints', items: 14 },
      { name: 'Posters', items: 26 },
    ]);
    for (const [snapshot, codes] of tables.entries())
      for (const [group, domain] of [null, 0, 2].entries())
        for (const [level, entries] of SHAPE.entries.entries()) {
          const byHand = new Array<number>(entries).fill(0);
          for (let item = 0; item < ITEMS; item++) {
            const code = codes[item * 2 + level] ?? 0;
            if (domain === null || SHAPE.domainOfItem?.[item] === domain) byHand[code] = (byHand[code] ?? 0) + 1;
          }
          expect([...wallCounts(wall, snapshot, group, level)]).toEqual(byHand);
        }
  });

  it('has no wall before the first snapshot', () => {
    expect(new CodeWallRecord(SHAPE, ITEMS).wall()).toBeNull();
  });

  it('forgets what came after a step that training went back to', () => {
    const record = new CodeWallRecord(SHAPE, ITEMS);
    for (const step of [5, 10, 15]) record.add(step, randomCodes(step));
    record.add(10, randomCodes(99));
    const fresh = new CodeWallRecord(SHAPE, ITEMS);
    fresh.add(10, randomCodes(99));
    const [wall, only] = [record.wall(), fresh.wall()];
    if (!wall || !only) throw new Error('no wall');
    expect(wall.steps).toEqual([5, 10]);
    expect([...wallCounts(wall, 1, 0, 1)]).toEqual([...wallCounts(only, 0, 0, 1)]);
  });

  it('thins long trainings evenly and always has the first and the newest', () => {
    const record = new CodeWallRecord(SHAPE, ITEMS);
    for (let step = 1; step <= 203; step++) {
      record.add(step, randomCodes(step));
      const steps = record.wall()?.steps ?? [];
      expect(steps[0]).toBe(1);
      expect(steps.at(-1)).toBe(step);
      expect(steps.length).toBeLessThanOrEqual(49);
      const gaps = new Set(steps.slice(1, -1).map((at, place) => at - (steps[place] ?? 0)));
      expect(gaps.size).toBeLessThanOrEqual(1);
    }
    expect(record.wall()?.taken).toBe(203);
  });

  it('refuses codes of other items and codes beyond the book', () => {
    const record = new CodeWallRecord(SHAPE, ITEMS);
    expect(() => record.add(1, new Uint16Array(6))).toThrow(/wanted 40 items of 2 codes, got 6 codes/);
    expect(() => record.add(1, new Uint16Array(80).fill(4))).toThrow(/code 4 at level 1, which has 4 entries/);
  });
});

describe('codeUse', () => {
  it('is as many codes as there are when all are used alike', () => {
    expect(codeUse(Uint32Array.of(3, 3, 3, 3))).toEqual({ used: 4, perplexity: expect.closeTo(4, 12), largest: 3 });
    expect(codeUse(Uint32Array.of(0, 0))).toEqual({ used: 0, perplexity: 0, largest: 0 });
    expect(codeUse(Uint32Array.of(0, 9, 0)).perplexity).toBeCloseTo(1, 12);
  });
});
