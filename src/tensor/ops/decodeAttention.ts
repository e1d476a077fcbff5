/** Self-attention of one decoding step over cached keys and values that stay where their step wrote them. */
import { defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

/** Inputs: q, ancestors, bias if hasBias, keys of all steps, values of all steps. */
export const DECODE_ATTENTION = defineOp<{ heads: number; steps: number; scale: number; hasBias: boolean }>(
  'decode_attention',
);

export interface DecodeAttentionInputs {
  /** [R, H·Dk], the newest position of each beam; Dk a multiple of 4. */
  readonly q: Tensor;
  /** One tensor a step, [R_s, H·Dk]; R_s may differ from step to step. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** u32 [R, steps]: row of step s's keys and values that belongs to the beam; see `beamAncestors`. */
  readonly ancestors: Tensor;
  readonly heads: number;
  /** [H, steps], added to the scores (relative position bias of the newest query). */
  readonly bias?: Tensor;
  /** Factor on q·k; 1 as in T5 unless given. */
  readonly scale?: number;
}

/**
 * y[r, h] = Σ_s softmax_s(scale · q[r, h]·keys[s][ancestors[r, s], h] + bias[h, s]) · values[s][ancestors[r, s], h]; [R, H·Dk].
 * All steps are in the past, so there is no mask. Not differentiable: it serves generation only.
 * @throws ShapeError
 */
export function decodeAttention(inputs: DecodeAttentionInputs): Tensor {
  const { q, keys, values, ancestors, heads, bias, scale = 1 } = inputs;
  requireDtype('decodeAttention', ancestors, 'u32');
  const [rows = 0, width = 0] = q.shape;
  const steps = keys.length;
  for (const tensor of [q, ...keys, ...values, ...(bias ? [bias] : [])]) requireDtype('decodeAttention', tensor, 'f32');
  const isHeads = q.shape.length === 2 && Number.isInteger(heads) && heads > 0 && width % (heads * 4) === 0;
  requireShapes('decodeAttention', isHeads, `q [R, heads · size], size a multiple of 4, ${heads} heads`, q);
  const isCache =
    steps > 0 &&
    values.length === steps &&
    [...keys, ...values].every((tensor) => tensor.shape.length === 2 && sizeAt(tensor.shape, 1) === width);
  requireShapes(
    'decodeAttention',
    isCache,
    `as many values as keys, at least one, each [.., ${width}]`,
    ...keys,
    ...values,
  );
  requireShapes(
    'decodeAttention',
    ancestors.shape.length === 2 && ancestors.shape[0] === rows && ancestors.shape[1] === steps,
    `ancestors [${rows}, ${steps}]`,
    ancestors,
  );
  if (bias)
    requireShapes(
      'decodeAttention',
      bias.shape.length === 2 && bias.shape[0] === heads && bias.shape[1] === steps,
      `bias [${heads}, ${steps}]`,
      bias,
    );
  return record(
    DECODE_ATTENTION,
    [q, ancestors, ...(bias ? [bias] : []), ...keys, ...values],
    { heads, steps, scale, hasBias: bias !== undefined },
    [rows, width],
  );
}
