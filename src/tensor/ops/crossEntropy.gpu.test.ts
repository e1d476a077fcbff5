import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { fillInit, parameter } from '../../nn/parameters';
import { Engine } from '../../plan/engine';
import { crossEntropy, meanCrossEntropy } from './crossEntropy';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  engine.dispose();
  engine.device.dispose();
});

describe('cross-entropy', () => {
  it('equals the golden of torch: row losses, mean and gradient, with ignored rows', async () => {
    const golden = loadGolden('models/blocks/golden/cross_entropy');
    const logits = goldenTensor(golden, 'logits');
    const labels = Uint32Array.from(goldenTensor(golden, 'input:labels').data, (label) => (label < 0 ? 100 : label));
    expect(labels).toContain(100);
    using model = engine.variables([parameter('logits', logits.shape, fillInit(0))], 0);
    model.write('logits', Float32Array.from(logits.data));
    const step = engine.compile(
      model,
      ({ params, batch }) => {
        const targets = batch['targets'] as never;
        const options = { ignoreIndex: 100 };
        return {
          loss: meanCrossEntropy(params('logits'), targets, options),
          outputs: { losses: crossEntropy(params('logits'), targets, options).losses },
        };
      },
      adamw({ learningRate: 0 }),
    );
    const program = await step.run({ targets: { data: labels, shape: [labels.length] } });
    const losses = await program.readFloats('losses');
    const gradient = await model.read('logits', 'gradients');
    const [row] = await step.metrics();
    await step.dispose();
    expect(row?.loss).toBeCloseTo(goldenNumber(golden, 'loss', 'mean'), 5);
    goldenTensor(golden, 'output:row_losses').data.forEach((want, i) => {
      expect(losses[i]).toBeCloseTo(want, 5);
    });
    goldenTensor(golden, 'mean:grad:logits').data.forEach((want, i) => {
      expect(gradient[i]).toBeCloseTo(want, 6);
    });
  });
});
