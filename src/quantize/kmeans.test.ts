import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { assignOnCpu, kmeans } from './kmeans';

const clustered = (groups: number, each: number, d: number): Float32Array => {
  const centres = normalArray(groups * d, 1, 10);
  return normalArray(groups * each * d, 2, 0.1).map(
    (noise, i) => noise + (centres[(Math.floor(i / d) % groups) * d + (i % d)] as number),
  );
};

describe('kmeans', () => {
  it('finds well separated clusters', async () => {
    const points = clustered(5, 40, 3);
    const { code, inertia, centres } = await kmeans(points, 200, 3, { clusters: 5, seed: 4 });
    for (let i = 0; i < 200; i++) expect(code[i]).toBe(code[i % 5]);
    expect(new Set(code).size).toBe(5);
    expect(inertia).toBeLessThan(200 * 3 * 0.02);
    expect(centres.length).toBe(15);
  });

  it('returns codes that are the nearest of the returned centres, and the same result for the same seed', async () => {
    const points = normalArray(300 * 4, 3);
    const first = await kmeans(points, 300, 4, { clusters: 20, seed: 9, maxIterations: 3 });
    expect(first.code).toEqual(assignOnCpu(points, 300, 4, first.centres).code);
    expect(await kmeans(points, 300, 4, { clusters: 20, seed: 9, maxIterations: 3 })).toEqual(first);
    expect(first.iterations).toBe(3);
  });

  it('lowers the inertia with more iterations', async () => {
    const points = normalArray(400 * 5, 6);
    const inertiaAfter = async (maxIterations: number): Promise<number> =>
      (await kmeans(points, 400, 5, { clusters: 30, seed: 2, maxIterations, tolerance: 0 })).inertia;
    expect(await inertiaAfter(8)).toBeLessThan(await inertiaAfter(1));
  });

  it('gives an empty cluster the farthest point', async () => {
    const points = Float32Array.of(0, 0.1, 0.2, 10, 10.1, 50);
    let calls = 0;
    const assign = (centres: Float32Array) =>
      // The first answer leaves cluster 2 empty although the point at 50 is far from its own.
      calls++ === 0
        ? { code: Uint32Array.of(0, 0, 0, 1, 1, 1), distance: Float64Array.of(0, 0, 0, 0, 0, 1600) }
        : assignOnCpu(points, 6, 1, centres);
    const { code, relocations } = await kmeans(points, 6, 1, { clusters: 3, seed: 1, assign });
    expect(relocations).toBe(1);
    expect([...code]).toEqual([0, 0, 0, 1, 1, 2]);
  });

  it('leaves surplus clusters unused when there are fewer distinct points', async () => {
    const points = Float32Array.of(1, 1, 1, 2, 2);
    const { code, inertia, centres } = await kmeans(points, 5, 1, { clusters: 4, seed: 3 });
    expect(inertia).toBe(0);
    expect(new Set(code).size).toBe(2);
    expect(centres.every((value) => value === 1 || value === 2)).toBe(true);
  });

  it('gives every point to a centre at least as near as all others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        async (n, d, seed) => {
          const points = normalArray(n * d, seed);
          const { code, centres } = await kmeans(points, n, d, { clusters: Math.ceil(n / 2), seed });
          expect(code).toEqual(assignOnCpu(points, n, d, centres).code);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses more clusters than points, values that are not finite and a wrong size', async () => {
    const points = Float32Array.of(1, 2, Number.NaN);
    await expect(kmeans(points.subarray(0, 2), 2, 1, { clusters: 3, seed: 0 })).rejects.toMatchObject({
      code: 'kmeans/clusters',
    });
    await expect(kmeans(points, 3, 1, { clusters: 1, seed: 0 })).rejects.toMatchObject({ code: 'kmeans/value' });
    await expect(kmeans(points, 2, 1, { clusters: 1, seed: 0 })).rejects.toMatchObject({ code: 'kmeans/shape' });
  });
});
