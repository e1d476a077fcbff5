/** Moving elements without computing: transpose, slice, pad, split, concatenate, broadcast. Any element type. */
import { ShapeError } from '../../base/errors';
import { defineOp, record, recordMany, requireShapes, type Tensor } from '../graph';
import { axisOf, type Shape, sameShape, sizeAt } from '../shape';

const MAX_RANK = 4;

/** Axis i of the result is axis permutation[i] of the input. */
export const TRANSPOSE = defineOp<{ permutation: readonly number[] }>('transpose');
/** x[…, start : start + length, …] along one axis. */
export const SLICE = defineOp<{ axis: number; start: number }>('slice');
/** Zeros before and after x along one axis. */
export const PAD = defineOp<{ axis: number; before: number }>('pad');
/** Consecutive pieces of x along one axis, one output each. */
export const SPLIT = defineOp<{ axis: number }>('split');
/** Inputs one after another along one axis. */
export const CONCAT = defineOp<{ axis: number }>('concat');
/** x repeated along its axes of size 1 (and new leading axes). */
export const BROADCAST_TO = defineOp('broadcast_to');

const withSize = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((held, i) => (i === axis ? size : held));

/** Axes reordered: result axis i is input axis `permutation[i]`. Rank at most 4. @throws ShapeError `transpose/permutation` */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const axes = permutation.map((axis) => axisOf(x.shape, axis));
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length || axes.length > MAX_RANK)
    throw new ShapeError(
      'transpose/permutation',
      `transpose: wanted each axis of [${x.shape}] once (rank at most ${MAX_RANK}), got [${permutation}].`,
    );
  if (axes.every((axis, i) => axis === i)) return x;
  return record(
    TRANSPOSE,
    [x],
    { permutation: axes },
    axes.map((axis) => sizeAt(x.shape, axis)),
    x.dtype,
  );
}

/** `length` entries of `axis` from `start`. @throws ShapeError `slice/range` */
export function slice(x: Tensor, axis: number, start: number, length: number): Tensor {
  const at = axisOf(x.shape, axis);
  const size = sizeAt(x.shape, at);
  if (!Number.isInteger(start) || !Number.isInteger(length) || start < 0 || length < 0 || start + length > size)
    throw new ShapeError(
      'slice/range',
      `slice: wanted a range within 0…${size} of axis ${axis} of [${x.shape}], got ${start} + ${length}.`,
    );
  return length === size ? x : record(SLICE, [x], { axis: at, start }, withSize(x.shape, at, length), x.dtype);
}

/** Zeros around x along `axis`. @throws ShapeError `pad/size` */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const at = axisOf(x.shape, axis);
  if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0)
    throw new ShapeError('pad/size', `pad: wanted counts of at least 0, got ${before} and ${after}.`);
  if (before + after === 0) return x;
  return record(PAD, [x], { axis: at, before }, withSize(x.shape, at, before + sizeAt(x.shape, at) + after), x.dtype);
}

/** Pieces of `lengths` along `axis`, which they must fill. One node, so the gradient is one array. @throws ShapeError `split/lengths` */
export function split(x: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  const at = axisOf(x.shape, axis);
  const size = sizeAt(x.shape, at);
  if (
    lengths.some((length) => !Number.isInteger(length) || length < 0) ||
    lengths.reduce((total, length) => total + length, 0) !== size
  )
    throw new ShapeError(
      'split/lengths',
      `split: wanted lengths that sum to ${size} (axis ${axis} of [${x.shape}]), got [${lengths}].`,
    );
  return recordMany(
    SPLIT,
    [x],
    { axis: at },
    lengths.map((length) => ({ shape: withSize(x.shape, at, length), dtype: x.dtype })),
  );
}

/** Tensors of equal shape but for `axis`, one after another. @throws ShapeError `tensor/shape` */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (!first) throw new ShapeError('concat/empty', 'concat: wanted at least one tensor.');
  if (tensors.length === 1) return first;
  const at = axisOf(first.shape, axis);
  const isAlike = tensors.every(
    (tensor) => tensor.dtype === first.dtype && sameShape(withSize(tensor.shape, at, 0), withSize(first.shape, at, 0)),
  );
  requireShapes('concat', isAlike, `equal types and shapes but for axis ${at}`, ...tensors);
  const size = tensors.reduce((total, tensor) => total + sizeAt(tensor.shape, at), 0);
  return record(CONCAT, tensors, { axis: at }, withSize(first.shape, at, size), first.dtype);
}

/** x repeated to `shape`, aligned at the last axis; an axis grows only from 1. @throws ShapeError `tensor/shape` */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const lead = shape.length - x.shape.length;
  const fits =
    lead >= 0 && shape.length <= MAX_RANK && x.shape.every((size, axis) => size === 1 || size === shape[axis + lead]);
  requireShapes('broadcastTo', fits, `a shape that repeats to [${shape}] (rank at most ${MAX_RANK})`, x);
  return sameShape(x.shape, shape) ? x : record(BROADCAST_TO, [x], {}, shape, x.dtype);
}
