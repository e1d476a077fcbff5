/**
 * From raw events to ordered sequences, in this order: rating threshold, items without text, sort by user and time, repeated events,
 * k-core to its fixed point, users too short for a split. Counts are taken after every step. All in flat typed arrays: about 30
 * bytes an event at the peak.
 */
import type { SequenceTable } from '../../base/sequenceTable';
import type { EventTable } from './eventColumns';
import { kCore } from './kcore';
import { countTargets } from './splitCounts';
import type { TransformCounts, TransformOptions, TransformStep } from './types';

/** Leave-one-out needs a history, a validation target and a test target. */
export const MIN_SEQUENCE_EVENTS = 3;

/** A domain's raw events with what the steps need to know of its items. */
export interface RawEvents extends EventTable {
  readonly userCount: number;
  readonly itemCount: number;
  /** By item: 1 = has some text. */
  readonly hasText: Uint8Array;
}

export interface ShapedEvents {
  /** Sequences over dense view numbers. */
  readonly sequences: SequenceTable;
  /** Times beside `sequences.items`; null where all are unknown. */
  readonly times: Float64Array | null;
  /** Raw number of each user and item of the view, ascending. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly counts: TransformCounts;
}

/** Applies `options`. Borrows `raw`. */
export function shapeEvents(raw: RawEvents, options: TransformOptions): ShapedEvents {
  const steps: { step: TransformStep; users: number; items: number; interactions: number }[] = [];
  const note = (step: TransformStep, events: Uint32Array): void => {
    steps.push({ step, ...countsOf(raw, events), interactions: events.length });
  };
  let events = Uint32Array.from({ length: raw.user.length }, (_, event) => event);
  note('all', events);
  const { minRating } = options;
  const { rating } = raw;
  if (minRating !== null && rating !== null) {
    events = events.filter((event) => !((rating[event] as number) < minRating));
    note('rating', events);
  }
  if (options.dropsTextless) {
    events = events.filter((event) => raw.hasText[raw.item[event] as number] === 1);
    note('text', events);
  }
  events = sortedByUser(raw, events);
  if (options.sortsByTime && raw.time !== null) sortRunsByTime(raw.user, raw.time, events);
  if (options.deduplicate !== 'none') {
    events = withoutRepeats(raw, events, options.deduplicate);
    note('deduplicate', events);
  }
  let coreRounds = 0;
  if (options.userCore > 1 || options.itemCore > 1) {
    const core = kCore(
      Uint32Array.from(events, (event) => raw.user[event] as number),
      Uint32Array.from(events, (event) => raw.item[event] as number),
      { users: raw.userCount, items: raw.itemCount, userCore: options.userCore, itemCore: options.itemCore },
    );
    coreRounds = core.rounds;
    events = core.kept.map((at) => events[at] as number);
    note('core', events);
  }
  const { kept, shortUsers } = withoutShortUsers(raw.user, events, raw.userCount);
  if (shortUsers > 0) {
    events = kept;
    note('short', events);
  }
  return shaped(raw, events, options, { steps, coreRounds, shortUsers });
}

function countsOf(raw: RawEvents, events: Uint32Array): { users: number; items: number } {
  const user = new Uint8Array(raw.userCount);
  const item = new Uint8Array(raw.itemCount);
  for (const event of events) {
    user[raw.user[event] as number] = 1;
    item[raw.item[event] as number] = 1;
  }
  const ones = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);
  return { users: ones(user), items: ones(item) };
}

/** Counting sort by user; events of one user keep their order. */
function sortedByUser(raw: RawEvents, events: Uint32Array): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(raw.userCount + 1);
  for (const event of events) {
    const slot = (raw.user[event] as number) + 1;
    next[slot] = (next[slot] as number) + 1;
  }
  for (let user = 0; user < raw.userCount; user++) next[user + 1] = (next[user + 1] as number) + (next[user] as number);
  const sorted = new Uint32Array(events.length);
  for (const event of events) {
    const user = raw.user[event] as number;
    const at = next[user] as number;
    sorted[at] = event;
    next[user] = at + 1;
  }
  return sorted;
}

/** Calls `each` with the bounds of every user's run in `events`, which are sorted by user. */
function eachRun(user: Uint32Array, events: Uint32Array, each: (start: number, end: number) => void): void {
  for (let start = 0; start < events.length; ) {
    const owner = user[events[start] as number];
    let end = start + 1;
    while (end < events.length && user[events[end] as number] === owner) end++;
    each(start, end);
    start = end;
  }
}

