/** The queue as it is kept between visits: one text of the store, checked when it is read. */
import * as v from 'valibot';
import { FormatError } from '../base/errors';
import { ENDINGS } from '../storage/runStore';
import { checkSystemConfig } from '../train/systemConfig';
import type { QueueEntry, QueueState } from './protocol/queue';

export const QUEUE_NOTE = 'queue';
const VERSION = 1;

export const EMPTY_QUEUE: QueueState = { entries: [], isHeld: false, heldBecause: null };

const text = v.pipe(v.string(), v.maxLength(10_000));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Entry = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  config: v.unknown(),
  rules: v.strictObject({
    minutes: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
    median: v.exactOptional(v.strictObject({ minRuns: count, graceEpochs: count })),
  }),
  batch: v.nullable(v.strictObject({ id: text, title: text })),
  data: v.strictObject({ name: text, hash: text }),
  dataOrigin: v.nullable(text),
  state: v.picklist(['waiting', 'running', 'done', 'failed', 'stopped']),
  runId: v.nullable(text),
  error: v.nullable(v.strictObject({ code: text, message: text })),
  ending: v.exactOptional(
    v.strictObject({
      kind: v.picklist(ENDINGS),
      message: text,
    }),
  ),
  attempts: count,
  addedAtMs: v.number(),
  endedAtMs: v.nullable(v.number()),
});
const Note = v.strictObject({
  version: v.literal(VERSION),
  isHeld: v.boolean(),
  heldBecause: v.nullable(text),
  entries: v.array(v.unknown()),
});

export const noteOf = (state: QueueState): string => JSON.stringify({ version: VERSION, ...state });

/**
 * An entry from outside the worker. @throws FormatError `storage/queue` naming the field; ConfigError `config/field` for its
 * configuration
 */
export function checkEntry(value: unknown): QueueEntry {
  const parsed = v.safeParse(Entry, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new FormatError(
      'storage/queue',
      `queue: field "${v.getDotPath(issue) ?? 'entry'}" wants ${issue.expected ?? 'another value'}, got ${issue.received}; queue the run again.`,
    );
  }
  const entry = parsed.output;
  return { ...entry, config: checkSystemConfig(entry.config, `queued run "${entry.name}"`) };
}

/** Reads a kept queue; an entry that cannot be read is left out and told to `warn`, the others stay. */
export function queueIn(note: string | undefined, warn: (error: unknown) => void): QueueState {
  if (note === undefined || note === '') return EMPTY_QUEUE;
  try {
    const { isHeld, heldBecause, entries } = v.parse(Note, JSON.parse(note));
    return { isHeld, heldBecause, entries: entries.flatMap((entry) => readEntry(entry, warn)) };
  } catch (error) {
    warn(error);
    return EMPTY_QUEUE;
  }
}

function readEntry(value: unknown, warn: (error: unknown) => void): QueueEntry[] {
  try {
    return [checkEntry(value)];
  } catch (error) {
    warn(error);
    return [];
  }
}
