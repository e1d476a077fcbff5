import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequenceTable } from '../base/sequenceTable';
import {
  heldOutExamples,
  historyLengths,
  historyOf,
  splitExamples,
  targetOf,
  trainExamples,
  trainingItems,
} from './splits';

/** Examples as [history, target] pairs, for reading. */
function spelledOut(sequences: number[][], split: 'train' | 'valid' | 'test', limit = 20): [number[], number][] {
  const table = sequenceTable(sequences);
  const { users, ends } = splitExamples(table, split);
  return Array.from(users, (user, e) => {
    const end = ends[e] ?? 0;
    return [[...historyOf(table, user, end, limit)], targetOf(table, user, end)];
  });
}

describe('leave-one-out splits', () => {
  it('splits five events as the published loader does', () => {
    const user = [[11, 12, 13, 14, 15]];
    expect(spelledOut(user, 'train')).toEqual([
      [[11], 12],
      [[11, 12], 13],
    ]);
    expect(spelledOut(user, 'valid')).toEqual([[[11, 12, 13], 14]]);
    expect(spelledOut(user, 'test')).toEqual([[[11, 12, 13, 14], 15]]);
  });

  it('skips users with fewer than four events in training only', () => {
    expect(
      spelledOut(
        [
          [1, 2, 3],
          [4, 5, 6, 7],
        ],
        'train',
      ),
    ).toEqual([[[4], 5]]);
    expect(
      spelledOut(
        [
          [1, 2, 3],
          [4, 5, 6, 7],
        ],
        'valid',
      ),
    ).toEqual([
      [[1], 2],
      [[4, 5], 6],
    ]);
  });

  it('keeps the latest 20 events of a history and never counts the target among them', () => {
    const events = Array.from({ length: 24 }, (_, i) => i);
    expect(spelledOut([events], 'test')).toEqual([[events.slice(3, 23), 23]]);
    expect(Math.max(...historyLengths(trainExamples(sequenceTable([events])), 20))).toBe(20);
  });

  it('takes a sample of users in the given order', () => {
    const table = sequenceTable([
      [1, 2, 3],
      [4, 5],
      [6, 7, 8, 9],
    ]);
    const { users, ends } = heldOutExamples(table, 'test', Uint32Array.of(2, 1, 0));
    expect([[...users], [...ends]]).toEqual([
      [2, 0],
      [3, 2],
    ]);
  });

  it('lists the items a tokenizer may train on', () => {
    const table = sequenceTable([
      [5, 1, 2, 3],
      [1, 0, 4],
    ]);
    expect([...trainingItems(table, 7)]).toEqual([1, 5]);
  });

  it('never lets a held-out event into training (1,000 cases)', () => {
    const histories = fc.array(fc.integer({ min: 3, max: 40 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(histories, (lengths) => {
        // Every event gets its own item number, so an overlap cannot hide.
        let next = 0;
        const sequences = lengths.map((length) => Array.from({ length }, () => next++));
        const trained = new Set(spelledOut(sequences, 'train').flatMap(([history, target]) => [...history, target]));
        for (const [, target] of [...spelledOut(sequences, 'valid'), ...spelledOut(sequences, 'test')]) {
          expect(trained.has(target)).toBe(false);
        }
        const expected = lengths.reduce((sum, length) => sum + Math.max(0, length - 3), 0);
        expect(trainExamples(sequenceTable(sequences)).users.length).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
