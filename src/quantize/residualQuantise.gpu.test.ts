import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalArray } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { adagrad } from '../nn/optimizers';
import { fillInit, parameter } from '../nn/parameters';
import { Engine } from '../plan/engine';
import type { TraceResult } from '../plan/trace';
import type { Tensor } from '../tensor/graph';
import { add, multiply } from '../tensor/ops/elementwise';
import { constant } from '../tensor/ops/leaves';
import { sumAll } from '../tensor/ops/reduce';
import {
  codebookLevels,
  codebookParameters,
  codebookUpdates,
  residualQuantise,
  writeInitialCodebook,
} from './residualQuantise';

const EMA = { decay: 0.99, eps: 1e-5 };
let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

interface Setup {
  readonly latent: readonly number[];
  readonly width: number;
  /** One list of entries a level, all of `entries` rows. */
  readonly books: readonly (readonly number[])[];
  readonly entries: number;
}

/** A model whose latent is a trainable parameter, so that gradients with respect to it can be read. */
function build(
  setup: Setup,
  step: (latent: Tensor, params: (name: string) => Tensor) => TraceResult,
  hasOptimizer: boolean,
) {
  const { latent, width, books, entries } = setup;
  const variables = engine.variables(
    [
      parameter('latent', [latent.length / width, width], fillInit(0)),
      ...codebookParameters(books.length, entries, width),
    ],
    0,
  );
  variables.write('latent', Float32Array.from(latent));
  books.forEach((book, level) => {
    writeInitialCodebook(variables, level, Float32Array.from(book), entries);
  });
  const compiled = engine.compile(
    variables,
    ({ params }) => step(params('latent'), params),
    hasOptimizer ? adagrad({ learningRate: 0 }) : undefined,
  );
  return { variables, compiled };
}

const close = (got: ArrayLike<number>, want: readonly number[], digits: number): void => {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, digits);
  });
};

