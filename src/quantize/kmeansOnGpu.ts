import { fillInit, parameter } from '../nn/parameters';
import type { Engine } from '../plan/engine';
import { nearestCode } from '../tensor/ops/quantize';
import { type KmeansOptions, type KmeansResult, kmeans } from './kmeans';

/** Below this many squared differences an iteration costs less than the round trip to the GPU. */
const GPU_WORK = 1e7;

/** `kmeans` whose assignments run on the GPU where that pays; the points are uploaded once. Same errors. */
export async function kmeansOnGpu(
  engine: Engine,
  points: Float32Array,
  size: { readonly n: number; readonly d: number },
  options: Omit<KmeansOptions, 'assign'>,
): Promise<KmeansResult> {
  const { n, d } = size;
  const { clusters } = options;
  if (n * d * clusters < GPU_WORK) return kmeans(points, n, d, options);
  const state = (name: string, rows: number) => parameter(name, [rows, d], fillInit(0), false);
  const variables = engine.variables([state('points', n), state('centres', clusters)], 0);
  const step = engine.compile(variables, ({ params }) => ({
    outputs: { ...nearestCode(params('points'), params('centres')) },
  }));
  try {
    variables.write('points', points);
    return await kmeans(points, n, d, {
      ...options,
      assign: async (centres) => {
        variables.write('centres', centres);
        const program = await step.run({});
        return { code: await program.readIndices('code'), distance: await program.readFloats('distance') };
      },
    });
  } finally {
    await step.dispose();
    variables.dispose();
  }
}
