/**
 * A T5 as two ONNX graphs.
 *
 * encoder_model: input_ids, attention_mask [batch, length] → last_hidden_state [batch, length, D] and, once for the whole
 *   search, the cross-attention keys and values present.<layer>.encoder.{key,value} [batch, H, length, W].
 * decoder_with_past_model: input_ids [batch, steps] behind past_key_values.<layer>.decoder.{key,value} [batch, H, past, W]
 *   (past may be 0) over the encoder's keys and values → logits [batch, steps, V], present.<layer>.decoder.{key,value}.
 *   `encoder_batch` is `batch`, or 1 for beams that share a history.
 *
 * The maths is model.ts; weights keep the library's names and its [out, in] layout, transposed by a node each that the
 * runtime folds away. Position buckets are looked up by clipped distance, so any length works.
 */
import { FormatError } from '../../base/errors';
import { OnnxGraph, type OnnxValue } from '../../formats/onnxModel';
import { t5ParameterShapes } from './config';
import type { PortableT5 } from './huggingFace';
import { relativePositionBucket } from './relativeBuckets';

export const ENCODER_FILE = 'encoder_model.onnx';
export const DECODER_FILE = 'decoder_with_past_model.onnx';

/** The runtime may take infinities for impossible: masks add the most negative finite value. */
const LOWEST = -3.4028234663852886e38;

/** Both files by name. @throws FormatError `hf/tensor` for a missing parameter; UnsupportedError `onnx/too-large` */
export function writeOnnx(model: PortableT5): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map([
    [ENCODER_FILE, encoderGraph(model)],
    [DECODER_FILE, decoderGraph(model)],
  ]);
}

export const pastName = (layer: number, side: 'decoder' | 'encoder', part: 'key' | 'value'): string =>
  `past_key_values.${layer}.${side}.${part}`;
export const presentName = (layer: number, side: 'decoder' | 'encoder', part: 'key' | 'value'): string =>
  `present.${layer}.${side}.${part}`;
const PARTS = ['key', 'value'] as const;

function encoderGraph(model: PortableT5): Uint8Array<ArrayBuffer> {
  const { t5 } = model;
  const layers = new T5Layers(model, new OnnxGraph('t5_encoder'));
  const { graph } = layers;
  const tokens = graph.input('input_ids', 'int64', ['batch', 'length']);
  const mask = graph.input('attention_mask', 'int64', ['batch', 'length']);
  const positions = graph.node('Range', [graph.integers(0), layers.axis(tokens, 1), graph.integers(1)]);
  const bias = graph.node('Add', [layers.bias('encoder', positions, positions), layers.paddingMask(mask)]);
  let x = layers.embed(tokens);
  for (let layer = 0; layer < t5.encoderLayers; layer++) {
    const block = `encoder.block.${layer}.layer`;
    const normed = layers.norm(x, `${block}.0.layer_norm`);
    const heads = (part: string) => layers.heads(normed, `${block}.0.SelfAttention.${part}`);
    x = layers.attend(x, heads('q'), heads('k'), heads('v'), bias, `${block}.0.SelfAttention.o`);
    x = layers.feedForward(x, `${block}.1`);
  }
  const encoded = layers.norm(x, 'encoder.final_layer_norm');
  graph.output('last_hidden_state', encoded, 'float32', ['batch', 'length', t5.width]);
  for (let layer = 0; layer < t5.decoderLayers; layer++)
    for (const part of PARTS) {
      const value = layers.heads(encoded, `decoder.block.${layer}.layer.1.EncDecAttention.${part.charAt(0)}`);
      graph.output(presentName(layer, 'encoder', part), value, 'float32', ['batch', t5.heads, 'length', t5.headWidth]);
    }
  return graph.finish();
}

