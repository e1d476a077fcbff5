/**
 * Conflict policy of TIGER and MTGRec: every identifier gets one more digit that counts the items with the same codes, in
 * item order and from 1, also where nothing collides. (The TIGER paper counts from 0; the MTGRec code, which we follow,
 * from 1.) The digit depends on the order of items, so it can change although the codes did not.
 */
import { ConfigError, ShapeError } from '../base/errors';

/** Entries of the counter's vocabulary in the published code. */
export const CONFLICT_DIGITS = 256;

/**
 * @param codes `[N, levels]`, borrowed. @param limit largest digit. @param first digit of an item whose codes are its own
 * @returns `[N, levels + 1]`, new; the last column is the counter, `first` … `limit`.
 * @throws ShapeError `quantize/codes`; ConfigError `quantize/conflict-limit` if more than `limit` items share their codes
 */
export function appendConflictDigits(
  codes: Uint16Array,
  levels: number,
  limit = CONFLICT_DIGITS,
  first: 0 | 1 = 1,
): Uint16Array<ArrayBuffer> {
  if (!Number.isInteger(levels) || levels < 1 || codes.length % levels !== 0)
    throw new ShapeError(
      'quantize/codes',
      `appendConflictDigits: wanted rows of ${levels} codes, came ${codes.length} codes.`,
    );
  const itemCount = codes.length / levels;
  const identifiers = new Uint16Array(itemCount * (levels + 1));
  const counters = new Map<string, number>();
  for (let item = 0; item < itemCount; item++) {
    const row = codes.subarray(item * levels, (item + 1) * levels);
    const key = row.join();
    const digit = (counters.get(key) ?? first - 1) + 1;
    if (digit > limit)
      throw new ConfigError(
        'quantize/conflict-limit',
        `appendConflictDigits: more than ${limit - first + 1} items share the codes ${key}; train the tokenizer longer or give it more levels or entries.`,
      );
    counters.set(key, digit);
    identifiers.set(row, item * (levels + 1));
    identifiers[item * (levels + 1) + levels] = digit;
  }
  return identifiers;
}
