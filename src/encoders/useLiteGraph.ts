/** Universal Sentence Encoder lite as a step function of the engine; `useLite.ts` describes the computation. */
import { ShapeError } from '../base/errors';
import { fillInit, type ParameterSpec, parameter } from '../nn/parameters';
import type { StepFunction, TraceInputs } from '../plan/trace';
import type { Tensor } from '../tensor/graph';
import { add, affine, divide, exp, multiply, sqrt, square, subtract, tanh } from '../tensor/ops/elementwise';
import { linear, matmul } from '../tensor/ops/matmul';
import { max, mean, sum } from '../tensor/ops/reduce';
import { reshape } from '../tensor/ops/views';
import { type Shape, sizeAt } from '../tensor/shape';
import {
  type AffineWeights,
  type NormWeights,
  USE_LITE,
  type UseLiteLayer,
  type UseLiteWeights,
} from './useLiteWeights';

const PARTS = ['query', 'key', 'value'] as const;

interface NamedValues {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** All weights but the embedding table, which stays on the CPU; the projections of attention cut up by head. */
function* namedValues(weights: UseLiteWeights): Generator<NamedValues> {
  for (const [index, layer] of weights.layers.entries()) yield* layerValues(`layer${index}`, layer);
  yield* affineValues('output', weights.output);
}

function* layerValues(at: string, layer: UseLiteLayer): Generator<NamedValues> {
  const { inputWidth } = layer;
  const headWidth = inputWidth / USE_LITE.headCount;
  if (layer.residual) yield* affineValues(`${at}.residual`, layer.residual);
  yield* normValues(`${at}.attentionNorm`, layer.attentionNorm);
  for (let head = 0; head < USE_LITE.headCount; head++) {
    for (const [part, name] of PARTS.entries()) {
      const first = part * inputWidth + head * headWidth;
      yield* affineValues(`${at}.${name}${head}`, takeColumns(layer.queryKeyValue, first, headWidth));
    }
    const from = head * headWidth * USE_LITE.width;
    const rows = layer.attentionOutput.kernel.subarray(from, from + headWidth * USE_LITE.width);
    yield { name: `${at}.attentionOutput${head}.kernel`, shape: [headWidth, USE_LITE.width], values: rows };
  }
  yield { name: `${at}.attentionOutput.bias`, shape: [USE_LITE.width], values: layer.attentionOutput.bias };
  yield* normValues(`${at}.feedForwardNorm`, layer.feedForwardNorm);
  yield* affineValues(`${at}.feedForwardIn`, layer.feedForwardIn);
  yield* affineValues(`${at}.feedForwardOut`, layer.feedForwardOut);
}

function* affineValues(name: string, { kernel, bias }: AffineWeights): Generator<NamedValues> {
  yield { name: `${name}.kernel`, shape: [kernel.length / bias.length, bias.length], values: kernel };
  yield { name: `${name}.bias`, shape: [bias.length], values: bias };
}

function* normValues(name: string, { scale, bias }: NormWeights): Generator<NamedValues> {
  yield { name: `${name}.scale`, shape: [scale.length], values: scale };
  yield { name: `${name}.bias`, shape: [bias.length], values: bias };
}

/** Columns first..first+count−1 of a projection. */
function takeColumns({ kernel, bias }: AffineWeights, first: number, count: number): AffineWeights {
  const columns = bias.length;
  const rows = kernel.length / columns;
  const taken = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    taken.set(kernel.subarray(row * columns + first, row * columns + first + count), row * count);
  }
  return { kernel: taken, bias: bias.slice(first, first + count) };
}

/** Declarations of the frozen weights. */
export function declareParameters(weights: UseLiteWeights): ParameterSpec[] {
  return Array.from(namedValues(weights), ({ name, shape }) => parameter(name, shape, fillInit(0), false));
}

/** The weights by the names of `declareParameters`. */
export function valuesByName(weights: UseLiteWeights): Map<string, Float32Array> {
  return new Map(Array.from(namedValues(weights), ({ name, values }) => [name, values]));
}

/**
 * Batch: `states` [B, T, 256] (2·embedding + position signal, 0 for padding), `mask` [B, T, T] (0 or −1e9, added to
 * the logits of every head), `pooling` [B, 1, T] (1/length for real positions, else 0).
 * Output `embedding` [B, 512]: tanh of the dense layer, not yet of length 1.
 */
export const encoderStep: StepFunction = ({ params, batch }) => {
  const mask = input(batch, 'mask');
  let states = input(batch, 'states');
  for (const layer of [0, 1]) states = runLayer(params, `layer${layer}`, states, mask);
  const pooled = matmul(input(batch, 'pooling'), states);
  const rows = reshape(pooled, [sizeAt(pooled.shape, 0), USE_LITE.width]);
  return { outputs: { embedding: tanh(dense(params, 'output', rows)) } };
};

type Params = TraceInputs['params'];

function input(batch: TraceInputs['batch'], name: string): Tensor {
  const tensor = batch[name];
  if (!tensor) throw new ShapeError('encoders/useLiteBatch', `encoderStep: the batch has no "${name}"; use fillBatch.`);
  return tensor;
}

const dense = (params: Params, name: string, x: Tensor, activation: 'none' | 'relu' = 'none'): Tensor =>
  linear(x, params(`${name}.kernel`), params(`${name}.bias`), activation);

function runLayer(params: Params, at: string, states: Tensor, mask: Tensor): Tensor {
  const width = sizeAt(states.shape, -1);
  const kept = width === USE_LITE.width ? states : dense(params, `${at}.residual`, states);
  const middle = add(attention(params, at, norm(params, `${at}.attentionNorm`, states), mask), kept);
  const inner = dense(params, `${at}.feedForwardIn`, norm(params, `${at}.feedForwardNorm`, middle), 'relu');
  return add(dense(params, `${at}.feedForwardOut`, inner), middle);
}

function attention(params: Params, at: string, x: Tensor, mask: Tensor): Tensor {
  const headWidth = sizeAt(x.shape, -1) / USE_LITE.headCount;
  const mixed = (head: number): Tensor => {
    const query = dense(params, `${at}.query${head}`, x);
    const key = dense(params, `${at}.key${head}`, x);
    const value = dense(params, `${at}.value${head}`, x);
    const logits = matmul(query, key, {
      transposeB: true,
      alpha: 1 / Math.sqrt(headWidth),
      epilogue: 'add',
      aux: mask,
    });
    return matmul(softmax(logits), value);
  };
  const kernel = (head: number): Tensor => params(`${at}.attentionOutput${head}.kernel`);
  let total = linear(mixed(0), kernel(0), params(`${at}.attentionOutput.bias`));
  for (let head = 1; head < USE_LITE.headCount; head++) {
    total = matmul(mixed(head), kernel(head), { epilogue: 'add', aux: total });
  }
  return total;
}

/** Softmax over the last axis. */
function softmax(logits: Tensor): Tensor {
  const exponentials = exp(subtract(logits, max(logits, -1, true)));
  return divide(exponentials, sum(exponentials, -1, true));
}

/** scale·(x − mean)/√(variance + ε) + bias over the last axis, variance in a second pass. */
function norm(params: Params, name: string, x: Tensor): Tensor {
  const centred = subtract(x, mean(x, -1, true));
  const deviation = sqrt(affine(mean(square(centred), -1, true), 1, USE_LITE.normEps));
  return add(multiply(divide(centred, deviation), params(`${name}.scale`)), params(`${name}.bias`));
}
