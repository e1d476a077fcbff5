/** Mean pooling over the real positions, then length 1: the usual reading of a sentence encoder's token states. */
import { ShapeError } from '../base/errors';

/** Lengths below this are not scaled up, so that an empty text stays at 0 instead of becoming NaN. */
const LEAST_LENGTH = 1e-12;

/**
 * y_b = m / ‖m‖ with m = Σ_t mask_bt·x_bt / Σ_t mask_bt.
 * @param states `[B, T, D]`. @param mask `[B, T]`, 0 or 1 (`bigint` as ONNX gives it). @returns `[B, D]`, new.
 * @throws ShapeError `encoders/poolingShape`.
 */
export function poolMeanNormalized(
  states: ArrayLike<number>,
  mask: ArrayLike<number | bigint>,
  dims: readonly number[],
): Float32Array<ArrayBuffer> {
  const [rows = 0, positions = 0, width = 0] = dims;
  if (dims.length !== 3 || states.length !== rows * positions * width || mask.length !== rows * positions) {
    throw new ShapeError(
      'encoders/poolingShape',
      `poolMeanNormalized: wanted states [B, T, D] and mask [B, T], came ${states.length} states for [${dims.join(', ')}] and ${mask.length} mask values; check the model's outputs.`,
    );
  }
  const pooled = new Float32Array(rows * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let t = 0; t < positions; t++) {
      const at = row * positions + t;
      if (Number(mask[at]) === 0) continue;
      for (let d = 0; d < width; d++) sums[d] = (sums[d] as number) + (states[at * width + d] as number);
    }
    // The mean's divisor cancels in the normalisation.
    const scale = 1 / Math.max(Math.hypot(...sums), LEAST_LENGTH);
    for (let d = 0; d < width; d++) pooled[row * width + d] = (sums[d] as number) * scale;
  }
  return pooled;
}
