import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { sequenceTable } from '../../base/sequenceTable';
import { coOccurrence } from '../coOccurrence';
import { IdTable } from './idTable';
import { kCore } from './kcore';
import { type RawEvents, shapeEvents } from './transform';
import type { TransformOptions } from './types';

interface Row {
  user: number;
  item: number;
  time: number;
  rating: number;
}

/** The rules once more, on objects, one event at a time. */
function bruteForce(rows: Row[], hasText: boolean[], options: TransformOptions) {
  let left = rows.filter(({ rating }) => options.minRating === null || !(rating < options.minRating));
  if (options.dropsTextless) left = left.filter(({ item }) => hasText[item]);
  const byUser = (): Map<number, Row[]> => {
    const users = new Map<number, Row[]>();
    for (const row of left) users.set(row.user, [...(users.get(row.user) ?? []), row]);
    return new Map([...users].sort(([a], [b]) => a - b));
  };
  left = [...byUser().values()].flatMap((run) => {
    if (!options.sortsByTime || run.some(({ time }) => Number.isNaN(time))) return run;
    const sorted: Row[] = [];
    for (const row of run) {
      const at = sorted.findIndex((other) => other.time > row.time);
      sorted.splice(at < 0 ? sorted.length : at, 0, row);
    }
    return sorted;
  });
  if (options.deduplicate !== 'none') {
    const known = new Set<string>();
    left = left.filter(({ user, item, time }) => {
      const key = options.deduplicate === 'samePair' ? `${user} ${item}` : `${user} ${item} ${time}`;
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
  }
  for (let before = -1; before !== left.length && (options.userCore > 1 || options.itemCore > 1); ) {
    before = left.length;
    const count = (of: 'user' | 'item', value: number): number => left.filter((row) => row[of] === value).length;
    left = left.filter(({ user }) => count('user', user) >= options.userCore);
    left = left.filter(({ item }) => count('item', item) >= options.itemCore);
  }
  const short = [...byUser().values()].filter((run) => run.length < 3);
  left = left.filter(({ user }) => !short.some(([first]) => first?.user === user));
  return {
    sequences: [...byUser()].map(([user, run]) => [user, run.map(({ item }) => item)]),
    shortUsers: short.length,
  };
}

const BASE: TransformOptions = {
  minRating: null,
  deduplicate: 'none',
  sortsByTime: true,
  dropsTextless: false,
  userCore: 5,
  itemCore: 5,
  keepsUnseenItems: false,
  historyLimit: 20,
  split: { kind: 'leaveOneOut' },
};

function tableOf(rows: Row[], userCount: number, hasText: boolean[]): RawEvents {
  return {
    user: Uint32Array.from(rows, ({ user }) => user),
    item: Uint32Array.from(rows, ({ item }) => item),
    time: Float64Array.from(rows, ({ time }) => time),
    rating: Float32Array.from(rows, ({ rating }) => rating),
    userCount,
    itemCount: hasText.length,
    hasText: Uint8Array.from(hasText, Number),
  };
}

const rowsOf = (users: number, items: number) =>
  fc.array(
    fc.record({
      user: fc.nat(users - 1),
      item: fc.nat(items - 1),
      time: fc.oneof({ arbitrary: fc.nat(12), weight: 40 }, { arbitrary: fc.constant(Number.NaN), weight: 1 }),
      rating: fc.oneof(fc.constantFrom(1, 2, 3, 4, 5), fc.constant(Number.NaN)),
    }),
    { minLength: 0, maxLength: 160 },
  );

describe('shapeEvents', () => {
  it('equals a brute-force implementation on random data (1,500 cases)', () => {
    const options = fc.record({
      minRating: fc.constantFrom(null, 2, 4),
      deduplicate: fc.constantFrom('none' as const, 'sameEvent' as const, 'samePair' as const),
      sortsByTime: fc.boolean(),
      dropsTextless: fc.boolean(),
      userCore: fc.nat(5),
      itemCore: fc.nat(5),
    });
    fc.assert(
      fc.property(
        rowsOf(12, 9),
        fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
        options,
        (rows, hasText, chosen) => {
          const all = { ...BASE, ...chosen };
          const expected = bruteForce(rows, hasText, all);
          const shaped = shapeEvents(tableOf(rows, 12, hasText), all);
          const { sequences, users, items, counts } = shaped;
          const spelled = Array.from(users, (user, at) => [
            user,
            Array.from(
              sequences.items.subarray(sequences.offsets[at], sequences.offsets[at + 1]),
              (item) => items[item],
            ),
          ]);
          expect(spelled).toEqual(expected.sequences);
          expect(counts.shortUsers).toBe(expected.shortUsers);
          expect(counts.interactions).toBe(spelled.reduce((total, [, run]) => total + (run as number[]).length, 0));
          expect(counts.trainExamples).toBe(
            spelled.reduce((total, [, run]) => total + (run as number[]).length - 3, 0),
          );
          expect(new Set(sequences.items).size).toBe(counts.items);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('keeps the order of the source among equal times', () => {
    const rows = [4, 2, 9, 7].map((item) => ({ user: 0, item, time: 5, rating: 3 }));
    const shaped = shapeEvents(tableOf(rows, 1, new Array<boolean>(10).fill(true)), {
      ...BASE,
      userCore: 0,
      itemCore: 0,
    });
    expect(Array.from(shaped.sequences.items, (item) => shaped.items[item])).toEqual([4, 2, 9, 7]);
  });

  it('never trains on an event later than a held-out one when split by time, and counts cold targets', () => {
    const rows = [
      ...[1, 2, 3, 4].map((time) => ({ user: 0, item: time, time, rating: 5 })),
      ...[2, 3, 9].map((time) => ({ user: 1, item: time, time, rating: 5 })),
    ];
    const { counts } = shapeEvents(tableOf(rows, 2, new Array<boolean>(10).fill(true)), {
      ...BASE,
      userCore: 0,
      itemCore: 0,
      split: { kind: 'byTime', validFrom: 3, testFrom: 4 },
    });
    // User 0: 1 2 | 3 | 4; user 1: 2 | 3 | 9. Items 3, 4 and 9 are never trained on.
    expect(counts).toMatchObject({ trainExamples: 1, validExamples: 2, testExamples: 2, coldItems: 3, coldTargets: 4 });
  });
});

describe('kCore', () => {
  it('takes less than 2 s for 2 M interactions', () => {
    const uniform = uniformGenerator(7);
    const [events, users, items] = [2_000_000, 400_000, 150_000];
    const user = Uint32Array.from({ length: events }, () => Math.floor(users * uniform() ** 2));
    const item = Uint32Array.from({ length: events }, () => Math.floor(items * uniform() ** 3));
    const started = performance.now();
    const { kept } = kCore(user, item, { users, items, userCore: 5, itemCore: 5 });
    const elapsedMs = performance.now() - started;
    expect(kept.length).toBeGreaterThan(100_000);
    expect(elapsedMs).toBeLessThan(2000);
  });
});

describe('coOccurrence', () => {
  it('equals sets built user by user (500 cases)', () => {
    const users = fc.array(fc.array(fc.nat(7), { minLength: 0, maxLength: 12 }), { maxLength: 10 });
    fc.assert(
      fc.property(users, (sequences) => {
        const sets = Array.from({ length: 8 }, () => new Set<number>());
        for (const sequence of sequences) {
          const trained = sequence.slice(0, -2);
          trained.forEach((item, at) => {
            const around = [trained[at - 1], trained[at + 1]];
            for (const neighbour of around) if (neighbour !== undefined) sets[item]?.add(neighbour);
          });
        }
        const { items, offsets } = coOccurrence(sequenceTable(sequences), 8);
        const found = sets.map((_, item) => [...items.subarray(offsets[item], offsets[item + 1])]);
        expect(found).toEqual(sets.map((set) => [...set].sort((a, b) => a - b)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('IdTable', () => {
  it('gives every string its own number and gives it back, whatever its characters', () => {
    const ids = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        fc.constantFrom('__proto__', '', '\ud800', '\udfff\ud800', 'ü', 'x'.repeat(10_000)),
      ),
    );
    fc.assert(
      fc.property(ids, (values) => {
        const table = new IdTable();
        const known = new Map<string, number>();
        for (const value of values) {
          if (!known.has(value)) {
            expect(table.find(value)).toBe(-1);
            known.set(value, known.size);
          }
          expect(table.intern(value)).toBe(known.get(value));
        }
        expect(table.size).toBe(known.size);
        for (const [value, index] of known) {
          expect(table.idAt(index)).toBe(value);
          expect(table.internBytes(table.bytesOf(index).slice())).toBe(index);
        }
      }),
      { numRuns: 500 },
    );
  });
});
