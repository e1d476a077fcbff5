/**
 * SASRec (Kang & McAuley 2018) in the form of RecBole: post-norm blocks with exact GELU, causal attention, right padding,
 * positions counted from the oldest kept item, input and output tables shared. State t predicts item t + 1. Padding lies
 * behind every real position, so the causal mask alone keeps it out. Parameters carry RecBole's names and [out, in] layout.
 * Departure: no padding row in the table, so padding is in no softmax denominator.
 * Shapes: B sequences, T positions, D width.
 */
import { fillInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import { attention } from '../../tensor/ops/attention';
import { dropout } from '../../tensor/ops/dropout';
import { add, gelu } from '../../tensor/ops/elementwise';
import { matmul } from '../../tensor/ops/matmul';
import { slice } from '../../tensor/ops/move';
import { layerNorm } from '../../tensor/ops/norm';
import { sizeAt } from '../../tensor/shape';
import type { SasrecSettings } from '../nextItem/settings';

const INITIAL_SCALE = 0.02;
const NORM_EPS = 1e-12;

type Params = (name: string) => Tensor;
type Sizes = Pick<SasrecSettings, 'width' | 'layers' | 'heads' | 'feedForwardWidth' | 'historyLimit'>;

/** All parameters but the item table: N(0, 0.02²), biases 0, norm gains 1. */
export function sasrecParameters({ width, layers, feedForwardWidth, historyLimit }: Sizes): ParameterSpec[] {
  const norm = (name: string): ParameterSpec[] => [
    parameter(`${name}.LayerNorm.weight`, [width], fillInit(1)),
    parameter(`${name}.LayerNorm.bias`, [width], fillInit(0)),
  ];
  const linear = (name: string, out: number, into: number): ParameterSpec[] => [
    parameter(`${name}.weight`, [out, into], normalInit(INITIAL_SCALE)),
    parameter(`${name}.bias`, [out], fillInit(0)),
  ];
  const specs = [
    parameter('position_embedding.weight', [historyLimit, width], normalInit(INITIAL_SCALE)),
    parameter('LayerNorm.weight', [width], fillInit(1)),
    parameter('LayerNorm.bias', [width], fillInit(0)),
  ];
  for (let layer = 0; layer < layers; layer++) {
    const block = `trm_encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value', 'dense'])
      specs.push(...linear(`${block}.multi_head_attention.${part}`, width, width));
    specs.push(...norm(`${block}.multi_head_attention`));
    specs.push(...linear(`${block}.feed_forward.dense_1`, feedForwardWidth, width));
    specs.push(...linear(`${block}.feed_forward.dense_2`, width, feedForwardWidth));
    specs.push(...norm(`${block}.feed_forward`));
  }
  return specs;
}

/**
 * States [B, T, D] of item vectors [B, T, D]. `rates` are the dropout rates, 0 for evaluation.
 * Y = LN(X + Drop(Attention(X))), Z = LN(Y + Drop(GELU(Y W₁ + b₁) W₂ + b₂)), after X = Drop(LN(E + P)).
 */
export function sasrecStates(
  { layers, heads, width }: Sizes,
  params: Params,
  items: Tensor,
  rates: { readonly hidden: number; readonly attention: number },
): Tensor {
  let stream = 0;
  const drop = (x: Tensor): Tensor => (rates.hidden > 0 ? dropout(x, rates.hidden, stream++) : x);
  const linear = (x: Tensor, name: string): Tensor =>
    matmul(x, params(`${name}.weight`), { transposeB: true, epilogue: 'bias', aux: params(`${name}.bias`) });
  const norm = (x: Tensor, name: string): Tensor =>
    layerNorm(x, params(`${name}.weight`), params(`${name}.bias`), NORM_EPS);
  const positions = slice(params('position_embedding.weight'), 0, 0, sizeAt(items.shape, 1));
  let x = drop(norm(add(items, positions), 'LayerNorm'));
  for (let layer = 0; layer < layers; layer++) {
    const mixer = `trm_encoder.layer.${layer}.multi_head_attention`;
    const feed = `trm_encoder.layer.${layer}.feed_forward`;
    const mixed = attention({
      q: linear(x, `${mixer}.query`),
      k: linear(x, `${mixer}.key`),
      v: linear(x, `${mixer}.value`),
      heads,
      scale: (width / heads) ** -0.5,
      isCausal: true,
      ...(rates.attention > 0 ? { dropoutRate: rates.attention, dropoutStream: stream++ } : {}),
    });
    const y = norm(add(drop(linear(mixed, `${mixer}.dense`)), x), `${mixer}.LayerNorm`);
    const inner = gelu(linear(y, `${feed}.dense_1`));
    x = norm(add(drop(linear(inner, `${feed}.dense_2`)), y), `${feed}.LayerNorm`);
  }
  return x;
}
