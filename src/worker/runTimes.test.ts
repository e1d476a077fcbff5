import { describe, expect, it } from 'vitest';
import mtgrecPreset from '../../models/mtgrec/test.json';
import preset from '../../models/t5/test.json';
import transferPreset from '../../models/utgrec/transfer.json';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { checkRunConfig } from '../train/config';
import type { SystemConfig } from '../train/systemConfig';
import { checkUtgrecConfig } from '../train/utgrecConfig';
import { storageProblem } from './estimateDesk';
import { phasesOf } from './runPhases';
import { RunRegistry } from './runRegistry';
import { RunTimes, secondsOfEpoch } from './runTimes';
import { storeSink } from './storeSink';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

const config = checkRunConfig(preset, 'preset');
const mtgrec = checkRunConfig(mtgrecPreset, 'preset');
const transfer = checkUtgrecConfig(transferPreset, 'preset');
const DATA = { name: 'shop', contentHash: 'd'.repeat(64) };
const PLACE = { dataHash: DATA.contentHash, adapter: 'card' };
const row = (epoch: number, seconds: number, run: 'tokenizer' | 'recommender' = 'recommender') => ({
  run,
  step: epoch * 10,
  epoch,
  seconds,
  values: { loss: 1 },
});

const emptyRegistry = () =>
  RunRegistry.open(createMemoryRunStore(), { nowMs: () => 1, busyRuns: async () => new Set() });

async function registryWith(known: SystemConfig, rows: Readonly<Record<string, ReturnType<typeof row>[]>>) {
  const registry = await emptyRegistry();
  const given = { data: DATA, source: 'trained', name: 'first', hasUpstream: true } as const;
  const id = await registry.create({ config: JSON.stringify(known), ...given });
  for (const [run, all] of Object.entries(rows)) await storeSink(registry.view(id), run, () => 1).appendRows(all);
  await registry.update(id, { adapter: 'card' });
  return registry;
}

