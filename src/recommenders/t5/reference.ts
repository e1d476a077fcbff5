/**
 * T5 in plain float64 on the CPU: the maths on a page, and the judge of the GPU version.
 *
 *   rms(x)      = g * x / sqrt(mean(x^2) + eps)                                  no mean, no bias
 *   attend      = softmax(q k^T + bias[bucket(j - i)] + mask) v, then W_o        no 1/sqrt(d) factor
 *   encoder     : x += attend(rms x);  x += W_o relu(W_i rms x);  last: rms x
 *   decoder     : x += causal attend(rms x);  x += attend(rms x; encoder);  x += W_o relu(W_i rms x);  last: rms x
 *   tied head   : logits = (h * D^-0.5) E^T;  untied: logits = h W^T
 *
 * The bias table belongs to layer 0 of a stack and serves all its layers; cross-attention has none. Inputs get no
 * sqrt(D) factor and no absolute positions. Dropout is left out. One sequence at a time, no reuse between steps: this
 * is O(T^2) memory and slow on purpose. Checked against `models/t5/golden`.
 */
import { ShapeError } from '../../base/errors';
import { checkT5Config, type T5Config, t5ParameterShapes } from './config';
import { relativeBucketTable } from './relativeBuckets';

/** Parameters under the names of `t5ParameterShapes`, row-major. */
export type ReferenceParameters = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
>;

/** Row-major `[rows, columns]`. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export interface ReferenceModel {
  /** Encoder output of one sequence, `[T, D]` row-major. @param mask 1 for real tokens. @throws ShapeError `t5/mask`, `t5/token` */
  encode(tokens: ArrayLike<number>, mask: ArrayLike<number>): Float64Array;
  /** Logits `[U, V]` of every decoder position, given the output of `encode` and its mask. */
  decode(decoderTokens: ArrayLike<number>, encoded: Float64Array, mask: ArrayLike<number>): Float64Array;
}

/** Labels of this value carry no loss. */
export const IGNORED_LABEL = -100;

function readMatrix(parameters: ReferenceParameters, name: string): Matrix {
  const stored = parameters.get(name);
  if (stored === undefined) throw new ShapeError('t5/parameter', `t5 reference: wanted ${name}, came nothing; add it.`);
  const [rows = 1, columns = 1] = stored.shape.length === 1 ? [1, ...stored.shape] : stored.shape;
  return { rows, columns, data: Float64Array.from(stored.data) };
}

/** x `[R, I]`, weight `[O, I]` -> `x weight^T` `[R, O]`. */
function linear(x: Matrix, weight: Matrix): Matrix {
  const data = new Float64Array(x.rows * weight.rows);
  for (let row = 0; row < x.rows; row++)
    for (let out = 0; out < weight.rows; out++) {
      let sum = 0;
      for (let i = 0; i < x.columns; i++)
        sum += (x.data[row * x.columns + i] as number) * (weight.data[out * weight.columns + i] as number);
      data[row * weight.rows + out] = sum;
    }
  return { rows: x.rows, columns: weight.rows, data };
}

function add(x: Matrix, y: Matrix): Matrix {
  return { ...x, data: x.data.map((value, i) => value + (y.data[i] as number)) };
}

function relu(x: Matrix): Matrix {
  return { ...x, data: x.data.map((value) => Math.max(0, value)) };
}

function rmsNorm(x: Matrix, gain: Matrix, eps: number): Matrix {
  const data = new Float64Array(x.data.length);
  for (let row = 0; row < x.rows; row++) {
    const values = x.data.subarray(row * x.columns, (row + 1) * x.columns);
    const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / x.columns;
    const scale = 1 / Math.sqrt(meanSquare + eps);
    values.forEach((value, i) => {
      data[row * x.columns + i] = value * scale * (gain.data[i] as number);
    });
  }
  return { ...x, data };
}

