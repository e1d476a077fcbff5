/**
 * Training examples of a data set that does not fit in memory: a two-level shuffle. Each epoch shuffles the order of the stored
 * chunks, takes as many at a time as the window allows, and shuffles the examples inside the window; while one window trains, the
 * next one is read. Every example comes exactly once an epoch. The order depends on (seed, epoch) and the chunks alone, so a
 * cursor of two numbers goes on with the same batches. Batches run across windows: only an epoch's last one can be short.
 * As in `batches.ts`, examples of similar length share a batch: runs of 64 batches are sorted by length, then batches shuffled.
 */
import { ConfigError } from '../../base/errors';
import { mixSeed, shuffleInPlace, uniformGenerator } from '../../base/random';
import type { SequenceTable } from '../../base/sequenceTable';
import type { BatchCursor } from '../batches';
import { type Examples, historyLengths, historyOf, targetOf, trainExamples } from '../splits';

/** Stored sequences of one or several domains, in chunks of whole users. Every user has at least three events. */
export interface SequenceChunks {
  readonly chunks: readonly { readonly users: number; readonly events: number }[];
  /** Sequences of one chunk, over the items of the whole data set. */
  read(chunk: number): Promise<SequenceTable>;
}

export interface StreamPlan {
  readonly batchSize: number;
  readonly seed: number;
  /** Latest events of a history. */
  readonly historyLimit: number;
  /** Bytes for the window in training and the one that is read meanwhile, together. */
  readonly windowBytes: number;
}

export interface StreamBatch {
  /** One history an example, oldest first; views, do not write to them. */
  readonly histories: readonly Uint32Array[];
  readonly targets: Uint32Array;
  /** Numbers of the examples: in the order of the chunks as stored, then users, then prefixes. */
  readonly examples: Uint32Array;
  readonly at: BatchCursor;
  readonly next: BatchCursor;
  readonly isLastOfEpoch: boolean;
}

/**
 * Time from asking for a batch to having it, reading and putting together included: `waitMs / elapsedMs` bounds the share of the
 * time that an accelerator can have stood still for data.
 */
export interface StreamWaits {
  readonly waitMs: number;
  readonly elapsedMs: number;
  readonly windows: number;
}

/** Memory of one event in a window: item (4), its example's user, end and length (12), order and sort keys while it is made (16). */
export const WINDOW_BYTES_PER_EVENT = 32;
/** Batches sorted together; the same as in `batches.ts`. */
const BATCHES_PER_SORT = 64;
/** Stream numbers for `mixSeed`; those of `batches.ts` are 1 and 2. */
const CHUNK_STREAM = 3;
const EXAMPLE_STREAM = 4;
const BATCH_STREAM = 5;

/** Training examples of a chunk: n - 3 of a user with n events. */
const examplesIn = ({ users, events }: { readonly users: number; readonly events: number }): number =>
  events - 3 * users;

/** One epoch's windows: chunks of each, and number of its first example in the epoch's order. */
interface EpochPlan {
  readonly windows: readonly { readonly chunks: readonly number[]; readonly start: number; readonly count: number }[];
}

interface LoadedWindow {
  readonly epoch: number;
  readonly index: number;
  readonly start: number;
  readonly table: SequenceTable;
  readonly examples: Examples;
  /** Global number of each example of the window. */
  readonly numberOf: (example: number) => number;
  readonly order: Uint32Array;
}

export class ExampleStream {
  readonly exampleCount: number;
  readonly batchesPerEpoch: number;
  /** Number of each chunk's first example. */
  readonly #firstExample: Float64Array;
  readonly #loading = new Map<string, Promise<LoadedWindow>>();
  #plans = new Map<number, EpochPlan>();
  #cursor: BatchCursor = { epoch: 0, position: 0 };
  #waitMs = 0;
  #startedMs = Number.NaN;
  #windows = 0;

