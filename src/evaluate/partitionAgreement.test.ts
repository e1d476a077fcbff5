import { describe, expect, it } from 'vitest';
import { ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';
import { adjustedMutualInformation, contingency, partitionAgreement } from './partitionAgreement';

function* orders(n: number, chosen: readonly number[] = []): Iterable<readonly number[]> {
  if (chosen.length === n) yield chosen;
  for (let next = 0; next < n; next++) if (!chosen.includes(next)) yield* orders(n, [...chosen, next]);
}

/** Straight from the definition, by counting. */
function information(first: readonly number[], second: readonly number[]): number {
  const n = first.length;
  const share = (test: (item: number) => boolean): number => first.filter((_, item) => test(item)).length / n;
  let sum = 0;
  for (const a of new Set(first))
    for (const b of new Set(second)) {
      const both = share((item) => first[item] === a && second[item] === b);
      if (both > 0) sum += both * Math.log(both / (share((i) => first[i] === a) * share((i) => second[i] === b)));
    }
  return sum;
}
const entropy = (codes: readonly number[]): number => information(codes, codes);

describe('adjustedMutualInformation', () => {
  it.each([1, 2, 3, 4, 5])('equals the definition over all orders of six items, seed %i', (seed) => {
    const random = uniformGenerator(100 * 2 + seed);
    const draw = (): number[] => Array.from({ length: 6 }, () => Math.floor(random() * 3));
    const [first, second] = [draw(), draw()];
    const chances = [...orders(6)].map((order) =>
      information(
        first,
        order.map((item) => second[item] ?? 0),
      ),
    );
    const expected = chances.reduce((a, b) => a + b, 0) / chances.length;
    const most = (entropy(first) + entropy(second)) / 2;
    const wanted = (information(first, second) - expected) / (most - expected);
    expect(adjustedMutualInformation(contingency(first, second, 3), 3, 6)).toBeCloseTo(wanted, 12);
  });

  it('is 1 for the same partition under other names, and near 0 for independent ones', () => {
    const random = uniformGenerator(100 * 3 + 9);
    const first = Array.from({ length: 2000 }, () => Math.floor(random() * 8));
    const renamed = first.map((code) => (code * 3 + 1) % 8);
    const unrelated = first.map(() => Math.floor(random() * 8));
    expect(partitionAgreement(first, renamed, 8).adjustedInformation).toBeCloseTo(1, 10);
    expect(Math.abs(partitionAgreement(first, unrelated, 8).adjustedInformation)).toBeLessThan(0.02);
  });

  it('is 1 where both put everything together', () => {
    expect(partitionAgreement([2, 2, 2], [1, 1, 1], 4).adjustedInformation).toBe(1);
  });
});

describe('partitionAgreement', () => {
  it('gives raw and matched agreement', () => {
    // Renaming 0 ↔ 1 keeps four of five items.
    expect(partitionAgreement([0, 0, 1, 1, 2], [1, 1, 0, 2, 2], 3)).toMatchObject({ raw: 0.2, matched: 0.8 });
  });
  it('never matches fewer than raw', () => {
    const random = uniformGenerator(100 * 4 + 4);
    for (let trial = 0; trial < 50; trial++) {
      const draw = (): number[] => Array.from({ length: 30 }, () => Math.floor(random() * 6));
      const { raw, matched } = partitionAgreement(draw(), draw(), 6);
      expect(matched).toBeGreaterThanOrEqual(raw);
    }
  });
  it('refuses different items', () => {
    expect(() => partitionAgreement([0, 1], [0], 2)).toThrow(ShapeError);
    expect(() => partitionAgreement([], [], 2)).toThrow(ShapeError);
  });
});
