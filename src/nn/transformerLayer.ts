/**
 * One transformer layer of the Qwen2 family: pre-norm RMSNorm, rotary positions, grouped key/value heads, biases on q, k, v
 * only, SwiGLU. The decoders of UTGRec use one without causality (utgrec.md §4.2); its compact encoder stacks causal ones.
 * Shapes: B batch, T positions, D width. Weights are [in, out].
 */
import { requireShapes, type Tensor } from '../tensor/graph';
import { attention } from '../tensor/ops/attention';
import { dropout } from '../tensor/ops/dropout';
import { add, multiply, silu } from '../tensor/ops/elementwise';
import { linear } from '../tensor/ops/matmul';
import { broadcastTo } from '../tensor/ops/move';
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
}

/** Width of the published model, whose weights start as N(0, 0.02²). */
const PUBLISHED_WIDTH = 1536;
const PUBLISHED_SCALE = 0.02;

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

/** x `[B, T, D]` → `[B, T, D]`. @throws ShapeError `tensor/shape` */
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
  const normed = rmsNorm(x, weight('attentionNorm'), normEps);
  const project = (part: string): Tensor => linear(normed, weight(part), params(`${name}.${part}.bias`));
  const mixed = attention({
    q: rotary(project('q'), { heads, headWidth, base: rotaryBase }),
    k: repeatHeads(rotary(project('k'), { heads: keyHeads, headWidth, base: rotaryBase }), keyHeads, heads),
    v: repeatHeads(project('v'), keyHeads, heads),
    heads,
    scale: headWidth ** -0.5,
    isCausal,
    ...(keyMask ? { keyMask } : {}),
  });
  const attended = add(x, drop(linear(mixed, weight('o'))));
  const inner = rmsNorm(attended, weight('feedForwardNorm'), normEps);
  const gated = multiply(silu(linear(inner, weight('gate'))), linear(inner, weight('up')));
  return add(attended, drop(linear(gated, weight('down'))));
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
