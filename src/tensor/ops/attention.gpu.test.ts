import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalArray } from '../../base/random';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { fillInit, parameter } from '../../nn/parameters';
import { Engine } from '../../plan/engine';
import { type AttentionInputs, attention } from './attention';
import { multiply } from './elementwise';
import { constant } from './leaves';
import { sumAll } from './reduce';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly dk: number;
}
type Arrays = Readonly<Record<'q' | 'k' | 'v' | 'cotangent', Float32Array>>;
type Result = Readonly<Record<'out' | 'q' | 'k' | 'v' | 'bias', Float32Array>>;

/** Result of step `steps - 1` and the gradients of Σ cotangent · out. */
async function run(
  sizes: Sizes,
  arrays: Arrays,
  options: Partial<AttentionInputs>,
  steps = 1,
  seed = 5,
): Promise<Result> {
  const { batch, heads, queries, keys, dk } = sizes;
  const shapes = {
    q: [batch, queries, heads * dk],
    k: [batch, keys, heads * dk],
    v: [batch, keys, heads * dk],
    bias: [heads, queries, keys],
  };
  using model = engine.variables(
    Object.entries(shapes).map(([name, shape]) => parameter(name, shape, fillInit(0))),
    0,
  );
  for (const name of ['q', 'k', 'v'] as const) model.write(name, arrays[name]);
  const step = engine.compile(
    model,
    ({ params }) => {
      const out = attention({
        q: params('q'),
        k: params('k'),
        v: params('v'),
        bias: params('bias'),
        heads,
        scale: 0.5,
        ...options,
      });
      return { loss: sumAll(multiply(out, constant(arrays.cotangent, out.shape))), outputs: { out } };
    },
    adamw({ learningRate: 0 }),
    seed,
  );
  let program = await step.run({});
  for (let i = 1; i < steps; i++) program = await step.run({});
  const gradient = (name: string): Promise<Float32Array> => model.read(name, 'gradients');
  const result = {
    out: await program.readFloats('out'),
    q: await gradient('q'),
    k: await gradient('k'),
    v: await gradient('v'),
    bias: await gradient('bias'),
  };
  await step.dispose();
  return result;
}

/** V is the identity in each item and head, so the result is the matrix of weights itself. */
const SIZES: Sizes = { batch: 3, heads: 2, queries: 10, keys: 12, dk: 12 };
const RATE = 0.4;
const width = SIZES.heads * SIZES.dk;
const arrays: Arrays = {
  q: normalArray(SIZES.batch * SIZES.queries * width, 1),
  k: normalArray(SIZES.batch * SIZES.keys * width, 2),
  v: Float32Array.from({ length: SIZES.batch * SIZES.keys * width }, (_, i) =>
    i % SIZES.dk === Math.floor(i / width) % SIZES.keys ? 1 : 0,
  ),
  cotangent: normalArray(SIZES.batch * SIZES.queries * width, 3),
};

/** Gradients in float64 when the weights that stay are those where `out` is not 0. */
function expectedGradients(out: Float32Array): Record<'out' | 'q' | 'k' | 'v', Float64Array> {
  const { batch, heads, queries, keys, dk } = SIZES;
  const at = (array: ArrayLike<number>, index: number): number => array[index] as number;
  const want = {
    out: new Float64Array(out.length),
    q: new Float64Array(arrays.q.length),
    k: new Float64Array(arrays.k.length),
    v: new Float64Array(arrays.v.length),
  };
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < queries; i++) {
        const row = (b * queries + i) * width + h * dk;
        const column = (j: number): number => (b * keys + j) * width + h * dk;
        const scores = Array.from({ length: keys }, (_, j) => {
          let score = 0;
          for (let d = 0; d < dk; d++) score += 0.5 * at(arrays.q, row + d) * at(arrays.k, column(j) + d);
          return Math.exp(score);
        });
        const mass = scores.reduce((total, score) => total + score, 0);
        const kept = scores.map((_, j) => (at(out, row + j) === 0 ? 0 : 1 / (1 - RATE)));
        const weightGrads = kept.map((keep, j) => keep * at(arrays.cotangent, row + j));
        const delta = scores.reduce((total, score, j) => total + (score / mass) * (weightGrads[j] as number), 0);
        for (let j = 0; j < keys; j++) {
          const weight = (scores[j] as number) / mass;
          want.out[row + j] = weight * (kept[j] as number);
          const scoreGrad = 0.5 * weight * ((weightGrads[j] as number) - delta);
          for (let d = 0; d < dk; d++) {
            want.q[row + d] = at(want.q, row + d) + scoreGrad * at(arrays.k, column(j) + d);
            want.k[column(j) + d] = at(want.k, column(j) + d) + scoreGrad * at(arrays.q, row + d);
            want.v[column(j) + d] =
              at(want.v, column(j) + d) + weight * (kept[j] as number) * at(arrays.cotangent, row + d);
          }
        }
      }
  return want;
}

