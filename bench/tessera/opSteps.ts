/** W1, W2, W3, W5 and W6 on the engine's public face. */
import { gradients } from '../../src/autograd/gradients';
import type { Tensor } from '../../src/tensor/graph';
import { meanCrossEntropy } from '../../src/tensor/ops/crossEntropy';
import { multiply } from '../../src/tensor/ops/elementwise';
import { embedding, invertIndex } from '../../src/tensor/ops/embedding';
import { infoNce } from '../../src/tensor/ops/infoNce';
import { matmul } from '../../src/tensor/ops/matmul';
import { nearestCode } from '../../src/tensor/ops/quantize';
import { sumAll } from '../../src/tensor/ops/reduce';
import { beamTop } from '../../src/tensor/ops/topK';
import * as data from '../data';
import { beamCheck, crossEntropyCheck, infoNceCheck, matmulCheck, nearestCheck, scatterCheck } from '../references';
import type { Workload } from '../workload';
import { input, planWorkload } from './session';

/** Gradients of `loss`, all of which must exist. */
function requireGradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  return gradients(loss, targets).map((gradient) => {
    if (!gradient) throw new Error('bench: the loss does not depend on a target');
    return gradient;
  });
}

export function square(size: number): Promise<Workload> {
  const w = data.squareMatmul(size);
  const shape = [size, size];
  return planWorkload({
    held: { a: { shape, data: w.a }, b: { shape, data: w.b } },
    step: ({ params }) => ({ outputs: { c: matmul(params('a'), params('b')) } }),
    flops: w.flops,
    check: async (program) => matmulCheck(w.a, w.b, await program.readFloats('c'), size),
  });
}

export function batched(): Promise<Workload> {
  const w = data.batchedMatmul();
  const { size } = w;
  const shape = [w.batch, size, size];
  return planWorkload({
    held: { a: { shape, data: w.a }, b: { shape, data: w.b } },
    step: ({ params }) => ({ outputs: { c: matmul(params('a'), params('b')) } }),
    flops: w.flops,
    check: async (program) => matmulCheck(w.a, w.b, await program.readFloats('c'), size, 5 * size * size),
  });
}

export function nearest(): Promise<Workload> {
  const w = data.codebookLookup();
  return planWorkload({
    held: {
      x: { shape: [w.rows, w.width], data: w.x },
      codebook: { shape: [w.entries, w.width], data: w.codebook },
    },
    step: ({ params }) => ({ outputs: { code: nearestCode(params('x'), params('codebook')).code } }),
    flops: w.flops,
    check: async (program) => nearestCheck(w, await program.readIndices('code')),
  });
}

/** The loss and both gradients; no optimizer, as in the peers. */
export function contrastive(): Promise<Workload> {
  const w = data.contrastivePair();
  const shape = [w.rows, w.width];
  return planWorkload({
    held: { a: { shape, data: w.a, isTrainable: true }, b: { shape, data: w.b, isTrainable: true } },
    step: ({ params }) => {
      const loss = infoNce(params('a'), params('b'), w.temperature);
      const [gradA, gradB] = requireGradients(loss, [params('a'), params('b')]) as [Tensor, Tensor];
      return { outputs: { loss, gradA, gradB } };
    },
    flops: w.flops,
    check: async (program) => infoNceCheck(w, (await program.readFloats('loss'))[0] ?? Number.NaN),
  });
}

/** The inverted index of the ids is made on the host and uploaded in every step: it is part of the cost. */
export function gather(): Promise<Workload> {
  const w = data.embeddingLookup();
  const ids = Uint32Array.from(w.ids);
  return planWorkload({
    held: {
      table: { shape: [w.rows, w.width], data: w.table, isTrainable: true },
      weight: { shape: [w.count, w.width], data: w.weight },
    },
    batch: () => {
      const { order, starts } = invertIndex(ids, w.rows);
      return {
        ids: { data: ids, shape: [w.count] },
        order: { data: order, shape: [w.count] },
        starts: { data: starts, shape: [w.rows + 1] },
      };
    },
    step: ({ params, batch }) => {
      const index = { order: input(batch, 'order'), starts: input(batch, 'starts') };
      const loss = sumAll(multiply(embedding(params('table'), input(batch, 'ids'), index), params('weight')));
      const [gradient] = requireGradients(loss, [params('table')]) as [Tensor];
      return { outputs: { loss, gradient } };
    },
    check: async (program) => scatterCheck(w, await program.readFloats('gradient')),
  });
}

export function crossEntropy(): Promise<Workload> {
  const w = data.wideCrossEntropy();
  const labels = Uint32Array.from(w.labels);
  return planWorkload({
    held: { logits: { shape: [w.rows, w.classes], data: w.logits, isTrainable: true } },
    batch: () => ({ labels: { data: labels, shape: [w.rows] } }),
    step: ({ params, batch }) => {
      const loss = meanCrossEntropy(params('logits'), input(batch, 'labels'));
      const [gradient] = requireGradients(loss, [params('logits')]) as [Tensor];
      return { outputs: { loss, gradient } };
    },
    check: async (program) => crossEntropyCheck(w, (await program.readFloats('loss'))[0] ?? Number.NaN),
  });
}

/** Reads the 50 indices back in the step, as the peers do. */
export function beam(): Promise<Workload> {
  const w = data.beamStepData();
  return planWorkload({
    held: {
      logits: { shape: [w.beams, w.vocabulary], data: w.logits },
      scores: { shape: [w.beams], data: w.scores },
    },
    step: ({ params }) => ({ outputs: { indices: beamTop(params('logits'), params('scores'), w.k).indices } }),
    readBack: 'indices',
    check: async (program) => beamCheck(w, await program.readIndices('indices')),
  });
}
