import { relativeBucketTable } from '../../../src/recommenders/t5/relativeBuckets';
import type { Tensor } from '../../../src/tensor/graph';
import { attention } from '../../../src/tensor/ops/attention';
import { relativeBias } from '../../../src/tensor/ops/relativeBias';
import type { CaseInput, OpCase, OpRow } from '../table';

interface Options {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly dk: number;
  readonly scale?: number;
  readonly hasBias?: boolean;
  /** Real keys of each item; the last ones are padding. */
  readonly lengths?: readonly number[];
  readonly isCausal?: boolean;
  readonly isPlain?: boolean;
  readonly hasGradients?: boolean;
}

const MASKED = -3.4028234663852886e38;

/** softmax(scale QKᵀ + bias, masks) V per head, straight from the definition. */
export function referenceAttention(arrays: Readonly<Record<string, Float64Array>>, options: Options): Float64Array {
  const { batch, heads, queries, keys, dk, scale = 1, isCausal = false } = options;
  const { q = new Float64Array(), k = new Float64Array(), v = new Float64Array(), bias, mask } = arrays;
  const at = (array: Float64Array, index: number): number => array[index] as number;
  const width = heads * dk;
  const out = new Float64Array(batch * queries * width);
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < queries; i++) {
        const scores = Float64Array.from({ length: keys }, (_, j) => {
          if ((mask && at(mask, b * keys + j) === 0) || (isCausal && j > i)) return MASKED;
          let product = 0;
          for (let d = 0; d < dk; d++)
            product += at(q, (b * queries + i) * width + h * dk + d) * at(k, (b * keys + j) * width + h * dk + d);
          return product * scale + (bias ? at(bias, (h * queries + i) * keys + j) : 0);
        });
        const top = scores.reduce((a, c) => Math.max(a, c), MASKED);
        const weights = scores.map((score) => Math.exp(score - top));
        const mass = weights.reduce((a, c) => a + c, 0);
        for (let j = 0; j < keys; j++)
          for (let d = 0; d < dk; d++) {
            const o = (b * queries + i) * width + h * dk + d;
            out[o] = (out[o] as number) + ((weights[j] as number) / mass) * at(v, (b * keys + j) * width + h * dk + d);
          }
      }
  return out;
}

function attentionCase(name: string, options: Options): OpCase {
  const {
    batch,
    heads,
    queries,
    keys,
    dk,
    scale = 1,
    hasBias = false,
    lengths,
    isCausal = false,
    isPlain = false,
    hasGradients = true,
  } = options;
  const inputs: Record<string, CaseInput> = {
    q: { shape: [batch, queries, heads * dk], values: 'normal' },
    k: { shape: [batch, keys, heads * dk], values: 'normal' },
    v: { shape: [batch, keys, heads * dk], values: 'normal' },
  };
  if (hasBias) inputs['bias'] = { shape: [heads, queries, keys], values: 'normal' };
  if (lengths)
    inputs['mask'] = {
      shape: [batch, keys],
      values: Uint32Array.from({ length: batch * keys }, (_, i) =>
        i % keys < (lengths[Math.floor(i / keys)] ?? keys) ? 1 : 0,
      ),
    };
  return {
    name: `attention ${name} [${batch} x ${heads} heads, ${queries} x ${keys}, ${dk}]`,
    inputs,
    build: ({ q, k, v, bias, mask }) => [
      attention({
        q: q as Tensor,
        k: k as Tensor,
        v: v as Tensor,
        heads,
        scale,
        isCausal,
        isPlain,
        ...(bias ? { bias } : {}),
        ...(mask ? { keyMask: mask } : {}),
      }),
    ],
    reference: (arrays) => [referenceAttention(arrays, options)],
    // A score's rounding error of 16 · 2⁻²⁴ · 0.64 Dk moves its weight by as much, relatively; the exponential adds 2e-5.
    tolerance: { atol: 2e-5 + 16 * 2 ** -24 * 0.64 * dk * scale, rtol: 2e-5, reason: 'softmax of dot products' },
    ...(hasGradients ? { gradients: ['q', 'k', 'v', ...(hasBias ? ['bias'] : [])] } : {}),
  };
}

