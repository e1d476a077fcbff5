import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../gpu/device';
import { MATMUL_CLASSES, possibleFamilies } from './matmulChoice';
import { tuneMatmul } from './tuner';

describe('tuneMatmul', () => {
  let device: GpuDevice;
  beforeAll(async () => {
    // Subgroups of 4 on the software driver, so that there are two families to choose from.
    process.env['LP_NATIVE_VECTOR_WIDTH'] = '128';
    device = await GpuDevice.acquire(navigator.gpu);
  });
  afterAll(() => {
    expect(device.uncapturedErrors).toEqual([]);
    device.dispose();
  });

  it('names a family that can run for every kind and class, as JSON, and frees all memory', async () => {
    const before = device.counters.bytesLive;
    const table = await tuneMatmul(device, { budgetMs: 30 });
    expect(device.counters.bytesLive).toBe(before);
    expect(JSON.parse(JSON.stringify(table))).toEqual(table);
    expect(table.adapter).toBe(device.profile.name);
    expect(Object.keys(table.families).sort()).toEqual(
      ['nn', 'nt', 'tn'].flatMap((kind) => MATMUL_CLASSES.map((name) => `${kind}/${name}`)).sort(),
    );
    for (const family of Object.values(table.families)) expect(possibleFamilies(device.profile)).toContain(family);
  });

  it('keeps the default where no rival is clearly faster', async () => {
    const table = await tuneMatmul(device, { budgetMs: 1, now: () => 0 });
    expect(new Set(Object.values(table.families))).toEqual(new Set(['subgroup4']));
  });
});
