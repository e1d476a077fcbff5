import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mixSeed, uniformGenerator } from '../base/random';
import { sequenceTable } from '../base/sequenceTable';
import type { Dataset } from '../data/dataset';
import { openDataset } from '../data/workspace/openDataset';
import { StoredWorkspace } from '../data/workspace/storedWorkspace';
import { openWorkspaces } from '../data/workspace/workspaces';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { identifierTokens, identifierVocabulary } from '../recommenders/identifierVocabulary';
import { T5Trainer, type T5TrainingConfig } from '../recommenders/t5/trainer';
import { memoryColumnStorage } from '../storage/memoryStorage';
import { trainingData } from './trainingData';

const ITEMS = 40;
const vocabulary = identifierVocabulary(2, 8);
const source = {
  vocabulary,
  tokens: identifierTokens(vocabulary, Array.from({ length: ITEMS }, (_, i) => [Math.floor(i / 8), i % 8, 1]).flat()),
};
const config: T5TrainingConfig = {
  width: 32,
  headWidth: 8,
  heads: 4,
  feedForwardWidth: 64,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0.1,
  historyLimit: 6,
  epochs: 8,
  batchSize: 32,
  learningRate: 0.01,
  warmupSteps: 5,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** Users who walk the catalogue in steps of one: the next item is certain. */
function walkers(users: number): number[][] {
  const uniform = uniformGenerator(mixSeed(3));
  return Array.from({ length: users }, () => {
    const start = Math.floor(uniform() * ITEMS);
    return Array.from({ length: 6 + Math.floor(uniform() * 4) }, (_, t) => (start + t) % ITEMS);
  });
}

/** The walkers in a workspace of small chunks, opened with a window of `windowBytes`. */
async function stored(windowBytes: number): Promise<Dataset> {
  const storage = memoryColumnStorage();
  const { info } = await openWorkspaces(storage, () => 1).create('test');
  const workspace = new StoredWorkspace(storage, info, () => 1);
  workspace.chunkEvents = 100;
  const origin = { format: 'test', files: [], options: '{}' };
  const { id } = await workspace.createImport('walks', 'downstream', origin);
  await workspace.runImport(id, async (sink) => {
    for (let item = 0; item < ITEMS; item++)
      sink.item({ id: String(item), title: '', text: `${item}`, categories: [], brand: '', imageUrl: '' });
    for (const [user, walk] of walkers(200).entries()) sink.sequence(`u${user}`, walk.map(String));
  });
  await workspace.applyTransform(id, await workspace.defaultTransform(id));
  return openDataset([await workspace.tables(id)], { windowBytes, historyLimit: config.historyLimit });
}

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

function trainerOf(dataset: Dataset): T5Trainer {
  const context = { dataset, config: { recommender: config } as never, now: () => performance.now() };
  return new T5Trainer({ engine, config, source, seed: 5, ...trainingData(context) });
}
async function run(trainer: T5Trainer, steps: number): Promise<number[]> {
  for (let i = 0; i < steps; i++) await trainer.runStep();
  return (await trainer.metrics()).map(({ loss }) => loss);
}
const bits = async (trainer: T5Trainer) => {
  const { step, cursor, parameters, moment1, moment2 } = await trainer.state();
  return { step, cursor, parameters: [...parameters], moment1: [...moment1], moment2: [...moment2] };
};

describe('training from a workspace', () => {
  it('that fits gives the bits of training from memory', async () => {
    const dataset = await stored(1 << 30);
    expect(dataset.stored?.stream).toBeNull();
    expect(dataset.sequences).toEqual(sequenceTable(walkers(200)));
    const fromStore = trainerOf(dataset);
    const fromMemory = new T5Trainer({ engine, config, source, seed: 5, sequences: sequenceTable(walkers(200)) });
    await run(fromStore, 10);
    await run(fromMemory, 10);
    expect(await bits(fromStore)).toEqual(await bits(fromMemory));
    for (const trainer of [fromStore, fromMemory]) await trainer.dispose();
  });

  it('five times the window learns as well, and resumes with the same bits', async () => {
    // 1,500 events of 32 bytes against two windows of 150.
    const dataset = await stored(9600);
    expect((dataset.stored?.stream?.chunks.chunks.length ?? 0) >= 10).toBe(true);
    const whole = trainerOf(dataset);
    const memory = new T5Trainer({ engine, config, source, seed: 5, sequences: sequenceTable(walkers(200)) });
    expect(whole.totalSteps).toBe(memory.totalSteps);
    const [first = Number.NaN] = await run(whole, 1);
    await run(whole, 39);
    const half = trainerOf(dataset);
    await run(half, 21);
    const resumed = trainerOf(dataset);
    resumed.restore(await half.state());
    await run(resumed, 19);
    expect(await bits(resumed)).toEqual(await bits(whole));
    await run(memory, 40);
    const mean = (losses: number[]): number => losses.reduce((a, b) => a + b, 0) / losses.length;
    const [streamed, held] = [mean(await run(whole, 20)), mean(await run(memory, 20))];
    expect(streamed).toBeLessThan(first / 2);
    expect(Math.abs(streamed - held)).toBeLessThan(0.1 * first);
    const { waits } = whole;
    expect(waits?.windows).toBeGreaterThan(10);
    expect((waits?.waitMs ?? 1) / (waits?.elapsedMs ?? 1)).toBeLessThan(0.03);
    for (const trainer of [whole, half, resumed, memory]) await trainer.dispose();
  });
});