const all = { hasBias: true, isCausal: true, scale: 0.5 };
const cases: OpCase[] = [
  attentionCase('bare', { batch: 2, heads: 2, queries: 8, keys: 8, dk: 8, scale: 0.35 }),
  attentionCase('one query, one key', { batch: 1, heads: 1, queries: 1, keys: 1, dk: 4 }),
  attentionCase('with everything, odd sizes', {
    batch: 3,
    heads: 2,
    queries: 7,
    keys: 7,
    dk: 12,
    lengths: [7, 4, 1],
    ...all,
  }),
  attentionCase('masks, one item without any key', {
    batch: 3,
    heads: 2,
    queries: 5,
    keys: 6,
    dk: 8,
    lengths: [6, 0, 3],
    hasBias: true,
    scale: 0.5,
  }),
  attentionCase('causal with its first key masked', {
    batch: 2,
    heads: 1,
    queries: 5,
    keys: 5,
    dk: 8,
    isCausal: true,
    lengths: [0, 5],
  }),
  attentionCase('T5 encoder', {
    batch: 3,
    heads: 4,
    queries: 60,
    keys: 60,
    dk: 32,
    scale: 0.3,
    hasBias: true,
    lengths: [60, 33, 1],
    hasGradients: false,
  }),
  attentionCase('short encoder', {
    batch: 2,
    heads: 2,
    queries: 22,
    keys: 22,
    dk: 32,
    scale: 0.3,
    hasBias: true,
    lengths: [22, 9],
  }),
  attentionCase('T5 decoder', {
    batch: 5,
    heads: 4,
    queries: 4,
    keys: 4,
    dk: 32,
    scale: 0.3,
    hasBias: true,
    isCausal: true,
  }),
  attentionCase('T5 cross', {
    batch: 5,
    heads: 4,
    queries: 4,
    keys: 61,
    dk: 32,
    scale: 0.3,
    lengths: [61, 5, 60, 17, 0],
  }),
  attentionCase('wide head', { batch: 2, heads: 1, queries: 13, keys: 9, dk: 64, scale: 0.125 }),
  attentionCase('long', {
    batch: 1,
    heads: 2,
    queries: 255,
    keys: 256,
    dk: 8,
    scale: 0.35,
    hasBias: true,
    hasGradients: false,
  }),
  attentionCase('long with gradients', {
    batch: 1,
    heads: 1,
    queries: 66,
    keys: 130,
    dk: 4,
    scale: 0.5,
    hasBias: true,
  }),
  attentionCase('empty batch', { batch: 0, heads: 2, queries: 4, keys: 4, dk: 4 }),
  attentionCase('no queries', { batch: 2, heads: 2, queries: 0, keys: 4, dk: 4 }),
  attentionCase('head width 5', { batch: 2, heads: 3, queries: 4, keys: 6, dk: 5, hasBias: true, lengths: [6, 2] }),
  attentionCase('plain, with everything', {
    batch: 3,
    heads: 2,
    queries: 7,
    keys: 7,
    dk: 12,
    lengths: [7, 0, 3],
    isPlain: true,
    ...all,
  }),
  attentionCase('plain, cross', {
    batch: 3,
    heads: 2,
    queries: 3,
    keys: 18,
    dk: 8,
    lengths: [18, 5, 0],
    isPlain: true,
  }),
];

function relativeCase(
  name: string,
  buckets: number,
  heads: number,
  queries: number,
  keys: number,
  bucketOf: Uint32Array,
): OpCase {
  return {
    name: `relativeBias ${name} [${buckets} buckets, ${heads} heads, ${queries} x ${keys}]`,
    inputs: { table: { shape: [buckets, heads], values: 'normal' } },
    build: ({ table }) => [relativeBias(table as Tensor, bucketOf, queries, keys)],
    reference: ({ table }) => [
      Float64Array.from(
        { length: heads * queries * keys },
        (_, i) =>
          table?.[(bucketOf[i % (queries * keys)] as number) * heads + Math.floor(i / (queries * keys))] as number,
      ),
    ],
    tolerance: { atol: 0, rtol: 0, reason: 'a copy' },
    gradients: ['table'],
  };
}

const relative: OpCase[] = [
  relativeCase(
    'encoder',
    32,
    4,
    60,
    60,
    relativeBucketTable(60, 60, { isBidirectional: true, buckets: 32, maxDistance: 128 }),
  ),
  relativeCase(
    'decoder',
    32,
    6,
    5,
    5,
    relativeBucketTable(5, 5, { isBidirectional: false, buckets: 32, maxDistance: 128 }),
  ),
  relativeCase(
    'long',
    32,
    2,
    257,
    130,
    relativeBucketTable(257, 130, { isBidirectional: true, buckets: 32, maxDistance: 128 }),
  ),
  relativeCase('one pair', 3, 1, 1, 1, new Uint32Array([2])),
];

export const attentionRows: readonly OpRow[] = [
  { ops: ['attention', 'attention_grad'], cases },
  { ops: ['relative_bias', 'relative_bias_grad'], cases: relative },
];
