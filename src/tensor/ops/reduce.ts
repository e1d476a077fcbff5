import { defineOp, record, requireDtype, type Tensor } from '../graph';
import { axisOf, elementCount, type Shape, sizeAt } from '../shape';
import { reshape } from './views';

/** Sum over the middle of [outer, middle, inner], times `scale`. */
export const REDUCE_SUM = defineOp<{ outer: number; middle: number; inner: number; scale: number }>('reduce_sum');
/** Maximum over the middle of [outer, middle, inner]; no gradient. */
export const REDUCE_MAX = defineOp<{ outer: number; middle: number; inner: number }>('reduce_max');
/** y[o, m, i] = scale · x[o, i]: the gradient of a sum. */
export const SPREAD = defineOp<{ outer: number; middle: number; inner: number; scale: number }>('spread');

const blockAt = (shape: Shape, axis: number): { outer: number; middle: number; inner: number } => ({
  outer: elementCount(shape.slice(0, axis)),
  middle: sizeAt(shape, axis),
  inner: elementCount(shape.slice(axis + 1)),
});

const without = (shape: Shape, axis: number, keepAxis: boolean): Shape =>
  keepAxis ? shape.map((size, i) => (i === axis ? 1 : size)) : shape.filter((_, i) => i !== axis);

/** Sum over one axis. Fixed tree order, so reruns give the same bits. */
export function sum(x: Tensor, axis: number, keepAxis = false): Tensor {
  requireDtype('sum', x, 'f32');
  const at = axisOf(x.shape, axis);
  return record(REDUCE_SUM, [x], { ...blockAt(x.shape, at), scale: 1 }, without(x.shape, at, keepAxis));
}

export function mean(x: Tensor, axis: number, keepAxis = false): Tensor {
  requireDtype('mean', x, 'f32');
  const at = axisOf(x.shape, axis);
  const block = blockAt(x.shape, at);
  return record(REDUCE_SUM, [x], { ...block, scale: 1 / Math.max(block.middle, 1) }, without(x.shape, at, keepAxis));
}

/** Sum of all elements, a scalar. */
export const sumAll = (x: Tensor): Tensor => sum(reshape(x, [elementCount(x.shape)]), 0);
/** Mean of all elements, a scalar. */
export const meanAll = (x: Tensor): Tensor => mean(reshape(x, [elementCount(x.shape)]), 0);

/** Maximum over one axis; not differentiable. */
export function max(x: Tensor, axis: number, keepAxis = false): Tensor {
  requireDtype('max', x, 'f32');
  const at = axisOf(x.shape, axis);
  return record(REDUCE_MAX, [x], blockAt(x.shape, at), without(x.shape, at, keepAxis));
}

/** Sum over the outer and inner axes of a broadcast, leaving `shape`. */
export function sumToBlock(x: Tensor, block: { outer: number; middle: number; inner: number }, shape: Shape): Tensor {
  let out = x;
  if (block.inner !== 1)
    out = record(REDUCE_SUM, [out], { outer: block.outer * block.middle, middle: block.inner, inner: 1, scale: 1 }, [
      block.outer * block.middle,
    ]);
  if (block.outer !== 1)
    out = record(REDUCE_SUM, [out], { outer: 1, middle: block.outer, inner: block.middle, scale: 1 }, [block.middle]);
  return reshape(out, shape);
}

export function spread(
  x: Tensor,
  block: { outer: number; middle: number; inner: number },
  scale: number,
  shape: Shape,
): Tensor {
  return record(SPREAD, [x], { ...block, scale }, shape);
}
