/**
 * What tabs of one origin tell each other. Any page of the origin can post on the channel, so everything is checked when it comes:
 * what does not fit is dropped, and nothing of it is trusted but shapes and sizes.
 */
import * as v from 'valibot';
import type { CodebookReport, MetricRow, Progress } from '../train/reports';

export const CHANNEL = 'tessera-tabs';
const VERSION = 1;
/** Rows of one message; a sender with more sends several. */
export const MOST_ROWS = 200;

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(80));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const Part = v.picklist(['tokenizer', 'recommender']);

const ProgressShape = v.strictObject({
  stage: v.picklist(['idle', 'embedding', 'tokenizer', 'recommender', 'influence', 'fineTuning', 'validation', 'test']),
  isPaused: v.boolean(),
  done: amount,
  total: amount,
  unit: text(40),
  rate: amount,
  etaSeconds: v.nullable(amount),
  epoch: amount,
  epochs: amount,
}) satisfies v.GenericSchema<Progress>;

const Row = v.strictObject({
  run: Part,
  step: count,
  epoch: amount,
  seconds: amount,
  // A loss may be infinite or no number: curves leave it out.
  values: v.record(text(80), v.union([v.number(), v.nan()])),
}) satisfies v.GenericSchema<MetricRow>;

/** Larger reports than any of ours. */
const MOST_GROUPS = 200;
const MOST_LEVELS = 64;
const MOST_CODES = 65_536;
const many = <const S extends v.GenericSchema>(of: S, most: number) =>
  v.pipe(v.array(of), v.maxLength(most), v.readonly());

const Level = v.strictObject({ usedShare: amount, perplexity: amount, dead: count, counts: many(count, MOST_CODES) });
const Book = v.strictObject({ name: text(80), entries: count, usedShare: amount });
const Codebook = v.strictObject({
  step: count,
  codes: count,
  levels: count,
  groups: many(
    v.strictObject({
      name: text(200),
      items: count,
      collisionRate: amount,
      levels: many(Level, MOST_LEVELS),
      books: v.exactOptional(many(Book, MOST_LEVELS)),
    }),
    MOST_GROUPS,
  ),
}) satisfies v.GenericSchema<CodebookReport>;

const Message = v.variant('kind', [
  /** A tab has been opened: whoever trains tells what. */
  v.strictObject({ kind: v.literal('who') }),
  v.strictObject({
    kind: v.literal('job'),
    job: v.strictObject({
      runId: id,
      name: text(200),
      part: Part,
      dataName: text(200),
      progress: v.nullable(ProgressShape),
    }),
  }),
  v.strictObject({ kind: v.literal('rows'), runId: id, rows: v.pipe(v.array(Row), v.maxLength(MOST_ROWS)) }),
  v.strictObject({ kind: v.literal('codebook'), runId: id, report: Codebook }),
  v.strictObject({ kind: v.literal('ended'), runId: id }),
  /** Wanted: that whoever trains this run stops and lets go. */
  v.strictObject({ kind: v.literal('letGo'), ask: id, runId: id }),
  /** The answer, before it stops: minutes that the run may still work, and the queue's entry that it belongs to. */
  v.strictObject({ kind: v.literal('lets'), ask: id, minutes: v.nullable(amount), entry: v.nullable(id) }),
  /** The queue, or the list of runs, is another. */
  v.strictObject({ kind: v.literal('queue') }),
  v.strictObject({ kind: v.literal('runs') }),
]);
const Envelope = v.strictObject({ version: v.literal(VERSION), from: id, message: Message });

export type TabMessage = v.InferOutput<typeof Message>;
export interface TabEnvelope {
  readonly from: string;
  readonly message: TabMessage;
}

export const envelopeOf = (from: string, message: TabMessage): unknown => ({ version: VERSION, from, message });

/** Null for anything else: another version of the program, or a page that is none of ours. */
export function readEnvelope(value: unknown): TabEnvelope | null {
  const parsed = v.safeParse(Envelope, value);
  return parsed.success ? { from: parsed.output.from, message: parsed.output.message } : null;
}
