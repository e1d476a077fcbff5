import { afterAll, beforeAll, expect, it } from 'vitest';
import { GpuDevice } from '../gpu/device';
import { measureAdapterSpeed } from './adapterSpeed';

let device: GpuDevice;
beforeAll(async () => {
  device = await GpuDevice.acquire(navigator.gpu);
});
afterAll(() => {
  expect(device.uncapturedErrors).toEqual([]);
  device.dispose();
});

it('divides the work of a product by the time of the middle one, and frees what it took', async () => {
  const before = device.counters.bytesLive;
  // A clock that gives the products 10, 40 and 20 ms: asked for the start, around each, and whether there is time for more.
  const times = [0, 0, 10, 10, 50, 50, 70, 70];
  let asked = 0;
  const speed = await measureAdapterSpeed(device, { budgetMs: 0, now: () => times[asked++] ?? 1000 });
  expect(asked).toBe(times.length);
  expect(speed).toEqual({ gflops: (2 * 256 ** 3) / (20 * 1e6), side: 256 });
  expect(device.counters.bytesLive).toBe(before);
});

it('measures within its budget, and never nothing', async () => {
  const submits = device.counters.submits;
  const { gflops } = await measureAdapterSpeed(device, { budgetMs: 20 });
  expect(gflops).toBeGreaterThan(0);
  expect(Number.isFinite(gflops)).toBe(true);
  expect(device.counters.submits - submits).toBeLessThanOrEqual(1 + 9);
});
