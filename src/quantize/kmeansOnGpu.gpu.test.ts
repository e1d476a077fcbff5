import { expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { kmeans } from './kmeans';
import { kmeansOnGpu } from './kmeansOnGpu';

it('gives the same clusters as the CPU on separated points, with the assignments on the GPU', async () => {
  const [n, d, clusters] = [900, 64, 180];
  const centres = normalArray(clusters * d, 1, 4);
  const points = normalArray(n * d, 2, 0.05).map(
    (noise, i) => noise + (centres[(Math.floor(i / d) % clusters) * d + (i % d)] as number),
  );
  const options = { clusters, seed: 3, maxIterations: 4 };
  const engine = new Engine(await GpuDevice.acquire(navigator.gpu));
  const dispatches = engine.device.counters.dispatches;
  const got = await kmeansOnGpu(engine, points, { n, d }, options);
  expect(engine.device.counters.dispatches).toBeGreaterThan(dispatches);
  const want = await kmeans(points, n, d, options);
  expect(got.code).toEqual(want.code);
  expect(got.centres).toEqual(want.centres);
  expect(got.inertia / want.inertia).toBeCloseTo(1, 4);
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});