/** Rows of `table` `[V, D]` by token. @throws ShapeError `t5/token` */
function lookUp(table: Matrix, tokens: ArrayLike<number>): Matrix {
  const { columns } = table;
  const data = new Float64Array(tokens.length * columns);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as number;
    if (!Number.isInteger(token) || token < 0 || token >= table.rows)
      throw new ShapeError(
        't5/token',
        `t5 reference: wanted a token below ${table.rows}, came ${token}; check the vocabulary.`,
      );
    data.set(table.data.subarray(token * columns, (token + 1) * columns), i * columns);
  }
  return { rows: tokens.length, columns, data };
}

/** log softmax of one row, with the maximum taken out first. */
function logSoftmax(logits: Float64Array): Float64Array {
  const top = logits.reduce((best, value) => Math.max(best, value), -Infinity);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
  return logits.map((value) => value - top - Math.log(total));
}

interface Visibility {
  /** Added to the score of head h, query i, key j. */
  readonly bias: (head: number, query: number, key: number) => number;
  readonly isVisible: (query: number, key: number) => boolean;
}

/** Multi-head attention on projected q `[T, H d]`, k and v `[S, H d]` -> `[T, H d]`. */
function attend(q: Matrix, k: Matrix, v: Matrix, heads: number, rule: Visibility): Matrix {
  const width = q.columns / heads;
  const data = new Float64Array(q.data.length);
  for (let head = 0; head < heads; head++)
    for (let query = 0; query < q.rows; query++) {
      const scores = new Float64Array(k.rows).fill(-Infinity);
      for (let key = 0; key < k.rows; key++) {
        if (!rule.isVisible(query, key)) continue;
        let score = rule.bias(head, query, key);
        for (let i = head * width; i < (head + 1) * width; i++)
          score += (q.data[query * q.columns + i] as number) * (k.data[key * k.columns + i] as number);
        scores[key] = score;
      }
      logSoftmax(scores).forEach((logProb, key) => {
        const weight = Math.exp(logProb);
        for (let i = head * width; i < (head + 1) * width; i++) {
          const at = query * q.columns + i;
          data[at] = (data[at] as number) + weight * (v.data[key * v.columns + i] as number);
        }
      });
    }
  return { rows: q.rows, columns: q.columns, data };
}

/**
 * Builds the reference model.
 * @param parameters borrowed; copied to float64.
 * @throws ShapeError `t5/parameter` when one is missing or has another shape; ConfigError `t5/size`.
 */
