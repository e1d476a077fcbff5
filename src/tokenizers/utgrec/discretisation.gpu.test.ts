/** The small numbered rows of utgrec.md §11 that need the engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalArray } from '../../base/random';
import { GpuDevice } from '../../gpu/device';
import { adagrad } from '../../nn/optimizers';
import { fillInit, parameter, trainableCount } from '../../nn/parameters';
import { Engine } from '../../plan/engine';
import type { TraceResult } from '../../plan/trace';
import { linearCodebook, linearCodebookParameters, quantise } from '../../quantize/linearCodebook';
import { inversePrefixResidual, prefixResidual } from '../../quantize/prefixResidual';
import type { Tensor } from '../../tensor/graph';
import { meanCrossEntropy } from '../../tensor/ops/crossEntropy';
import { add, multiply } from '../../tensor/ops/elementwise';
import { infoNce } from '../../tensor/ops/infoNce';
import { constant } from '../../tensor/ops/leaves';
import { nearestCode } from '../../tensor/ops/quantize';
import { sumAll } from '../../tensor/ops/reduce';
import { codeProjectionParameters, decoderParameters } from './decoders';
import { conditionSignal, denoise, denoiserParameters, diffusionRowLosses } from './diffusion';
import { alignmentLoss, unitRows } from './model';
import { cosineNoiseSchedule, noised } from './noiseSchedule';
import { treeQuantise } from './treeQuantiser';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

type Arrays = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;

/** Runs a step over named parameters and gives readers of its outputs, gradients and loss. */
async function run(
  arrays: Arrays,
  step: (params: (name: string) => Tensor) => TraceResult,
): Promise<{ output: (name: string) => Promise<number[]>; grad: (name: string) => Promise<number[]>; loss: number }> {
  const names = Object.keys(arrays);
  const variables = engine.variables(
    names.map((name) => parameter(name, arrays[name]?.shape ?? [], fillInit(0))),
    0,
  );
  for (const name of names) variables.write(name, Float32Array.from(arrays[name]?.values ?? []));
  const probe = step((name) => constant(Float32Array.from(arrays[name]?.values ?? []), arrays[name]?.shape ?? []));
  const compiled = engine.compile(
    variables,
    ({ params }) => step(params),
    probe.loss ? adagrad({ learningRate: 0 }) : undefined,
  );
  const program = await compiled.run({});
  return {
    output: async (name) => [...(await program.readFloats(name))],
    grad: async (name) => [...(await variables.read(name, 'gradients'))],
    loss: probe.loss ? ((await compiled.metrics())[0]?.loss ?? Number.NaN) : Number.NaN,
  };
}

/** Relative to the largest wanted value, as the table asks. */
function close(came: readonly number[], wanted: readonly number[], relative = 1e-5): void {
  const scale = Math.max(...wanted.map(Math.abs), 1e-6);
  expect(came).toHaveLength(wanted.length);
  came.forEach((value, at) => {
    expect(Math.abs(value - (wanted[at] ?? 0)), `${at}: ${value} for ${wanted[at]}`).toBeLessThanOrEqual(
      relative * scale,
    );
  });
}

const E3 = [0.5, 1, 0, 2, -0.5, -3];
const X4 = [0.4, 0.9, -0.2, 1.5, -0.6, -2, 0.1, 0.1];
/** Row 3: C and W = Aᵀ. */
const BOOK: Arrays = {
  'book.matrix': { shape: [3, 2], values: [1, 0, 0, 1, -1, -1] },
  'book.projection': { shape: [2, 2], values: [0.5, 1, 0, 2] },
};

describe('prefix residual (Eq. 3)', () => {
  const z = [1, 2, 3, -1, 2.5, 0.5];
  it('and its inverse are as row 1', async () => {
    const { output } = await run({ z: { shape: [1, 3, 2], values: z } }, (params) => {
      const v = prefixResidual(params('z'));
      return { outputs: { v, back: inversePrefixResidual(v) } };
    });
    expect(await output('v')).toEqual([1, 2, 2, -3, -0.5, 1.5]);
    expect(await output('back')).toEqual(z);
  });

  it.each([1, 2, 5])('inverse after residual is the identity for H = %i', async (levels) => {
    const values = [...normalArray(3 * levels * 4, levels)];
    const { output } = await run({ z: { shape: [3, levels, 4], values } }, (params) => ({
      outputs: { back: inversePrefixResidual(prefixResidual(params('z'))) },
    }));
    close(await output('back'), values, 1e-6);
  });

  it('passes gradients straight through quantiser and sums (row 2)', async () => {
    const values = [...normalArray(2 * 3 * 2, 5)];
    const weights = [...normalArray(2 * 3 * 2, 6)];
    const config = { kind: 'tree', levels: 3, rootEntries: 3, leafEntries: 4, width: 2, commitmentWeight: 0 } as const;
    const book = (name: string, entries: number, seed: number): Arrays => ({
      [`${name}.matrix`]: { shape: [entries, 2], values: [...normalArray(entries * 2, seed)] },
      [`${name}.projection`]: { shape: [2, 2], values: [1, 0.2, -0.3, 1] },
    });
    const arrays = { z: { shape: [2, 3, 2], values }, ...book('root', 3, 7), ...book('leaf', 4, 8) };
    const { grad } = await run(arrays, (params) => {
      const { reconstructed, loss } = treeQuantise(params, config, params('z'));
      const weighted = sumAll(multiply(reconstructed, constant(Float32Array.from(weights), [2, 3, 2])));
      // The codebook loss with β = 0 has no gradient to z; it keeps the books in the graph.
      return { loss: add(weighted, loss) };
    });
    close(await grad('z'), weights, 1e-6);
  });
});

