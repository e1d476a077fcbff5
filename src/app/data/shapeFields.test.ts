import { describe, expect, it } from 'vitest';
import type { TransformOptions } from '../../worker/protocol/data';
import { dateOf, secondsOf, shapeProblem, splitByTime } from './shapeFields';

const OPTIONS: TransformOptions = {
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

describe('dates', () => {
  it('go to seconds and back', () => {
    expect(secondsOf('2018-10-05')).toBe(1_538_697_600);
    expect(dateOf(1_538_697_600)).toBe('2018-10-05');
  });

  it('are empty or refused where there is none', () => {
    expect(dateOf(Number.NaN)).toBe('');
    expect(secondsOf('')).toBeNull();
    expect(secondsOf('2018-13-45')).toBeNull();
  });
});

describe('splitByTime', () => {
  it('holds the last two tenths of the span out, at midnights', () => {
    expect(splitByTime(0, 100 * 86_400)).toEqual({ kind: 'byTime', validFrom: 80 * 86_400, testFrom: 90 * 86_400 });
  });
});

describe('shapeProblem', () => {
  it('accepts the defaults', () => expect(shapeProblem(OPTIONS)).toBeNull());

  it.each([
    [{ userCore: -1 }, /user/],
    [{ itemCore: 2.5 }, /item/],
    [{ historyLimit: 0 }, /model reads/],
    [{ minRating: Number.NaN }, /rating/],
    [{ split: { kind: 'byTime', validFrom: 10, testFrom: 10 } as const }, /test part/],
  ])('names what is wrong with %o', (change, words) => {
    expect(shapeProblem({ ...OPTIONS, ...change })).toMatch(words);
  });
});
