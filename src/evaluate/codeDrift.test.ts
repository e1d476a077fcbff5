import { describe, expect, it } from 'vitest';
import { ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';
import {
  type CodeTable,
  classCounts,
  classFlows,
  DRIFT_CLASSES,
  driftClasses,
  identifierNumbers,
  identifiersPerItem,
  itemsOfClass,
  nearestEntries,
  newlyCollided,
} from './codeDrift';

const table = (
  rows: readonly (readonly number[])[],
  codes = 4,
  neighbours: readonly number[] | null = null,
): CodeTable => ({
  assignments: Uint16Array.from(rows.flat()),
  levels: rows[0]?.length ?? 1,
  codes,
  neighbours: neighbours && Uint16Array.from(neighbours),
});
const randomTable = (seed: number, items: number, levels: number, codes: number): CodeTable => {
  const random = uniformGenerator(100 * 5 + seed);
  return {
    assignments: Uint16Array.from({ length: items * levels }, () => Math.floor(random() * codes)),
    levels,
    codes,
    neighbours: Uint16Array.from({ length: levels * codes }, (_, at) => (at % codes === 0 ? 1 : 0)),
  };
};
const identifier = ({ assignments, levels }: CodeTable, item: number): string =>
  assignments.slice(item * levels, (item + 1) * levels).join(',');

describe('driftClasses', () => {
  it('tells kept, near, far and collided apart', () => {
    // Level 0: the nearest of 0 is 1; the others' is 0.
    const before = table([[0], [0], [1], [2], [3]], 4, [1, 0, 0, 0]);
    const after = table([[0], [1], [3], [2], [3]]);
    // 2 moved onto 4's code; 1 moved to the nearest of its old code.
    expect([...driftClasses(before, after)].map((name) => DRIFT_CLASSES[name])).toEqual([
      'kept',
      'near',
      'collided',
      'kept',
      'collided',
    ]);
  });

  it('calls no move near where the codebooks are not known', () => {
    expect([...driftClasses(table([[0]]), table([[1]]))]).toEqual([2]);
  });

  it('finds new collisions as comparing all pairs does', () => {
    for (let seed = 0; seed < 30; seed++) {
      const [before, after] = [randomTable(seed, 40, 2, 5), randomTable(seed + 100, 40, 2, 5)];
      const wanted = Array.from({ length: 40 }, (_, item) =>
        Array.from({ length: 40 }, (_unused, other) => other).some(
          (other) =>
            other !== item &&
            identifier(after, item) === identifier(after, other) &&
            identifier(before, item) !== identifier(before, other),
        )
          ? 1
          : 0,
      );
      expect([...newlyCollided(before, after)]).toEqual(wanted);
    }
  });

  it('puts every item into one class at every level, and flows add up to both sides', () => {
    const tables = [1, 2, 3].map((seed) => randomTable(seed, 60, 3, 6));
    const steps = [0, 1].map((step) => driftClasses(tables[step] ?? table([[0]]), tables[step + 1] ?? table([[0]])));
    const [first = new Uint8Array(), second = new Uint8Array()] = steps;
    for (let level = 0; level < 3; level++) {
      const counts = classCounts(first, 3, level);
      expect(counts.reduce((a, b) => a + b)).toBe(60);
      const flows = classFlows(first, second, 3, level);
      DRIFT_CLASSES.forEach((name, index) => {
        expect(flows.slice(index * 4, index * 4 + 4).reduce((a, b) => a + b)).toBe(counts[index]);
        const into = [0, 1, 2, 3].reduce((sum, from) => sum + (flows[from * 4 + index] ?? 0), 0);
        expect(into).toBe(classCounts(second, 3, level)[index]);
        expect(itemsOfClass(first, 3, level, name)).toHaveLength(counts[index] ?? -1);
      });
    }
  });

  it('refuses tables of different items', () => {
    expect(() => driftClasses(table([[0], [1]]), table([[0]]))).toThrow(ShapeError);
    expect(() => driftClasses(table([[0, 1]]), table([[0], [1]]))).toThrow(ShapeError);
  });
});

describe('identifierNumbers', () => {
  it.each([
    { levels: 3, codes: 256 },
    { levels: 8, codes: 256 },
  ])('numbers $levels levels of $codes codes without mixing any up', ({ levels, codes }) => {
    const rows = randomTable(7, 200, levels, codes);
    const pairs = Uint16Array.from([...rows.assignments, ...rows.assignments]);
    const numbers = identifierNumbers({ ...rows, assignments: pairs });
    expect([...numbers.slice(0, 200)]).toEqual([...numbers.slice(200)]);
    const texts = new Set(Array.from({ length: 200 }, (_, item) => identifier(rows, item)));
    expect(new Set(numbers).size).toBe(texts.size);
  });
});

describe('identifiersPerItem', () => {
  it('counts distinct identifiers of each item', () => {
    expect(identifiersPerItem([table([[0], [1]]), table([[0], [2]]), table([[0], [1]])])).toBe(1.5);
    expect(identifiersPerItem([table([[0], [1]])])).toBe(1);
  });
});

describe('nearestEntries', () => {
  it('equals a search over all pairs; ties go to the smaller index', () => {
    expect([...nearestEntries(Float32Array.of(0, 1, 2, 10), 4)]).toEqual([1, 0, 1, 2]);
    const random = uniformGenerator(100 * 6 + 3);
    const codebook = Float32Array.from({ length: 30 * 5 }, () => random());
    const distance = (a: number, b: number): number =>
      Math.hypot(...Array.from({ length: 5 }, (_, d) => (codebook[a * 5 + d] ?? 0) - (codebook[b * 5 + d] ?? 0)));
    nearestEntries(codebook, 30).forEach((nearest, entry) => {
      for (let other = 0; other < 30; other++)
        if (other !== entry) expect(distance(entry, nearest)).toBeLessThanOrEqual(distance(entry, other));
    });
  });
});
