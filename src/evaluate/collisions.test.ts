import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodedItems } from './codePaths';
import { collisionReport, rmsDistance } from './collisions';

interface Case {
  readonly coded: CodedItems;
  readonly popularity: Uint32Array;
  readonly vectors: { readonly values: Float32Array; readonly width: number };
}

const cases = fc.integer({ min: 1, max: 24 }).chain((count) =>
  fc
    .record({
      codes: fc.array(fc.nat(2), { minLength: 2 * count, maxLength: 2 * count }),
      domains: fc.array(fc.nat(2), { minLength: count, maxLength: count }),
      popularity: fc.array(fc.nat(9), { minLength: count, maxLength: count }),
      values: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 3 * count, maxLength: 3 * count }),
    })
    .map(
      ({ codes, domains, popularity, values }): Case => ({
        coded: {
          codes: Uint16Array.from(codes),
          levels: 2,
          domainOfItem: Uint8Array.from(domains),
          domainNames: ['A', 'B', 'C', 'nobody'],
          titles: [],
        },
        popularity: Uint32Array.from(popularity),
        vectors: { values: Float32Array.from(values), width: 3 },
      }),
    ),
);

/** Everything by going through all pairs of items. */
function bruteForce({ coded: { codes, domainOfItem }, popularity, vectors: { values } }: Case) {
  const items = [...popularity.keys()];
  const key = (item: number): string => `${codes[2 * item]} ${codes[2 * item + 1]}`;
  const mates = (item: number): number[] => items.filter((other) => key(other) === key(item));
  const distance = (a: number, b: number): number =>
    Math.hypot(...[0, 1, 2].map((d) => (values[3 * a + d] ?? 0) - (values[3 * b + d] ?? 0)));
  const rms = (members: readonly number[]): number => {
    const squares = members.flatMap((a) => members.filter((b) => b > a).map((b) => distance(a, b) ** 2));
    return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
  };
  const group = (members: readonly number[]) => {
    const interactions = members.reduce((sum, item) => sum + (popularity[item] ?? 0), 0);
    const sharing = members.filter((item) => mates(item).length > 1);
    const affected = sharing.reduce((sum, item) => sum + (popularity[item] ?? 0), 0);
    const sizes = [...new Set(members.map((item) => mates(item).length))].sort((a, b) => a - b);
    const identifiers = new Set(members.map(key)).size;
    return {
      items: members.length,
      identifiers,
      rate: (members.length - identifiers) / members.length,
      sharing: sharing.length,
      interactions,
      interactionsAffected: interactions === 0 ? 0 : affected / interactions,
      sizes: sizes.map((size) => {
        const own = members.filter((item) => mates(item).length === size);
        return { size, identifiers: new Set(own.map(key)).size, items: own.length };
      }),
    };
  };
  const present = [0, 1, 2].filter((domain) => items.some((item) => domainOfItem?.[item] === domain));
  return {
    rms,
    mates,
    groups: [group(items), ...present.map((domain) => group(items.filter((item) => domainOfItem?.[item] === domain)))],
  };
}

describe('collisionReport', () => {
  it('agrees with going through all pairs of items', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const report = collisionReport(given.coded, given.popularity, given.vectors);
        const expected = bruteForce(given);
        expect(report.groups.map(({ name: _, ...rest }) => rest)).toEqual(expected.groups);
        const total = given.popularity.reduce((sum, value) => sum + value, 0);
        const seen = new Set<number>();
        for (const bucket of report.buckets) {
          const [first = 0] = bucket.items;
          expect(bucket.items).toEqual(expected.mates(first));
          expect(bucket.items.length).toBeGreaterThan(1);
          expect(bucket.codes).toEqual([given.coded.codes[2 * first], given.coded.codes[2 * first + 1]]);
          expect(bucket.distance).toBeCloseTo(expected.rms(bucket.items), 5);
          const interactions = bucket.items.reduce((sum, item) => sum + (given.popularity[item] ?? 0), 0);
          expect(bucket.popularity).toBeCloseTo(interactions / bucket.items.length, 9);
          expect(bucket.interactionShare).toBeCloseTo(total === 0 ? 0 : interactions / total, 9);
          expect(bucket.domains).toEqual(
            [0, 1, 2, 3].map(
              (domain) => bucket.items.filter((item) => given.coded.domainOfItem?.[item] === domain).length,
            ),
          );
          for (const item of bucket.items) seen.add(item);
        }
        expect(seen.size).toBe(expected.groups[0]?.sharing);
        const sizes = report.buckets.map(({ items }) => items.length);
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      }),
    );
  });

  it('leaves out domains without items, and distances without vectors', () => {
    const coded: CodedItems = {
      codes: Uint16Array.of(1, 1, 2),
      levels: 1,
      domainOfItem: Uint8Array.of(2, 2, 2),
      domainNames: ['A', 'B', 'C'],
      titles: [],
    };
    const report = collisionReport(coded, Uint32Array.of(3, 1, 4), null);
    expect(report.groups.map(({ name }) => name)).toEqual(['all items', 'C']);
    expect(report).toMatchObject({
      typicalDistance: null,
      buckets: [
        { codes: [1], items: [0, 1], domains: [0, 0, 2], distance: null, popularity: 2, interactionShare: 0.5 },
      ],
    });
  });

  it('refuses popularity of other items', () => {
    const coded = { codes: Uint16Array.of(1, 1), levels: 1, domainOfItem: null, domainNames: [], titles: [] };
    expect(() => collisionReport(coded, new Uint32Array(3), null)).toThrow(
      expect.objectContaining({ code: 'evaluate/items' }),
    );
  });
});

describe('rmsDistance', () => {
  it('is the distance itself for two items, and 0 for one', () => {
    const vectors = { values: Float32Array.of(0, 0, 3, 4), width: 2 };
    expect(rmsDistance(vectors, [0, 1])).toBeCloseTo(5, 12);
    expect(rmsDistance(vectors, [1])).toBe(0);
  });
});
