import { ShapeError } from '../base/errors';

/** Sizes of a tensor's axes, outermost first; row-major without gaps. A scalar is `[]`. */
export type Shape = readonly number[];

/** Element types an engine buffer can hold; all are four bytes wide. */
export type Dtype = 'f32' | 'u32' | 'i32';

export const BYTES_PER_ELEMENT = 4;

/** Number of elements, 1 for a scalar, 0 if any axis is empty. */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = sizeAt(strides, axis + 1) * sizeAt(shape, axis + 1);
  return strides;
}

/** Size of one axis; negative axes count from the end. @throws ShapeError `shape/axis` */
export function sizeAt(shape: Shape, axis: number): number {
  const size = shape[axis < 0 ? shape.length + axis : axis];
  if (size === undefined) throw new ShapeError('shape/axis', `axis ${axis} of shape [${shape}]: no such axis.`);
  return size;
}

/** Resolves a possibly negative axis to 0..rank-1. @throws ShapeError `shape/axis` */
export function axisOf(shape: Shape, axis: number): number {
  const resolved = axis < 0 ? shape.length + axis : axis;
  sizeAt(shape, resolved);
  return resolved;
}
