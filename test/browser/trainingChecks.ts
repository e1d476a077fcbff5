/** Short training runs for the browser suite: losses that fall, nothing created after the first step, equal bits twice. */
import { normalArray } from '../../src/base/random';
import { sequenceTable } from '../../src/base/sequenceTable';
import type { GpuDevice } from '../../src/gpu/device';
import { adamw } from '../../src/nn/optimizers';
import { linearInit, parameter } from '../../src/nn/parameters';
import { Engine } from '../../src/plan/engine';
import { identifierTokens, identifierVocabulary } from '../../src/recommenders/identifierVocabulary';
import { T5Trainer, type T5TrainingConfig } from '../../src/recommenders/t5/trainer';
import type { Tensor } from '../../src/tensor/graph';
import { square, subtract } from '../../src/tensor/ops/elementwise';
import { linear } from '../../src/tensor/ops/matmul';
import { meanAll } from '../../src/tensor/ops/reduce';

interface TrainingCheck {
  readonly name: string;
  /** Returns what is wrong, empty if all is well. */
  readonly check: (device: GpuDevice) => Promise<string[]>;
}

export const trainingChecks: readonly TrainingCheck[] = [
  { name: 'training: a small network fits, nothing is created after the first step', check: checkNetwork },
  { name: 'training: a small T5 recommender learns', check: checkRecommender },
];

const STEPS = 60;
const ROWS = 32;

async function checkNetwork(device: GpuDevice): Promise<string[]> {
  const problems: string[] = [];
  const first = await trainNetwork(device, problems);
  return compareRuns(problems, first, await trainNetwork(device, problems));
}

interface TrainingRun {
  readonly losses: readonly number[];
  readonly weights: Float32Array;
}

/** Adds what is wrong with two runs of the same training: other bits, or a loss that does not halve. */
function compareRuns(problems: string[], first: TrainingRun, second: TrainingRun): string[] {
  if (first.weights.some((weight, index) => !Object.is(weight, second.weights[index])))
    problems.push('two runs gave different bits');
  const [start, end] = [first.losses[0], first.losses.at(-1)];
  if (start === undefined || end === undefined || !(end < 0.5 * start))
    problems.push(`the loss went from ${start} to ${end}, wanted less than half`);
  return problems;
}

/** 6 → 16 → 3 regression on a fixed batch. */
async function trainNetwork(device: GpuDevice, problems: string[]): Promise<TrainingRun> {
  const engine = new Engine(device);
  const specs = [
    parameter('w1', [6, 16], linearInit(6)),
    parameter('b1', [16], linearInit(6)),
    parameter('w2', [16, 3], linearInit(16)),
    parameter('b2', [3], linearInit(16)),
  ];
  const model = engine.variables(specs, 1);
  const step = engine.compile(
    model,
    ({ params, batch }) => {
      const { x, y } = batch as { x: Tensor; y: Tensor };
      const hidden = linear(x, params('w1'), params('b1'), 'relu');
      return { loss: meanAll(square(subtract(linear(hidden, params('w2'), params('b2')), y))) };
    },
    adamw({ learningRate: 0.01 }),
  );
  const x = normalArray(ROWS * 6, 3);
  const y = Float32Array.from({ length: ROWS * 3 }, (_, index) => Math.sin(x[index] ?? 0));
  const batch = { x: { data: x, shape: [ROWS, 6] }, y: { data: y, shape: [ROWS, 3] } };
  await step.run(batch);
  const before = { ...device.counters };
  for (let count = 1; count < STEPS; count++) await step.run(batch);
  const created =
    device.counters.buffersCreated - before.buffersCreated + device.counters.bindGroups - before.bindGroups;
  if (created !== 0) problems.push(`${created} buffers and bind groups were created after the first step`);
  const losses = (await step.metrics()).map((row) => row.loss);
  const weights = await model.read('w1');
  model.dispose();
  engine.dispose();
  return { losses, weights };
}

const ITEMS = 30;
const USERS = 40;
const RECOMMENDER_STEPS = 24;
const RECOMMENDER: T5TrainingConfig = {
  width: 32,
  headWidth: 8,
  heads: 4,
  feedForwardWidth: 64,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0.1,
  // One padded length, so one program: compiling is most of the time here.
  historyLimit: 2,
  epochs: 40,
  batchSize: 32,
  learningRate: 0.01,
  warmupSteps: 5,
  weightDecay: 0.01,
  clipNorm: 1,
};

async function checkRecommender(device: GpuDevice): Promise<string[]> {
  const first = await trainRecommender(device);
  return compareRuns([], first, await trainRecommender(device));
}

/** Users who walk through the catalogue item by item, so that the next item follows from the last. */
async function trainRecommender(device: GpuDevice): Promise<TrainingRun> {
  const engine = new Engine(device);
  const vocabulary = identifierVocabulary(2, 8);
  const identifiers = Array.from({ length: ITEMS }, (_, item) => [item % 8, Math.floor(item / 8), 1]).flat();
  const sequences = sequenceTable(
    Array.from({ length: USERS }, (_, user) => Array.from({ length: 8 }, (_unused, step) => (user + step) % ITEMS)),
  );
  const source = { vocabulary, tokens: identifierTokens(vocabulary, identifiers) };
  const trainer = new T5Trainer({ engine, config: RECOMMENDER, source, sequences, seed: 1 });
  for (let step = 0; step < RECOMMENDER_STEPS; step++) await trainer.runStep();
  const losses = (await trainer.metrics()).map((row) => row.loss);
  const { parameters } = await trainer.state();
  const arrays = [...parameters.values()];
  const weights = new Float32Array(arrays.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const array of arrays) {
    weights.set(array, offset);
    offset += array.length;
  }
  await trainer.dispose();
  engine.dispose();
  return { losses, weights };
}
