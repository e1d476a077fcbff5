import { ShapeError } from '../../base/errors';
import { defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';
import { constant } from './leaves';

export interface RelativeBiasAttributes {
  readonly buckets: number;
  readonly heads: number;
  /** Tq · Tk. */
  readonly pairs: number;
}

/** y[h, pair] = table[bucketOf[pair], h]; inputs table, bucketOf. */
export const RELATIVE_BIAS = defineOp<RelativeBiasAttributes>('relative_bias');
/** Sums dy over each bucket's pairs; inputs dy, the pairs sorted by bucket, each bucket's first place among them. */
export const RELATIVE_BIAS_GRAD = defineOp<RelativeBiasAttributes>('relative_bias_grad');

/**
 * Score bias of T5 (Raffel et al. 2020): one learned number for each bucket of relative positions and head.
 * @param table `[buckets, H]`.  @param bucketOf bucket of each (query, key), `[Tq · Tk]`, fixed when traced.
 * @returns `[H, Tq, Tk]`.  @throws ShapeError `tensor/shape`, `relativeBias/bucket`
 */
export function relativeBias(table: Tensor, bucketOf: Uint32Array, queries: number, keys: number): Tensor {
  requireDtype('relativeBias', table, 'f32');
  requireShapes(
    'relativeBias',
    table.shape.length === 2 && bucketOf.length === queries * keys,
    `table [buckets, H] and ${queries * keys} bucket numbers (got ${bucketOf.length})`,
    table,
  );
  const buckets = sizeAt(table.shape, 0);
  const wrong = bucketOf.find((bucket) => bucket >= buckets);
  if (wrong !== undefined)
    throw new ShapeError(
      'relativeBias/bucket',
      `relativeBias: wanted buckets below ${buckets}, got ${wrong}; make the table larger.`,
    );
  const heads = sizeAt(table.shape, 1);
  return record(
    RELATIVE_BIAS,
    [table, constant(bucketOf, [bucketOf.length])],
    { buckets, heads, pairs: bucketOf.length },
    [heads, queries, keys],
  );
}

/** Gradient of the table. The pairs are sorted here, once, so that each bucket is a segment summed in a fixed order. */
export function relativeBiasGrad(
  gradOutput: Tensor,
  bucketOf: Uint32Array,
  attributes: RelativeBiasAttributes,
): Tensor {
  const { buckets, heads } = attributes;
  const starts = new Uint32Array(buckets + 1);
  for (const bucket of bucketOf) starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
  for (let bucket = 0; bucket < buckets; bucket++)
    starts[bucket + 1] = (starts[bucket + 1] as number) + (starts[bucket] as number);
  const next = starts.slice();
  const sorted = new Uint32Array(bucketOf.length);
  bucketOf.forEach((bucket, pair) => {
    const place = next[bucket] as number;
    sorted[place] = pair;
    next[bucket] = place + 1;
  });
  return record(
    RELATIVE_BIAS_GRAD,
    [gradOutput, constant(sorted, [sorted.length]), constant(starts, [starts.length])],
    attributes,
    [buckets, heads],
  );
}
