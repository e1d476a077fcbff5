/**
 * Leave-one-out splits. For a user with events e_0 .. e_{n-1}: e_{n-1} is the test target, e_{n-2} the validation target, and
 * training uses e_0 .. e_{n-3} only: every prefix of length >= 2 of it, the last element being the target (so users with n < 4
 * give no training example). Histories are cut to their latest 20 events; the cut never counts the target.
 * Examples are (user, end) pairs; no history is copied. Source: MTGRec's published data loader.
 */
import { type SequenceTable, userCountOf } from '../base/sequenceTable';

/** History length of all the papers we compare with. */
export const HISTORY_LIMIT = 20;

/** Prediction tasks: example `e` asks for event `ends[e]` of user `users[e]`, given the events before it. */
export interface Examples {
  readonly users: Uint32Array;
  /** Position of the target inside the user's own sequence, from 0. */
  readonly ends: Uint32Array;
}

export type Split = 'train' | 'valid' | 'test';

/** All examples of one split, user by user, shorter prefixes first. */
export function splitExamples(table: SequenceTable, split: Split): Examples {
  return split === 'train' ? trainExamples(table) : heldOutExamples(table, split);
}

/** Every training prefix: sum over users of max(0, n - 3) examples. */
export function trainExamples(table: SequenceTable): Examples {
  const userCount = userCountOf(table);
  let count = 0;
  for (let user = 0; user < userCount; user++) count += Math.max(0, eventCount(table, user) - 3);
  const users = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let at = 0;
  for (let user = 0; user < userCount; user++) {
    const last = eventCount(table, user) - 3;
    for (let end = 1; end <= last; end++) {
      users[at] = user;
      ends[at++] = end;
    }
  }
  return { users, ends };
}

/** One example a user; `userSubset` limits it to these users, in this order. Users with fewer than 3 events are skipped. */
export function heldOutExamples(table: SequenceTable, split: 'valid' | 'test', userSubset?: Uint32Array): Examples {
  const back = split === 'valid' ? 2 : 1;
  const all = userSubset ?? Uint32Array.from({ length: userCountOf(table) }, (_, user) => user);
  const users = all.filter((user) => eventCount(table, user) >= 3);
  return { users, ends: users.map((user) => eventCount(table, user) - back) };
}

/** Number of events of `user`. */
export function eventCount(table: SequenceTable, user: number): number {
  return (table.offsets[user + 1] as number) - (table.offsets[user] as number);
}

/** The latest `limit` events before position `end`, oldest first, as a view (do not write to it). */
export function historyOf(table: SequenceTable, user: number, end: number, limit = HISTORY_LIMIT): Uint32Array {
  const start = table.offsets[user] as number;
  return table.items.subarray(start + Math.max(0, end - limit), start + end);
}

/** The item at position `end` of `user`. */
export function targetOf(table: SequenceTable, user: number, end: number): number {
  return table.items[(table.offsets[user] as number) + end] as number;
}

/** History lengths after the cut, for bucketing: min(end, limit) for each example. */
export function historyLengths(examples: Examples, limit = HISTORY_LIMIT): Uint32Array {
  return examples.ends.map((end) => Math.min(end, limit));
}

/** Items that occur in some user's training part (all but the last two events), ascending: what a tokenizer may train on. */
export function trainingItems(table: SequenceTable, itemCount: number): Uint32Array {
  const occurs = new Uint8Array(itemCount);
  for (let user = 0; user < userCountOf(table); user++) {
    const end = (table.offsets[user + 1] as number) - 2;
    for (let at = table.offsets[user] as number; at < end; at++) occurs[table.items[at] as number] = 1;
  }
  return Uint32Array.from({ length: itemCount }, (_, item) => item).filter((item) => occurs[item] === 1);
}
