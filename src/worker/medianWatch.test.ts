import { describe, expect, it } from 'vitest';
import preset from '../../models/t5/test.json';
import { createMemoryRunStore } from '../storage/recordRunStore';
import type { RunRecord } from '../storage/runStore';
import { checkRunConfig } from '../train/config';
import type { MetricRow } from '../train/reports';
import { MedianWatch } from './medianWatch';
import { RunRegistry } from './runRegistry';
import { storeSink } from './storeSink';
import { CURRENT_RUN } from './workspace';

const CONFIG = checkRunConfig(preset, 'preset');
const SWEEP = { id: 'sweep-1', title: 'Sweep over learning rate' };
const EPOCHS = 8;

const validation = (epoch: number, validNdcg10: number, more: Readonly<Record<string, number>> = {}): MetricRow => ({
  run: 'recommender',
  step: epoch * 10,
  epoch,
  seconds: epoch,
  values: { validNdcg10, ...more },
});
const curve = (...values: readonly number[]): readonly MetricRow[] =>
  values.map((value, at) => validation(at + 1, value));

/** A sweep's registry: earlier runs with their curves, and the run that trains. */
async function sweep() {
  let seed = 0;
  const registry = await RunRegistry.open(createMemoryRunStore(), { nowMs: () => 1, busyRuns: async () => new Set() });
  const add = async (
    rows: readonly MetricRow[],
    change: Partial<Omit<RunRecord, 'id'>> = {},
    recommender: Partial<typeof CONFIG.recommender> = {},
  ): Promise<string> => {
    seed++;
    const config = { ...CONFIG, seed, recommender: { ...CONFIG.recommender, ...recommender } };
    const data = { name: 'shop', contentHash: 'd'.repeat(64) };
    const id = await registry.create({ config: JSON.stringify(config), data, source: 'trained' });
    await storeSink(registry.view(id), CURRENT_RUN, () => 1).appendRows(rows);
    const ending = { kind: 'complete', message: '' } as const;
    await registry.update(id, { status: 'finished', ending, batch: SWEEP, ...change });
    return id;
  };
  const watch = async (own: readonly MetricRow[] = [], minRuns = 3, graceEpochs = 1): Promise<MedianWatch> => {
    const watched = new MedianWatch({ minRuns, graceEpochs }, SWEEP);
    await watched.look(registry, await add(own, { status: 'running' }));
    return watched;
  };
  return { registry, add, watch };
}

describe('MedianWatch', () => {
  it('stops a run behind the earlier ones of its sweep, and says so with the numbers', async () => {
    const { add, watch } = await sweep();
    await add(curve(0.01, 0.03));
    await add(curve(0.02, 0.04));
    await add(curve(0.03, 0.05));
    const watched = await watch();
    expect(watched.take(curve(0.025), EPOCHS)).toBeNull();
    // Means up to epoch 2: 0.02, 0.03, 0.04.
    expect(watched.take([validation(2, 0.024)], EPOCHS)).toBe(
      'Stopped after epoch 2 of 8, before its test: its best validation, NDCG@10 0.0250, is below 0.0300, the median of the means so far of 3 earlier runs of “Sweep over learning rate”. Its best state is kept; it can go on.',
    );
  });

  it('shows as many digits as tell the two numbers apart', async () => {
    const { add, watch } = await sweep();
    await add(curve(0.02));
    const watched = await watch([], 1);
    expect(watched.take(curve(0.019999), EPOCHS)).toContain(
      'NDCG@10 0.019999, is below 0.020000, the mean so far of one',
    );
  });

  it('compares only with runs of the sweep that had their turn and were measured alike', async () => {
    const { registry, add, watch } = await sweep();
    const good = curve(0.5, 0.5);
    await add(good, { batch: { id: 'sweep-2', title: SWEEP.title } });
    await add(good, { status: 'paused', ending: { kind: 'stopped', message: '' } });
    await add(good, { status: 'failed' });
    await add(good, { dataHash: 'e'.repeat(64) });
    await add(good, {}, { validationUsers: 64 });
    await add(good, {}, { validationBeamWidth: 20 });
    await registry.remove(await add(good));
    await add(good.map((row) => ({ ...row, values: { ...row.values, candidate: 1 } })));
    await add(good.map((row) => ({ ...row, values: { ...row.values, isBaseline: 1 } })));
    await add(good.map((row) => ({ ...row, run: 'tokenizer' })));
    const bad = curve(0.1);
    expect((await watch([], 1)).take(bad, EPOCHS)).toBeNull();
    await add(good, {}, { learningRate: 0.1 });
    expect((await watch([], 1)).take(bad, EPOCHS)).not.toBeNull();
  });

  it('counts what was stopped as far as it went, by this rule or by the time limit', async () => {
    const { add, watch } = await sweep();
    await add(curve(0.5), { status: 'paused', ending: { kind: 'median', message: '' } });
    await add(curve(0.5), { ending: { kind: 'timeLimit', message: '' } });
    await add(curve(0.5), { ending: { kind: 'patience', message: '' } });
    expect((await watch()).take(curve(0.1), EPOCHS)).not.toBeNull();
    expect((await watch()).take(curve(0.1, 0.1).slice(1), EPOCHS)).toBeNull();
    expect((await watch([], 1)).take(curve(0.1, 0.1).slice(1), EPOCHS)).not.toBeNull();
  });

  it('knows the run’s own past after a reload, and forgets what is validated again', async () => {
    const { add, watch } = await sweep();
    await add(curve(0.3, 0.3, 0.3));
    const watched = await watch(curve(0.4, 0.9), 1);
    expect(watched.take([validation(3, 0.1)], EPOCHS)).toBeNull();
    const again = await watch(curve(0.2, 0.9), 1);
    expect(again.take([validation(2, 0.1)], EPOCHS)).toContain('NDCG@10 0.2000');
  });

  it('is asked at validations alone, and lets a run end that is at its last epoch', async () => {
    const { add, watch } = await sweep();
    await add(curve(0.3, 0.3));
    const watched = await watch(curve(0.1), 1);
    expect(watched.take([{ ...validation(1, 0), values: { loss: 3 } }], EPOCHS)).toBeNull();
    expect(watched.take([validation(2, 0.1)], 2)).toBeNull();
    expect(watched.take([validation(2, 0.1)], 3)).not.toBeNull();
  });
});
