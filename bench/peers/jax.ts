/**
 * jax-js: whole-graph jit, lazy arrays with manual reference counts (`x.ref` keeps x, any other use consumes it). Nothing is
 * dispatched before a result is asked for, so every step waits for its results.
 */
import * as jax from '@jax-js/jax';
import * as data from '../data';
import { queueIdle } from '../gpuCounters';
import { beamCheck, crossEntropyCheck, infoNceCheck, matmulCheck, nearestCheck, scatterCheck } from '../references';
import type { BenchEngine, Workload } from '../workload';
import { float32, int32, oneHot } from './jaxArrays';
import { openT5 } from './jaxT5';

const { numpy: np, nn, lax, jit, valueAndGrad, tree } = jax;
type JaxArray = jax.numpy.Array;

/** A workload that computes `run` and keeps nothing; `check` consumes the results of one more run. */
function workload<T>(run: () => T, check: (result: T) => Promise<string>, flops?: number): Workload {
  return {
    ...(flops === undefined ? {} : { flops }),
    async step() {
      const result = run();
      await jax.blockUntilReady(result);
      await queueIdle();
      tree.dispose(result as never);
    },
    check: () => check(run()),
  };
}

const scalar = async (value: JaxArray): Promise<number> => (await value.data())[0] ?? Number.NaN;

function square(size: number): Workload {
  const w = data.squareMatmul(size);
  const a = float32(w.a, [size, size]);
  const b = float32(w.b, [size, size]);
  const product = jit((x: JaxArray, y: JaxArray) => np.matmul(x, y));
  return workload(
    () => product(a.ref, b.ref),
    async (c) => matmulCheck(w.a, w.b, await c.data(), size),
    w.flops,
  );
}

function batched(): Workload {
  const w = data.batchedMatmul();
  const { batch, size } = w;
  const a = float32(w.a, [batch, size, size]);
  const b = float32(w.b, [batch, size, size]);
  const product = jit((x: JaxArray, y: JaxArray) => np.matmul(x, y));
  return workload(
    () => product(a.ref, b.ref),
    async (c) => matmulCheck(w.a, w.b, await c.data(), size, 5 * size * size),
    w.flops,
  );
}

function nearest(): Workload {
  const w = data.codebookLookup();
  const rows = float32(w.x, [w.rows, w.width]);
  const codebook = float32(w.codebook, [w.entries, w.width]);
  const code = jit((x: JaxArray, e: JaxArray) => {
    const norms = np.sum(np.square(e.ref), 1);
    return np.argmin(norms.sub(np.matmul(x, np.transpose(e)).mul(2)), 1);
  });
  return workload(
    () => code(rows.ref, codebook.ref),
    async (c) => nearestCheck(w, await c.data()),
    w.flops,
  );
}

function contrastive(): Workload {
  const w = data.contrastivePair();
  const a = float32(w.a, [w.rows, w.width]);
  const b = float32(w.b, [w.rows, w.width]);
  const loss = (x: JaxArray, y: JaxArray): JaxArray => {
    const logProbs = nn.logSoftmax(np.matmul(x, np.transpose(y)).div(w.temperature), 1);
    return np.mean(np.diagonal(logProbs)).neg();
  };
  const withGradients = jit(valueAndGrad(loss, { argnums: [0, 1] }));
  return workload(
    () => withGradients(a.ref, b.ref),
    async ([value, grads]) => {
      tree.dispose(grads);
      return infoNceCheck(w, await scalar(value));
    },
    w.flops,
  );
}

function gather(): Workload {
  const w = data.embeddingLookup();
  const table = float32(w.table, [w.rows, w.width]);
  const ids = int32(w.ids, [w.count]);
  const weight = float32(w.weight, [w.count, w.width]);
  const withGradient = jit(valueAndGrad((t: JaxArray, i: JaxArray, g: JaxArray) => np.sum(np.take(t, i, 0).mul(g))));
  return workload(
    () => withGradient(table.ref, ids.ref, weight.ref),
    async ([value, grad]) => {
      value.dispose();
      return scatterCheck(w, await grad.data());
    },
  );
}

function crossEntropy(): Workload {
  const w = data.wideCrossEntropy();
  const logits = float32(w.logits, [w.rows, w.classes]);
  const labels = int32(w.labels, [w.rows]);
  const loss = (l: JaxArray, t: JaxArray): JaxArray => {
    const picked = nn.logSoftmax(l, -1).mul(oneHot(t.reshape([w.rows, 1]), w.classes));
    return np.mean(np.sum(picked, -1)).neg();
  };
  const withGradient = jit(valueAndGrad(loss));
  return workload(
    () => withGradient(logits.ref, labels.ref),
    async ([value, grad]) => {
      grad.dispose();
      return crossEntropyCheck(w, await scalar(value));
    },
  );
}

/** Reads the 50 indices back in the step, as a beam search does. */
function beam(): Workload {
  const w = data.beamStepData();
  const logits = float32(w.logits, [w.beams, w.vocabulary]);
  const scores = float32(w.scores, [w.beams, 1]);
  const top = jit((l: JaxArray, s: JaxArray) =>
    lax.topK(
      nn
        .logSoftmax(l, -1)
        .add(s)
        .reshape([w.beams * w.vocabulary]),
      w.k,
    ),
  );
  const indices = async () => {
    const [values, positions] = top(logits.ref, scores.ref);
    const read = await positions.data();
    values.dispose();
    return read;
  };
  return {
    async step() {
      await indices();
    },
    async check() {
      return beamCheck(w, await indices());
    },
  };
}

export const engine: BenchEngine = {
  async init() {
    if (!(await jax.init()).includes('webgpu')) throw new Error('jax-js: no webgpu device');
    jax.defaultDevice('webgpu');
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
