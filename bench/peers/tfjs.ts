/** TensorFlow.js on its WebGPU backend: eager kernels, tape gradients. */
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs';
import * as data from '../data';
import { beamCheck, crossEntropyCheck, infoNceCheck, matmulCheck, nearestCheck, scatterCheck } from '../references';
import type { BenchEngine, Workload } from '../workload';
import { finishWork } from './tfjsQueue';
import { openT5 } from './tfjsT5';

/** A workload that computes `run` and keeps nothing; `check` sees the results of one more run. */
function workload<T extends tf.TensorContainer>(
  run: () => T,
  check: (result: T) => Promise<string>,
  flops?: number,
): Workload {
  return {
    ...(flops === undefined ? {} : { flops }),
    async step() {
      const result = tf.tidy(run);
      await finishWork();
      tf.dispose(result);
    },
    async check() {
      const result = tf.tidy(run);
      const line = await check(result);
      tf.dispose(result);
      return line;
    },
  };
}

function square(size: number): Workload {
  const w = data.squareMatmul(size);
  const a = tf.tensor2d(w.a, [size, size]);
  const b = tf.tensor2d(w.b, [size, size]);
  return workload(
    () => tf.matMul(a, b),
    async (c) => matmulCheck(w.a, w.b, await c.data(), size),
    w.flops,
  );
}

function batched(): Workload {
  const w = data.batchedMatmul();
  const { batch, size } = w;
  const a = tf.tensor3d(w.a, [batch, size, size]);
  const b = tf.tensor3d(w.b, [batch, size, size]);
  return workload(
    () => tf.matMul(a, b),
    async (c) => matmulCheck(w.a, w.b, await c.data(), size, 5 * size * size),
    w.flops,
  );
}

function nearest(): Workload {
  const w = data.codebookLookup();
  const x = tf.tensor2d(w.x, [w.rows, w.width]);
  const codebook = tf.tensor2d(w.codebook, [w.entries, w.width]);
  return workload(
    () => tf.argMin(tf.sub(tf.sum(tf.square(codebook), 1), tf.mul(tf.matMul(x, codebook, false, true), 2)), 1),
    async (code) => nearestCheck(w, await code.data()),
    w.flops,
  );
}

function contrastive(): Workload {
  const w = data.contrastivePair();
  const a = tf.tensor2d(w.a, [w.rows, w.width]);
  const b = tf.tensor2d(w.b, [w.rows, w.width]);
  const identity = tf.eye(w.rows);
  const loss = (x: tf.Tensor, y: tf.Tensor) => {
    const logProbs = tf.logSoftmax(tf.div(tf.matMul(x, y, false, true), w.temperature));
    return tf.neg(tf.div(tf.sum(tf.mul(logProbs, identity)), w.rows).asScalar());
  };
  const withGradients = tf.valueAndGrads((x, y) => loss(x as tf.Tensor, y as tf.Tensor));
  return workload(
    () => {
      const { value, grads } = withGradients([a, b]);
      return { value, grads };
    },
    async ({ value }) => infoNceCheck(w, (await value.data())[0] ?? Number.NaN),
    w.flops,
  );
}

function gather(): Workload {
  const w = data.embeddingLookup();
  const table = tf.tensor2d(w.table, [w.rows, w.width]);
  const ids = tf.tensor1d(w.ids, 'int32');
  const weight = tf.tensor2d(w.weight, [w.count, w.width]);
  const withGradient = tf.valueAndGrad((t: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(tf.gather(t, ids), weight)));
  return workload(
    () => {
      const { value, grad } = withGradient(table);
      return { value, grad };
    },
    async ({ grad }) => scatterCheck(w, await grad.data()),
  );
}

function crossEntropy(): Workload {
  const w = data.wideCrossEntropy();
  const logits = tf.tensor2d(w.logits, [w.rows, w.classes]);
  const labels = tf.tensor1d(w.labels, 'int32');
  const withGradient = tf.valueAndGrad((l: tf.Tensor) =>
    tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(tf.oneHot(labels, w.classes), l),
  );
  return workload(
    () => {
      const { value, grad } = withGradient(logits);
      return { value, grad };
    },
    async ({ value }) => crossEntropyCheck(w, (await value.data())[0] ?? Number.NaN),
  );
}

/** Reads the 50 indices back in the step, as a beam search does. */
function beam(): Workload {
  const w = data.beamStepData();
  const logits = tf.tensor2d(w.logits, [w.beams, w.vocabulary]);
  const scores = tf.tensor2d(w.scores, [w.beams, 1]);
  const top = async () => {
    const { values, indices } = tf.tidy(() =>
      tf.topk(tf.reshape(tf.add(tf.logSoftmax(logits), scores), [w.beams * w.vocabulary]), w.k),
    );
    const read = await indices.data();
    tf.dispose([values, indices]);
    return read;
  };
  return {
    async step() {
      await top();
    },
    async check() {
      return beamCheck(w, await top());
    },
  };
}

export const engine: BenchEngine = {
  async init() {
    if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs: no webgpu backend');
    await tf.ready();
  },
  workloads: {
    'W1-512': () => square(512),
    'W1-1024': () => square(1024),
    'W1-batch': batched,
    'W2-argmin': nearest,
    'W3-infonce': contrastive,
    'W4-t5': openT5,
    'W5a-gather': gather,
    'W5b-ce25k': crossEntropy,
    'W6-beam': beam,
  },
};
