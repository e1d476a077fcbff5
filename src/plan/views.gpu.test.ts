import { beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../gpu/device';
import { adamw } from '../nn/optimizers';
import { fillInit, parameter } from '../nn/parameters';
import { add, multiply } from '../tensor/ops/elementwise';
import { sumAll } from '../tensor/ops/reduce';
import { stopGradient, straightThrough } from '../tensor/ops/views';
import { Engine } from './engine';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});

async function gradientsOf(loss: Parameters<Engine['compile']>[1]): Promise<{ x: number[]; y: number[] }> {
  const model = engine.variables([parameter('x', [3], fillInit(0)), parameter('y', [3], fillInit(0))], 0);
  model.write('x', Float32Array.of(1, 2, 3));
  model.write('y', Float32Array.of(4, 5, 6));
  const step = engine.compile(model, loss, adamw({ learningRate: 0 }));
  await step.run({});
  return { x: [...(await model.read('x', 'gradients'))], y: [...(await model.read('y', 'gradients'))] };
}

describe('gradient routing', () => {
  it('straightThrough sends the gradient to the soft value only', async () => {
    const got = await gradientsOf(({ params }) => {
      const through = straightThrough(multiply(params('x'), params('x')), params('y'));
      return { loss: add(sumAll(multiply(through, params('y'))), sumAll(params('x'))) };
    });
    // d/dy of through·y = (identity through the soft value: y) + through (= x²); x is reached by its own sum only.
    expect(got.y).toEqual([4 + 1, 5 + 4, 6 + 9]);
    expect(got.x).toEqual([1, 1, 1]);
  });

  it('stopGradient cuts one branch of a product', async () => {
    const got = await gradientsOf(({ params }) => ({
      loss: sumAll(multiply(multiply(stopGradient(params('x')), params('x')), params('y'))),
    }));
    expect(got.x).toEqual([1 * 4, 2 * 5, 3 * 6]);
    expect(got.y).toEqual([1, 4, 9]);
  });
});
