/** W4 in jax-js; every use of an array but `.ref` consumes it. */
import * as jax from '@jax-js/jax';
import { queueIdle } from '../gpuCounters';
import { lossesLine } from '../references';
import { causalMask, T5_SIZES as S, t5Buckets, t5Flops, t5Tokens, t5Weights } from '../t5Setup';
import type { Workload } from '../workload';
import { float32, int32, oneHot } from './jaxArrays';

const { numpy: np, nn, jit, valueAndGrad, tree } = jax;
type JaxArray = jax.numpy.Array;
type Weights = Record<string, JaxArray>;

function weight(p: Weights, name: string): JaxArray {
  const value = p[name];
  if (!value) throw new Error(`jax-js: no weight ${name}`);
  return value;
}

const norm = (x: JaxArray, w: JaxArray): JaxArray => {
  const mean = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(mean.add(S.normEps))).mul(w.ref);
};

/** Consumes x, memory and bias. */
function attention(p: Weights, name: string, x: JaxArray, memory: JaxArray, bias: JaxArray | null): JaxArray {
  const [queries = 0, keys = 0] = [x.shape[1], memory.shape[1]];
  const heads = (t: JaxArray, length: number) =>
    np.transpose(t.reshape([S.batch, length, S.heads, S.headWidth]), [0, 2, 1, 3]);
  const q = heads(np.matmul(x, weight(p, `${name}q`).ref), queries);
  const k = heads(np.matmul(memory.ref, weight(p, `${name}k`).ref), keys);
  const v = heads(np.matmul(memory, weight(p, `${name}v`).ref), keys);
  const scores = np.matmul(q, np.transpose(k, [0, 1, 3, 2]));
  const mixed = np.matmul(nn.softmax(bias ? scores.add(bias) : scores, -1), v);
  const joined = np.transpose(mixed, [0, 2, 1, 3]).reshape([S.batch, queries, S.heads * S.headWidth]);
  return np.matmul(joined, weight(p, `${name}o`).ref);
}

const feedForward = (p: Weights, name: string, x: JaxArray): JaxArray =>
  np.matmul(nn.relu(np.matmul(x, weight(p, `${name}fi`).ref)), weight(p, `${name}fo`).ref);

/**
 * Look-up times a runtime 1: in 0.1.25, jit of the gradient of a look-up throws "routine primitive scatter input is not imm" when
 * the gradient reaches it through a view (matmul, reshape, transpose, sum). Delete once a later version does not.
 */
const lookUp = (table: JaxArray, ids: JaxArray, one: JaxArray): JaxArray => np.take(table, ids, 0).mul(one);

const positionBias = (table: JaxArray, buckets: JaxArray, length: number, one: JaxArray): JaxArray => {
  const rows = lookUp(table, buckets, one).reshape([length, length, S.heads]);
  return np.transpose(rows, [2, 0, 1]).reshape([1, S.heads, length, length]);
};

interface Inputs {
  readonly tokens: JaxArray;
  readonly decoderTokens: JaxArray;
  readonly labels: JaxArray;
  readonly encoderBuckets: JaxArray;
  readonly decoderBuckets: JaxArray;
  readonly mask: JaxArray;
  readonly one: JaxArray;
}

function encode(p: Weights, inputs: Inputs): JaxArray {
  let x = lookUp(weight(p, 'emb').ref, inputs.tokens, inputs.one.ref);
  const bias = positionBias(weight(p, 'encBias').ref, inputs.encoderBuckets, S.encoderLength, inputs.one.ref);
  for (let layer = 0; layer < S.encoderLayers; layer++) {
    const name = `e${layer}`;
    const normed = norm(x.ref, weight(p, `${name}sn`));
    x = x.add(attention(p, `${name}s`, normed.ref, normed, bias.ref));
    x = x.ref.add(feedForward(p, name, norm(x, weight(p, `${name}fn`))));
  }
  bias.dispose();
  return norm(x, weight(p, 'encN'));
}

