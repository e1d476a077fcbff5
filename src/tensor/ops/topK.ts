/** The k largest of each row, exact and deterministic. */
import { ShapeError } from '../../base/errors';
import { defineOp, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

/** Largest k the selection kernels hold. */
export const MAX_K = 64;
/** Longest row of `topK`: three levels of fan 8 above it leave 512 entries. */
export const MAX_TOP_COLUMNS = 512 * 512;
/** Most rows of `beamTop`. */
export const MAX_BEAMS = 64;

/** Outputs: values f32 [R, k], indices u32 [R, k]. */
export const TOP_K = defineOp<{ k: number }>('top_k');
/** Outputs: scores f32 [k], indices u32 [k] into [B · V]. */
export const BEAM_TOP = defineOp<{ k: number }>('beam_top');

export interface Top {
  readonly values: Tensor;
  readonly indices: Tensor;
}

export function requireK(operation: string, k: number, candidates: number): void {
  if (!Number.isInteger(k) || k < 1 || k > Math.min(MAX_K, candidates))
    throw new ShapeError('topK/k', `${operation}: wanted k from 1 to ${Math.min(MAX_K, candidates)}, got ${k}.`);
}

/**
 * The k largest of each row of `scores` [R, C], descending; equal values by ascending index, NaN last. Not differentiable.
 * @throws ShapeError `topK/k`, `tensor/shape` (C above 262,144)
 */
export function topK(scores: Tensor, k: number): Top {
  requireDtype('topK', scores, 'f32');
  requireShapes(
    'topK',
    scores.shape.length === 2 && sizeAt(scores.shape, 1) <= MAX_TOP_COLUMNS,
    `[rows, columns <= ${MAX_TOP_COLUMNS}]`,
    scores,
  );
  requireK('topK', k, sizeAt(scores.shape, 1));
  return pair(TOP_K, [scores], k, [sizeAt(scores.shape, 0), k]);
}

/**
 * One unconstrained beam step: the k best of `(logits[b, v] − logSumExp(logits[b])) + scores[b]` over all b and v, in two
 * launches. `logits` [B, V], `scores` [B], B ≤ 64. Index b·V + v; equal scores by ascending index.
 * @throws ShapeError `topK/k`, `tensor/shape`
 */
export function beamTop(logits: Tensor, scores: Tensor, k: number): Top {
  requireDtype('beamTop', logits, 'f32');
  requireDtype('beamTop', scores, 'f32');
  const rows = logits.shape[0] ?? 0;
  requireShapes(
    'beamTop',
    logits.shape.length === 2 && rows <= MAX_BEAMS && scores.shape.length === 1 && scores.shape[0] === rows,
    `[B <= ${MAX_BEAMS}, V] and [B]`,
    logits,
    scores,
  );
  requireK('beamTop', k, rows * sizeAt(logits.shape, 1));
  return pair(BEAM_TOP, [logits, scores], k, [k]);
}

function pair(op: typeof TOP_K, inputs: readonly Tensor[], k: number, shape: readonly number[]): Top {
  const [values, indices] = recordMany(op, inputs, { k }, [
    { shape, dtype: 'f32' },
    { shape, dtype: 'u32' },
  ]);
  return { values: values as Tensor, indices: indices as Tensor };
}