const worst = (got: ArrayLike<number>, want: ArrayLike<number>): number =>
  Array.from(want).reduce((most, value, i) => Math.max(most, Math.abs((got[i] as number) - value)), 0);
const zeros = (values: Float32Array): boolean[] => Array.from(values, (value) => value === 0);

describe('attention dropout', () => {
  for (const isPlain of [false, true])
    it(`drops the same weights forward and backward (${isPlain ? 'plain' : 'tiled'} kernels)`, async () => {
      const got = await run(SIZES, arrays, { dropoutRate: RATE, dropoutStream: 9, isPlain });
      const want = expectedGradients(got.out);
      expect(worst(got.out, want.out)).toBeLessThan(1e-5);
      for (const name of ['q', 'k', 'v'] as const) expect(worst(got[name], want[name])).toBeLessThan(1e-4);
      const dropped = zeros(got.out).filter(Boolean).length / got.out.length;
      expect(dropped).toBeGreaterThan(RATE - 0.08);
      expect(dropped).toBeLessThan(RATE + 0.08);
    });

  it('drops the same weights in tiled and plain kernels, others in another step, stream or seed', async () => {
    const options = { dropoutRate: RATE, dropoutStream: 9 };
    const first = zeros((await run(SIZES, arrays, options)).out);
    expect(zeros((await run(SIZES, arrays, { ...options, isPlain: true })).out)).toEqual(first);
    expect(zeros((await run(SIZES, arrays, options)).out)).toEqual(first);
    expect(zeros((await run(SIZES, arrays, options, 2)).out)).not.toEqual(first);
    expect(zeros((await run(SIZES, arrays, { ...options, dropoutStream: 10 })).out)).not.toEqual(first);
    expect(zeros((await run(SIZES, arrays, options, 1, 6)).out)).not.toEqual(first);
  });
});

describe('attention over a large batch', () => {
  it('gives every item the same gradients as alone when the backward pass goes slice after slice', async () => {
    // 70 items of 256 x 256 weights are 35 MiB, more than one slice.
    const one: Sizes = { batch: 1, heads: 1, queries: 256, keys: 256, dk: 4 };
    const alone: Arrays = {
      q: normalArray(1024, 1),
      k: normalArray(1024, 2),
      v: normalArray(1024, 3),
      cotangent: normalArray(1024, 4),
    };
    const repeated = (array: Float32Array): Float32Array =>
      Float32Array.from({ length: 70 * array.length }, (_, i) => array[i % array.length] as number);
    const want = await run(one, alone, {});
    const got = await run(
      { ...one, batch: 70 },
      { q: repeated(alone.q), k: repeated(alone.k), v: repeated(alone.v), cotangent: repeated(alone.cotangent) },
      {},
    );
    for (const name of ['out', 'q', 'k', 'v'] as const) expect(worst(got[name], repeated(want[name]))).toBe(0);
    expect(
      worst(
        got.bias,
        want.bias.map((value) => 70 * value),
      ),
    ).toBeLessThan(1e-4);
  });
});
