/**
 * Element-wise operations. Broadcasting is explicit and one-sided: the second operand of a binary operation may cover
 * one contiguous block of the first one's axes (a scalar, a trailing vector, a leading column …); gradients sum over the rest.
 */
import { ShapeError } from '../../base/errors';
import { defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';
import { elementCount, type Shape, sameShape } from '../shape';

/** Order is the KIND number in shaders/elementwise/unary.wgsl. */
export const UNARY_KINDS = [
  'relu',
  'gelu',
  'silu',
  'sigmoid',
  'tanh',
  'exp',
  'log',
  'square',
  'sqrt',
  'reciprocal',
  'negate',
  'softplus',
] as const;
export type UnaryKind = (typeof UNARY_KINDS)[number];
/** Order is the KIND number in shaders/elementwise/binary.wgsl. */
export const BINARY_KINDS = ['add', 'subtract', 'multiply', 'divide'] as const;
export type BinaryKind = (typeof BINARY_KINDS)[number];

/** y = f(x). */
export const UNARY = defineOp<{ kind: UnaryKind }>('unary');
/** dx = dy · f'(x); inputs x, dy. */
export const UNARY_GRAD = defineOp<{ kind: UnaryKind }>('unary_grad');
/** y = a ∘ b[(i / inner) mod middle]. */
export const BINARY = defineOp<{ kind: BinaryKind; inner: number; middle: number }>('binary');
/** y = scale · x + offset, constants known when traced. */
export const AFFINE = defineOp<{ scale: number; offset: number }>('affine');

export function unary(kind: UnaryKind, x: Tensor): Tensor {
  requireDtype(kind, x, 'f32');
  return record(UNARY, [x], { kind }, x.shape);
}

export const relu = (x: Tensor): Tensor => unary('relu', x);
/** Exact GELU, x·Φ(x), with erf by a polynomial of absolute error below 2e-7. */
export const gelu = (x: Tensor): Tensor => unary('gelu', x);
export const silu = (x: Tensor): Tensor => unary('silu', x);
export const sigmoid = (x: Tensor): Tensor => unary('sigmoid', x);
export const tanh = (x: Tensor): Tensor => unary('tanh', x);
export const exp = (x: Tensor): Tensor => unary('exp', x);
export const log = (x: Tensor): Tensor => unary('log', x);
export const square = (x: Tensor): Tensor => unary('square', x);
export const sqrt = (x: Tensor): Tensor => unary('sqrt', x);
export const reciprocal = (x: Tensor): Tensor => unary('reciprocal', x);
export const negate = (x: Tensor): Tensor => unary('negate', x);
/** log(1 + e^x), computed without overflow. */
export const softplus = (x: Tensor): Tensor => unary('softplus', x);

export function unaryGrad(kind: UnaryKind, x: Tensor, gradOutput: Tensor): Tensor {
  return record(UNARY_GRAD, [x, gradOutput], { kind }, x.shape);
}

/** Splits `full` into [outer, middle, inner] so that `part` covers `middle`. @throws ShapeError `broadcast/shape` */
export function broadcastBlock(full: Shape, part: Shape): { outer: number; middle: number; inner: number } {
  const total = elementCount(full);
  const padded = [...new Array<number>(Math.max(0, full.length - part.length)).fill(1), ...part];
  const isCompatible = padded.length === full.length && padded.every((size, axis) => size === full[axis] || size === 1);
  const covered = padded.map((size, axis) => size === full[axis] && size !== 1);
  const first = covered.indexOf(true);
  const last = covered.lastIndexOf(true);
  const isBlock = first < 0 || covered.every((is, axis) => is || axis < first || axis > last || full[axis] === 1);
  if (!isCompatible || !isBlock)
    throw new ShapeError(
      'broadcast/shape',
      `broadcast: [${part}] does not cover one contiguous block of the axes of [${full}].`,
    );
  const inner = first < 0 ? total : elementCount(full.slice(last + 1));
  const middle = elementCount(part);
  return { outer: total === 0 ? 0 : total / (middle * inner), middle, inner };
}

export function binary(kind: BinaryKind, a: Tensor, b: Tensor): Tensor {
  requireDtype(kind, a, 'f32');
  requireDtype(kind, b, 'f32');
  const { middle, inner } = sameShape(a.shape, b.shape)
    ? { middle: elementCount(a.shape), inner: 1 }
    : broadcastBlock(a.shape, b.shape);
  return record(BINARY, [a, b], { kind, inner, middle }, a.shape);
}

/** a + b; `b` may broadcast. If only `a` broadcasts the operands are swapped. */
export const add = (a: Tensor, b: Tensor): Tensor =>
  elementCount(a.shape) < elementCount(b.shape) ? binary('add', b, a) : binary('add', a, b);
export const subtract = (a: Tensor, b: Tensor): Tensor => binary('subtract', a, b);
export const multiply = (a: Tensor, b: Tensor): Tensor =>
  elementCount(a.shape) < elementCount(b.shape) ? binary('multiply', b, a) : binary('multiply', a, b);
export const divide = (a: Tensor, b: Tensor): Tensor => binary('divide', a, b);

export function affine(x: Tensor, scale: number, offset = 0): Tensor {
  requireDtype('affine', x, 'f32');
  requireShapes('affine', Number.isFinite(scale) && Number.isFinite(offset), 'finite scale and offset', x);
  return record(AFFINE, [x], { scale, offset }, x.shape);
}

export const scaleBy = (x: Tensor, factor: number): Tensor => affine(x, factor);
