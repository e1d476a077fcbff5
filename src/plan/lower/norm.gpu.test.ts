import { beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { fillInit, normalInit, parameter } from '../../nn/parameters';
import { add } from '../../tensor/ops/elementwise';
import { matmul } from '../../tensor/ops/matmul';
import { rmsNorm } from '../../tensor/ops/norm';
import { sumAll } from '../../tensor/ops/reduce';
import { traceProgram } from '../trace';
import { Variables } from '../variables';

let device: GpuDevice;
beforeAll(async () => {
  device = await GpuDevice.acquire(navigator.gpu);
});

describe('norm gradients', () => {
  it('take the by-passing gradient of a residual block into their own kernel', () => {
    const specs = [
      parameter('x', [6, 16], normalInit(1)),
      parameter('w', [16], fillInit(1)),
      parameter('m', [16, 16], normalInit(1)),
    ];
    using variables = new Variables(device, specs, 1);
    const traced = traceProgram(
      ({ params }) => {
        const x = params('x');
        return { loss: sumAll(add(x, matmul(rmsNorm(x, params('w')), params('m')))) };
      },
      {},
      variables,
      device.profile,
      { optimizer: adamw({ learningRate: 0 }) },
    );
    const kernels = traced.dispatches.map(({ kernel }) => kernel);
    expect(kernels.filter((name) => name === 'binary')).toEqual([]);
    expect(traced.dispatches.find(({ kernel }) => kernel === 'rms_norm_grad')?.overrides['HAS_RESIDUAL']).toBe(1);
  });
});
