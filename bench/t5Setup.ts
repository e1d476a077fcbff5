/**
 * W4: one training step (forward, backward, AdamW) of a tiny T5, in the peers' terms: weights are [in, out], the seeds
 * fix every initial value, so that engines that compute the same thing show the same losses.
 */
import { normalArray } from '../src/base/random';
import { integerArray } from './data';

export const T5_SIZES = {
  width: 128,
  feedForward: 512,
  heads: 4,
  headWidth: 32,
  encoderLayers: 2,
  decoderLayers: 2,
  vocabulary: 1300,
  encoderLength: 60,
  decoderLength: 4,
  batch: 64,
  buckets: 32,
  maxDistance: 128,
  normEps: 1e-6,
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  adamEps: 1e-8,
  weightDecay: 0.01,
} as const;

export interface T5Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/**
 * Initial weights. Names: `emb`, `encBias`, `decBias`, `encN`, `decN`; per layer l of side e or d: `e0sq` = side, layer,
 * sub-layer (s self, c cross, f feed-forward), part (n norm, q, k, v, o, i, o). A normal weight takes the next seed from 1000.
 */
export function t5Weights(): Record<string, T5Weight> {
  const { width, feedForward, heads, headWidth, encoderLayers, decoderLayers, vocabulary, buckets } = T5_SIZES;
  const weights: Record<string, T5Weight> = {};
  let seed = 1000;
  const addNormal = (name: string, shape: readonly [number, number], scale: number) => {
    weights[name] = { shape, data: normalArray(shape[0] * shape[1], seed++, scale) };
  };
  const addOnes = (name: string) => {
    weights[name] = { shape: [width], data: new Float32Array(width).fill(1) };
  };
  const inner = heads * headWidth;
  const scale = 1 / Math.sqrt(width);
  addNormal('emb', [vocabulary, width], 1);
  addNormal('encBias', [buckets, heads], 0.1);
  addNormal('decBias', [buckets, heads], 0.1);
  const sides = [
    { side: 'e', layers: encoderLayers, attentions: ['s'] },
    { side: 'd', layers: decoderLayers, attentions: ['s', 'c'] },
  ];
  for (const { side, layers, attentions } of sides)
    for (let layer = 0; layer < layers; layer++) {
      const block = `${side}${layer}`;
      for (const attention of attentions) {
        addOnes(`${block}${attention}n`);
        addNormal(`${block}${attention}q`, [width, inner], scale / Math.sqrt(headWidth));
        addNormal(`${block}${attention}k`, [width, inner], scale);
        addNormal(`${block}${attention}v`, [width, inner], scale);
        addNormal(`${block}${attention}o`, [inner, width], 1 / Math.sqrt(inner));
      }
      addOnes(`${block}fn`);
      addNormal(`${block}fi`, [width, feedForward], scale);
      addNormal(`${block}fo`, [feedForward, width], 1 / Math.sqrt(feedForward));
    }
  addOnes('encN');
  addOnes('decN');
  return weights;
}

export interface T5Tokens {
  /** [batch, encoderLength], no padding. */
  readonly tokens: Int32Array<ArrayBuffer>;
  /** [batch, decoderLength]. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Labels shifted right behind token 0. */
  readonly decoderTokens: Int32Array<ArrayBuffer>;
}

export function t5Tokens(): T5Tokens {
  const { batch, encoderLength, decoderLength, vocabulary } = T5_SIZES;
  const labels = integerArray(batch * decoderLength, 22, vocabulary);
  const decoderTokens = labels.map((_, i) => (i % decoderLength === 0 ? 0 : (labels[i - 1] ?? 0)));
  return { tokens: integerArray(batch * encoderLength, 21, vocabulary), labels, decoderTokens };
}

/** Relative position bucket of every (query, key) pair of a stack, by the published logarithm. */
export function t5Buckets(length: number, isBidirectional: boolean): Int32Array<ArrayBuffer> {
  const { maxDistance } = T5_SIZES;
  const buckets = isBidirectional ? T5_SIZES.buckets / 2 : T5_SIZES.buckets;
  const exact = buckets / 2;
  return Int32Array.from({ length: length * length }, (_, pair) => {
    const offset = (pair % length) - Math.floor(pair / length);
    const base = isBidirectional && offset > 0 ? buckets : 0;
    const distance = isBidirectional ? Math.abs(offset) : Math.max(-offset, 0);
    if (distance < exact) return base + distance;
    const steps = Math.floor((Math.log(distance / exact) / Math.log(maxDistance / exact)) * (buckets - exact));
    return base + Math.min(buckets - 1, exact + steps);
  });
}

/** Added to attention scores of later positions; f32 [length, length]. */
export function causalMask(length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: length * length }, (_, pair) =>
    pair % length > Math.floor(pair / length) ? -1e9 : 0,
  );
}

/** Multiply-adds of the matrix products, twice; the backward pass counts double the forward pass. */
export function t5Flops(): number {
  const { width, feedForward, heads, headWidth, batch, encoderLength, decoderLength } = T5_SIZES;
  const encoderRows = batch * encoderLength;
  const decoderRows = batch * decoderLength;
  const projection = 2 * width * heads * headWidth;
  const feed = 4 * width * feedForward;
  const attention = (queries: number, keys: number) => 4 * batch * heads * queries * keys * headWidth;
  const encoder = encoderRows * (4 * projection + feed) + attention(encoderLength, encoderLength);
  const decoder =
    decoderRows * (6 * projection + feed) +
    encoderRows * 2 * projection +
    attention(decoderLength, decoderLength) +
    attention(decoderLength, encoderLength);
  const head = decoderRows * 2 * width * T5_SIZES.vocabulary;
  return 3 * (T5_SIZES.encoderLayers * encoder + T5_SIZES.decoderLayers * decoder + head);
}
