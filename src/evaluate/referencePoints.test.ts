import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SequenceTable, sequenceTable } from '../base/sequenceTable';
import { rankOfTarget } from './metrics';
import { REFERENCE_KEYS, type ReferenceKey, referencePoints } from './referencePoints';
import { cooccurrenceCounts, popularity, transitionCounts } from './sparseCounts';

const ITEM_COUNT = 7;
const tables = fc
  .array(fc.array(fc.nat(ITEM_COUNT - 1), { minLength: 3, maxLength: 30 }), { minLength: 1, maxLength: 6 })
  .map((sequences) => ({ sequences, table: sequenceTable(sequences) }));

/** The table of the module's docstring, read literally with dense matrices. */
function denseScores(key: ReferenceKey, sequences: readonly number[][], history: readonly number[]): number[] {
  const training = sequences.map((sequence) => sequence.slice(0, -2));
  const items = Array.from({ length: ITEM_COUNT }, (_, i) => i);
  const pop = items.map((i) => training.flat().filter((event) => event === i).length);
  const most = Math.max(1, ...pop);
  const together = (a: number, b: number) =>
    a === b ? 0 : training.filter((events) => events.includes(a) && events.includes(b)).length;
  const follows = (a: number, b: number) =>
    training.reduce(
      (n, events) => n + events.filter((event, t) => t > 0 && events[t - 1] === a && event === b).length,
      0,
    );
  const recent = history.slice(-20);
  const age = (t: number) => recent.length - 1 - t;
  const cosine = (a: number, b: number) =>
    together(a, b) === 0 ? 0 : together(a, b) / Math.sqrt((pop[a] ?? 0) * (pop[b] ?? 0));
  const score: Record<ReferenceKey, (i: number) => number> = {
    mostPopular: (i) => pop[i] ?? 0,
    itemKnn: (i) => recent.reduce((sum, h) => sum + cosine(h, i), 0),
    itemKnnDecay: (i) => recent.reduce((sum, h, t) => sum + 0.8 ** age(t) * cosine(h, i), 0),
    markov: (i) => follows(history.at(-1) ?? 0, i),
    decayedTransitions: (i) =>
      recent.reduce((sum, h, t) => sum + 0.7 ** age(t) * (follows(h, i) + 0.5 * follows(i, h)), 0),
  };
  // Rounding to 12 digits makes ties of equal sums exact, whatever the order of addition.
  return items.map((i) => Number((score[key](i) + ((pop[i] ?? 0) / most) * 1e-6).toFixed(12)));
}

describe('referencePoints', () => {
  it.each(REFERENCE_KEYS)('%s ranks as its definition with dense scores', async (key) => {
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.constantFrom('valid' as const, 'test' as const),
        async ({ sequences, table }, split) => {
          const [result] = await referencePoints(table, ITEM_COUNT, { keys: [key], split });
          sequences.forEach((sequence, user) => {
            const end = sequence.length - (split === 'test' ? 1 : 2);
            const history = sequence.slice(0, end);
            const scores = denseScores(key, sequences, history);
            const target = sequence[end] ?? 0;
            // Sums of many decayed terms may tie only up to rounding: accept the rank with or without such near ties.
            const strict = scores.map((s, i) => (i !== target && Math.abs(s - (scores[target] ?? 0)) < 1e-11 ? -1 : s));
            for (const [ranks, excluded] of [
              [result?.kept.ranks, []],
              [result?.seenRemoved.ranks, history],
            ] as const) {
              const rank = ranks?.[user] ?? 0;
              expect(rank).toBeLessThanOrEqual(rankOfTarget(scores, target, excluded));
              expect(rank).toBeGreaterThanOrEqual(rankOfTarget(strict, target, excluded));
            }
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts popularity, pairs and transitions without the last two events', () => {
    const table: SequenceTable = sequenceTable([
      [0, 1, 0, 2, 3],
      [1, 2, 0, 3, 3],
    ]);
    expect([...popularity(table, 4)]).toEqual([3, 2, 1, 0]);
    const forward = transitionCounts(table, 4);
    expect([...forward.starts]).toEqual([0, 1, 3, 4, 4]);
    expect([...forward.columns]).toEqual([1, 0, 2, 0]);
    const pairs = cooccurrenceCounts(table, 4);
    expect([...pairs.columns]).toEqual([1, 2, 0, 2, 1, 0]);
    expect([...pairs.counts]).toEqual([2, 1, 2, 1, 1, 1]);
  });

  it('reports progress, lets the caller breathe, and can be stopped', async () => {
    const table = sequenceTable(Array.from({ length: 1500 }, (_, u) => [u % 5, (u + 1) % 5, (u + 2) % 5, u % 3]));
    const seen: number[] = [];
    await referencePoints(table, 5, { keys: ['markov'] }, async (done, total) => {
      await Promise.resolve();
      seen.push(done / total);
    });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    await expect(referencePoints(table, 5, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'evaluate/cancelled',
    });
  });
});
