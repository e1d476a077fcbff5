/**
 * One transformer layer of the Qwen2 family: pre-norm RMSNorm, rotary positions, grouped key/value heads, biases on q, k, v
 * only, SwiGLU. The decoders of UTGRec use one without causality (utgrec.md §4.2); its compact encoder stacks causal ones.
 * Shapes: B batch, T positions, D width. Weights are [in, out].
 */
import { requireShapes, type Tensor } from '../tensor/graph';
import { attention } from '../tensor/ops/attention';
import { dropout } from '../tensor/ops/dropout';
import { add, multiply, silu } from '../tensor/ops/elementwise';
import { constant } from '../tensor/ops/leaves';
import { linear } from '../tensor/ops/matmul';
import { broadcastTo, slice } from '../tensor/ops/move';
import { rmsNorm } from '../tensor/ops/norm';
import { reshape } from '../tensor/ops/views';
import { sizeAt } from '../tensor/shape';
import { fillInit, normalInit, type ParameterSpec, parameter } from './parameters';
import { rotary } from './rotary';

export interface TransformerLayerConfig {
  readonly width: number;
  readonly heads: number;
  /** Key and value heads; divides `heads`. */
  readonly keyHeads: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  /** Base of the rotary angles. */
  readonly rotaryBase: number;
  readonly normEps: number;
}

export interface LayerOptions {
  readonly isCausal: boolean;
  /** u32 `[B, T]`, 1 = real position. */
  readonly keyMask?: Tensor;
  readonly dropoutRate?: number;
  /** Gives a new number for every random mask; needed with a dropout rate. */
  readonly nextStream?: () => number;
  /** States wanted, counted from the end: the others serve as keys and values only. All by default. */
  readonly last?: number;
}

/** Width of the published model, whose weights start as N(0, 0.02²). */
const PUBLISHED_WIDTH = 1536;
const PUBLISHED_SCALE = 0.02;

/** As in the attention kernels: the most negative finite f32 stands for "not allowed". */
const MASKED = -3.4028234663852886e38;

/** Deviation of a layer's first weights: the published 0.02 at width 1,536, and the same activations at any other width. */
export const initialScale = (width: number): number => PUBLISHED_SCALE * Math.sqrt(PUBLISHED_WIDTH / width);

/** Weights of one layer, N(0, `initialScale`²), biases 0, norms 1. */
export function transformerLayerParameters(name: string, config: TransformerLayerConfig): ParameterSpec[] {
  const { width, heads, keyHeads, headWidth, feedForwardWidth } = config;
  const weight = (part: string, inputs: number, outputs: number): ParameterSpec =>
    parameter(`${name}.${part}.weight`, [inputs, outputs], normalInit(initialScale(width)));
  const bias = (part: string, outputs: number): ParameterSpec =>
    parameter(`${name}.${part}.bias`, [outputs], fillInit(0));
  return [
    parameter(`${name}.attentionNorm.weight`, [width], fillInit(1)),
    weight('q', width, heads * headWidth),
    bias('q', heads * headWidth),
    weight('k', width, keyHeads * headWidth),
    bias('k', keyHeads * headWidth),
    weight('v', width, keyHeads * headWidth),
    bias('v', keyHeads * headWidth),
    weight('o', heads * headWidth, width),
    parameter(`${name}.feedForwardNorm.weight`, [width], fillInit(1)),
    weight('gate', width, feedForwardWidth),
    weight('up', width, feedForwardWidth),
    weight('down', feedForwardWidth, width),
  ];
}

/** x `[B, T, D]` → `[B, last, D]`. @throws ShapeError `tensor/shape` */
export function transformerLayer(
  params: (name: string) => Tensor,
  name: string,
  config: TransformerLayerConfig,
  x: Tensor,
  options: LayerOptions,
): Tensor {
  const { heads, keyHeads, headWidth, rotaryBase, normEps } = config;
  const { isCausal, keyMask, dropoutRate = 0, nextStream } = options;
  const weight = (part: string): Tensor => params(`${name}.${part}.weight`);
  const drop = (y: Tensor): Tensor => (dropoutRate > 0 && nextStream ? dropout(y, dropoutRate, nextStream()) : y);
  const length = sizeAt(x.shape, 1);
  const wanted = options.last ?? length;
  const first = length - wanted;
  const normed = rmsNorm(x, weight('attentionNorm'), normEps);
  const project = (part: string, from = normed): Tensor => linear(from, weight(part), params(`${name}.${part}.bias`));
  const mixed = attention({
    q: rotary(project('q', slice(normed, 1, first, wanted)), { heads, headWidth, base: rotaryBase, first }),
    k: repeatHeads(rotary(project('k'), { heads: keyHeads, headWidth, base: rotaryBase }), keyHeads, heads),
    v: repeatHeads(project('v'), keyHeads, heads),
    heads,
    scale: headWidth ** -0.5,
    isCausal: isCausal && first === 0,
    ...(isCausal && first > 0 ? { bias: causalBias(heads, first, wanted) } : {}),
    ...(keyMask ? { keyMask } : {}),
  });
  const attended = add(slice(x, 1, first, wanted), drop(linear(mixed, weight('o'))));
  const inner = rmsNorm(attended, weight('feedForwardNorm'), normEps);
  const gated = multiply(silu(linear(inner, weight('gate'))), linear(inner, weight('up')));
  return add(attended, drop(linear(gated, weight('down'))));
}

/** What causality adds to the scores of queries first … first + count − 1 over all keys: `[heads, count, first + count]`. */
function causalBias(heads: number, first: number, count: number): Tensor {
  const keys = first + count;
  const data = new Float32Array(heads * count * keys);
  for (let row = 0; row < heads * count; row++)
    data.fill(MASKED, row * keys + first + (row % count) + 1, (row + 1) * keys);
  return constant(data, [heads, count, keys]);
}

/** Each key head serves `heads / keyHeads` query heads in a row: `[B, T, keyHeads · Dk]` → `[B, T, heads · Dk]`. */
function repeatHeads(x: Tensor, keyHeads: number, heads: number): Tensor {
  if (keyHeads === heads) return x;
  const [batch, positions, width] = [sizeAt(x.shape, 0), sizeAt(x.shape, 1), sizeAt(x.shape, 2)];
  requireShapes('repeatHeads', heads % keyHeads === 0, `${heads} heads that ${keyHeads} key heads divide`, x);
  const headWidth = width / keyHeads;
  const rows = batch * positions * keyHeads;
  const repeated = broadcastTo(reshape(x, [rows, 1, headWidth]), [rows, heads / keyHeads, headWidth]);
  return reshape(repeated, [batch, positions, heads * headWidth]);
}
