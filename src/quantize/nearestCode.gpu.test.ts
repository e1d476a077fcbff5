import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { fillInit, parameter } from '../nn/parameters';
import { Engine } from '../plan/engine';
import { type NearestCodeVariant, nearestCode } from '../tensor/ops/quantize';
import { assignOnCpu } from './kmeans';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

async function nearest(
  x: Float32Array,
  codebook: Float32Array,
  d: number,
  variant: NearestCodeVariant,
): Promise<Uint32Array> {
  const specs = [
    parameter('x', [x.length / d, d], fillInit(0), false),
    parameter('codebook', [codebook.length / d, d], fillInit(0), false),
  ];
  const variables = engine.variables(specs, 0);
  variables.write('x', x);
  variables.write('codebook', codebook);
  const step = engine.compile(variables, ({ params }) => ({
    outputs: { code: nearestCode(params('x'), params('codebook'), variant).code },
  }));
  const code = await (await step.run({})).readIndices('code');
  await step.dispose();
  variables.dispose();
  return code;
}

/** Largest (true distance of the chosen entry / least true distance) − 1. */
function excess(x: Float32Array, codebook: Float32Array, d: number, code: Uint32Array): number {
  const best = assignOnCpu(x, code.length, d, codebook);
  let worst = 0;
  code.forEach((k, i) => {
    let chosen = 0;
    for (let j = 0; j < d; j++) chosen += ((x[i * d + j] as number) - (codebook[k * d + j] as number)) ** 2;
    worst = Math.max(worst, chosen / (best.distance[i] as number) - 1);
  });
  return worst;
}

describe.each(['auto', 'plain', 'tile'] as const)('nearestCode (%s)', (variant) => {
  it('finds the nearest entry up to 1e-5 where |e|² − 2 x·e would cancel: rows close to crowded, long entries', async () => {
    const [n, k, d] = [150, 97, 33];
    const base = normalArray(d, 1, 100);
    const codebook = normalArray(k * d, 2, 0.01).map((value, i) => value + (base[i % d] as number));
    const x = normalArray(n * d, 3, 0.01).map((value, i) => value + (base[i % d] as number));
    expect(excess(x, codebook, d, await nearest(x, codebook, d, variant))).toBeLessThan(1e-5);
  });

  it('searches 8,192 entries', async () => {
    const [n, k, d] = [21, 8192, 10];
    const codebook = normalArray(k * d, 4);
    const x = normalArray(n * d, 5);
    expect(excess(x, codebook, d, await nearest(x, codebook, d, variant))).toBeLessThan(1e-5);
  });

  it('gives a row to the first of several equal entries', async () => {
    const d = 8;
    const entry = normalArray(d, 6);
    const codebook = Float32Array.from({ length: 300 * d }, (_, i) => (i < 70 * d ? 9 : (entry[i % d] as number)));
    const x = normalArray(40 * d, 7, 0.1).map((value, i) => value + (entry[i % d] as number));
    expect(new Set(await nearest(x, codebook, d, variant))).toEqual(new Set([70]));
  });
});
