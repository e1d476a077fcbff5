/**
 * Universal Sentence Encoder lite in plain float64, one text at a time: the judge for the engine's version
 * (`useLite.ts`, which describes the computation). Used by tests only; every loop is the formula.
 */
import type { AffineWeights, NormWeights, UseLiteLayer, UseLiteWeights } from './useLiteWeights';
import { USE_LITE } from './useLiteWeights';

/** Rows of float64. */
type Matrix = Float64Array[];

/** @param pieces ids of one text, cut after 128. @returns the embedding `[512]`, of length 1. */
export function encodeByReference(weights: UseLiteWeights, pieces: ArrayLike<number>): Float64Array {
  const ids = Array.from(pieces).slice(0, USE_LITE.maxPieceCount);
  let states = ids.map((id, position) => inputRow(weights, id, position));
  for (const layer of weights.layers) states = runLayer(layer, states);
  const pooled = new Float64Array(USE_LITE.width);
  for (const row of states) {
    for (let d = 0; d < pooled.length; d++) addAt(pooled, d, at(row, d) / states.length);
  }
  const hidden = affineRow(weights.output, pooled).map(Math.tanh);
  const squares = hidden.reduce((sum, value) => sum + value * value, 0);
  return hidden.map((value) => value / Math.sqrt(Math.max(squares, 1e-12)));
}

/** 2·embedding + [sin(position·f) | cos(position·f)]. */
function inputRow({ embeddings, inverseTimescales }: UseLiteWeights, id: number, position: number): Float64Array {
  const width = USE_LITE.embeddingWidth;
  return Float64Array.from({ length: width }, (_, d) => {
    const frequency = at(inverseTimescales, d % (width / 2));
    const signal = d < width / 2 ? Math.sin(position * frequency) : Math.cos(position * frequency);
    return 2 * at(embeddings, id * width + d) + signal;
  });
}

function runLayer(layer: UseLiteLayer, states: Matrix): Matrix {
  const attended = attend(layer, states);
  return states.map((state, t) => {
    const kept = layer.residual === null ? state : affineRow(layer.residual, state);
    const middle = add(affineRow(layer.attentionOutput, rowAt(attended, t)), kept);
    const inner = affineRow(layer.feedForwardIn, normRow(layer.feedForwardNorm, middle)).map((x) => Math.max(x, 0));
    return add(affineRow(layer.feedForwardOut, inner), middle);
  });
}

function attend(layer: UseLiteLayer, states: Matrix): Matrix {
  const width = layer.inputWidth;
  const headWidth = width / USE_LITE.headCount;
  const projected = states.map((state) => affineRow(layer.queryKeyValue, normRow(layer.attentionNorm, state)));
  return projected.map((queryRow) => {
    const output = new Float64Array(width);
    for (let head = 0; head < USE_LITE.headCount; head++) {
      const first = head * headWidth;
      const logits = projected.map((keyRow) => {
        let dot = 0;
        for (let d = first; d < first + headWidth; d++) dot += at(queryRow, d) * at(keyRow, width + d);
        return dot / Math.sqrt(headWidth);
      });
      const greatest = Math.max(...logits);
      const exponentials = logits.map((logit) => Math.exp(logit - greatest));
      const total = exponentials.reduce((sum, value) => sum + value, 0);
      projected.forEach((valueRow, t) => {
        const weight = at(exponentials, t) / total;
        for (let d = first; d < first + headWidth; d++) addAt(output, d, weight * at(valueRow, 2 * width + d));
      });
    }
    return output;
  });
}

function affineRow({ kernel, bias }: AffineWeights, row: Float64Array): Float64Array {
  const output = Float64Array.from(bias);
  const width = output.length;
  for (let i = 0; i < row.length; i++) {
    const value = at(row, i);
    for (let o = 0; o < width; o++) addAt(output, o, value * at(kernel, i * width + o));
  }
  return output;
}

function normRow({ scale, bias }: NormWeights, row: Float64Array): Float64Array {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return row.map((value, d) => (at(scale, d) * (value - mean)) / Math.sqrt(variance + USE_LITE.normEps) + at(bias, d));
}

const at = (values: ArrayLike<number>, index: number): number => values[index] as number;
const rowAt = (rows: Matrix, index: number): Float64Array => rows[index] as Float64Array;
const add = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, d) => value + at(b, d));
const addAt = (target: Float64Array, index: number, value: number): void => {
  target[index] = at(target, index) + value;
};
