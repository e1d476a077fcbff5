import { adamw, cosineSchedule, Engine, GpuDevice, linear, linearInit, meanCrossEntropy, parameter } from '../../src/index';

/** Trains a small classifier on two interleaved half circles; returns the last loss. */
export async function twoMoons(gpu: GPU): Promise<number> {
  const engine = new Engine(await GpuDevice.acquire(gpu));
  const model = engine.variables(
    [
      parameter('hidden.weight', [2, 32], linearInit(2)),
      parameter('hidden.bias', [32], linearInit(2)),
      parameter('output.weight', [32, 2], linearInit(32)),
    ],
    42,
  );
  const step = engine.compile(
    model,
    ({ params, input }) => {
      const hidden = linear(input('points'), params('hidden.weight'), params('hidden.bias'), 'relu');
      return { loss: meanCrossEntropy(linear(hidden, params('output.weight')), input('labels')) };
    },
    adamw({ learningRate: cosineSchedule(0.05, 200), weightDecay: 0.01, clipNorm: 1 }),
  );
  const labels = Uint32Array.from({ length: 128 }, (_, i) => i % 2);
  const points = new Float32Array(256);
  labels.forEach((label, i) => {
    const angle = (Math.PI * i) / 128;
    points.set(label ? [1 - Math.cos(angle), 0.5 - Math.sin(angle)] : [Math.cos(angle), Math.sin(angle)], i * 2);
  });
  for (let i = 0; i < 200; i++) {
    await step.run({ points: { data: points, shape: [128, 2] }, labels: { data: labels, shape: [128] } });
    if (i % 50 === 0) console.info((await step.metrics()).at(-1));
  }
  const rows = await step.metrics();
  return rows.at(-1)?.loss ?? Number.NaN;
}
