import { ShapeError } from '../../base/errors';
import { countOf, defineOp, record, requireShapes, type Tensor } from '../graph';
import { elementCount, type Shape, sameShape } from '../shape';

/** Same elements, another shape; costs nothing. */
export const RESHAPE = defineOp('reshape', { isAlias: true });
/** Same value, no gradient. */
export const STOP_GRADIENT = defineOp('stop_gradient', { isAlias: true });
/** Value of the first input, gradient to the second. */
export const STRAIGHT_THROUGH = defineOp('straight_through', { isAlias: true });

/** Reinterprets the shape; one axis may be -1. @throws ShapeError `reshape/size` */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = elementCount(shape.filter((size) => size !== -1));
  const resolved = shape.map((size) => (size === -1 ? countOf(x) / Math.max(known, 1) : size));
  if (elementCount(resolved) !== countOf(x) || resolved.some((size) => !Number.isInteger(size)))
    throw new ShapeError('reshape/size', `reshape: [${x.shape}] has ${countOf(x)} elements, [${shape}] does not.`);
  return sameShape(resolved, x.shape) ? x : record(RESHAPE, [x], {}, resolved, x.dtype);
}

/** Identity forward, zero gradient. */
export function stopGradient(x: Tensor): Tensor {
  return record(STOP_GRADIENT, [x], {}, x.shape, x.dtype);
}

/** Forward `hard`, backward as if it were `soft` (Bengio et al. 2013): `soft + sg(hard - soft)`. */
export function straightThrough(hard: Tensor, soft: Tensor): Tensor {
  requireShapes('straightThrough', sameShape(hard.shape, soft.shape), 'equal shapes', hard, soft);
  return record(STRAIGHT_THROUGH, [hard, soft], {}, hard.shape);
}
