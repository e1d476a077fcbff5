import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeSets,
  codeSharing,
  crossDomainNeighbours,
  neighbourSharing,
  sharedCodes,
  weightedJaccard,
} from './codeSharing';
import { type CodeWall, CodeWallRecord } from './codeWall';

const LEVELS = 2;
const ENTRIES = 3;
const NAMES = ['A', 'B', 'C'];
const breathe = async (): Promise<void> => undefined;

const cases = fc.integer({ min: 4, max: 20 }).chain((count) =>
  fc.record({
    codes: fc
      .array(fc.nat(ENTRIES - 1), { minLength: LEVELS * count, maxLength: LEVELS * count })
      .map((values) => Uint16Array.from(values)),
    domainOfItem: fc
      .array(fc.nat(2), { minLength: count - 3, maxLength: count - 3 })
      .map((rest) => Uint8Array.from([0, 1, 2, ...rest])),
    values: fc
      .array(fc.integer({ min: -9, max: 9 }), { minLength: 2 * count, maxLength: 2 * count })
      .map((values) => Float32Array.from(values)),
    popularity: fc.array(fc.nat(5), { minLength: count, maxLength: count }).map((values) => Uint32Array.from(values)),
  }),
);

function wallOf(codes: Uint16Array, domainOfItem: Uint8Array): CodeWall {
  const shape = { entries: [ENTRIES, ENTRIES], books: null, domainOfItem, domainNames: NAMES };
  const record = new CodeWallRecord(shape, domainOfItem.length);
  record.add(1, codes);
  const wall = record.wall();
  if (!wall) throw new Error('no wall');
  return wall;
}

describe('weightedJaccard', () => {
  it('is 1 for the same shares, 0 for no common code or no item, and worked by hand between', () => {
    expect(weightedJaccard(Uint32Array.of(1, 3), Uint32Array.of(2, 6))).toBe(1);
    expect(weightedJaccard(Uint32Array.of(1, 0), Uint32Array.of(0, 6))).toBe(0);
    expect(weightedJaccard(Uint32Array.of(0, 0), Uint32Array.of(0, 6))).toBe(0);
    // Shares ½ ½ 0 and ¼ ½ ¼: (¼ + ½ + 0) / (½ + ½ + ¼).
    expect(weightedJaccard(Uint32Array.of(2, 2, 0), Uint32Array.of(1, 2, 1))).toBeCloseTo(0.75 / 1.25, 12);
  });
});

describe('codeSharing and codeSets', () => {
  it('agree with counting the items of each domain on each code', () => {
    fc.assert(
      fc.property(cases, fc.nat(LEVELS - 1), ({ codes, domainOfItem }, level) => {
        const wall = wallOf(codes, domainOfItem);
        const items = [...domainOfItem.keys()];
        const on = (code: number, domain: number): number =>
          items.filter((item) => codes[item * LEVELS + level] === code && domainOfItem[item] === domain).length;
        const share = (code: number, domain: number): number =>
          on(code, domain) / items.filter((item) => domainOfItem[item] === domain).length;
        const { jaccard, perplexity } = codeSharing(wall, 0, level);
        for (const a of [0, 1, 2]) {
          let product = 1;
          for (let code = 0; code < ENTRIES; code++) product *= share(code, a) ** -share(code, a);
          expect(perplexity[a]).toBeCloseTo(product, 9);
          for (const b of [0, 1, 2]) {
            let [least, most] = [0, 0];
            for (let code = 0; code < ENTRIES; code++) {
              least += Math.min(share(code, a), share(code, b));
              most += Math.max(share(code, a), share(code, b));
            }
            expect(jaccard[a]?.[b]).toBeCloseTo(least / most, 9);
          }
        }
        const sets = codeSets(wall, 0, level);
        expect(sets.reduce((sum, { codes: count }) => sum + count, 0)).toBe(ENTRIES);
        for (const { domains, codes: count, items: members } of sets) {
          const own = [0, 1, 2].filter((code) => [0, 1, 2].every((d) => on(code, d) > 0 === domains.includes(d)));
          expect(count).toBe(own.length);
          expect(members).toBe(items.filter((item) => own.includes(codes[item * LEVELS + level] ?? -1)).length);
        }
      }),
    );
  });
});

