/** The network of W4 under the library's names and in its layout. */
import type { T5Config } from '../src/recommenders/t5/config';
import { T5_SIZES as S, t5Weights } from './t5Setup';

export const BENCH_T5: T5Config = {
  vocabularySize: S.vocabulary,
  width: S.width,
  headWidth: S.headWidth,
  heads: S.heads,
  feedForwardWidth: S.feedForward,
  encoderLayers: S.encoderLayers,
  decoderLayers: S.decoderLayers,
  buckets: S.buckets,
  maxDistance: S.maxDistance,
  normEps: S.normEps,
  hasTiedHead: true,
  dropout: 0,
};

/** The library's name of a weight of `t5Weights`. */
export function libraryName(name: string): string {
  const whole: Record<string, string> = {
    emb: 'shared.weight',
    encBias: 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
    decBias: 'decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
    encN: 'encoder.final_layer_norm.weight',
    decN: 'decoder.final_layer_norm.weight',
  };
  const known = whole[name];
  if (known) return known;
  const [, side, layer, sublayer, part] = /^([ed])(\d)([scf])([nqkvoi])$/.exec(name) ?? [];
  if (!side || !sublayer || !part) throw new Error(`bench: no library name for ${name}`);
  const stack = side === 'e' ? 'encoder' : 'decoder';
  const position = sublayer === 's' ? 0 : sublayer === 'c' || side === 'e' ? 1 : 2;
  const block = `${stack}.block.${layer}.layer.${position}`;
  if (part === 'n') return `${block}.layer_norm.weight`;
  if (sublayer === 'f') return `${block}.DenseReluDense.w${part}.weight`;
  return `${block}.${sublayer === 's' ? 'SelfAttention' : 'EncDecAttention'}.${part}.weight`;
}

/** [rows, columns] → [columns, rows]: the library keeps linear weights as [out, in]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] as number;
  return out;
}

/** Initial weights by the library's names, row-major. */
export function libraryWeights(): Map<string, Float32Array<ArrayBuffer>> {
  return new Map(
    Object.entries(t5Weights()).map(([name, { data, shape }]) => {
      const isTable = name === 'emb' || name.endsWith('Bias');
      const [rows = 0, columns] = shape;
      const isLinear = columns !== undefined && !isTable;
      return [libraryName(name), isLinear ? transposed(data, rows, columns) : data] as const;
    }),
  );
}
