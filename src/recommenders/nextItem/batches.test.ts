import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../base/errors';
import { mixSeed, uniformGenerator } from '../../base/random';
import { sequenceTable } from '../../base/sequenceTable';
import { batchArrays, epochBatches, trainPositions } from './batches';
import { NO_ITEM } from './model';

const uniform = uniformGenerator(mixSeed(8));
/** Mostly short, a few long, as real users are; no item repeats within a user. */
const table = sequenceTable(
  Array.from({ length: 500 }, (_, user) =>
    Array.from({ length: 3 + Math.floor(4 / (uniform() + 0.05)) }, (_, t) => (user * 7 + t) % 101),
  ),
);
const settings = { historyLimit: 30, targetsPerBatch: 96, loss: 'bce', negatives: 5 } as const;

describe('sequence batches', () => {
  it('hand out each user with a target once an epoch, in another order each epoch', () => {
    const epochs = [0, 1].map((epoch) => epochBatches(table, settings, 4, epoch));
    const wanted = Array.from({ length: 500 }, (_, user) => user).filter((user) => trainPositions(table, user, 30) > 0);
    for (const epoch of epochs) expect(epoch.flatMap(({ users }) => [...users]).sort((a, b) => a - b)).toEqual(wanted);
    expect(epochs[0]?.length).toBe(epochs[1]?.length);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochBatches(table, settings, 4, 1)).toEqual(epochs[1]);
  });

  it('spend less than a third of their positions on padding, where one length for all would spend most', () => {
    const batches = epochBatches(table, settings, 4, 0);
    const spent = batches.reduce((sum, { rows, length }) => sum + rows * length, 0);
    const real = Array.from({ length: 500 }, (_, user) => trainPositions(table, user, 30)).reduce((a, b) => a + b);
    const padded = 500 * 30;
    expect(spent).toBeLessThan(1.5 * real);
    expect(padded).toBeGreaterThan(2 * real);
    for (const { rows, length } of batches) expect(rows * length).toBeLessThanOrEqual(96);
  });

  it('put each target one place after its input, from the training part only, the latest ones of long users', () => {
    for (const batch of epochBatches(table, settings, 4, 0)) {
      const { ids, targets } = batchArrays({ table, itemCount: 101, settings, seed: 1 }, batch, 0);
      batch.users.forEach((user, row) => {
        const events = [...table.items.subarray(table.offsets[user], table.offsets[user + 1])].slice(0, -2);
        const kept = events.slice(-31);
        const place = (array: typeof ids) =>
          [...(array?.data ?? [])].slice(row * batch.length, (row + 1) * batch.length).filter((id) => id !== NO_ITEM);
        expect(place(ids)).toEqual(kept.slice(0, -1));
        expect(place(targets)).toEqual(kept.slice(1));
      });
    }
  });

  it('draw negatives outside the training part, the same for the same step', () => {
    const [batch] = epochBatches(table, settings, 4, 0);
    if (!batch) throw new Error('no batch');
    const source = { table, itemCount: 101, settings, seed: 1 };
    const negatives = (step: number) => batchArrays(source, batch, step)['negatives']?.data ?? [];
    batch.users.forEach((user, row) => {
      const seen = new Set(
        table.items.subarray(table.offsets[user] as number, (table.offsets[user + 1] as number) - 2),
      );
      for (const item of [...negatives(3)].slice(row * batch.length, (row + 1) * batch.length)) {
        expect(seen.has(item)).toBe(false);
        expect(item).toBeLessThan(101);
      }
    });
    expect(negatives(3)).toEqual(negatives(3));
    expect(negatives(3)).not.toEqual(negatives(4));
  });

  it('refuse data without a training target', () => {
    expect(() => epochBatches(sequenceTable([[1, 2, 3]]), settings, 1, 0)).toThrow(ConfigError);
  });
});
