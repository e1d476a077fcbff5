/**
 * Prefix residual of UTGRec (arXiv 2504.04405, Eq. 3) and its inverse. v_1 = z_1, v_j = z_j − z_{j−1}: each level keeps what
 * the one before did not say, from the *continuous* previous vector. Unlike RQ-VAE's recursive residual the error of one
 * level is not handed to the next, and all levels can be quantised at once. The inverse is the running sum, so with a
 * straight-through quantiser the Jacobian of the reconstruction with respect to z is the identity.
 */
import { requireShapes, type Tensor } from '../tensor/graph';
import { add, subtract } from '../tensor/ops/elementwise';
import { concat, pad, slice, split } from '../tensor/ops/move';
import { sizeAt } from '../tensor/shape';

function levelsOf(operation: string, x: Tensor): number {
  requireShapes(operation, x.shape.length === 3 && sizeAt(x.shape, 1) > 0, 'vectors [B, H, D] with H ≥ 1', x);
  return sizeAt(x.shape, 1);
}

/** z `[B, H, D]` → v `[B, H, D]`. @throws ShapeError `tensor/shape` */
export function prefixResidual(z: Tensor): Tensor {
  const levels = levelsOf('prefixResidual', z);
  return levels === 1 ? z : subtract(z, pad(slice(z, 1, 0, levels - 1), 1, 1, 0));
}

/** v (or its quantised form) `[B, H, D]` → running sums over the levels `[B, H, D]`. @throws ShapeError `tensor/shape` */
export function inversePrefixResidual(v: Tensor): Tensor {
  const levels = levelsOf('inversePrefixResidual', v);
  if (levels === 1) return v;
  const sums: Tensor[] = [];
  for (const part of split(v, 1, new Array<number>(levels).fill(1))) {
    const before = sums.at(-1);
    sums.push(before ? add(before, part) : part);
  }
  return concat(sums, 1);
}
