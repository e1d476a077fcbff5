/**
 * Which tokenizer writes a sample in an epoch (mtgrec.md §5): drawn anew each epoch from the current probabilities, as a
 * pure function of (seed, epoch, sample), so that a resumed run draws alike and nothing is stored.
 */
import { mixSeed } from '../../base/random';

/** Stream of the run's seed; batches use 1 and 2. */
const DRAW_STREAM = 3;

/** @param sample number of the training example, not its place in a batch. @returns index into `probabilities` */
export function drawTokenizer(
  probabilities: readonly number[],
  at: { readonly seed: number; readonly epoch: number; readonly sample: number },
): number {
  const uniform = mixSeed(at.seed, DRAW_STREAM, at.epoch, at.sample) / 2 ** 32;
  let cumulated = 0;
  let last = 0;
  for (let k = 0; k < probabilities.length; k++) {
    const share = probabilities[k] as number;
    if (share <= 0) continue;
    cumulated += share;
    last = k;
    if (uniform < cumulated) return k;
  }
  // Rounding may leave the sum a little below 1.
  return last;
}
