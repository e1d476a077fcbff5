import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { normalArray } from '../../base/random';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { fillInit, parameter } from '../../nn/parameters';
import { Engine } from '../../plan/engine';
import type { TraceInputs, TraceResult } from '../../plan/trace';
import type { Tensor } from '../graph';
import { meanCrossEntropy } from './crossEntropy';
import { add, divide, scaleBy, sqrt, square } from './elementwise';
import { infoNce } from './infoNce';
import { constant } from './leaves';
import { matmul } from './matmul';
import { sum } from './reduce';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

interface Result {
  readonly loss: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly dispatches: number;
  readonly peakBytes: number;
}

async function run(
  rows: number,
  columns: number,
  a: Float32Array,
  b: Float32Array,
  lossOf: (a: Tensor, b: Tensor, batch: TraceInputs['batch']) => Tensor,
  ids?: Uint32Array,
): Promise<Result> {
  using model = engine.variables(
    [parameter('a', [rows, columns], fillInit(0)), parameter('b', [rows, columns], fillInit(0))],
    0,
  );
  model.write('a', a);
  model.write('b', b);
  const step = engine.compile(
    model,
    ({ params, batch }): TraceResult => {
      const loss = lossOf(params('a'), params('b'), batch);
      return { loss, outputs: { loss } };
    },
    adamw({ learningRate: 0 }),
  );
  const before = engine.device.counters.dispatches;
  const program = await step.run(ids ? { ids: { data: ids, shape: [rows] } } : {});
  const dispatches = engine.device.counters.dispatches - before;
  const [loss = Number.NaN] = await program.readFloats('loss');
  const result = {
    loss,
    a: await model.read('a', 'gradients'),
    b: await model.read('b', 'gradients'),
    dispatches,
    peakBytes: engine.device.counters.bytesPeak,
  };
  await step.dispose();
  return result;
}

const worst = (got: ArrayLike<number>, want: ArrayLike<number>): number =>
  Array.from(want).reduce((most, value, i) => Math.max(most, Math.abs((got[i] as number) - value)), 0);
const normalised = (x: Tensor): Tensor => divide(x, sqrt(sum(square(x), 1, true)));

describe('infoNce', () => {
  for (const kind of ['plain', 'masked'])
    it(`agrees with torch (${kind} golden)`, async () => {
      const golden = loadGolden('models/blocks/golden/info_nce');
      const data = (name: string): Float32Array => Float32Array.from(goldenTensor(golden, name).data);
      const temperature = goldenNumber(golden, 'temperature');
      const ids = kind === 'masked' ? Uint32Array.from(goldenTensor(golden, 'input:items').data) : undefined;
      const got = await run(
        5,
        6,
        data('a'),
        data('b'),
        (a, b, batch) => infoNce(normalised(a), normalised(b), temperature, batch['ids'] ? { ids: batch['ids'] } : {}),
        ids,
      );
      expect(got.loss).toBeCloseTo(goldenNumber(golden, 'loss', kind), 5);
      expect(worst(got.a, data(`${kind}:grad:a`))).toBeLessThan(1e-4);
      expect(worst(got.b, data(`${kind}:grad:b`))).toBeLessThan(1e-4);
    });

  // The plain twin: all scores in one tensor, cross-entropy against the diagonal.
  const composed =
    (rows: number, temperature: number) =>
    (a: Tensor, b: Tensor): Tensor =>
      meanCrossEntropy(
        matmul(a, b, { transposeB: true, alpha: 1 / temperature }),
        constant(
          Uint32Array.from({ length: rows }, (_, i) => i),
          [rows],
        ),
      );

  for (const [rows, width] of [
    [96, 32],
    [1500, 12],
  ] as const)
    it(`equals cross-entropy over all pairs, both directions weighted (${rows} x ${width})`, async () => {
      const [a, b] = [normalArray(rows * width, 1), normalArray(rows * width, 2)];
      const both =
        (one: (x: Tensor, y: Tensor) => Tensor) =>
        (x: Tensor, y: Tensor): Tensor =>
          scaleBy(add(one(x, y), one(y, x)), 0.5);
      const got = await run(
        rows,
        width,
        a,
        b,
        both((x, y) => infoNce(x, y, 2)),
      );
      const want = await run(rows, width, a, b, both(composed(rows, 2)));
      expect(got.loss).toBeCloseTo(want.loss, 4);
      expect(worst(got.a, want.a)).toBeLessThan(1e-5);
      expect(worst(got.b, want.b)).toBeLessThan(1e-5);
    });

  it('keeps the memory of 8,192 pairs of width 128 below 80 MB, 34 of them values, gradients and moments: one score matrix would take 268', async () => {
    const [rows, width] = [8192, 128];
    const fresh = new Engine(await GpuDevice.acquire(navigator.gpu));
    const held = engine;
    engine = fresh;
    const [a, b] = [normalArray(rows * width, 1, 0.3), normalArray(rows * width, 2, 0.3)];
    const got = await run(rows, width, a, b, (x, y) => infoNce(x, y, 1));
    engine = held;
    fresh.dispose();
    fresh.device.dispose();
    expect(got.peakBytes).toBeLessThan(80e6);
    const want = rowsInDoubles(a, b, rows, width, [0, 4097, 8191]);
    for (const [row, gradient] of want)
      expect(worst(got.a.subarray(row * width, (row + 1) * width), gradient)).toBeLessThan(1e-8);
    // Moving all of b by one vector moves every score of a row alike: the gradient of b sums to nothing.
    const sums = new Float64Array(width);
    got.b.forEach((value, i) => {
      sums[i % width] = (sums[i % width] as number) + value;
    });
    expect(worst(sums, new Float64Array(width))).toBeLessThan(1e-6);
  });
});

/** Gradient of the mean loss with respect to some rows of a, temperature 1. */
function rowsInDoubles(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  width: number,
  chosen: readonly number[],
): Map<number, Float64Array> {
  const at = (array: Float32Array, index: number): number => array[index] as number;
  return new Map(
    chosen.map((row) => {
      const weights = Float64Array.from({ length: rows }, (_, j) => {
        let score = 0;
        for (let d = 0; d < width; d++) score += at(a, row * width + d) * at(b, j * width + d);
        return Math.exp(score);
      });
      const mass = weights.reduce((total, weight) => total + weight, 0);
      const gradient = Float64Array.from({ length: width }, (_, d) => {
        let total = -at(b, row * width + d);
        weights.forEach((weight, j) => {
          total += (weight / mass) * at(b, j * width + d);
        });
        return total / rows;
      });
      return [row, gradient];
    }),
  );
}