describe('residualQuantise', () => {
  // The notes' numbers times 20: whole numbers, because level 1 holds an exact tie that 0.9 in float32 would break.
  it('follows the worked chain of the MTGRec notes: codes, residuals, sum and commitment', async () => {
    const books = [
      [20, 0, 0, 20],
      [0, 10, -5, 5],
      [2, 2, 0, -2],
    ];
    const step = (latent: Tensor, params: (name: string) => Tensor): TraceResult => {
      const levels = codebookLevels(params, 3);
      const { codes, residuals, quantised, commitment } = residualQuantise(latent, levels, { commitmentWeight: 0.25 });
      const named = (name: string, tensors: readonly Tensor[]) =>
        Object.fromEntries(tensors.map((tensor, i) => [`${name}${i}`, tensor]));
      return { outputs: { ...named('code', codes), ...named('residual', residuals), quantised, commitment } };
    };
    const { compiled, variables } = build({ latent: [18, 7], width: 2, books, entries: 2 }, step, false);
    const program = await compiled.run({});
    const codes = [];
    for (let level = 0; level < 3; level++) codes.push(...(await program.readIndices(`code${level}`)));
    expect(codes).toEqual([0, 0, 1]);
    const residuals = [
      [18, 7],
      [-2, 7],
      [-2, -3],
      [-2, -1],
    ];
    for (const [index, want] of residuals.entries())
      expect([...(await program.readFloats(`residual${index}`))]).toEqual(want);
    expect([...(await program.readFloats('quantised'))]).toEqual([20, 8]);
    close(await program.readFloats('commitment'), [0.0073958333 * 400], 5);
    variables.dispose();
  });

  const random = {
    latent: [...normalArray(7 * 5, 1)],
    width: 5,
    books: [3, 4, 5].map((seed) => [...normalArray(6 * 5, seed)]),
    entries: 6,
  };

  it('passes the gradient of the quantised vectors to the latent unchanged', async () => {
    const cotangent = normalArray(7 * 5, 2);
    const { compiled, variables } = build(
      random,
      (latent, params) => {
        const { quantised } = residualQuantise(latent, codebookLevels(params, 3), { commitmentWeight: 0.25 });
        return { loss: sumAll(multiply(quantised, constant(cotangent, [7, 5]))) };
      },
      true,
    );
    await compiled.run({});
    expect(await variables.read('latent', 'gradients')).toEqual(cotangent);
    variables.dispose();
  });

  it('sends the commitment of level 0 to the latent and nothing of the deeper levels', async () => {
    const gradientOf = async (weights: readonly number[]): Promise<Float32Array> => {
      const { compiled, variables } = build(
        random,
        (latent, params) => {
          const { commitmentByLevel, quantised } = residualQuantise(latent, codebookLevels(params, 3), {
            commitmentWeight: 0.25,
          });
          const terms = commitmentByLevel.map((term, level) =>
            multiply(term, constant(Float32Array.of(weights[level] ?? 0), [])),
          );
          // Without some path to the latent there would be no gradient to read.
          const anchor = multiply(sumAll(quantised), constant(Float32Array.of(0), []));
          return { loss: terms.reduce((total, term) => add(total, term), anchor) };
        },
        true,
      );
      await compiled.run({});
      const gradient = await variables.read('latent', 'gradients');
      variables.dispose();
      return gradient;
    };
    const all = await gradientOf([1, 1, 1]);
    expect(all.some((value) => value !== 0)).toBe(true);
    expect(all).toEqual(await gradientOf([1, 0, 0]));
    expect((await gradientOf([0, 1, 1])).every((value) => value === 0)).toBe(true);
  });

  it('moves counts, sums and entries as in the worked example of the MTGRec notes', async () => {
    const setup = { latent: [0.2, 0, 0, 0.4, 0.9, 1.1], width: 2, books: [[0, 0, 1, 1]], entries: 2 };
    const { compiled, variables } = build(
      setup,
      (latent, params) => {
        const { codes, commitment, next } = residualQuantise(latent, codebookLevels(params, 1), {
          commitmentWeight: 0.25,
          ema: EMA,
        });
        return { outputs: { code: codes[0] as Tensor, commitment }, updates: codebookUpdates(next) };
      },
      false,
    );
    const program = await compiled.run({});
    expect([...(await program.readIndices('code'))]).toEqual([0, 0, 1]);
    close(await program.readFloats('commitment'), [0.0091666667], 8);
    close(await variables.read('levels.0.count'), [1.01, 1], 6);
    close(await variables.read('levels.0.sum'), [0.002, 0.004, 0.999, 1.001], 6);
    close(await variables.read('levels.0.codebook'), [0.0019801981, 0.0039603962, 0.9989999503, 1.0009999502], 6);
    variables.dispose();
  });

  it('keeps an unused entry in place while its count decays', async () => {
    const setup = { latent: [0.1, -0.1, 0.2, 0.1], width: 2, books: [[0, 0, 50, -30]], entries: 2 };
    const { compiled, variables } = build(
      setup,
      (latent, params) => {
        const { next } = residualQuantise(latent, codebookLevels(params, 1), { commitmentWeight: 0.25, ema: EMA });
        return { outputs: { count: (next[0] as { count: Tensor }).count }, updates: codebookUpdates(next) };
      },
      false,
    );
    for (let step = 0; step < 20; step++) await compiled.run({});
    const [, count] = await variables.read('levels.0.count');
    const [, , x, y] = await variables.read('levels.0.codebook');
    expect(count).toBeCloseTo(0.99 ** 20, 5);
    // N + eps over total + K eps changes the divisor by less than eps / N.
    expect(Math.abs((x as number) / 50 - 1)).toBeLessThan(2e-5);
    expect(Math.abs((y as number) / -30 - 1)).toBeLessThan(2e-5);
    variables.dispose();
  });
});
