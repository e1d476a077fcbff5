/**
 * T5 encoder–decoder as graph functions (Raffel et al. 2020), equal to the library's `T5ForConditionalGeneration`:
 * pre-norm RMSNorm, no biases, no attention scale, relative position bias shared by a stack's layers, ReLU feed-forward,
 * tied head with the factor d_model^-0.5. Parameters carry the library's names and its [out, in] layout.
 * Shapes: B batch, T encoder positions, S decoder positions, D width, H heads, V vocabulary.
 */
import { fillInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import { attention } from '../../tensor/ops/attention';
import { meanCrossEntropy } from '../../tensor/ops/crossEntropy';
import { dropout } from '../../tensor/ops/dropout';
import { add } from '../../tensor/ops/elementwise';
import { embedding, type RowIndex } from '../../tensor/ops/embedding';
import { matmul } from '../../tensor/ops/matmul';
import { rmsNorm } from '../../tensor/ops/norm';
import { relativeBias } from '../../tensor/ops/relativeBias';
import { reshape } from '../../tensor/ops/views';
import { sizeAt } from '../../tensor/shape';
import { checkT5Config, type T5Config, t5ParameterShapes } from './config';
import { relativeBucketTable } from './relativeBuckets';

export type Params = (name: string) => Tensor;

/** Label that takes no part in the loss. */
export const IGNORED_LABEL_U32 = 0xffff_ffff;

/** Parameter declarations with the library's initialisation (factor 1): mtgrec.md §8. */
export function t5Parameters(config: T5Config): ParameterSpec[] {
  checkT5Config(config);
  const { width, headWidth, heads, feedForwardWidth } = config;
  const scaleOf = (name: string): number => {
    if (name.endsWith('.q.weight')) return (width * headWidth) ** -0.5;
    if (name.endsWith('.o.weight')) return (heads * headWidth) ** -0.5;
    if (name.endsWith('.wo.weight')) return feedForwardWidth ** -0.5;
    return name === 'shared.weight' || name === 'lm_head.weight' ? 1 : width ** -0.5;
  };
  return [...t5ParameterShapes(config)].map(([name, shape]) =>
    parameter(name, shape, name.endsWith('layer_norm.weight') ? fillInit(1) : normalInit(scaleOf(name))),
  );
}

/** x [..., in] · Wᵀ with the library's weight [out, in]. */
const project = (x: Tensor, weight: Tensor): Tensor => matmul(x, weight, { transposeB: true });

/** Dropout streams are numbered in trace order, so every site has its own mask. */
export class T5Graph {
  #stream = 0;

  /** @param dropoutRate the training rate, or 0 for evaluation */
  constructor(
    readonly config: T5Config,
    readonly params: Params,
    readonly dropoutRate: number,
  ) {}

  drop(x: Tensor): Tensor {
    return this.dropoutRate > 0 ? dropout(x, this.dropoutRate, this.#stream++) : x;
  }

  norm(x: Tensor, name: string): Tensor {
    return rmsNorm(x, this.params(`${name}.layer_norm.weight`), this.config.normEps);
  }

  embed(tokens: Tensor, index?: RowIndex): Tensor {
    return this.drop(embedding(this.params('shared.weight'), tokens, index));
  }

  /** Position bias [H, queries, keys] of a stack, owned by its first layer. */
  bias(stack: 'encoder' | 'decoder', queries: number, keys: number): Tensor {
    const { buckets, maxDistance } = this.config;
    const rule = { isBidirectional: stack === 'encoder', buckets, maxDistance };
    const table = this.params(`${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`);
    return relativeBias(table, relativeBucketTable(queries, keys, rule), queries, keys);
  }

  feedForward(x: Tensor, name: string): Tensor {
    const weight = (part: string): Tensor => this.params(`${name}.DenseReluDense.${part}.weight`);
    const hidden = matmul(this.norm(x, name), weight('wi'), { transposeB: true, epilogue: 'relu' });
    return add(this.drop(project(this.drop(hidden), weight('wo'))), x);
  }

  /** Residual attention sub-layer; `memory` is the normed input itself unless it is cross-attention. */
  attend(
    x: Tensor,
    sublayer: string,
    kind: 'SelfAttention' | 'EncDecAttention',
    memory: Tensor | null,
    options: { readonly bias?: Tensor; readonly keyMask?: Tensor; readonly isCausal?: boolean },
  ): Tensor {
    const weight = (part: string): Tensor => this.params(`${sublayer}.${kind}.${part}.weight`);
    const normed = this.norm(x, sublayer);
    const source = memory ?? normed;
    const mixed = attention({
      q: project(normed, weight('q')),
      k: project(source, weight('k')),
      v: project(source, weight('v')),
      heads: this.config.heads,
      scale: 1,
      isCausal: options.isCausal ?? false,
      ...(options.bias ? { bias: options.bias } : {}),
      ...(options.keyMask ? { keyMask: options.keyMask } : {}),
      ...(this.dropoutRate > 0 ? { dropoutRate: this.dropoutRate, dropoutStream: this.#stream++ } : {}),
    });
    return add(this.drop(project(mixed, weight('o'))), x);
  }

  /** Encoder states [B, T, D] of tokens [B, T]; `mask` [B, T] is 1 on real tokens. */
  encode(tokens: Tensor, mask: Tensor, index?: RowIndex): Tensor {
    const length = sizeAt(tokens.shape, 1);
    const bias = this.bias('encoder', length, length);
    let x = this.embed(tokens, index);
    for (let layer = 0; layer < this.config.encoderLayers; layer++) {
      const block = `encoder.block.${layer}.layer`;
      x = this.attend(x, `${block}.0`, 'SelfAttention', null, { bias, keyMask: mask });
      x = this.feedForward(x, `${block}.1`);
    }
    return this.drop(rmsNorm(x, this.params('encoder.final_layer_norm.weight'), this.config.normEps));
  }

  /** Decoder states [B, S, D] of decoder inputs [B, S] over encoder states. */
  decode(tokens: Tensor, encoded: Tensor, mask: Tensor, index?: RowIndex): Tensor {
    const length = sizeAt(tokens.shape, 1);
    const bias = this.bias('decoder', length, length);
    let x = this.embed(tokens, index);
    for (let layer = 0; layer < this.config.decoderLayers; layer++) {
      const block = `decoder.block.${layer}.layer`;
      x = this.attend(x, `${block}.0`, 'SelfAttention', null, { bias, isCausal: true });
      x = this.attend(x, `${block}.1`, 'EncDecAttention', encoded, { keyMask: mask });
      x = this.feedForward(x, `${block}.2`);
    }
    return this.drop(rmsNorm(x, this.params('decoder.final_layer_norm.weight'), this.config.normEps));
  }

  /** Logits [..., V] of decoder states. */
  logits(states: Tensor): Tensor {
    const { hasTiedHead, width } = this.config;
    return hasTiedHead
      ? matmul(states, this.params('shared.weight'), { transposeB: true, alpha: width ** -0.5 })
      : project(states, this.params('lm_head.weight'));
  }
}

export interface T5TrainingInputs {
  /** u32 [B, T], padded with token 0. */
  readonly tokens: Tensor;
  /** u32 [B, T], 1 on real tokens. */
  readonly mask: Tensor;
  /** u32 [B, S]: labels shifted right behind the start token 0. */
  readonly decoderTokens: Tensor;
  /** u32 [B, S]; `IGNORED_LABEL_U32` takes no part. */
  readonly labels: Tensor;
  /** Positions of `tokens` (and of `decoderTokens`) by embedding row, made on the host with the batch. */
  readonly tokenIndex?: RowIndex;
  readonly decoderIndex?: RowIndex;
}

/** Mean cross-entropy over the labels that count, and what it was computed from. */
export function t5Loss(
  config: T5Config,
  params: Params,
  inputs: T5TrainingInputs,
  dropoutRate: number,
): { loss: Tensor; logits: Tensor; encoded: Tensor } {
  const graph = new T5Graph(config, params, dropoutRate);
  const encoded = graph.encode(inputs.tokens, inputs.mask, inputs.tokenIndex);
  const logits = graph.logits(graph.decode(inputs.decoderTokens, encoded, inputs.mask, inputs.decoderIndex));
  const rows = sizeAt(inputs.labels.shape, 0) * sizeAt(inputs.labels.shape, 1);
  const loss = meanCrossEntropy(reshape(logits, [rows, config.vocabularySize]), reshape(inputs.labels, [rows]), {
    ignoreIndex: IGNORED_LABEL_U32,
  });
  return { loss, logits, encoded };
}