function decoderGraph(model: PortableT5): Uint8Array<ArrayBuffer> {
  const { t5 } = model;
  const layers = new T5Layers(model, new OnnxGraph('t5_decoder_with_past'));
  const { graph } = layers;
  const tokens = graph.input('input_ids', 'int64', ['batch', 'steps']);
  const mask = graph.input('encoder_attention_mask', 'int64', ['encoder_batch', 'length']);
  const held = Array.from({ length: t5.decoderLayers }, (_, layer) => {
    const port = (side: 'decoder' | 'encoder', part: (typeof PARTS)[number]) =>
      graph.input(pastName(layer, side, part), 'float32', [
        side === 'decoder' ? 'batch' : 'encoder_batch',
        t5.heads,
        side === 'decoder' ? 'past' : 'length',
        t5.headWidth,
      ]);
    return {
      key: port('decoder', 'key'),
      value: port('decoder', 'value'),
      encoderKey: port('encoder', 'key'),
      encoderValue: port('encoder', 'value'),
    };
  });
  const past = layers.axis(held[0]?.key ?? '', 2);
  const end = graph.node('Add', [past, layers.axis(tokens, 1)]);
  const queries = graph.node('Range', [past, end, graph.integers(1)]);
  const keys = graph.node('Range', [graph.integers(0), end, graph.integers(1)]);
  const bias = graph.node('Add', [layers.bias('decoder', queries, keys), layers.causalMask(queries, keys)]);
  const crossBias = layers.paddingMask(mask);
  let x = layers.embed(tokens);
  held.forEach((cache, layer) => {
    const block = `decoder.block.${layer}.layer`;
    const normed = layers.norm(x, `${block}.0.layer_norm`);
    const self = (part: string) => layers.heads(normed, `${block}.0.SelfAttention.${part}`);
    const key = graph.node('Concat', [cache.key, self('k')], { axis: 2 });
    const value = graph.node('Concat', [cache.value, self('v')], { axis: 2 });
    x = layers.attend(x, self('q'), key, value, bias, `${block}.0.SelfAttention.o`);
    const cross = `${block}.1.EncDecAttention`;
    const query = layers.heads(layers.norm(x, `${block}.1.layer_norm`), `${cross}.q`);
    x = layers.attend(x, query, cache.encoderKey, cache.encoderValue, crossBias, `${cross}.o`);
    x = layers.feedForward(x, `${block}.2`);
    const shape = ['batch', t5.heads, 'past_and_steps', t5.headWidth];
    graph.output(presentName(layer, 'decoder', 'key'), key, 'float32', shape);
    graph.output(presentName(layer, 'decoder', 'value'), value, 'float32', shape);
  });
  const states = layers.norm(x, 'decoder.final_layer_norm');
  graph.output('logits', layers.logits(states), 'float32', ['batch', 'steps', t5.vocabularySize]);
  return graph.finish();
}

/** The network's parts as nodes of one graph. */
class T5Layers {
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #transposed = new Map<string, OnnxValue>();

  constructor(
    readonly model: PortableT5,
    readonly graph: OnnxGraph,
  ) {
    this.#shapes = t5ParameterShapes(model.t5);
  }

  parameter(prefix: string): OnnxValue {
    const name = `${prefix}.weight`;
    const shape = this.#shapes.get(name);
    const values = this.model.parameters.get(name);
    if (!shape || values?.length !== shape.reduce((size, axis) => size * axis, 1))
      throw new FormatError('hf/tensor', `export to onnx: "${name}" is missing or of another size; export again.`);
    return this.graph.weight(name, values, shape);
  }

  /** x [..., in] · Wᵀ */
  project(x: OnnxValue, prefix: string): OnnxValue {
    const known = this.#transposed.get(prefix);
    const weight = known ?? this.graph.node('Transpose', [this.parameter(prefix)], { perm: [1, 0] });
    this.#transposed.set(prefix, weight);
    return this.graph.node('MatMul', [x, weight]);
  }

  embed(tokens: OnnxValue): OnnxValue {
    return this.graph.node('Gather', [this.parameter('shared'), tokens], { axis: 0 });
  }

  norm(x: OnnxValue, prefix: string): OnnxValue {
    const attributes = { axis: -1, epsilon: { float: this.model.t5.normEps }, stash_type: 1 };
    return this.graph.node('RMSNormalization', [x, this.parameter(prefix)], attributes);
  }

  feedForward(x: OnnxValue, sublayer: string): OnnxValue {
    const normed = this.norm(x, `${sublayer}.layer_norm`);
    const hidden = this.graph.node('Relu', [this.project(normed, `${sublayer}.DenseReluDense.wi`)]);
    return this.graph.node('Add', [x, this.project(hidden, `${sublayer}.DenseReluDense.wo`)]);
  }

