import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../../autograd/gradients';
import { GpuDevice } from '../../gpu/device';
import { fillInit, parameter } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import { multiply } from '../../tensor/ops/elementwise';
import { embedding, invertIndex } from '../../tensor/ops/embedding';
import { sumAll } from '../../tensor/ops/reduce';
import { Engine } from '../engine';

const ROWS = 500;
const WIDTH = 8;
const COUNT = 60;

describe('gradient of a table with more rows than ids', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = new Engine(await GpuDevice.acquire(navigator.gpu));
  });
  afterAll(() => {
    engine.dispose();
    engine.device.dispose();
  });

  it('is zero in rows that only an earlier step touched, and stores no look-up', async () => {
    const variables = engine.variables(
      [parameter('table', [ROWS, WIDTH], fillInit(1)), parameter('x', [COUNT, WIDTH], fillInit(0.5))],
      0,
    );
    const step = engine.compile(variables, ({ params, input }) => {
      const index = { order: input('order'), starts: input('starts') };
      const loss = sumAll(multiply(embedding(params('table'), input('ids'), index), params('x')));
      const [gradient] = gradients(loss, [params('table')]) as [Tensor];
      return { outputs: { loss, gradient } };
    });
    for (const first of [0, 200, 440]) {
      // The last ids repeat one row, so that a row of more than one chunk is summed too.
      const ids = Uint32Array.from({ length: COUNT }, (_, i) => Math.min(first + i, first + 20));
      const { order, starts } = invertIndex(ids, ROWS);
      const program = await step.run({
        ids: { data: ids, shape: [COUNT] },
        order: { data: order, shape: [COUNT] },
        starts: { data: starts, shape: [ROWS + 1] },
      });
      const kernels = program.traced.dispatches.map(({ kernel }) => kernel);
      expect(kernels).toContain('gather_dot4');
      expect(kernels).toContain('scatter_touched4');
      expect(kernels).not.toContain('gather_rows4');
      expect((await program.readFloats('loss'))[0]).toBe(COUNT * WIDTH * 0.5);
      const want = new Float32Array(ROWS * WIDTH);
      for (const id of ids)
        for (let c = 0; c < WIDTH; c++) want[id * WIDTH + c] = (want[id * WIDTH + c] as number) + 0.5;
      expect(await program.readFloats('gradient')).toEqual(want);
    }
    await step.dispose();
    variables.dispose();
  });
});
