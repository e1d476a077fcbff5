import { describe, expect, it } from 'vitest';
import { endingOf, TimeLimit } from './runEnding';

const MINUTE = 60_000;
const ended = (outcome: 'done' | 'stopped', run: 'tokenizer' | 'recommender' = 'recommender') =>
  ({ kind: 'finished', run, outcome }) as const;
const early = (because: 'patience' | 'timeLimit') => ({ because, epoch: 6, epochs: 20, patience: 3 });

describe('TimeLimit', () => {
  it('counts the time of work, not that of pauses', () => {
    const limit = new TimeLimit(2, 1000);
    limit.pause(1000 + MINUTE);
    // A second press changes nothing.
    limit.pause(1000 + 3 * MINUTE);
    expect(limit.isOver(1000 + 9 * MINUTE)).toBe(false);
    expect(limit.minutesLeft(1000 + 9 * MINUTE)).toBeCloseTo(1);
    limit.resume(1000 + 9 * MINUTE);
    expect(limit.isOver(1000 + 10 * MINUTE - 1)).toBe(false);
    expect(limit.isOver(1000 + 10 * MINUTE)).toBe(true);
    expect(limit.minutesLeft(1000 + 12 * MINUTE)).toBe(0);
  });

  it('is never over where there is none', () => {
    const limit = new TimeLimit(null, 0);
    limit.resume(5);
    expect(limit.isOver(1e12)).toBe(false);
    expect(limit.minutesLeft(1e12)).toBeNull();
  });
});

describe('endingOf', () => {
  const limited = (because: 'patience' | 'timeLimit' | null): TimeLimit => {
    const limit = new TimeLimit(2, 0);
    limit.early = because && early(because);
    return limit;
  };

  it('says why a run ended, in the words of the list', () => {
    expect(endingOf(ended('done'), limited(null), 0)).toEqual({ kind: 'complete', message: 'All epochs are done.' });
    expect(endingOf(ended('done', 'tokenizer'), limited(null), 0).message).toBe('The tokenizer is trained.');
    expect(endingOf(ended('done'), limited('patience'), 0)).toEqual({
      kind: 'patience',
      message: 'Ended after epoch 6 of 20: no gain in 3 validations; tested as it was at its best.',
    });
    expect(endingOf(ended('done'), limited('timeLimit'), 3 * MINUTE)).toEqual({
      kind: 'timeLimit',
      message: 'Trained for the 2 min that it was given: epoch 7 of 20; tested as it was at its best.',
    });
  });

  it('tells a stop by the clock from one by hand', () => {
    expect(endingOf(ended('stopped'), limited(null), MINUTE).kind).toBe('stopped');
    expect(endingOf(ended('stopped'), limited(null), 2 * MINUTE)).toEqual({
      kind: 'timeLimit',
      message: 'Stopped after the 2 min that it was given, before it could be tested; it can go on.',
    });
  });

  it('tells a stop behind the earlier runs from one by hand, also when the time is over as well', () => {
    const limit = limited(null);
    limit.behind = 'Stopped after epoch 2 of 8.';
    expect(endingOf(ended('stopped'), limit, 2 * MINUTE)).toEqual({ kind: 'median', message: limit.behind });
    // It came to its end all the same.
    expect(endingOf(ended('done'), limit, 0).kind).toBe('complete');
  });

  it('keeps what a failure said', () => {
    const error = { code: 'train/numbers', message: 'the loss is no number' };
    expect(endingOf({ kind: 'failed', run: 'recommender', error }, limited(null), 0)).toEqual({
      kind: 'failed',
      message: error.message,
    });
  });
});
