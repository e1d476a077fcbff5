/**
 * Batches of a small sample for gradient passes. In training thousands of examples are sorted by length before they are cut, so
 * padding hardly costs anything; the few hundred of a sub-sample cut into full batches would all be padded to the longest
 * histories (1.6 times the tokens on the sample data). Here cuts are placed where the sum over batches of rows × padded length,
 * plus a fixed price a batch, is least: dynamic programming over blocks of `ROW_STEP` rows, O(blocks × blocks of a batch).
 */

/** Batches have a multiple of this many rows, so that there are few shapes to compile. */
export const ROW_STEP = 32;
/** What launching one more batch costs, in rows × items of history: about a block of histories of four. */
const BATCH_PRICE = ROW_STEP * 4;

/**
 * @param sorted examples by ascending length @param padded their padded lengths @param batchSize rows at most
 * @returns the examples in the same order, cut into batches
 */
export function cheapBatches(sorted: Uint32Array, padded: readonly number[], batchSize: number): Uint32Array[] {
  const block = Math.min(ROW_STEP, batchSize);
  const blocks = Math.ceil(sorted.length / block);
  const mostBlocks = Math.floor(batchSize / block);
  const lengthOf = (index: number): number => padded[Math.min(sorted.length, (index + 1) * block) - 1] ?? 0;
  /** Least price of the first n blocks, and where their last batch begins. */
  const price = [0];
  const begins = [0];
  for (let end = 1; end <= blocks; end++) {
    const longest = lengthOf(end - 1);
    price[end] = Number.POSITIVE_INFINITY;
    for (let start = Math.max(0, end - mostBlocks); start < end; start++) {
      const candidate = (price[start] as number) + (end - start) * block * longest + BATCH_PRICE;
      if (candidate >= (price[end] as number)) continue;
      price[end] = candidate;
      begins[end] = start;
    }
  }
  const batches: Uint32Array[] = [];
  for (let end = blocks; end > 0; end = begins[end] as number)
    batches.push(sorted.slice((begins[end] as number) * block, end * block));
  return batches.reverse();
}
