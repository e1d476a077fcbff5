/** Rules between the form that shapes a domain and its options: dates as text, numbers within bounds. */
import type { SplitRule, TransformOptions, TransformStep } from '../../worker/protocol/data';

export const STEP_WORDS: Readonly<Record<TransformStep, string>> = {
  all: 'everything imported',
  rating: 'rating high enough',
  deduplicate: 'repeats dropped',
  text: 'items with text',
  core: 'k-core',
  short: 'three events or more',
};

/** Whole numbers of the form with their bounds; counts above a million are a slip. */
export const COUNT_FIELDS = [
  ['userCore', 'Fewest events of a user', 0, 1000],
  ['itemCore', 'Fewest events of an item', 0, 1000],
  ['historyLimit', 'Newest events a model reads', 1, 1000],
] as const;

const DAY = 86_400;

/** Seconds → "2018-10-05"; '' for unknown times. */
export function dateOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/** "2018-10-05" → seconds at its beginning (UTC), or null. */
export function secondsOf(date: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return null;
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) ? null : time / 1000;
}

/** A split by time that validates on the last tenth but one of the span and tests on the last. */
export function splitByTime(firstTime: number, lastTime: number): SplitRule {
  const span = Math.max(DAY, lastTime - firstTime);
  return {
    kind: 'byTime',
    validFrom: Math.floor((firstTime + 0.8 * span) / DAY) * DAY,
    testFrom: Math.floor((firstTime + 0.9 * span) / DAY) * DAY,
  };
}

/** Why these options cannot be built, or null. */
export function shapeProblem(options: TransformOptions): string | null {
  for (const [key, label, least, most] of COUNT_FIELDS) {
    const value = options[key];
    if (!Number.isInteger(value) || value < least || value > most)
      return `${label}: a whole number from ${least} to ${most}.`;
  }
  if (options.minRating !== null && !Number.isFinite(options.minRating)) return 'Lowest rating: a number, or empty.';
  if (options.split.kind === 'byTime' && options.split.testFrom <= options.split.validFrom)
    return 'The test part must begin after the validation part.';
  return null;
}
