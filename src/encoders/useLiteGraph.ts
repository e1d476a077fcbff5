/** Universal Sentence Encoder lite as a step function of the engine; `useLite.ts` describes the computation. */
import { ShapeError } from '../base/errors';
import { fillInit, type ParameterSpec, parameter } from '../nn/parameters';
import type { StepFunction, TraceInputs } from '../plan/trace';
import type { Tensor } from '../tensor/graph';
import { attention } from '../tensor/ops/attention';
import { add, tanh } from '../tensor/ops/elementwise';
import { linear, matmul } from '../tensor/ops/matmul';
import { layerNorm } from '../tensor/ops/norm';
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

/** All weights but the embedding table, which stays on the CPU; query, key and value projections apart. */
function* namedValues(weights: UseLiteWeights): Generator<NamedValues> {
  for (const [index, layer] of weights.layers.entries()) yield* layerValues(`layer${index}`, layer);
  yield* affineValues('output', weights.output);
}

function* layerValues(at: string, layer: UseLiteLayer): Generator<NamedValues> {
  const { inputWidth } = layer;
  if (layer.residual) yield* affineValues(`${at}.residual`, layer.residual);
  yield* normValues(`${at}.attentionNorm`, layer.attentionNorm);
  for (const [part, name] of PARTS.entries())
    yield* affineValues(`${at}.${name}`, takeColumns(layer.queryKeyValue, part * inputWidth, inputWidth));
  yield* affineValues(`${at}.attentionOutput`, layer.attentionOutput);
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
 * Batch: `states` [B, T, 256] (2·embedding + position signal, 0 for padding), `mask` u32 [B, T] (1 on real
 * positions), `pooling` [B, 1, T] (1/length for real positions, else 0).
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
  const middle = add(attend(params, at, norm(params, `${at}.attentionNorm`, states), mask), kept);
  const inner = dense(params, `${at}.feedForwardIn`, norm(params, `${at}.feedForwardNorm`, middle), 'relu');
  return add(dense(params, `${at}.feedForwardOut`, inner), middle);
}

function attend(params: Params, at: string, x: Tensor, keyMask: Tensor): Tensor {
  const heads = USE_LITE.headCount;
  const scale = 1 / Math.sqrt(sizeAt(x.shape, -1) / heads);
  const [q, k, v] = PARTS.map((name) => dense(params, `${at}.${name}`, x)) as [Tensor, Tensor, Tensor];
  return dense(params, `${at}.attentionOutput`, attention({ q, k, v, heads, scale, keyMask }));
}

const norm = (params: Params, name: string, x: Tensor): Tensor =>
  layerNorm(x, params(`${name}.scale`), params(`${name}.bias`), USE_LITE.normEps);