describe('linear codebook (Eq. 4)', () => {
  it('multiplies out as row 3', async () => {
    const { output } = await run(BOOK, (params) => ({ outputs: { entries: linearCodebook(params, 'book') } }));
    close(await output('entries'), E3);
    expect(linearCodebookParameters('book', 3, 2, false).map(({ isTrainable }) => isTrainable)).toEqual([false, true]);
  });

  it('assigns as row 4', async () => {
    const arrays = { x: { shape: [4, 2], values: X4 }, e: { shape: [3, 2], values: E3 } };
    const variables = engine.variables([parameter('x', [4, 2], fillInit(0)), parameter('e', [3, 2], fillInit(0))], 0);
    for (const name of ['x', 'e'] as const) variables.write(name, Float32Array.from(arrays[name].values));
    const compiled = engine.compile(variables, ({ params }) => {
      const { code, distance } = nearestCode(params('x'), params('e'));
      return { outputs: { code, distance } };
    });
    const program = await compiled.run({});
    expect([...(await program.readIndices('code'))]).toEqual([0, 1, 2, 0]);
    close([...(await program.readFloats('distance'))], [0.02, 0.29, 1.01, 0.97]);
  });

  it('has the loss and gradients of rows 5 and 6', async () => {
    const arrays = { x: { shape: [4, 2], values: X4 }, ...BOOK };
    const { loss, grad } = await run(arrays, (params) => {
      const found = quantise(params('x'), linearCodebook(params, 'book'), 0.25);
      return { loss: found.loss };
    });
    close([loss], [0.3578125]);
    close(await grad('book.matrix'), [0.3125, 0.5, 0.15, 0.25, -0.2375, -0.5]);
    // dA of the table, transposed: our W is [in, out].
    close(await grad('book.projection'), [0.1, 0.5, 0.025, 0.375]);
    close(await grad('x'), [-0.00625, -0.00625, -0.0125, -0.03125, -0.00625, 0.0625, -0.025, -0.05625]);
  });

  it('makes the tree loss of row 7', async () => {
    const identity = { shape: [2, 2], values: [1, 0, 0, 1] };
    const arrays: Arrays = {
      z: { shape: [1, 3, 2], values: [0.4, 0.9, 0.2, 2.4, -0.4, 0.4] },
      'root.matrix': { shape: [2, 2], values: [0.5, 1, 0, 2] },
      'root.projection': identity,
      'leaf.matrix': { shape: [4, 2], values: [0, 2, -1.5, -3, -0.5, -2, 0.5, 1] },
      'leaf.projection': identity,
    };
    const config = {
      kind: 'tree',
      levels: 3,
      rootEntries: 2,
      leafEntries: 4,
      width: 2,
      commitmentWeight: 0.25,
    } as const;
    const { output } = await run(arrays, (params) => {
      const { residual, reconstructed, loss, errors } = treeQuantise(params, config, params('z'));
      const [root, leaf] = errors as [Tensor, Tensor];
      return { outputs: { residual, reconstructed, loss, root, leaf } };
    });
    close(await output('residual'), [0.4, 0.9, -0.2, 1.5, -0.6, -2]);
    close(await output('reconstructed'), [0.5, 1, 0.5, 3, 0, 1]);
    close(await output('root'), [0.01]);
    close(await output('leaf'), [0.075]);
    close(await output('loss'), [0.053125]);
  });
});

describe('alignment (Eq. 11)', () => {
  const A = { shape: [3, 2], values: [1, 0, 0, 2, 1, 1] };
  const B = { shape: [3, 2], values: [2, 0, 1, 1, 0, 3] };
  const nce = (a: Arrays[string], b: Arrays[string], temperature: number) =>
    run({ a, b } as Arrays, (params) => ({
      outputs: { loss: infoNce(unitRows(params('a')), unitRows(params('b')), temperature) },
    }));

  it('is as row 9', async () => {
    close(await (await nce(A, B, 0.1)).output('loss'), [2.0212233364]);
    close(await (await nce(A, B, 1)).output('loss'), [0.9986999249]);
  });

  it('has the limits of row 10', async () => {
    const eye = { shape: [4, 4], values: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] };
    close(await (await nce(eye, eye, 0.1)).output('loss'), [1.3619051e-4], 1e-3);
    const equal = { shape: [5, 2], values: [1, 2, 1, 2, 1, 2, 1, 2, 1, 2] };
    close(await (await nce(equal, equal, 0.1)).output('loss'), [Math.log(5)]);
  });

  it('averages over levels', async () => {
    const stacked = (rows: Arrays[string]) => ({
      shape: [3, 2, 2],
      values: Array.from({ length: 3 }, (_, i) => [...rows.values.slice(i * 2, i * 2 + 2), 1, 0]).flat(),
    });
    const { output } = await run({ a: stacked(A), b: stacked(B) }, (params) => ({
      outputs: { loss: alignmentLoss(params('a'), params('b'), 1) },
    }));
    close(await output('loss'), [(0.9986999249 + Math.log(3)) / 2]);
  });
});