  /** @param now milliseconds from any moment @throws ConfigError `batches/plan` */
  constructor(
    readonly source: SequenceChunks,
    readonly plan: StreamPlan,
    readonly now: () => number,
  ) {
    const { chunks } = source;
    this.#firstExample = new Float64Array(chunks.length + 1);
    chunks.forEach((chunk, index) => {
      this.#firstExample[index + 1] = (this.#firstExample[index] as number) + examplesIn(chunk);
    });
    this.exampleCount = this.#firstExample[chunks.length] as number;
    this.batchesPerEpoch = Math.ceil(this.exampleCount / plan.batchSize);
    if (!Number.isInteger(plan.batchSize) || plan.batchSize < 1 || this.exampleCount < 1)
      throw new ConfigError(
        'batches/plan',
        `make batches: wanted at least one batch, came ${this.exampleCount} examples, batch size ${plan.batchSize}; use other data or a smaller batch`,
      );
  }

  get waits(): StreamWaits {
    const elapsedMs = Number.isNaN(this.#startedMs) ? 0 : this.now() - this.#startedMs;
    return { waitMs: this.#waitMs, elapsedMs, windows: this.#windows };
  }

  /** Goes on from `cursor`. @throws ConfigError `batches/cursor` for one that this plan cannot have produced */
  seek(cursor: BatchCursor): void {
    const { epoch, position } = cursor;
    const isWhole = Number.isInteger(epoch) && epoch >= 0 && Number.isInteger(position) && position >= 0;
    if (!isWhole || position >= this.exampleCount || position % this.plan.batchSize !== 0)
      throw new ConfigError(
        'batches/cursor',
        `resume batches: wanted a batch boundary below ${this.exampleCount}, came epoch ${epoch}, position ${position}; resume with the same data and batch size`,
      );
    this.#cursor = cursor;
    this.#loading.clear();
  }

  /** The next batch; epochs follow each other without end. @throws what reading the chunks throws */
  async next(): Promise<StreamBatch> {
    const before = this.now();
    if (Number.isNaN(this.#startedMs)) this.#startedMs = before;
    const { epoch, position } = this.#cursor;
    const end = Math.min(this.exampleCount, position + this.plan.batchSize);
    const histories: Uint32Array[] = [];
    const targets = new Uint32Array(end - position);
    const examples = new Uint32Array(end - position);
    const { windows } = this.#planOf(epoch);
    let index = windows.findLastIndex(({ start }) => start <= position);
    for (let at = position; at < end; ) {
      const window = await this.#window(epoch, index++);
      const stop = Math.min(end, window.start + window.order.length);
      for (; at < stop; at++) {
        const example = window.order[at - window.start] as number;
        const user = window.examples.users[example] as number;
        const target = window.examples.ends[example] as number;
        examples[at - position] = window.numberOf(example);
        targets[at - position] = targetOf(window.table, user, target);
        histories.push(historyOf(window.table, user, target, this.plan.historyLimit));
      }
    }
    const isLastOfEpoch = end === this.exampleCount;
    const next = isLastOfEpoch ? { epoch: epoch + 1, position: 0 } : { epoch, position: end };
    this.#cursor = next;
    this.#waitMs += this.now() - before;
    return { histories, targets, examples, at: { epoch, position }, next, isLastOfEpoch };
  }

  /** A window, and the one after it on its way. */
  async #window(epoch: number, index: number): Promise<LoadedWindow> {
    const { windows } = this.#planOf(epoch);
    const following = index + 1 < windows.length ? ([epoch, index + 1] as const) : ([epoch + 1, 0] as const);
    const window = await this.#load(epoch, index);
    // Only now: two windows being read at once would need the memory of three.
    const keys = new Set([keyOf(epoch, index), keyOf(...following)]);
    for (const key of this.#loading.keys()) if (!keys.has(key)) this.#loading.delete(key);
    void this.#load(...following);
    return window;
  }

  #load(epoch: number, index: number): Promise<LoadedWindow> {
    const key = keyOf(epoch, index);
    const held = this.#loading.get(key);
    if (held) return held;
    const loading = this.#read(epoch, index);
    // A prefetch that fails is reported by the call that needs it, not before.
    loading.catch(() => undefined);
    this.#loading.set(key, loading);
    this.#windows++;
    return loading;
  }

  async #read(epoch: number, index: number): Promise<LoadedWindow> {
    const window = this.#planOf(epoch).windows[index];
    if (window === undefined) throw new Error(`stream: there is no window ${index} in epoch ${epoch}`);
    const tables: SequenceTable[] = [];
    for (const chunk of window.chunks) tables.push(await this.source.read(chunk));
    const table = joined(tables);
    const examples = trainExamples(table);
    const bounds = window.chunks.map((chunk) => this.#countIn(chunk));
    const lengths = historyLengths(examples, this.plan.historyLimit);
    return {
      epoch,
      index,
      start: window.start,
      table,
      examples,
      order: this.#windowOrder(epoch, index, window.start, lengths),
      numberOf: (example) => {
        let rest = example;
        let place = 0;
        while (rest >= (bounds[place] as number)) rest -= bounds[place++] as number;
        return (this.#firstExample[window.chunks[place] as number] as number) + rest;
      },
    };
  }

  #countIn(chunk: number): number {
    return (this.#firstExample[chunk + 1] as number) - (this.#firstExample[chunk] as number);
  }

  #planOf(epoch: number): EpochPlan {
    const known = this.#plans.get(epoch);
    if (known) return known;
    const { chunks } = this.source;
    const order = Uint32Array.from({ length: chunks.length }, (_, chunk) => chunk);
    shuffleInPlace(order, uniformGenerator(mixSeed(this.plan.seed, CHUNK_STREAM, epoch)));
    const maxEvents = this.plan.windowBytes / 2 / WINDOW_BYTES_PER_EVENT;
    const windows: { chunks: number[]; start: number; count: number }[] = [];
    let events = Number.POSITIVE_INFINITY;
    let start = 0;
    for (const chunk of order) {
      const count = this.#countIn(chunk);
      if (count === 0) continue;
      const more = chunks[chunk]?.events ?? 0;
      if (events + more > maxEvents) {
        windows.push({ chunks: [], start, count: 0 });
        events = 0;
      }
      const window = windows.at(-1);
      window?.chunks.push(chunk);
      if (window) window.count += count;
      events += more;
      start += count;
    }
    const plan = { windows };
    this.#plans = new Map([...this.#plans].filter(([other]) => Math.abs(other - epoch) <= 1)).set(epoch, plan);
    return plan;
  }

  /** Order of a window's examples. What completes the batch that the former window began stays as shuffled. */
  #windowOrder(epoch: number, index: number, start: number, lengths: Uint32Array): Uint32Array {
    const { seed, batchSize } = this.plan;
    const count = lengths.length;
    const order = Uint32Array.from({ length: count }, (_, example) => example);
    shuffleInPlace(order, uniformGenerator(mixSeed(seed, EXAMPLE_STREAM, epoch, index)));
    const head = Math.min(count, (batchSize - (start % batchSize)) % batchSize);
    const batches = Math.floor((count - head) / batchSize);
    const body = order.subarray(head, head + batches * batchSize);
    for (let from = 0; from < body.length; from += BATCHES_PER_SORT * batchSize) {
      const run = body.subarray(from, from + BATCHES_PER_SORT * batchSize);
      const keys = Float64Array.from(run, (example, at) => (lengths[example] as number) * run.length + at).sort();
      run.set(Uint32Array.from(keys, (key) => run[key % run.length] as number));
    }
    const batchOrder = Uint32Array.from({ length: batches }, (_, batch) => batch);
    shuffleInPlace(batchOrder, uniformGenerator(mixSeed(seed, BATCH_STREAM, epoch, index)));
    const result = order.slice();
    batchOrder.forEach((batch, place) => {
      result.set(body.subarray(batch * batchSize, (batch + 1) * batchSize), head + place * batchSize);
    });
    return result;
  }
}

const keyOf = (epoch: number, index: number): string => `${epoch}/${index}`;

function joined(tables: readonly SequenceTable[]): SequenceTable {
  const [only] = tables;
  if (only && tables.length === 1) return only;
  const items = new Uint32Array(tables.reduce((total, table) => total + table.items.length, 0));
  const offsets = new Uint32Array(1 + tables.reduce((total, table) => total + table.offsets.length - 1, 0));
  let [event, user] = [0, 0];
  for (const table of tables) {
    items.set(table.items, event);
    for (let own = 1; own < table.offsets.length; own++) offsets[++user] = event + (table.offsets[own] as number);
    event += table.items.length;
  }
  return { items, offsets };
}