  /** Projection of x [batch, T, D] as [batch, H, T, W]. */
  heads(x: OnnxValue, prefix: string): OnnxValue {
    const { heads, headWidth } = this.model.t5;
    const rows = this.graph.node('Reshape', [this.project(x, prefix), this.graph.integers([0, 0, heads, headWidth])]);
    return this.graph.node('Transpose', [rows], { perm: [0, 2, 1, 3] });
  }

  /** x + softmax(q kᵀ + bias) v Wᵀ; no scale. */
  attend(x: OnnxValue, q: OnnxValue, k: OnnxValue, v: OnnxValue, bias: OnnxValue, output: string): OnnxValue {
    const { graph } = this;
    const scores = graph.node('MatMul', [q, graph.node('Transpose', [k], { perm: [0, 1, 3, 2] })]);
    const weights = graph.node('Softmax', [graph.node('Add', [scores, bias])], { axis: -1 });
    const mixed = graph.node('Transpose', [graph.node('MatMul', [weights, v])], { perm: [0, 2, 1, 3] });
    const rows = graph.node('Reshape', [mixed, graph.integers([0, 0, -1])]);
    return graph.node('Add', [x, this.project(rows, output)]);
  }

  logits(states: OnnxValue): OnnxValue {
    const { hasTiedHead, width } = this.model.t5;
    if (!hasTiedHead) return this.project(states, 'lm_head');
    return this.project(this.graph.node('Mul', [states, this.graph.float(width ** -0.5)]), 'shared');
  }

  /** Size of an axis, as a scalar. */
  axis(value: OnnxValue, axis: number): OnnxValue {
    const { graph } = this;
    return graph.node('Gather', [graph.node('Shape', [value]), graph.integers(axis)], { axis: 0 });
  }

  /** Position bias [1, H, queries, keys]. */
  bias(stack: 'encoder' | 'decoder', queries: OnnxValue, keys: OnnxValue): OnnxValue {
    const { graph } = this;
    const { buckets, maxDistance } = this.model.t5;
    const rule = { isBidirectional: stack === 'encoder', buckets, maxDistance };
    const byOffset = Array.from({ length: 2 * maxDistance + 1 }, (_, at) =>
      relativePositionBucket(at - maxDistance, rule),
    );
    const offset = graph.node('Sub', [this.asRow(keys), this.asColumn(queries)]);
    const clipped = graph.node('Clip', [offset, graph.integers(-maxDistance), graph.integers(maxDistance)]);
    const index = graph.node('Add', [clipped, graph.integers(maxDistance)]);
    const bucket = graph.node('Gather', [graph.integers(byOffset), index], { axis: 0 });
    const table = this.parameter(`${stack}.block.0.layer.0.SelfAttention.relative_attention_bias`);
    const bias = graph.node('Gather', [table, bucket], { axis: 0 });
    const byHead = graph.node('Transpose', [bias], { perm: [2, 0, 1] });
    return graph.node('Unsqueeze', [byHead, graph.integers([0])]);
  }

  /** [batch, 1, 1, length]: 0 on real tokens, the lowest value on padding. */
  paddingMask(mask: OnnxValue): OnnxValue {
    const { graph } = this;
    const isPadding = graph.node('Equal', [mask, graph.integers(0)]);
    const values = graph.node('Where', [isPadding, graph.float(LOWEST), graph.float(0)]);
    return graph.node('Unsqueeze', [values, graph.integers([1, 2])]);
  }

  /** [queries, keys]: 0 where the key is not later than the query. */
  causalMask(queries: OnnxValue, keys: OnnxValue): OnnxValue {
    const { graph } = this;
    const isLater = graph.node('Greater', [this.asRow(keys), this.asColumn(queries)]);
    return graph.node('Where', [isLater, graph.float(LOWEST), graph.float(0)]);
  }

  asRow(values: OnnxValue): OnnxValue {
    return this.graph.node('Unsqueeze', [values, this.graph.integers([0])]);
  }

  asColumn(values: OnnxValue): OnnxValue {
    return this.graph.node('Unsqueeze', [values, this.graph.integers([1])]);
  }
}