describe('text loss', () => {
  it.each([
    [771, 6.6476884],
    [151_661, 11.929403],
  ])('is ln V at uniform logits, V = %i (row 12)', async (vocabulary, wanted) => {
    const variables = engine.variables([parameter('logits', [2, vocabulary], fillInit(0.5))], 0);
    const compiled = engine.compile(variables, ({ params }) => ({
      outputs: { loss: meanCrossEntropy(params('logits'), constant(Uint32Array.of(3, 5), [2])) },
    }));
    close([...(await (await compiled.run({})).readFloats('loss'))], [wanted]);
    variables.dispose();
  });
});

describe('diffusion loss (Eq. 9)', () => {
  const schedule = cosineNoiseSchedule();
  const [start, noise] = [
    [0.5, -0.25],
    [1, -1],
  ];

  async function losses(t: number, estimate: readonly number[], variance: readonly number[]) {
    const at = (values: readonly number[]): Tensor => constant(Float32Array.from(values), [1, 2]);
    const current = start.map((x, i) => noised(schedule, t, x, noise[i] ?? 0));
    const { output } = await run({ unused: { shape: [1], values: [0] } }, () => {
      const inputs = { noised: at(current), time: constant(Uint32Array.of(t), [1]) };
      const targets = { start: at(start), noise: at(noise) };
      const found = diffusionRowLosses(schedule, inputs, targets, { noise: at(estimate), variance: at(variance) });
      return { outputs: { squared: found.squared, bound: found.bound ?? found.squared } };
    });
    return { squared: (await output('squared'))[0] ?? Number.NaN, bound: (await output('bound'))[0] ?? Number.NaN };
  }

  it.each([
    [500, 0.0045054851, 1e-3],
    [1, 0.5990176677, 1e-4],
    [0, 1.7642925295, 1e-3],
    [999, 720.62705, 1e-3],
  ])('of a zero network is as row 18 at t = %i', async (t, bound, relative) => {
    const found = await losses(t, [0, 0], [0, 0]);
    close([found.squared], [1]);
    close([found.bound], [bound], relative);
  });

  it('is as row 19 for a rough network and as row 20 for a perfect one', async () => {
    const rough = await losses(500, [0.8, -0.9], [0.2, -0.4]);
    close([rough.squared], [0.025]);
    close([rough.bound], [1.13368508e-4], 1e-3);
    const perfect = await losses(500, [1, -1], [0, 0]);
    expect(perfect.squared).toBeLessThan(1e-12);
    // Eight orders below the terms it is the difference of: float32 leaves two digits.
    expect(Math.abs(perfect.bound - 8.5172e-7)).toBeLessThan(2e-7);
  });

  it('starts from a denoiser that answers zero (row 21)', async () => {
    const config = { width: 16, blocks: 2, timeWidth: 8, repeats: 1, learnsVariance: true };
    const variables = engine.variables(denoiserParameters(config, 2, 4), 3);
    const compiled = engine.compile(variables, ({ params }) => {
      const found = denoise(params, config, schedule, {
        noised: constant(normalArray(12, 1), [6, 2]),
        time: constant(Uint32Array.of(0, 1, 10, 500, 998, 999), [6]),
        condition: conditionSignal(params, constant(normalArray(24, 2), [6, 4])),
      });
      return { outputs: { noise: found.noise, variance: found.variance ?? found.noise } };
    });
    const program = await compiled.run({});
    expect([...(await program.readFloats('noise')), ...(await program.readFloats('variance'))]).toEqual(
      new Array(24).fill(0),
    );
    variables.dispose();
  });
});

describe('parameter counts at the published sizes (row 23)', () => {
  const published = {
    width: 1536,
    heads: 12,
    keyHeads: 2,
    headWidth: 128,
    feedForwardWidth: 6144,
    rotaryBase: 1e6,
    normEps: 1e-6,
  };
  it('are those of the table', () => {
    expect(trainableCount(codeProjectionParameters(128, 1536))).toBe(198_144);
    // The table counts layer and final norm; the mask vector belongs to the embedding table there.
    expect(trainableCount(decoderParameters('textDecoder', published)) - 1536).toBe(33_823_232);
    const diffusion = { width: 1024, blocks: 3, timeWidth: 256, repeats: 4, learnsVariance: true };
    expect(trainableCount(denoiserParameters(diffusion, 16, 1536))).toBe(20_786_208);
  });
});
