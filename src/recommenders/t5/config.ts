/**
 * Sizes of a T5 encoder–decoder as TIGER, MTGRec and UTGRec use it: pre-norm RMSNorm, ungated ReLU feed-forward, no
 * biases, no attention scale, relative position bias (Raffel et al. 2020, JMLR 21).
 */
import { ConfigError } from '../../base/errors';

export interface T5Config {
  /** `V`; token 0 is padding and the decoder's start. */
  readonly vocabularySize: number;
  /** `D`, the width of the residual stream. */
  readonly width: number;
  /** Width of one head's queries, keys and values; `heads * headWidth` need not equal `width`. */
  readonly headWidth: number;
  readonly heads: number;
  readonly feedForwardWidth: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  /** Relative position buckets; half of them serve each direction in the encoder. */
  readonly buckets: number;
  /** Offsets from here on share the last bucket. */
  readonly maxDistance: number;
  readonly normEps: number;
  /** Tied: logits = (h * D^-0.5) E^T with the embedding E. Untied: logits = h W^T with a table of its own, no factor. */
  readonly hasTiedHead: boolean;
  readonly dropout: number;
}

/** @throws ConfigError `t5/size` naming the first field that cannot be. */
export function checkT5Config(config: T5Config): void {
  const sizes = {
    vocabularySize: config.vocabularySize,
    width: config.width,
    headWidth: config.headWidth,
    heads: config.heads,
    feedForwardWidth: config.feedForwardWidth,
    encoderLayers: config.encoderLayers,
    decoderLayers: config.decoderLayers,
  };
  for (const [field, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError('t5/size', `t5: wanted a positive integer as ${field}, came ${value}; correct the preset.`);
  }
  // The causal side uses all buckets, the encoder half of them; each keeps half for exact offsets.
  if (!Number.isInteger(config.buckets) || config.buckets < 4 || config.buckets % 4 !== 0)
    throw new ConfigError('t5/size', `t5: wanted a multiple of 4 as buckets, came ${config.buckets}; use 32.`);
  if (!Number.isInteger(config.maxDistance) || config.maxDistance <= config.buckets / 2)
    throw new ConfigError(
      't5/size',
      `t5: wanted maxDistance above buckets / 2 = ${config.buckets / 2}, came ${config.maxDistance}; use 128.`,
    );
  if (!(config.normEps > 0))
    throw new ConfigError('t5/size', `t5: wanted a positive normEps, came ${config.normEps}; use 1e-6.`);
  if (!(config.dropout >= 0 && config.dropout < 1))
    throw new ConfigError('t5/size', `t5: wanted dropout in [0, 1), came ${config.dropout}; use 0.1.`);
}

/**
 * Every parameter under the name the `transformers` library gives it, with its shape; linear weights are [out, in].
 * `shared.weight` is the embedding `[V, D]`; `lm_head.weight` appears only when the head is untied.
 */
export function t5ParameterShapes(config: T5Config): Map<string, readonly number[]> {
  const { vocabularySize, width, feedForwardWidth } = config;
  const inner = config.heads * config.headWidth;
  const shapes = new Map<string, readonly number[]>([['shared.weight', [vocabularySize, width]]]);
  const addAttention = (prefix: string, name: string) => {
    for (const part of ['q', 'k', 'v']) shapes.set(`${prefix}.${name}.${part}.weight`, [inner, width]);
    shapes.set(`${prefix}.${name}.o.weight`, [width, inner]);
    shapes.set(`${prefix}.layer_norm.weight`, [width]);
  };
  const addStack = (stack: 'encoder' | 'decoder', layers: number) => {
    for (let layer = 0; layer < layers; layer++) {
      const block = `${stack}.block.${layer}.layer`;
      addAttention(`${block}.0`, 'SelfAttention');
      if (layer === 0)
        shapes.set(`${block}.0.SelfAttention.relative_attention_bias.weight`, [config.buckets, config.heads]);
      if (stack === 'decoder') addAttention(`${block}.1`, 'EncDecAttention');
      const feedForward = `${block}.${stack === 'decoder' ? 2 : 1}`;
      shapes.set(`${feedForward}.DenseReluDense.wi.weight`, [feedForwardWidth, width]);
      shapes.set(`${feedForward}.DenseReluDense.wo.weight`, [width, feedForwardWidth]);
      shapes.set(`${feedForward}.layer_norm.weight`, [width]);
    }
    shapes.set(`${stack}.final_layer_norm.weight`, [width]);
  };
  addStack('encoder', config.encoderLayers);
  addStack('decoder', config.decoderLayers);
  if (!config.hasTiedHead) shapes.set('lm_head.weight', [vocabularySize, width]);
  return shapes;
}

/** Sum of all parameter sizes; the MTGRec recommender with 6 + 6 layers and V = 1027 has 4,067,968. */
export function t5ParameterCount(config: T5Config): number {
  let count = 0;
  for (const shape of t5ParameterShapes(config).values()) count += shape.reduce((size, axis) => size * axis, 1);
  return count;
}