export function t5Reference(config: T5Config, parameters: ReferenceParameters): ReferenceModel {
  checkT5Config(config);
  const weights = new Map<string, Matrix>();
  for (const [name, shape] of t5ParameterShapes(config)) {
    const came = parameters.get(name)?.shape;
    if (came?.join() !== shape.join())
      throw new ShapeError(
        't5/parameter',
        `t5 reference: wanted ${name} [${shape}], came [${came ?? 'nothing'}]; check the preset.`,
      );
    weights.set(name, readMatrix(parameters, name));
  }
  const weight = (name: string) => weights.get(`${name}.weight`) ?? readMatrix(parameters, `${name}.weight`);
  const norm = (x: Matrix, prefix: string) => rmsNorm(x, weight(prefix), config.normEps);
  const feedForward = (x: Matrix, prefix: string) => {
    const hidden = relu(linear(norm(x, `${prefix}.layer_norm`), weight(`${prefix}.DenseReluDense.wi`)));
    return add(x, linear(hidden, weight(`${prefix}.DenseReluDense.wo`)));
  };
  /** Attention sub-layer with residual; `source` is the key side, normed x itself for self-attention. */
  const attention = (x: Matrix, prefix: string, name: string, rule: Visibility, source?: Matrix) => {
    const normed = norm(x, `${prefix}.layer_norm`);
    const keySide = source ?? normed;
    const part = (letter: string) => weight(`${prefix}.${name}.${letter}`);
    const mixed = attend(
      linear(normed, part('q')),
      linear(keySide, part('k')),
      linear(keySide, part('v')),
      config.heads,
      rule,
    );
    return add(x, linear(mixed, part('o')));
  };
  const positionBias = (stack: 'encoder' | 'decoder', length: number): Visibility['bias'] => {
    const table = weight(`${stack}.block.0.layer.0.SelfAttention.relative_attention_bias`);
    const buckets = relativeBucketTable(length, length, { ...config, isBidirectional: stack === 'encoder' });
    return (head, query, key) => table.data[(buckets[query * length + key] as number) * config.heads + head] as number;
  };

  return {
    encode(tokens, mask) {
      if (tokens.length !== mask.length || !Array.from(mask).includes(1))
        throw new ShapeError(
          't5/mask',
          `t5 reference: wanted a mask of ${tokens.length} with at least one real token, came [${Array.from(mask)}]; drop empty inputs.`,
        );
      const rule = {
        bias: positionBias('encoder', tokens.length),
        isVisible: (_: number, key: number) => mask[key] === 1,
      };
      let x = lookUp(weight('shared'), tokens);
      for (let layer = 0; layer < config.encoderLayers; layer++) {
        x = attention(x, `encoder.block.${layer}.layer.0`, 'SelfAttention', rule);
        x = feedForward(x, `encoder.block.${layer}.layer.1`);
      }
      return norm(x, 'encoder.final_layer_norm').data;
    },
    decode(decoderTokens, encoded, mask) {
      const source = { rows: mask.length, columns: config.width, data: encoded };
      const causal = {
        bias: positionBias('decoder', decoderTokens.length),
        isVisible: (query: number, key: number) => key <= query,
      };
      const cross = { bias: () => 0, isVisible: (_: number, key: number) => mask[key] === 1 };
      let x = lookUp(weight('shared'), decoderTokens);
      for (let layer = 0; layer < config.decoderLayers; layer++) {
        x = attention(x, `decoder.block.${layer}.layer.0`, 'SelfAttention', causal);
        x = attention(x, `decoder.block.${layer}.layer.1`, 'EncDecAttention', cross, source);
        x = feedForward(x, `decoder.block.${layer}.layer.2`);
      }
      const hidden = norm(x, 'decoder.final_layer_norm');
      if (!config.hasTiedHead) return linear(hidden, weight('lm_head')).data;
      const scaled = { ...hidden, data: hidden.data.map((value) => value * config.width ** -0.5) };
      return linear(scaled, weight('shared')).data;
    },
  };
}

/** Decoder input: the labels one place to the right behind the start token 0; ignored labels become padding 0. */
export function shiftRight(labels: ArrayLike<number>): number[] {
  return Array.from({ length: labels.length }, (_, i) => (i === 0 ? 0 : Math.max(0, labels[i - 1] as number)));
}

/** One training sequence: tokens and mask `[T]`, labels `[U]` with `IGNORED_LABEL` where no loss is wanted. */
export interface ReferenceExample {
  readonly tokens: ArrayLike<number>;
  readonly mask: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** Mean cross-entropy over all labels of the batch that are not ignored (not the mean of the sequences' means). */
export function referenceLoss(model: ReferenceModel, batch: readonly ReferenceExample[]): number {
  let sum = 0;
  let count = 0;
  for (const { tokens, mask, labels } of batch) {
    const logits = model.decode(shiftRight(labels), model.encode(tokens, mask), mask);
    const vocabularySize = logits.length / labels.length;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] as number;
      if (label === IGNORED_LABEL) continue;
      sum -= logSoftmax(logits.subarray(i * vocabularySize, (i + 1) * vocabularySize))[label] as number;
      count++;
    }
  }
  return sum / count;
}

/** Log-probability of each token of `sequence` after start token 0, given one encoded input; for judging searches. */
export function referenceLogProbs(
  model: ReferenceModel,
  input: { readonly encoded: Float64Array; readonly mask: ArrayLike<number> },
  sequence: ArrayLike<number>,
): number[] {
  const logits = model.decode(shiftRight(sequence), input.encoded, input.mask);
  const vocabularySize = logits.length / sequence.length;
  return Array.from(sequence, (token, i) => {
    const row = logSoftmax(logits.subarray(i * vocabularySize, (i + 1) * vocabularySize));
    return row[token] as number;
  });
}
