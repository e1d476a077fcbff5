import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../base/random';
import { DRIFT_CLASSES } from './codeDrift';
import { DriftRecord, type KeptTokenizer } from './driftSummary';

const ITEMS = 50;
const LEVELS = 2;
const CODES = 6;

/** Every epoch moves about a fifth of the codes of the one before. */
function drifting(count: number): KeptTokenizer[] {
  const random = uniformGenerator(11);
  let assignments = Uint16Array.from({ length: ITEMS * LEVELS }, () => Math.floor(random() * CODES));
  return Array.from({ length: count }, (_, index) => {
    assignments = assignments.map((code) => (random() < 0.2 ? Math.floor(random() * CODES) : code));
    const neighbours = Uint16Array.from({ length: LEVELS * CODES }, (_unused, at) => ((at % CODES) + 1) % CODES);
    return { epoch: 90 + index, assignments, levels: LEVELS, codes: CODES, neighbours };
  });
}
const recordOf = (tokenizers: readonly KeptTokenizer[]): DriftRecord => {
  const record = new DriftRecord();
  for (const tokenizer of tokenizers) record.add(tokenizer);
  return record;
};
const nothing = async (): Promise<void> => {};

describe('DriftRecord', () => {
  it('has nothing to say about a single tokenizer', async () => {
    expect(await recordOf(drifting(1)).summary(nothing)).toBeNull();
  });

  it('measures every pair at every level, as counting does', async () => {
    const tokenizers = drifting(5);
    const summary = await recordOf(tokenizers).summary(nothing);
    expect(summary?.pairs).toHaveLength(10 * LEVELS);
    for (const { first, second, level, raw } of summary?.pairs ?? []) {
      const same = Array.from({ length: ITEMS }, (_, item) => item * LEVELS + level).filter(
        (at) => tokenizers[first]?.assignments[at] === tokenizers[second]?.assignments[at],
      ).length;
      expect(raw).toBe(same / ITEMS);
    }
  });

  it('lists as many items of each class as the figure counts', async () => {
    const record = recordOf(drifting(4));
    const summary = await record.summary(nothing);
    expect(summary?.counts).toHaveLength(3);
    expect(summary?.flows).toHaveLength(2);
    summary?.counts.forEach((levels, step) => {
      levels.forEach((counts, level) => {
        expect(DRIFT_CLASSES.map((name) => record.itemsOf(step, level, name).length)).toEqual(counts);
      });
    });
  });

  it('weighs windows by distinct identifiers and agreement', async () => {
    const [first, second] = drifting(2);
    if (!first || !second) throw new Error('two tokenizers');
    const summary = await recordOf([first, second, { ...second, epoch: 95 }]).summary(nothing);
    const [two, three] = summary?.windows ?? [];
    // The newest two are equal.
    expect(two).toEqual({ tokenizers: 2, identifiersPerItem: 1, agreement: 1 });
    const moved = Array.from({ length: ITEMS }, (_, item) => item).filter((item) =>
      [0, 1].some((level) => first.assignments[item * 2 + level] !== second.assignments[item * 2 + level]),
    ).length;
    expect(three?.tokenizers).toBe(3);
    expect(three?.identifiersPerItem).toBeCloseTo(1 + moved / ITEMS, 12);
  });

  it('measures only new pairs when a tokenizer is added, and lets others work between pairs', async () => {
    const tokenizers = drifting(4);
    const record = recordOf(tokenizers.slice(0, 3));
    let breaths = 0;
    const breathe = async (): Promise<void> => {
      breaths++;
    };
    await record.summary(breathe);
    expect(breaths).toBe(3 * LEVELS);
    for (const tokenizer of tokenizers.slice(3)) record.add(tokenizer);
    const summary = await record.summary(breathe);
    expect(breaths).toBe(6 * LEVELS);
    expect(summary).toEqual(await recordOf(tokenizers).summary(nothing));
  });

  it('starts anew from an epoch that comes again', async () => {
    const [first, second, third] = drifting(3);
    if (!first || !second || !third) throw new Error('three tokenizers');
    const record = recordOf([first, second, third]);
    await record.summary(nothing);
    record.add({ ...third, epoch: second.epoch });
    expect(await record.summary(nothing)).toEqual(
      await recordOf([first, { ...third, epoch: second.epoch }]).summary(nothing),
    );
  });
});
