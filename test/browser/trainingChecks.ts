/** Short training runs for the browser suite: losses that fall, nothing created after the first step, equal bits twice. */
import { normalArray } from '../../src/base/random';
import type { GpuDevice } from '../../src/gpu/device';
import { adamw } from '../../src/nn/optimizers';
import { linearInit, parameter } from '../../src/nn/parameters';
import { Engine } from '../../src/plan/engine';
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
];

const STEPS = 60;
const ROWS = 32;

async function checkNetwork(device: GpuDevice): Promise<string[]> {
  const problems: string[] = [];
  const first = await trainNetwork(device, problems);
  const second = await trainNetwork(device, problems);
  if (first.weights.some((weight, index) => !Object.is(weight, second.weights[index])))
    problems.push('two runs gave different bits');
  const [start, end] = [first.losses[0], first.losses.at(-1)];
  if (start === undefined || end === undefined || !(end < 0.5 * start))
    problems.push(`the loss went from ${start} to ${end}, wanted less than half`);
  return problems;
}

/** 6 → 16 → 3 regression on a fixed batch. */
async function trainNetwork(
  device: GpuDevice,
  problems: string[],
): Promise<{ losses: number[]; weights: Float32Array }> {
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
