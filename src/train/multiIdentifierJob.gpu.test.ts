import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import preset from '../../models/mtgrec/test.json';
import { uniformGenerator } from '../base/random';
import { sequenceTable } from '../base/sequenceTable';
import type { Dataset } from '../data/dataset';
import { readSafetensors, writeSafetensors } from '../formats/safetensors';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { floatsIn, readCheckpoint, writeCheckpoint } from './checkpoint';
import { checkRunConfig, type RunConfig } from './config';
import type { JobContext } from './context';
import { makeIdentifiers } from './identifiers';
import { embeddingsOrigin } from './itemVectors';
import { JobControl } from './jobControl';
import { openCurriculum, Pretraining } from './pretrainingJob';
import { openModel, trainModel } from './recommendingModel';
import type { CurriculumReport, DriftReport, EvaluationReport } from './reports';
import { type CheckpointRole, memorySink } from './runSink';
import { openDrift, openTokenizers, trainTokenizer } from './tokenizerJob';
import { walkers } from './walkers.fixture';

const ITEMS = 48;
const COMPONENTS = 8;
const config = checkRunConfig(
  {
    ...preset,
    encoder: { ...preset.encoder, components: COMPONENTS },
    tokenizer: {
      ...preset.tokenizer,
      hiddenWidths: [16],
      latentWidth: 8,
      codes: 8,
      epochs: 6,
      batchSize: 48,
      learningRate: 0.05,
      keep: 3,
      keepEvery: 1,
    },
    recommender: {
      ...preset.recommender,
      width: 16,
      headWidth: 4,
      feedForwardWidth: 16,
      epochs: 4,
      batchSize: 32,
      validateEvery: 2,
      validationUsers: 20,
    },
    multiIdentifier: {
      ...preset.multiIdentifier,
      stages: [2, 1],
      trainingSamples: 24,
      validationSamples: 24,
      measuresSamplingError: true,
      hasEnsemble: true,
      hasBaseline: true,
      fineTuning: { ...preset.multiIdentifier.fineTuning, checkpoints: [3, 4], identifiers: [0, 2], epochs: 2 },
    },
  },
  'test',
);

const dataset = walkers(40, ITEMS);

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

interface Told {
  readonly drift: DriftReport[];
  readonly curriculum: CurriculumReport[];
  readonly evaluations: EvaluationReport[];
}

/** A run whose item vectors are there already. */
async function host(run: RunConfig, sink = memorySink(), data = dataset): Promise<{ context: JobContext; told: Told }> {
  const uniform = uniformGenerator(9);
  const vectors = Float32Array.from({ length: ITEMS * run.encoder.components }, () => 2 * uniform() - 1);
  await sink.saveCheckpoint(
    'embeddings',
    writeCheckpoint(
      { ...embeddingsOrigin(run, data.contentHash), adapter: 'test' },
      new Map([['vectors/whitened', vectors]]),
      { components: run.encoder.components },
    ),
  );
  const told: Told = { drift: [], curriculum: [], evaluations: [] };
  let clock = 0;
  const context: JobContext = {
    engine,
    dataset: data,
    config: run,
    sink,
    control: new JobControl(),
    now: () => clock++,
    readEncoderFile: () => Promise.reject(new Error('no text is encoded in this test')),
    hooks: {
      progress: () => {},
      rows: () => {},
      codebook: () => {},
      evaluation: (report) => void told.evaluations.push(report),
      drift: (report) => void told.drift.push(report),
      curriculum: (report) => void told.curriculum.push(report),
    },
  };
  return { context, told };
}

const changed = (section: Partial<NonNullable<RunConfig['multiIdentifier']>>): RunConfig => ({
  ...config,
  multiIdentifier: { ...(config.multiIdentifier as NonNullable<RunConfig['multiIdentifier']>), ...section },
});

async function whole(run: RunConfig) {
  const sink = memorySink();
  const { context, told } = await host(run, sink);
  await trainTokenizer(context);
  const model = await trainModel(context);
  return { context, told, sink, model };
}

const tensors = (file: Uint8Array | undefined): Map<string, number[]> =>
  new Map([...floatsIn(readCheckpoint(file ?? new Uint8Array(), 'test'), 'parameters')].map(([n, v]) => [n, [...v]]));

