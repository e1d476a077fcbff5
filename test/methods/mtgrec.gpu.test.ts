import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sequenceTable } from '../../src/base/sequenceTable';
import { GpuDevice } from '../../src/gpu/device';
import { Engine } from '../../src/plan/engine';
import { identifierTokens, identifierVocabulary } from '../../src/recommenders/identifierVocabulary';
import { T5Trainer } from '../../src/recommenders/t5/trainer';
import { constant } from '../../src/tensor/ops/leaves';
import { rmsNorm } from '../../src/tensor/ops/norm';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

describe('rows of the MTGRec test table, on the GPU', () => {
  it('row 24: RMSNorm of [3, 4]', async () => {
    const variables = engine.variables([], 0);
    const step = engine.compile(variables, () => ({
      outputs: { y: rmsNorm(constant(Float32Array.of(3, 4), [1, 2]), constant(Float32Array.of(1, 1), [2])) },
    }));
    const y = await (await step.run({})).readFloats('y');
    for (const [i, want] of [0.8485281, 1.1313708].entries()) expect(y[i]).toBeCloseTo(want, 6);
    await step.dispose();
    variables.dispose();
  });

  it('row 27: the loss of a recommender whose logits are all 0 is ln 1027', async () => {
    const vocabulary = identifierVocabulary(3, 256);
    const items = Array.from({ length: 6 }, (_, item) => [item, 7 * item, 255 - item, 1]);
    const trainer = new T5Trainer({
      engine,
      config: {
        width: 16,
        headWidth: 4,
        heads: 2,
        feedForwardWidth: 16,
        encoderLayers: 1,
        decoderLayers: 1,
        dropout: 0,
        historyLimit: 4,
        epochs: 1,
        batchSize: 4,
        learningRate: 0,
        warmupSteps: 0,
        weightDecay: 0,
        clipNorm: 1,
      },
      source: { vocabulary, tokens: identifierTokens(vocabulary, items.flat()) },
      sequences: sequenceTable([[0, 1, 2, 3, 4, 5]]),
      seed: 1,
    });
    // Embedding and head are one table: without it every logit is 0.
    trainer.variables.write('shared.weight', new Float32Array(1027 * 16));
    await trainer.runStep();
    const [row] = await trainer.metrics();
    expect(row?.loss).toBeCloseTo(6.9343972, 5);
    await trainer.dispose();
  });
});
