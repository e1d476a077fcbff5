/** Seeded data of the workloads, bit for bit the data of the measurements in the engine guide. */
import { normalArray, uniformGenerator } from '../src/base/random';

/** `count` integers in [0, below). */
export function integerArray(count: number, seed: number, below: number): Int32Array<ArrayBuffer> {
  const uniform = uniformGenerator(seed);
  return Int32Array.from({ length: count }, () => Math.floor(uniform() * below));
}

/** W1: C = A B, both `[size, size]`. */
export const squareMatmul = (size: number) => ({
  size,
  a: normalArray(size * size, 1),
  b: normalArray(size * size, 2),
  flops: 2 * size ** 3,
});

/** W1-batch: 24 products of 64 × 64. */
export const batchedMatmul = () => ({
  batch: 24,
  size: 64,
  a: normalArray(24 * 64 * 64, 3),
  b: normalArray(24 * 64 * 64, 4),
  flops: 2 * 24 * 64 ** 3,
});

/** W2: 4,096 vectors of width 256 against 512 entries. */
export const codebookLookup = () => ({
  rows: 4096,
  width: 256,
  entries: 512,
  x: normalArray(4096 * 256, 5),
  codebook: normalArray(512 * 256, 6),
  flops: 2 * 4096 * 256 * 512,
});

/** W3: InfoNCE of two `[256, 256]` matrices, row i's positive is row i. */
export const contrastivePair = () => ({
  rows: 256,
  width: 256,
  temperature: 0.07,
  a: normalArray(256 * 256, 8, 1 / 16),
  b: normalArray(256 * 256, 9, 1 / 16),
  flops: 6 * 256 ** 3,
});

/** W5a: loss = Σ table[ids] · weight, so that the table's gradient is `weight` summed by id. */
export const embeddingLookup = () => ({
  rows: 25_000,
  width: 64,
  count: 4096,
  table: normalArray(25_000 * 64, 10, 0.05),
  ids: integerArray(4096, 11, 25_000),
  weight: normalArray(4096 * 64, 12),
});

/** W5b: mean cross-entropy of 128 rows over 25,000 classes. */
export const wideCrossEntropy = () => ({
  rows: 128,
  classes: 25_000,
  logits: normalArray(128 * 25_000, 13),
  labels: integerArray(128, 14, 25_000),
});

/** W6: the best 50 of 50 beams × 512 tokens by log-softmax + beam score. */
export const beamStepData = () => ({
  beams: 50,
  vocabulary: 512,
  k: 50,
  logits: normalArray(50 * 512, 15),
  scores: normalArray(50, 16),
});