/** Sorts each user's run by time in place, equal times in the source's order; runs with an unknown time stay as they are. */
function sortRunsByTime(user: Uint32Array, time: Float64Array, events: Uint32Array): void {
  eachRun(user, events, (start, end) => {
    let isSorted = true;
    for (let at = start; at < end; at++) {
      const here = time[events[at] as number] as number;
      if (Number.isNaN(here)) return;
      if (at > start && here < (time[events[at - 1] as number] as number)) isSorted = false;
    }
    if (isSorted) return;
    // Array.prototype.sort is stable; typed arrays' is not promised to be for a comparator with ties by position.
    const run = Array.from(events.subarray(start, end));
    run.sort((a, b) => (time[a] as number) - (time[b] as number));
    events.set(run, start);
  });
}

/** Leaves out events that repeat an earlier one of the same user. `events` are sorted by user. */
function withoutRepeats(
  raw: RawEvents,
  events: Uint32Array<ArrayBuffer>,
  rule: 'sameEvent' | 'samePair',
): Uint32Array<ArrayBuffer> {
  const isRepeat = new Uint8Array(events.length);
  const timesOf = new Map<number, Set<number>>();
  /** Last user seen with each item, from 1. */
  const lastUser = new Uint32Array(raw.itemCount);
  eachRun(raw.user, events, (start, end) => {
    const owner = (raw.user[events[start] as number] as number) + 1;
    timesOf.clear();
    for (let at = start; at < end; at++) {
      const event = events[at] as number;
      const item = raw.item[event] as number;
      const isKnown = lastUser[item] === owner;
      lastUser[item] = owner;
      if (rule === 'samePair') {
        if (isKnown) isRepeat[at] = 1;
        continue;
      }
      // Unknown times count as one and the same.
      const when = raw.time?.[event] ?? Number.NaN;
      const times = timesOf.get(item) ?? new Set();
      if (isKnown && times.has(when)) isRepeat[at] = 1;
      timesOf.set(item, times.add(when));
    }
  });
  return events.filter((_, at) => isRepeat[at] === 0);
}

function withoutShortUsers(
  user: Uint32Array,
  events: Uint32Array<ArrayBuffer>,
  userCount: number,
): { kept: Uint32Array<ArrayBuffer>; shortUsers: number } {
  const count = new Uint32Array(userCount);
  for (const event of events) {
    const owner = user[event] as number;
    count[owner] = (count[owner] as number) + 1;
  }
  const shortUsers = count.reduce((total, n) => total + (n > 0 && n < MIN_SEQUENCE_EVENTS ? 1 : 0), 0);
  if (shortUsers === 0) return { kept: events, shortUsers };
  return {
    kept: events.filter((event) => (count[user[event] as number] as number) >= MIN_SEQUENCE_EVENTS),
    shortUsers,
  };
}

/** Dense numbers for what is left. */
function shaped(
  raw: RawEvents,
  events: Uint32Array,
  options: TransformOptions,
  notes: Pick<TransformCounts, 'steps' | 'coreRounds' | 'shortUsers'>,
): ShapedEvents {
  const isKept = new Uint8Array(raw.itemCount).fill(options.keepsUnseenItems ? 1 : 0);
  for (const event of events) isKept[raw.item[event] as number] = 1;
  if (options.dropsTextless)
    for (let item = 0; item < raw.itemCount; item++) if (raw.hasText[item] === 0) isKept[item] = 0;
  const itemOf = new Uint32Array(raw.itemCount);
  const items = Uint32Array.from({ length: raw.itemCount }, (_, item) => item).filter((item) => isKept[item] === 1);
  items.forEach((rawItem, item) => {
    itemOf[rawItem] = item;
  });
  const users: number[] = [];
  const offsets: number[] = [0];
  eachRun(raw.user, events, (start, end) => {
    users.push(raw.user[events[start] as number] as number);
    offsets.push(end);
  });
  const sequences = {
    items: Uint32Array.from(events, (event) => itemOf[raw.item[event] as number] as number),
    offsets: Uint32Array.from(offsets),
  };
  const { time } = raw;
  const times = time === null ? null : Float64Array.from(events, (event) => time[event] as number);
  const counts: TransformCounts = {
    ...notes,
    users: users.length,
    items: items.length,
    interactions: events.length,
    averageLength: users.length === 0 ? 0 : events.length / users.length,
    ...countTargets(sequences, times, items.length, options.split),
    ...timeRange(times),
  };
  return { sequences, times, users: Uint32Array.from(users), items, counts };
}

function timeRange(times: Float64Array | null): { firstTime: number; lastTime: number } {
  let [firstTime, lastTime] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times ?? []) {
    if (time < firstTime) firstTime = time;
    if (time > lastTime) lastTime = time;
  }
  return firstTime <= lastTime ? { firstTime, lastTime } : { firstTime: Number.NaN, lastTime: Number.NaN };
}