describe('neighbours in other domains', () => {
  it('agree with comparing every item with every other', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ codes, domainOfItem, values }) => {
        const found = await crossDomainNeighbours({ values, width: 2 }, domainOfItem, 3, { budget: 1e9, breathe });
        const items = [...domainOfItem.keys()];
        const distance = (a: number, b: number): number =>
          [0, 1].reduce((sum, d) => sum + ((values[2 * a + d] ?? 0) - (values[2 * b + d] ?? 0)) ** 2, 0);
        const nearest = (item: number, domain: number): number =>
          items
            .filter((other) => domainOfItem[other] === domain)
            .reduce((best, other) => (distance(item, other) < distance(item, best) ? other : best));
        expect(found.isComplete).toBe(true);
        expect([...found.queries]).toEqual(items);
        for (const item of items)
          for (const domain of [0, 1, 2])
            expect(found.nearest[item * 3 + domain]).toBe(domainOfItem[item] === domain ? -1 : nearest(item, domain));
        const shares = neighbourSharing({ codes, levels: LEVELS }, domainOfItem, found);
        for (const level of [0, 1])
          for (const a of [0, 1, 2])
            for (const b of [0, 1, 2]) {
              const pairs = items.flatMap((item) =>
                a !== b && domainOfItem[item] === a
                  ? [[item, nearest(item, b)] as const]
                  : a !== b && domainOfItem[item] === b
                    ? [[item, nearest(item, a)] as const]
                    : [],
              );
              const same = pairs.filter(([item, other]) =>
                [...Array(level + 1).keys()].every((at) => codes[item * LEVELS + at] === codes[other * LEVELS + at]),
              );
              const share = shares[(level * 3 + a) * 3 + b] ?? 0;
              if (pairs.length === 0) expect(share).toBeNaN();
              else expect(share).toBeCloseTo(same.length / pairs.length, 9);
            }
      }),
    );
  });

  it('looks among evenly spaced items where all would cost too much, and says so', async () => {
    const domainOfItem = Uint8Array.from({ length: 1000 }, (_, item) => item % 2);
    const values = Float32Array.from({ length: 1000 }, (_, item) => item);
    let breaths = 0;
    const found = await crossDomainNeighbours({ values, width: 1 }, domainOfItem, 2, {
      budget: 12_000,
      breathe: async () => void breaths++,
    });
    expect(found).toMatchObject({ isComplete: false, queriesOfDomain: 300, candidatesOfDomain: 10 });
    expect(breaths).toBeGreaterThan(5);
    // The candidates of the odd domain are 1, 101, 201 … 901; item 0 is nearest to 1.
    expect(found.queries[0]).toBe(0);
    expect(found.nearest[1]).toBe(1);
  });
});

describe('sharedCodes', () => {
  it('agrees with counting, and names the most popular items of each domain', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ codes, domainOfItem, popularity }, isPrefix) => {
        const found = sharedCodes(
          { codes, levels: LEVELS, domainOfItem },
          { level: 1, isPrefix, domains: [0, 2], popularity, top: 2 },
        );
        const items = [...domainOfItem.keys()];
        const keyOf = (item: number): string =>
          [...codes.subarray(item * LEVELS + (isPrefix ? 0 : 1), (item + 1) * LEVELS)].join();
        const of = (domain: number, key: string): number[] =>
          items.filter((item) => domainOfItem[item] === domain && keyOf(item) === key);
        const keys = [...new Set(items.map(keyOf))].filter((key) => of(0, key).length > 0 && of(2, key).length > 0);
        expect(found.map(({ codes: own }) => own.join()).sort()).toEqual(keys.sort());
        let before = Number.POSITIVE_INFINITY;
        for (const { codes: own, items: counts, shares, top } of found) {
          const members = [of(0, own.join()), of(2, own.join())];
          expect(counts).toEqual(members.map(({ length }) => length));
          const totals = [0, 2].map((domain) => items.filter((item) => domainOfItem[item] === domain).length);
          expect(shares).toEqual(members.map(({ length }, side) => length / (totals[side] ?? 1)));
          expect(Math.min(...shares)).toBeLessThanOrEqual(before);
          before = Math.min(...shares);
          top.forEach((best, side) => {
            const least = Math.min(...best.map((item) => popularity[item] ?? 0));
            const rest = (members[side] ?? []).filter((item) => !best.includes(item));
            expect(best.length).toBe(Math.min(2, members[side]?.length ?? 0));
            for (const item of rest) expect(popularity[item]).toBeLessThanOrEqual(least);
          });
        }
      }),
    );
  });
});
