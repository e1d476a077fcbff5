/**
 * A decoder small enough to compute by hand, for the tests: one layer of cached self-attention over embeddings,
 * so that the logits depend on the whole prefix and a wrong ancestor shows. Not part of the product.
 */

import { normalArray } from '../base/random';
import { fillInit, type ParameterSpec, parameter } from '../nn/parameters';
import type { Tensor } from '../tensor/graph';
import { decodeAttention } from '../tensor/ops/decodeAttention';
import { add } from '../tensor/ops/elementwise';
import { embedding } from '../tensor/ops/embedding';
import { matmul } from '../tensor/ops/matmul';
import type { DecodeStep } from './beamSearch';
import type { PrefixLogits } from './reference';

export const TOY = { vocabulary: 24, starts: 64, width: 8, heads: 2, steps: 4 } as const;
const SIZE = TOY.width / TOY.heads;

export const toySpecs: readonly ParameterSpec[] = [
  parameter('embed', [TOY.vocabulary + TOY.starts, TOY.width], fillInit(0), false),
  ...['query', 'key', 'value'].map((name) => parameter(name, [TOY.width, TOY.width], fillInit(0), false)),
  parameter('head', [TOY.width, TOY.vocabulary], fillInit(0), false),
  ...Array.from({ length: TOY.steps }, (_, t) => parameter(`bias${t}`, [TOY.heads, t + 1], fillInit(0), false)),
];

export type ToyWeights = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

export function toyWeights(seed: number): ToyWeights {
  return new Map(
    toySpecs.map(({ name, shape }, i) => [
      name,
      normalArray(
        shape.reduce((a, b) => a * b),
        seed + i,
        0.7,
      ),
    ]),
  );
}

export interface ToyCache {
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
}
export const emptyToyCache: ToyCache = { keys: [], values: [] };

export const toyDecodeStep =
  (params: (name: string) => Tensor): DecodeStep<ToyCache> =>
  ({ t, tokens, ancestors }, cache) => {
    const x = embedding(params('embed'), tokens);
    const keys = [...cache.keys, matmul(x, params('key'))];
    const values = [...cache.values, matmul(x, params('value'))];
    const mixed = decodeAttention({
      q: matmul(x, params('query')),
      keys,
      values,
      ancestors,
      heads: TOY.heads,
      bias: params(`bias${t}`),
    });
    return { logits: matmul(add(x, mixed), params('head')), cache: { keys, values } };
  };

/** The same in float64 for one start token. */
export function toyReference(weights: ToyWeights, startToken: number): PrefixLogits {
  const of = (name: string): Float32Array => weights.get(name) ?? new Float32Array();
  const times = (x: readonly number[], name: string, columns: number): number[] =>
    Array.from({ length: columns }, (_, j) =>
      x.reduce((sum, value, i) => sum + value * (of(name)[i * columns + j] as number), 0),
    );
  const embed = (token: number): number[] =>
    Array.from(of('embed').subarray(token * TOY.width, (token + 1) * TOY.width));
  return (prefix) => {
    const xs = [startToken, ...prefix].map(embed);
    const t = prefix.length;
    const newest = xs[t] as number[];
    const q = times(newest, 'query', TOY.width);
    const keys = xs.map((x) => times(x, 'key', TOY.width));
    const values = xs.map((x) => times(x, 'value', TOY.width));
    const y = [...newest];
    for (let head = 0; head < TOY.heads; head++) {
      const at = (vector: readonly number[], d: number): number => vector[head * SIZE + d] as number;
      const scores = keys.map(
        (key, s) =>
          Array.from({ length: SIZE }, (_, d) => at(q, d) * at(key, d)).reduce((a, b) => a + b) +
          (of(`bias${t}`)[head * (t + 1) + s] as number),
      );
      const top = Math.max(...scores);
      const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
      values.forEach((value, s) => {
        for (let d = 0; d < SIZE; d++)
          y[head * SIZE + d] = at(y, d) + (Math.exp((scores[s] as number) - top) / total) * at(value, d);
      });
    }
    return times(y, 'head', TOY.vocabulary);
  };
}
