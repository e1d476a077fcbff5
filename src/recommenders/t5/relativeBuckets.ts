/**
 * Relative position buckets of T5: offsets below `exact` have a bucket each, larger ones share buckets that widen
 * logarithmically up to `maxDistance`. Published as
 *   exact + floor( (n_buckets - exact) * ln(n / exact) / ln(maxDistance / exact) ).
 * Offsets such as 16, 32 and 64 fall exactly on an edge, where a rounded logarithm can land one bucket low. The same
 * rule in whole numbers has no rounding: step k is reached when n^w * exact^k >= maxDistance^k * exact^w, with
 * w = n_buckets - exact.
 */

interface BucketRule {
  readonly isBidirectional: boolean;
  readonly buckets: number;
  readonly maxDistance: number;
}

/** Bucket of one offset `key position - query position`; causal attention puts all later keys in bucket 0. */
export function relativePositionBucket(offset: number, rule: BucketRule): number {
  const { isBidirectional, maxDistance } = rule;
  const buckets = isBidirectional ? rule.buckets / 2 : rule.buckets;
  const base = isBidirectional && offset > 0 ? buckets : 0;
  const distance = isBidirectional ? Math.abs(offset) : Math.max(0, -offset);
  const exact = Math.floor(buckets / 2);
  if (distance < exact) return base + distance;
  if (distance >= maxDistance) return base + buckets - 1;
  const wide = buckets - exact;
  const reached = BigInt(distance) ** BigInt(wide);
  let step = 0;
  while (
    step + 1 < wide &&
    reached * BigInt(exact) ** BigInt(step + 1) >=
      BigInt(maxDistance) ** BigInt(step + 1) * BigInt(exact) ** BigInt(wide)
  )
    step++;
  return base + exact + step;
}

/**
 * Bucket of every (query, key) pair, for upload as an index table.
 * @returns `[queries, keys]` row-major; query i and key j count from the same start.
 */
export function relativeBucketTable(queries: number, keys: number, rule: BucketRule): Uint32Array {
  const table = new Uint32Array(queries * keys);
  for (let offset = 1 - queries; offset < keys; offset++) {
    const bucket = relativePositionBucket(offset, rule);
    const firstQuery = Math.max(0, -offset);
    const endQuery = Math.min(queries, keys - offset);
    for (let query = firstQuery; query < endQuery; query++) table[query * keys + query + offset] = bucket;
  }
  return table;
}
