/** W4 in TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import { lossesLine } from '../references';
import { causalMask, T5_SIZES as S, t5Buckets, t5Flops, t5Tokens, t5Weights } from '../t5Setup';
import type { Workload } from '../workload';
import { finishWork } from './tfjsQueue';

export function openT5(): Workload {
  const variables = new Map<string, tf.Variable>();
  for (const [name, { data, shape }] of Object.entries(t5Weights()))
    variables.set(name, tf.variable(tf.tensor(data, [...shape]), true, name));
  const p = (name: string): tf.Variable => {
    const variable = variables.get(name);
    if (!variable) throw new Error(`tfjs: no weight ${name}`);
    return variable;
  };
  const given = t5Tokens();
  const tokens = tf.tensor2d(given.tokens, [S.batch, S.encoderLength], 'int32');
  const decoderTokens = tf.tensor2d(given.decoderTokens, [S.batch, S.decoderLength], 'int32');
  const labels = tf.tensor1d(given.labels, 'int32');
  const encoderBuckets = tf.tensor1d(t5Buckets(S.encoderLength, true), 'int32');
  const decoderBuckets = tf.tensor1d(t5Buckets(S.decoderLength, false), 'int32');
  const mask = tf.tensor4d(causalMask(S.decoderLength), [1, 1, S.decoderLength, S.decoderLength]);

  const norm = (x: tf.Tensor, weight: tf.Tensor): tf.Tensor =>
    tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), S.normEps))), weight);
  const linear = (x: tf.Tensor, weight: tf.Tensor): tf.Tensor => {
    const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0]);
    return tf.reshape(tf.matMul(rows, weight), [...x.shape.slice(0, -1), weight.shape[1] ?? 0]);
  };
  const attention = (name: string, x: tf.Tensor, memory: tf.Tensor, bias: tf.Tensor | null): tf.Tensor => {
    const [queries = 0, keys = 0] = [x.shape[1], memory.shape[1]];
    const heads = (t: tf.Tensor, length: number) =>
      tf.transpose(tf.reshape(t, [S.batch, length, S.heads, S.headWidth]), [0, 2, 1, 3]);
    const q = heads(linear(x, p(`${name}q`)), queries);
    const k = heads(linear(memory, p(`${name}k`)), keys);
    const v = heads(linear(memory, p(`${name}v`)), keys);
    const scores = tf.matMul(q, k, false, true);
    const mixed = tf.matMul(tf.softmax(bias ? tf.add(scores, bias) : scores, -1), v);
    const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [S.batch, queries, S.heads * S.headWidth]);
    return linear(joined, p(`${name}o`));
  };
  const feedForward = (name: string, x: tf.Tensor): tf.Tensor =>
    linear(tf.relu(linear(x, p(`${name}fi`))), p(`${name}fo`));
  const positionBias = (table: tf.Tensor, buckets: tf.Tensor1D, length: number): tf.Tensor => {
    const rows = tf.reshape(tf.gather(table, buckets), [length, length, S.heads]);
    return tf.reshape(tf.transpose(rows, [2, 0, 1]), [1, S.heads, length, length]);
  };

  const encode = (): tf.Tensor => {
    let x: tf.Tensor = tf.gather(p('emb'), tokens);
    const bias = positionBias(p('encBias'), encoderBuckets, S.encoderLength);
    for (let layer = 0; layer < S.encoderLayers; layer++) {
      const name = `e${layer}`;
      const normed = norm(x, p(`${name}sn`));
      x = tf.add(x, attention(`${name}s`, normed, normed, bias));
      x = tf.add(x, feedForward(name, norm(x, p(`${name}fn`))));
    }
    return norm(x, p('encN'));
  };
  const decode = (encoded: tf.Tensor): tf.Tensor => {
    let x: tf.Tensor = tf.gather(p('emb'), decoderTokens);
    const bias = tf.add(positionBias(p('decBias'), decoderBuckets, S.decoderLength), mask);
    for (let layer = 0; layer < S.decoderLayers; layer++) {
      const name = `d${layer}`;
      const normed = norm(x, p(`${name}sn`));
      x = tf.add(x, attention(`${name}s`, normed, normed, bias));
      x = tf.add(x, attention(`${name}c`, norm(x, p(`${name}cn`)), encoded, null));
      x = tf.add(x, feedForward(name, norm(x, p(`${name}fn`))));
    }
    return norm(x, p('decN'));
  };
  const loss = (): tf.Scalar => {
    const states = tf.reshape(decode(encode()), [S.batch * S.decoderLength, S.width]);
    const logits = tf.matMul(tf.mul(states, 1 / Math.sqrt(S.width)), p('emb') as unknown as tf.Tensor2D, false, true);
    const picked = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, S.vocabulary)), -1);
    return tf.neg(tf.mean(picked).asScalar());
  };

  // There is Adam but no AdamW: decay the variables first, then apply Adam.
  const optimizer = tf.train.adam(S.learningRate, S.beta1, S.beta2, S.adamEps);
  const trained = [...variables.values()];
  const losses: number[] = [];
  return {
    flops: t5Flops(),
    async step() {
      const value = tf.tidy(() => {
        const result = tf.variableGrads(loss, trained);
        for (const variable of trained) variable.assign(tf.mul(variable, 1 - S.learningRate * S.weightDecay));
        optimizer.applyGradients(Object.entries(result.grads).map(([name, tensor]) => ({ name, tensor })));
        return result.value;
      });
      losses.push((await value.data())[0] ?? Number.NaN);
      value.dispose();
      await finishWork();
    },
    check: () => `${lossesLine(losses)} tensors ${tf.memory().numTensors}`,
  };
}
