import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { residualStaircases } from './residualStaircase';

const number = fc.integer({ min: -12, max: 12 }).map((value) => value / 4);
const point = fc.tuple(number, number);

describe('residualStaircases', () => {
  it('agrees with taking the nearest entry off every item, level by level', () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 12 }),
        fc.array(fc.array(point, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        (items, books) => {
          const groupOf = items.map((_, item) => item % 2);
          const found = residualStaircases({
            latents: Float32Array.from(items.flat()),
            width: 2,
            books: books.map((book) => Float32Array.from(book.flat())),
            groups: { of: groupOf, names: ['even', 'odd', 'nobody'] },
          });
          const size = ([x, y]: readonly [number, number]): number => x * x + y * y;
          const totals = (members: readonly (readonly [number, number])[]): number[] => {
            let rest = members.map(([x, y]) => [x, y] as const);
            const sums = [rest.reduce((sum, r) => sum + size(r), 0)];
            for (const book of books) {
              rest = rest.map((r) => {
                const left = book.map(([x, y]) => [r[0] - x, r[1] - y] as const);
                return left.reduce((best, next) => (size(next) < size(best) ? next : best));
              });
              sums.push(rest.reduce((sum, r) => sum + size(r), 0));
            }
            return sums.map((sum) => (sums[0] === 0 ? 0 : sum / (sums[0] ?? 1)));
          };
          const groups = [items, items.filter((_, i) => i % 2 === 0), items.filter((_, i) => i % 2 === 1)].filter(
            (members) => members.length > 0,
          );
          expect(found.map(({ items: count }) => count)).toEqual(groups.map(({ length }) => length));
          groups.forEach((members, group) => {
            totals(members).forEach((left, level) => {
              expect(found[group]?.left[level]).toBeCloseTo(left, 9);
            });
          });
        },
      ),
    );
  });
});
