/**
 * Seeded epochs of batches that can stop after any batch and go on identically. The order of epoch e depends on
 * (seed, e) alone, so a cursor is two numbers.
 */
import { ConfigError } from '../base/errors';
import { mixSeed, shuffleInPlace, uniformGenerator } from '../base/random';

/** Where the next batch starts; `position` counts the examples of this epoch already handed out. */
export interface BatchCursor {
  readonly epoch: number;
  readonly position: number;
}

export interface BatchPlan {
  readonly exampleCount: number;
  readonly batchSize: number;
  readonly seed: number;
  /** One length per example: batches then hold examples of similar length. Omit for a plain shuffle. */
  readonly lengths?: Uint32Array;
  /** Leave out an epoch's last, smaller batch; default false. */
  readonly dropsPartial?: boolean;
}

export interface Batch {
  /** Example indices; `batchSize` of them, fewer in an epoch's last batch. A view, do not write to it. */
  readonly examples: Uint32Array;
  /** Epoch of this batch and how many of its examples came before. */
  readonly at: BatchCursor;
  /** Cursor to store with a checkpoint taken after this batch. */
  readonly next: BatchCursor;
  readonly isLastOfEpoch: boolean;
}

/** Batches sorted together in one window; wide enough for even lengths, narrow enough that windows still mix the data. */
const BATCHES_PER_WINDOW = 64;
/** Stream numbers for `mixSeed`, so that the two shuffles of an epoch are independent. */
const EXAMPLE_STREAM = 1;
const BATCH_STREAM = 2;

/** Batches handed out in each epoch. */
export function batchesPerEpoch(plan: BatchPlan): number {
  const batches = plan.exampleCount / plan.batchSize;
  return plan.dropsPartial ? Math.floor(batches) : Math.ceil(batches);
}

/**
 * Order of all examples in `epoch`: every index once. With `lengths`, windows of 64 batches are sorted by length, cut into
 * batches, and the full batches shuffled over the epoch; the partial batch stays last.
 */
export function epochOrder(plan: BatchPlan, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: plan.exampleCount }, (_, example) => example);
  shuffleInPlace(order, uniformGenerator(mixSeed(plan.seed, EXAMPLE_STREAM, epoch)));
  const { lengths, batchSize } = plan;
  if (lengths === undefined) return order;

  const fullEnd = plan.exampleCount - (plan.exampleCount % batchSize);
  for (let start = 0; start < fullEnd; start += BATCHES_PER_WINDOW * batchSize) {
    const window = order.subarray(start, Math.min(fullEnd, start + BATCHES_PER_WINDOW * batchSize));
    // Sorting one number per example keeps ties in shuffled order: (length, place in the window).
    const keys = Float64Array.from(window, (example, at) => (lengths[example] as number) * window.length + at).sort();
    const sorted = Uint32Array.from(keys, (key) => window[key % window.length] as number);
    window.set(sorted);
  }
  const batchOrder = Uint32Array.from({ length: fullEnd / batchSize }, (_, batch) => batch);
  shuffleInPlace(batchOrder, uniformGenerator(mixSeed(plan.seed, BATCH_STREAM, epoch)));
  const result = order.slice();
  batchOrder.forEach((batch, place) => {
    result.set(order.subarray(batch * batchSize, (batch + 1) * batchSize), place * batchSize);
  });
  return result;
}

/**
 * Endless batches from `cursor` on, epoch after epoch.
 * @throws ConfigError `batches/plan` for an empty plan, `batches/cursor` for a cursor that this plan cannot have produced
 */
export function* batches(plan: BatchPlan, cursor: BatchCursor = { epoch: 0, position: 0 }): Generator<Batch, never> {
  checkPlan(plan, cursor);
  const epochEnd = Math.min(plan.exampleCount, batchesPerEpoch(plan) * plan.batchSize);
  let { epoch, position } = cursor;
  for (;;) {
    const order = epochOrder(plan, epoch);
    while (position < epochEnd) {
      const end = Math.min(epochEnd, position + plan.batchSize);
      const isLastOfEpoch = end === epochEnd;
      const next = isLastOfEpoch ? { epoch: epoch + 1, position: 0 } : { epoch, position: end };
      yield { examples: order.subarray(position, end), at: { epoch, position }, next, isLastOfEpoch };
      position = end;
    }
    epoch++;
    position = 0;
  }
}

function checkPlan(plan: BatchPlan, cursor: BatchCursor): void {
  const { exampleCount, batchSize, lengths } = plan;
  if (!(Number.isInteger(batchSize) && batchSize > 0) || !(batchesPerEpoch(plan) >= 1)) {
    const came = `${exampleCount} examples, batch size ${batchSize}`;
    throw new ConfigError(
      'batches/plan',
      `make batches: wanted at least one batch, came ${came}; lower the batch size`,
    );
  }
  if (lengths !== undefined && lengths.length !== exampleCount) {
    const came = `${lengths.length} lengths for ${exampleCount} examples`;
    throw new ConfigError('batches/plan', `make batches: wanted one length an example, came ${came}; pass all lengths`);
  }
  const isWhole = Number.isInteger(cursor.epoch) && cursor.epoch >= 0 && Number.isInteger(cursor.position);
  if (!isWhole || cursor.position < 0 || cursor.position >= exampleCount || cursor.position % batchSize !== 0) {
    const came = `epoch ${cursor.epoch}, position ${cursor.position}`;
    const wanted = `a batch boundary below ${exampleCount}`;
    throw new ConfigError(
      'batches/cursor',
      `resume batches: wanted ${wanted}, came ${came}; resume with the same data and batch size`,
    );
  }
}
