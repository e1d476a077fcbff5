import { describe, expect, it } from 'vitest';
import mtgrec from '../../models/mtgrec/test.json';
import preset from '../../models/t5/test.json';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { checkRunConfig } from '../train/config';
import { RunRegistry } from './runRegistry';
import { secondsOfEpoch, shapeKey, timeOf } from './runTimes';
import { storeSink } from './storeSink';
import { CURRENT_RUN } from './workspace';

const config = checkRunConfig(preset, 'preset');
const DATA = { name: 'shop', contentHash: 'd'.repeat(64) };
const PLACE = { dataHash: DATA.contentHash, adapter: 'card' };
const row = (epoch: number, seconds: number) => ({
  run: 'recommender' as const,
  step: epoch * 10,
  epoch,
  seconds,
  values: { loss: 1 },
});

describe('time from earlier runs', () => {
  it('is the slope from row to row, and unknown where the clock or the epochs begin anew', () => {
    // The first row comes after compiling, which is no part of an epoch.
    expect(secondsOfEpoch([row(0.5, 60), row(1, 62), row(2.5, 68)])).toBeCloseTo(4);
    expect(secondsOfEpoch([row(1, 60), row(2, 5), row(3, 9)])).toBeNull();
    expect(secondsOfEpoch([row(3, 1), row(1, 9), row(4, 20)])).toBeNull();
    expect(secondsOfEpoch([row(1, 3)])).toBeNull();
    expect(secondsOfEpoch([row(1, 3), row(2, 3.1)])).toBeNull();
  });

  it('is taken from runs whose steps have the same shape, on the same data and adapter', async () => {
    const registry = await RunRegistry.open(createMemoryRunStore(), {
      nowMs: () => 1,
      busyRuns: async () => new Set(),
    });
    const id = await registry.create({ config: JSON.stringify(config), data: DATA, source: 'trained', name: 'first' });
    await storeSink(registry.view(id), CURRENT_RUN, () => 1).appendRows([row(0.5, 10), row(1, 12)]);
    const longer = { ...config, seed: 3, recommender: { ...config.recommender, epochs: 10, learningRate: 0.5 } };
    expect(await timeOf(registry, longer, 'recommender', PLACE)).toBeNull();
    await registry.update(id, { adapter: 'card' });
    expect(await timeOf(registry, longer, 'recommender', PLACE)).toEqual({ seconds: 40, measuredIn: 'first' });
    expect(await timeOf(registry, longer, 'recommender', { ...PLACE, adapter: 'other' })).toBeNull();
    expect(await timeOf(registry, longer, 'recommender', { ...PLACE, dataHash: 'other' })).toBeNull();
    const wider = { ...longer, recommender: { ...longer.recommender, width: 64 } };
    expect(await timeOf(registry, wider, 'recommender', PLACE)).toBeNull();
    expect(await timeOf(registry, longer, 'tokenizer', PLACE)).toBeNull();
  });

  it('is not given for systems whose epochs are of several kinds', () => {
    expect(shapeKey(checkRunConfig(mtgrec, 'preset'), 'recommender')).toBeNull();
    expect(shapeKey(config, 'recommender')).not.toBe(shapeKey(config, 'tokenizer'));
  });
});