function decode(p: Weights, inputs: Inputs, encoded: JaxArray): JaxArray {
  let x = lookUp(weight(p, 'emb').ref, inputs.decoderTokens, inputs.one.ref);
  const table = weight(p, 'decBias').ref;
  const bias = positionBias(table, inputs.decoderBuckets, S.decoderLength, inputs.one).add(inputs.mask);
  for (let layer = 0; layer < S.decoderLayers; layer++) {
    const name = `d${layer}`;
    const normed = norm(x.ref, weight(p, `${name}sn`));
    x = x.add(attention(p, `${name}s`, normed.ref, normed, bias.ref));
    x = x.ref.add(attention(p, `${name}c`, norm(x, weight(p, `${name}cn`)), encoded.ref, null));
    x = x.ref.add(feedForward(p, name, norm(x, weight(p, `${name}fn`))));
  }
  bias.dispose();
  encoded.dispose();
  return norm(x, weight(p, 'decN'));
}

/** Consumes everything. */
function t5Loss(p: Weights, inputs: Inputs): JaxArray {
  const states = decode(p, inputs, encode(p, inputs)).mul(1 / Math.sqrt(S.width));
  const logits = np.matmul(states, np.transpose(weight(p, 'emb').ref));
  const labels = oneHot(inputs.labels.reshape([S.batch, S.decoderLength, 1]), S.vocabulary);
  const loss = np.mean(np.sum(nn.logSoftmax(logits, -1).mul(labels), -1)).neg();
  tree.dispose(p);
  return loss;
}

/** AdamW written out (decoupled decay); the bias corrections come in as scalars. Consumes everything. */
function trainStep(
  p: Weights,
  m: Weights,
  v: Weights,
  correction1: JaxArray,
  correction2: JaxArray,
  inputs: Inputs & Weights,
): [JaxArray, Weights, Weights, Weights] {
  const [loss, grads] = valueAndGrad(t5Loss as (p: Weights, inputs: Inputs & Weights) => JaxArray)(tree.ref(p), inputs);
  const next: Weights = {};
  const nextM: Weights = {};
  const nextV: Weights = {};
  for (const name in p) {
    const grad = weight(grads, name);
    const m1 = weight(m, name)
      .mul(S.beta1)
      .add(grad.ref.mul(1 - S.beta1));
    const v1 = weight(v, name)
      .mul(S.beta2)
      .add(np.square(grad).mul(1 - S.beta2));
    const scale = np.sqrt(v1.ref.mul(correction2.ref)).add(S.adamEps);
    const update = m1.ref.mul(correction1.ref).div(scale);
    next[name] = weight(p, name)
      .mul(1 - S.learningRate * S.weightDecay)
      .sub(update.mul(S.learningRate));
    nextM[name] = m1;
    nextV[name] = v1;
  }
  correction1.dispose();
  correction2.dispose();
  return [loss, next, nextM, nextV];
}

export function openT5(): Workload {
  let [p, m, v]: [Weights, Weights, Weights] = [{}, {}, {}];
  for (const [name, { data, shape }] of Object.entries(t5Weights())) {
    p[name] = float32(data, shape);
    m[name] = float32(new Float32Array(data.length), shape);
    v[name] = float32(new Float32Array(data.length), shape);
  }
  const given = t5Tokens();
  const inputs: Inputs & Weights = {
    tokens: int32(given.tokens, [S.batch, S.encoderLength]),
    decoderTokens: int32(given.decoderTokens, [S.batch, S.decoderLength]),
    labels: int32(given.labels, [S.batch, S.decoderLength]),
    encoderBuckets: int32(t5Buckets(S.encoderLength, true), [S.encoderLength ** 2]),
    decoderBuckets: int32(t5Buckets(S.decoderLength, false), [S.decoderLength ** 2]),
    mask: float32(causalMask(S.decoderLength), [1, 1, S.decoderLength, S.decoderLength]),
    one: np.array(1),
  };
  const step = jit(trainStep);
  const losses: number[] = [];
  let count = 0;
  return {
    flops: t5Flops(),
    async step() {
      count++;
      const correction1 = np.array(1 / (1 - S.beta1 ** count));
      const correction2 = np.array(1 / (1 - S.beta2 ** count));
      const [loss, nextP, nextM, nextV] = step(p, m, v, correction1, correction2, tree.ref(inputs));
      [p, m, v] = [nextP, nextM, nextV];
      losses.push((await loss.data())[0] ?? Number.NaN);
      // All outputs of one jit call share its pending kernels: reading the loss dispatched everything.
      await queueIdle();
    },
    check: () => lossesLine(losses),
  };
}
