/**
 * Training batches of whole sequences with a target at every position. Causal networks learn from a sequence what prefix
 * augmentation would teach with one row a prefix, at a fraction of the work. Problem: most users have five events, some
 * hundreds, and padding all to the longest would cost ten times the work. Approach: an update learns from about
 * `targetsPerBatch` positions, as many rows as fit at the batch's own length; users are grouped by padded length, and what does
 * not fill a batch moves to the next longer group. The order of epoch e depends on (seed, e) alone, so a cursor is two numbers.
 */
import { ConfigError } from '../../base/errors';
import { mixSeed, shuffleInPlace, uniformGenerator } from '../../base/random';
import { type SequenceTable, userCountOf } from '../../base/sequenceTable';
import { eventCount } from '../../data/splits';
import type { Batch } from '../../plan/program';
import { invertIndex } from '../../tensor/ops/embedding';
import { tableRows } from '../../tensor/ops/linearCrossEntropy';
import { NO_ITEM } from './model';
import type { NextItemTraining } from './settings';

/** Padded lengths; few, so that few programs are compiled, but close where most users are. */
const LENGTHS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200] as const;
const USER_STREAM = 11;
const ORDER_STREAM = 12;
const NEGATIVE_STREAM = 13;

/** Smallest padded length that holds `items`, at most `limit`. */
export function paddedLength(items: number, limit: number): number {
  for (const length of LENGTHS) if (length >= items && length < limit) return length;
  return limit;
}

export interface SequenceBatch {
  readonly users: Uint32Array;
  /** Rows of the arrays, some of them empty in an epoch's last batch of the longest group. */
  readonly rows: number;
  /** Padded positions. */
  readonly length: number;
}

/** Positions with a target in a user's training part (all events but the last two), at most the limit. */
export const trainPositions = (table: SequenceTable, user: number, limit: number): number =>
  Math.max(0, Math.min(limit, eventCount(table, user) - 3));

/**
 * All batches of an epoch, each user with a training target once.
 * @throws ConfigError `nextItem/no-targets` if there is none
 */
export function epochBatches(
  table: SequenceTable,
  { historyLimit, targetsPerBatch }: Pick<NextItemTraining, 'historyLimit' | 'targetsPerBatch'>,
  seed: number,
  epoch: number,
): SequenceBatch[] {
  const groups = new Map<number, number[]>();
  const order = Uint32Array.from({ length: userCountOf(table) }, (_, user) => user);
  shuffleInPlace(order, uniformGenerator(mixSeed(seed, USER_STREAM, epoch)));
  for (const user of order) {
    const positions = trainPositions(table, user, historyLimit);
    if (positions === 0) continue;
    const length = paddedLength(positions, historyLimit);
    const group = groups.get(length) ?? [];
    group.push(user);
    groups.set(length, group);
  }
  const lengths = [...groups.keys()].sort((a, b) => a - b);
  const batches: SequenceBatch[] = [];
  let carried: number[] = [];
  lengths.forEach((length, at) => {
    const users = [...carried, ...(groups.get(length) ?? [])];
    const rows = Math.max(1, Math.floor(targetsPerBatch / length));
    const isLast = at === lengths.length - 1;
    const end = isLast ? users.length : users.length - (users.length % rows);
    for (let first = 0; first < end; first += rows)
      batches.push({ users: Uint32Array.from(users.slice(first, Math.min(end, first + rows))), rows, length });
    carried = users.slice(end);
  });
  if (batches.length === 0)
    throw new ConfigError(
      'nextItem/no-targets',
      'train: no user has the four events that training needs (two to learn from, one to validate, one to test); use more data.',
    );
  const places = Uint32Array.from(batches, (_, at) => at);
  shuffleInPlace(places, uniformGenerator(mixSeed(seed, ORDER_STREAM, epoch)));
  return Array.from(places, (place) => batches[place] as SequenceBatch);
}

export interface BatchSource {
  readonly table: SequenceTable;
  readonly itemCount: number;
  readonly settings: Pick<NextItemTraining, 'historyLimit' | 'loss' | 'negatives'>;
  readonly seed: number;
}

/** The arrays of a batch; `step` seeds the drawn negatives. */
export function batchArrays(source: BatchSource, batch: SequenceBatch, step: number): Batch {
  const { table, itemCount, settings } = source;
  const { rows, length, users } = batch;
  const count = rows * length;
  const ids = new Uint32Array(count).fill(NO_ITEM);
  const targets = new Uint32Array(count).fill(NO_ITEM);
  users.forEach((user, row) => {
    const positions = trainPositions(table, user, settings.historyLimit);
    const end = (table.offsets[user + 1] as number) - 2;
    for (let t = 0; t < positions; t++) {
      ids[row * length + t] = table.items[end - 1 - positions + t] as number;
      targets[row * length + t] = table.items[end - positions + t] as number;
    }
  });
  const shape = [rows, length];
  const entries = tableRows(itemCount);
  const base = {
    ids: { data: ids, shape },
    targets: { data: targets, shape },
    ...indexArrays('id', ids, entries),
  };
  if (settings.loss === 'crossEntropy') return base;
  const perRow = settings.loss === 'sampled' ? settings.negatives : length;
  const negatives = drawNegatives(source, batch, perRow, step);
  return {
    ...base,
    negatives: { data: negatives, shape: [rows, perRow] },
    labels: { data: targets.map((target) => (target === NO_ITEM ? NO_ITEM : 0)), shape: [count] },
    weights: { data: Float32Array.from(targets, (target) => (target === NO_ITEM ? 0 : 1)), shape: [count] },
    ...indexArrays('target', targets, entries),
    ...indexArrays('negative', negatives, entries),
  };
}

function indexArrays(name: string, ids: Uint32Array, rows: number): Batch {
  const { order, starts } = invertIndex(ids, rows);
  return {
    [`${name}Order`]: { data: order, shape: [order.length] },
    [`${name}Starts`]: { data: starts, shape: [starts.length] },
  };
}

/**
 * `perRow` items for each user, uniform over the items that are not in the user's training part (all items if that is
 * the whole catalogue). A function of seed and step alone.
 */
function drawNegatives(source: BatchSource, batch: SequenceBatch, perRow: number, step: number): Uint32Array {
  const { table, itemCount, seed } = source;
  const drawn = new Uint32Array(batch.rows * perRow).fill(NO_ITEM);
  const uniform = uniformGenerator(mixSeed(seed, NEGATIVE_STREAM, step));
  batch.users.forEach((user, row) => {
    const seen = new Set(table.items.subarray(table.offsets[user], (table.offsets[user + 1] as number) - 2));
    const isFull = seen.size >= itemCount;
    for (let at = 0; at < perRow; at++) {
      let item = Math.floor(uniform() * itemCount);
      while (!isFull && seen.has(item)) item = Math.floor(uniform() * itemCount);
      drawn[row * perRow + at] = item;
    }
  });
  return drawn;
}
