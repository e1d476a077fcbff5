/**
 * Groups texts by length, so that few positions of a padded batch are padding and few batch shapes occur: each shape is
 * compiled once. Positions are rounded up to a bucket, rows to a power of two.
 */
import { ConfigError } from '../base/errors';

export interface PieceBatch {
  /** Padded number of positions of every row. */
  readonly positions: number;
  /** Padded number of rows, a power of two. */
  readonly rows: number;
  /** Which texts run, in row order; at most `rows`. */
  readonly textIndices: readonly number[];
}

/**
 * @param pieceCounts pieces per text, already cut to the last bucket. @param buckets allowed position counts, ascending.
 * @param positionsPerBatch rows × positions of a full batch; at least the last bucket.
 * @returns batches in ascending length, each text once. @throws ConfigError `encoders/buckets`.
 */
export function planPieceBatches(
  pieceCounts: readonly number[],
  buckets: readonly number[],
  positionsPerBatch: number,
): PieceBatch[] {
  const last = buckets.at(-1) ?? 0;
  const longest = pieceCounts.reduce((greatest, count) => Math.max(greatest, count), 0);
  if (longest > last || positionsPerBatch < last) {
    throw new ConfigError(
      'encoders/buckets',
      `planPieceBatches: wanted texts of at most ${last} pieces and batches of at least as many positions, came ${longest} pieces and ${positionsPerBatch} positions; cut the texts first.`,
    );
  }
  const members = new Map<number, number[]>(buckets.map((bucket) => [bucket, []]));
  pieceCounts.forEach((count, index) => {
    const bucket = buckets.find((positions) => count <= positions) ?? last;
    members.get(bucket)?.push(index);
  });
  const batches: PieceBatch[] = [];
  for (const [positions, indices] of members) {
    const fullRows = 2 ** Math.floor(Math.log2(positionsPerBatch / positions));
    for (let first = 0; first < indices.length; first += fullRows) {
      const textIndices = indices.slice(first, first + fullRows);
      batches.push({ positions, rows: 2 ** Math.ceil(Math.log2(textIndices.length)), textIndices });
    }
  }
  return batches;
}