describe('an MTGRec run', () => {
  it('keeps adjacent epochs, weighs them, fine-tunes every candidate and tests the best by validation', async () => {
    const { context, told, sink, model } = await whole(config);
    expect(told.drift.map(({ epoch, changedShare }) => [epoch, changedShare === null])).toEqual([
      [4, true],
      [5, false],
      [6, false],
    ]);
    expect(await openDrift(context)).toEqual(told.drift);
    expect(told.curriculum.map(({ epoch, stage, stages }) => [epoch, stage, stages])).toEqual([
      [2, 1, 2],
      [3, 2, 2],
    ]);
    const [first, second] = told.curriculum as [CurriculumReport, CurriculumReport];
    expect(first.influence.flat().every(Number.isFinite)).toBe(true);
    expect(first.samplingError).toBeGreaterThan(0);
    expect(second.samplingError).toBeNull();
    expect(second.learningRateWeights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(second.probabilities).not.toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(second.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    const tokenizers = (await openTokenizers(context)) ?? [];
    expect(await openCurriculum(context, tokenizers)).toEqual(told.curriculum);
    const tests = told.evaluations.filter(({ split }) => split === 'test').map(({ name }) => name);
    expect(tests).toEqual(['TIGER, same budget', 'MTGRec', 'MTGRec, ensemble']);
    const ndcgs = [0, 1, 2, 3].map(
      (number) =>
        readCheckpoint(sink.files.get(`fineTuned-${number}`) ?? new Uint8Array(), '').numbers.get('bestNdcg') ?? -2,
    );
    const chosen = readCheckpoint(sink.files.get('best') ?? new Uint8Array(), 'best').numbers;
    const best = ndcgs.indexOf(Math.max(...ndcgs));
    expect([chosen.get('checkpoint'), chosen.get('identifier')]).toEqual([best < 2 ? 3 : 4, best % 2 === 0 ? 0 : 2]);
    expect(model.identifiers.hash).toBe(tokenizers[best % 2 === 0 ? 0 : 2]?.hash);
    expect(tensors(sink.files.get('best'))).toEqual(tensors(sink.files.get(`fineTuned-${best}`)));
    const opened = await openModel(context);
    expect(opened?.identifiers.hash).toBe(model.identifiers.hash);
    await opened?.trainer.dispose();
    await model.trainer.dispose();
  });

  it('ends with the same bits however often it is stopped', async () => {
    const straight = await whole(config);
    const sink = memorySink();
    // Within pre-training, before an estimate, and in two fine-tunings; then to the end.
    for (const stopAt of [5, 13, 30, 47]) {
      const { context } = await host(config, sink);
      await trainTokenizer(context);
      await expect(trainModel(context, stopAt)).rejects.toMatchObject({ code: 'job/stopped' });
    }
    const { context, told } = await host(config, sink);
    const model = await trainModel(context);
    for (const role of ['recommender', 'pretrained-3', 'fineTuned-0', 'fineTuned-3', 'best', 'baseline'] as const)
      expect(tensors(sink.files.get(role)), role).toEqual(tensors(straight.sink.files.get(role)));
    const testsOf = (list: readonly EvaluationReport[]) => list.filter(({ split }) => split === 'test');
    expect(testsOf(told.evaluations)).toEqual(testsOf(straight.told.evaluations));
    expect(new Set(sink.rows.filter(({ run }) => run === 'recommender').map(({ step }) => step)).size).toBe(
      new Set(straight.sink.rows.filter(({ run }) => run === 'recommender').map(({ step }) => step)).size,
    );
    await model.trainer.dispose();
    await straight.model.trainer.dispose();
  });

  it('stops inside an estimate and estimates the same again', async () => {
    const sink = memorySink();
    const { context, told } = await host(config, sink);
    await trainTokenizer(context);
    const control = context.control;
    const stopping: JobContext = {
      ...context,
      hooks: {
        ...context.hooks,
        progress: ({ stage, done }) => void (stage === 'influence' && done > 1 && control.stop()),
      },
    };
    await expect(trainModel(stopping)).rejects.toMatchObject({ code: 'job/stopped' });
    expect(told.curriculum).toEqual([]);
    const again = await host(config, sink);
    const model = await trainModel(again.context);
    const straight = await whole(config);
    expect(again.told.curriculum.map(({ influence }) => influence)).toEqual(
      straight.told.curriculum.map(({ influence }) => influence),
    );
    await model.trainer.dispose();
    await straight.model.trainer.dispose();
  });
});

describe('an MTGRec run on streamed data', () => {
  it('trains on the chunks and measures influence on all sequences, not on the latest events', async () => {
    const { historyLimit } = config.recommender;
    const whole = dataset.sequences;
    const users = Array.from({ length: dataset.userCount }, (_, user) => [
      ...whole.items.subarray(whole.offsets[user], whole.offsets[user + 1]),
    ]);
    const chunkOf = (chunk: number): number[][] => users.slice(chunk * 10, chunk * 10 + 10);
    let read = 0;
    const streamed: Dataset = {
      ...dataset,
      // Cut as a stream's are, and further: whoever trains on them is found out.
      sequences: sequenceTable(users.map((items) => items.slice(-4))),
      stored: {
        texts: async (from, to) => dataset.items.titles.slice(from, to),
        picture: async () => null,
        lengthHistogram: [],
        pictures: 0,
        domains: [],
        stream: {
          chunks: {
            chunks: [0, 1, 2, 3].map((chunk) => ({ users: 10, events: chunkOf(chunk).flat().length })),
            read: async (chunk) => {
              read++;
              return sequenceTable(chunkOf(chunk));
            },
          },
          windowBytes: 5000,
          historyLimit,
          trainingItems: Uint32Array.from({ length: ITEMS }, (_, item) => item),
          whole: async () => whole,
        },
      },
    };
    const run = changed({ trainingSamples: 0, validationSamples: 0, hasEnsemble: false, hasBaseline: false });
    const { context, told } = await host(run, memorySink(), streamed);
    await trainTokenizer(context);
    const model = await trainModel(context);
    const examples = users.flat().length - 3 * users.length;
    expect(told.curriculum.map(({ trainingSamples, isFullPass }) => [trainingSamples, isFullPass])).toEqual([
      [examples, true],
      [examples, true],
    ]);
    expect(read).toBeGreaterThan(16);
    expect(told.curriculum[0]?.step).toBe(2 * Math.ceil(examples / config.recommender.batchSize));
    await model.trainer.dispose();
  });
});

describe('ablations change only what they say', () => {
  it('uniform: never estimates, and the first stage has the same bits as with influence', async () => {
    const uniform = changed({ sampling: 'uniform' });
    const states: { state: Map<string, number[]>; estimates: number }[] = [];
    for (const run of [config, uniform]) {
      const sink = memorySink();
      const { context, told } = await host(run, sink);
      await trainTokenizer(context);
      const stepsOfTwoEpochs = 2 * Math.ceil(stepsPerEpoch());
      await expect(trainModel(context, stepsOfTwoEpochs)).rejects.toMatchObject({ code: 'job/stopped' });
      states.push({ state: tensors(sink.files.get('recommender')), estimates: told.curriculum.length });
    }
    expect(states[0]?.state).toEqual(states[1]?.state);
    expect(states[1]?.estimates).toBe(0);
  });

  it('K: fewer tokenizers are the latest of more', async () => {
    const hashes: string[][] = [];
    for (const keep of [3, 2]) {
      const { context } = await host({ ...config, tokenizer: { ...config.tokenizer, keep } });
      await trainTokenizer(context);
      hashes.push(((await openTokenizers(context)) ?? []).map(({ hash }) => hash));
    }
    expect(new Set(hashes[0]).size).toBe(3);
    expect(hashes[1]).toEqual(hashes[0]?.slice(1));
  });

  it('temperature: the same influence at the first estimate, other probabilities', async () => {
    const reports: (CurriculumReport | undefined)[] = [];
    for (const temperature of [1, 0.05]) {
      const { context, told } = await host(
        changed({ temperature, stages: [1], fineTuning: null, hasEnsemble: false, hasBaseline: false }),
      );
      await trainTokenizer(context);
      await (await trainModel(context)).trainer.dispose();
      reports.push(told.curriculum[0]);
    }
    expect(reports[0]?.influence).toEqual(reports[1]?.influence);
    expect(reports[0]?.probabilities).not.toEqual(reports[1]?.probabilities);
  });

  it('no fine-tuning: tests every identifier and their mean', async () => {
    const { told, model } = await whole(changed({ fineTuning: null, hasEnsemble: false, hasBaseline: false }));
    const tests = told.evaluations.filter(({ split }) => split === 'test');
    expect(tests.map(({ name }) => name)).toEqual([
      'MTGRec pre-trained, identifier 1',
      'MTGRec pre-trained, identifier 2',
      'MTGRec pre-trained, identifier 3',
      'MTGRec pre-trained',
    ]);
    const mean = tests.slice(0, 3).reduce((sum, { metrics }) => sum + metrics.ndcg10 / 3, 0);
    expect(tests[3]?.metrics.ndcg10).toBeCloseTo(mean, 12);
    await model.trainer.dispose();
  });

  it('one identifier, sampled uniformly: the bits of TIGER', async () => {
    const single: RunConfig = {
      ...changed({ sampling: 'uniform', fineTuning: null, hasEnsemble: false, hasBaseline: false }),
      tokenizer: { ...config.tokenizer, keep: 1 },
    };
    const { multiIdentifier: _, ...plain } = single;
    const states: Map<string, number[]>[] = [];
    for (const run of [single, plain]) {
      const sink = memorySink();
      const { context } = await host(run, sink);
      await trainTokenizer(context);
      await (await trainModel(context)).trainer.dispose();
      states.push(tensors(sink.files.get('recommender')));
    }
    expect(states[0]).toEqual(states[1]);
  });
});

describe('bad input', () => {
  it('names the epoch whose codes are missing', async () => {
    const sink = memorySink();
    const { context } = await host(config, sink);
    await trainTokenizer(context);
    const { tensors: all, metadata } = readSafetensors(sink.files.get('tokenizer') ?? new Uint8Array());
    const without = new Map([...all].filter(([name]) => name !== 'kept/5'));
    await sink.saveCheckpoint('tokenizer', writeSafetensors(without, metadata));
    await expect(openTokenizers(context)).rejects.toMatchObject({
      code: 'mtgrec/missing-epoch',
      message: expect.stringContaining('epoch 5'),
    });
  });

  it('refuses tokenizers of different items, and a digit that is the user token', async () => {
    const { context } = await host(config);
    const some = (items: number, digit = 1) =>
      makeIdentifiers(
        3,
        8,
        Uint16Array.from({ length: items * 4 }, (_, at) => (at % 4 === 3 ? digit : at % 8)),
      );
    const [a, b, c] = [await some(ITEMS), await some(ITEMS - 1), await some(ITEMS, 256)];
    expect(() => new Pretraining(context, [a, b])).toThrow(expect.objectContaining({ code: 'mtgrec/item-sets' }));
    expect(() => new Pretraining(context, [a, c])).toThrow(expect.objectContaining({ code: 'vocabulary/code' }));
  });

  it('names a pre-training checkpoint that was not kept', async () => {
    const { context, sink, model } = await whole(config);
    await model.trainer.dispose();
    const other: CheckpointRole = 'fineTuning';
    sink.files.delete(other);
    const tuning = config.multiIdentifier?.fineTuning;
    if (!tuning) throw new Error('no fine-tuning');
    const next = { ...context, config: changed({ fineTuning: { ...tuning, checkpoints: [2] } }) };
    await expect(trainModel(next)).rejects.toMatchObject({
      code: 'mtgrec/missing-checkpoint',
      message: expect.stringContaining('pretrained-2'),
    });
  });
});

/** Training examples over rows of a batch. */
function stepsPerEpoch(): number {
  const { offsets } = dataset.sequences;
  let examples = 0;
  for (let user = 0; user < dataset.userCount; user++)
    examples += Math.max(0, (offsets[user + 1] ?? 0) - (offsets[user] ?? 0) - 3);
  return examples / config.recommender.batchSize;
}
