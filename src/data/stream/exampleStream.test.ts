import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequenceTable } from '../../base/sequenceTable';
import { historyOf, targetOf, trainExamples } from '../splits';
import { ExampleStream, type SequenceChunks, type StreamBatch, WINDOW_BYTES_PER_EVENT } from './exampleStream';

/** Chunks of users with the given lengths; every event has its own item number, so examples tell themselves apart. */
function chunksOf(lengths: number[][]): SequenceChunks {
  let next = 0;
  const tables = lengths.map((users) => sequenceTable(users.map((length) => Array.from({ length }, () => next++))));
  return {
    chunks: lengths.map((users) => ({ users: users.length, events: users.reduce((a, b) => a + b, 0) })),
    read: async (chunk) => tables[chunk] ?? sequenceTable([]),
  };
}

const spelled = ({ histories, targets, examples }: StreamBatch) => ({
  rows: histories.map((history, row) => [...history, targets[row]].join(' ')),
  examples: [...examples],
});

async function epochOf(stream: ExampleStream): Promise<StreamBatch[]> {
  const batches: StreamBatch[] = [];
  for (;;) {
    const batch = await stream.next();
    batches.push(batch);
    if (batch.isLastOfEpoch) return batches;
  }
}

const cases = fc.record({
  lengths: fc.array(fc.array(fc.integer({ min: 3, max: 30 }), { minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 9,
  }),
  batchSize: fc.integer({ min: 1, max: 7 }),
  windowEvents: fc.integer({ min: 1, max: 300 }),
  seed: fc.nat(1000),
});

describe('ExampleStream', () => {
  it('gives every example exactly once an epoch, whatever the window (400 cases)', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ lengths, batchSize, windowEvents, seed }) => {
        const source = chunksOf(lengths);
        const expected: string[] = [];
        for (let chunk = 0; chunk < lengths.length; chunk++) {
          const table = await source.read(chunk);
          const { users, ends } = trainExamples(table);
          users.forEach((user, at) => {
            expected.push(
              [...historyOf(table, user, ends[at] ?? 0, 5), targetOf(table, user, ends[at] ?? 0)].join(' '),
            );
          });
        }
        if (expected.length === 0) return;
        const windowBytes = 2 * WINDOW_BYTES_PER_EVENT * windowEvents;
        const stream = new ExampleStream(source, { batchSize, seed, historyLimit: 5, windowBytes }, () => 0);
        expect(stream.exampleCount).toBe(expected.length);
        for (let epoch = 0; epoch < 2; epoch++) {
          const batches = await epochOf(stream);
          expect(batches.length).toBe(stream.batchesPerEpoch);
          expect(batches.slice(0, -1).every(({ histories }) => histories.length === batchSize)).toBe(true);
          const numbers = batches.flatMap(({ examples }) => [...examples]);
          const rows = batches.flatMap((batch) => spelled(batch).rows);
          expect(numbers.toSorted((a, b) => a - b)).toEqual(expected.map((_, example) => example));
          expect(rows).toEqual(numbers.map((example) => expected[example]));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('goes on from any cursor with the same batches (100 cases)', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), async ({ lengths, batchSize, windowEvents, seed }, place) => {
        if (lengths.flat().every((length) => length < 4)) return;
        const plan = { batchSize, seed, historyLimit: 20, windowBytes: 2 * WINDOW_BYTES_PER_EVENT * windowEvents };
        const stream = new ExampleStream(chunksOf(lengths), plan, () => 0);
        const batches = [...(await epochOf(stream)), ...(await epochOf(stream))];
        const from = place % batches.length;
        const again = new ExampleStream(chunksOf(lengths), plan, () => 0);
        again.seek(batches[from]?.at ?? { epoch: 0, position: 0 });
        for (const batch of batches.slice(from)) expect(spelled(await again.next())).toEqual(spelled(batch));
      }),
      { numRuns: 100 },
    );
  });

  it('gives each epoch and each seed its own order', async () => {
    const lengths = Array.from({ length: 10 }, () => new Array<number>(10).fill(13));
    const plan = { batchSize: 8, seed: 1, historyLimit: 20, windowBytes: 2 * WINDOW_BYTES_PER_EVENT * 300 };
    const stream = new ExampleStream(chunksOf(lengths), plan, () => 0);
    const order = async (of: ExampleStream) => (await epochOf(of)).flatMap(({ examples }) => [...examples]).join();
    const orders = [await order(stream), await order(stream)];
    orders.push(await order(new ExampleStream(chunksOf(lengths), { ...plan, seed: 2 }, () => 0)));
    expect(new Set(orders).size).toBe(3);
  });

  it('reads the next window while this one trains, and never holds more than two', async () => {
    const lengths = Array.from({ length: 12 }, () => new Array<number>(5).fill(10));
    const source = chunksOf(lengths);
    const open = new Set<number>();
    let reads = 0;
    const watched: SequenceChunks = {
      ...source,
      read: (chunk) => {
        reads++;
        open.add(chunk);
        return source.read(chunk);
      },
    };
    // Two chunks a window.
    const plan = { batchSize: 5, seed: 1, historyLimit: 20, windowBytes: 2 * WINDOW_BYTES_PER_EVENT * 100 };
    const stream = new ExampleStream(watched, plan, () => 0);
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve));
    expect(open.size).toBe(4);
    await epochOf(stream);
    expect(reads).toBeLessThanOrEqual(12 + 4);
  });

  it('reports a chunk that cannot be read when its turn comes', async () => {
    const source = chunksOf([[9], [9], [9]]);
    let calls = 0;
    const broken: SequenceChunks = {
      ...source,
      read: (chunk) => (++calls === 2 ? Promise.reject(new Error('gone')) : source.read(chunk)),
    };
    const stream = new ExampleStream(broken, { batchSize: 6, seed: 1, historyLimit: 20, windowBytes: 1 }, () => 0);
    await stream.next();
    await expect(stream.next()).rejects.toThrow('gone');
  });

  it('refuses cursors of another plan', () => {
    const stream = new ExampleStream(
      chunksOf([[20]]),
      { batchSize: 4, seed: 1, historyLimit: 20, windowBytes: 1 },
      () => 0,
    );
    for (const cursor of [
      { epoch: 0, position: 3 },
      { epoch: -1, position: 0 },
      { epoch: 0, position: 20 },
    ])
      expect(() => stream.seek(cursor)).toThrow(/resume batches/);
  });
});