describe('time from earlier runs', () => {
  it('is the slope from row to row; where the clock or the epochs begin anew, so does the slope', () => {
    // The first row comes after compiling, which is no part of an epoch.
    expect(secondsOfEpoch([row(0.5, 60), row(1, 62), row(2.5, 68)])).toBeCloseTo(4);
    // 2 epochs in 4 s, then, from a clock of its own, 1 epoch in 5 s.
    expect(secondsOfEpoch([row(1, 60), row(3, 64), row(1, 2), row(2, 7)])).toBeCloseTo(3);
    expect(secondsOfEpoch([row(1, 60), row(2, 5), row(3, 9)])).toBeCloseTo(4);
    expect(secondsOfEpoch([row(1, 3)])).toBeNull();
    expect(secondsOfEpoch([])).toBeNull();
    expect(secondsOfEpoch([row(1, 3), row(2, 3.1)])).toBeNull();
  });

  it('is taken from runs whose steps have the same shape, on the same data and adapter', async () => {
    const registry = await registryWith(config, { [CURRENT_RUN]: [row(0.5, 10), row(1, 12)] });
    const longer = { ...config, seed: 3, recommender: { ...config.recommender, epochs: 10, learningRate: 0.5 } };
    const times = new RunTimes(registry, PLACE);
    expect(await times.of(longer, 'recommender')).toEqual({ seconds: 40, measuredIn: 'first' });
    for (const other of [
      { ...PLACE, adapter: 'other' },
      { ...PLACE, dataHash: 'other' },
    ])
      expect(await new RunTimes(registry, other).of(longer, 'recommender')).toBeNull();
    const wider = { ...longer, recommender: { ...longer.recommender, width: 64 } };
    expect(await times.of(wider, 'recommender')).toBeNull();
    expect(await times.of(longer, 'tokenizer')).toBeNull();
  });

  it('counts all epochs of MTGRec: pre-training, each candidate of the fine-tuning, the baseline', async () => {
    const section = mtgrec.multiIdentifier;
    const { fineTuning } = section ?? {};
    if (!section || !fineTuning) throw new Error('the preset has no fine-tuning');
    const alone = { ...mtgrec, recommender: { ...mtgrec.recommender, epochs: 5 } };
    const tuned = { ...fineTuning, checkpoints: [3, 5], identifiers: [0, 2], epochs: 7 };
    const whole = { ...alone, multiIdentifier: { ...section, hasBaseline: true, fineTuning: tuned } };
    expect(phasesOf(whole, 'recommender').map(({ epochs }) => epochs)).toEqual([5 + 5 + 4 * 7]);
    const without = { ...alone, multiIdentifier: { ...section, hasBaseline: false, fineTuning: null } };
    expect(phasesOf(without, 'recommender').map(({ epochs }) => epochs)).toEqual([5]);
    // Two segments: pre-training, and a candidate with its own clock.
    const rows = [row(0, 5), row(2, 9), row(0, 1), row(2, 5)];
    const registry = await registryWith(whole, { [CURRENT_RUN]: rows });
    expect(await new RunTimes(registry, PLACE).of(without, 'recommender')).toEqual({
      seconds: 10,
      measuredIn: 'first',
    });
  });

  it('adds up the phases of a transfer, and is not known while one of them is not', async () => {
    const phases = phasesOf(transfer, 'recommender');
    expect(phases.map(({ run, part }) => `${run} ${part}`)).toEqual([
      `${PRETRAINING_RUN} recommender`,
      `${CURRENT_RUN} tokenizer`,
      `${CURRENT_RUN} recommender`,
    ]);
    expect(phasesOf(transfer, 'tokenizer').map(({ run }) => run)).toEqual([PRETRAINING_RUN]);
    const upstream = [row(0, 10, 'tokenizer'), row(2, 16, 'tokenizer'), row(0, 1), row(1, 3)];
    const own = [row(0, 0, 'tokenizer'), row(1, 5, 'tokenizer')];
    const half = await registryWith(transfer, { [PRETRAINING_RUN]: upstream, [CURRENT_RUN]: own });
    const known = await new RunTimes(half, PLACE).of(transfer, 'tokenizer');
    expect(known?.seconds).toBeCloseTo(3 * transfer.tokenizer.training.epochs);
    expect(await new RunTimes(half, PLACE).of(transfer, 'recommender')).toBeNull();
    const rows = [...own, row(0, 2), row(1, 6)];
    const whole = await registryWith(transfer, { [PRETRAINING_RUN]: upstream, [CURRENT_RUN]: rows });
    const { tokenizerTraining, recommenderTraining } = transfer.transfer ?? {};
    const wanted =
      2 * transfer.recommender.epochs + 5 * (tokenizerTraining?.epochs ?? 0) + 4 * (recommenderTraining?.epochs ?? 0);
    expect((await new RunTimes(whole, PLACE).of(transfer, 'recommender'))?.seconds).toBeCloseTo(wanted);
  });

  it('leaves out phases that a transfer does without', () => {
    if (!transfer.transfer) throw new Error('the preset does not transfer');
    const frozen = { ...transfer.transfer, tokenizer: 'none', recommenderIsPretrained: false } as const;
    const partsOf = (own: typeof transfer) => phasesOf(own, 'recommender').map(({ run, part }) => `${run} ${part}`);
    expect(partsOf({ ...transfer, transfer: frozen })).toEqual([`${CURRENT_RUN} recommender`]);
    expect(partsOf({ ...transfer, transfer: null })).toEqual([`${CURRENT_RUN} recommender`]);
    const scratch = { ...transfer, transfer: { ...transfer.transfer, pretraining: [] } };
    expect(partsOf(scratch)).toEqual([`${CURRENT_RUN} recommender`]);
    expect(phasesOf(scratch, 'tokenizer').map(({ run }) => run)).toEqual([CURRENT_RUN]);
  });
});

describe('storageProblem', () => {
  const recommender = { memory: {} as never, checkpointBytes: 600 };

  it('holds back what cannot be kept, and says how much is wanted and left', () => {
    expect(storageProblem({ recommender }, { usedBytes: 1000, quotaBytes: 2199 })).toContain(
      'at least 1200 bytes, 1199 are left',
    );
    expect(storageProblem({ recommender }, { usedBytes: 1000, quotaBytes: 2200 })).toBeNull();
    expect(storageProblem({ recommender }, { usedBytes: 0, quotaBytes: 0 })).toBeNull();
  });
});
