import { ShapeError } from '../../base/errors';
import { defineOp, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sameShape, sizeAt } from '../shape';

export interface InfoNceAttributes {
  readonly rows: number;
  readonly width: number;
  readonly temperature: number;
  readonly hasIds: boolean;
  /** The forward pass leaves softmax − identity for the backward pass, as its second output. */
  readonly keepsWeights: boolean;
}

/** Inputs a, b, ids; outputs the mean loss and, for small batches, softmax − identity [B, B]. */
export const INFO_NCE = defineOp<InfoNceAttributes>('info_nce');
/** Inputs a, b, ids and the kept weights if there are any; outputs factor · dLoss/da and factor · dLoss/db. */
export const INFO_NCE_GRAD = defineOp<InfoNceAttributes & { readonly factor: number }>('info_nce_grad');

/** Batches whose weights take at most 4 MiB keep them; larger ones make them again, a few rows at a time. */
const MOST_KEPT_ROWS = 1024;

export interface InfoNceOptions {
  /** u32 `[B]`: rows with equal numbers are the same item and not each other's negatives. */
  readonly ids?: Tensor;
}

/**
 * In-batch contrastive loss (van den Oord et al. 2018): mean over i of −log softmax_j(a_i · b_j / temperature)[i], from a
 * to b only; call it again with the operands swapped for the symmetric form. Memory stays bounded for any batch.
 * @param a `[B, D]`.  @param b `[B, D]`, row i belongs to row i of `a`.
 * @returns scalar.  @throws ShapeError `tensor/shape`, `tensor/dtype`, `infoNce/temperature`
 */
export function infoNce(a: Tensor, b: Tensor, temperature: number, options: InfoNceOptions = {}): Tensor {
  const { ids } = options;
  requireDtype('infoNce', a, 'f32');
  requireDtype('infoNce', b, 'f32');
  requireShapes(
    'infoNce',
    a.shape.length === 2 && sameShape(a.shape, b.shape) && sizeAt(a.shape, 1) > 0,
    'two matrices [B, D] of equal shape',
    a,
    b,
  );
  if (!(temperature > 0))
    throw new ShapeError('infoNce/temperature', `infoNce: wanted a temperature above 0, got ${temperature}.`);
  const [rows, width] = [sizeAt(a.shape, 0), sizeAt(a.shape, 1)];
  if (ids) {
    requireDtype('infoNce ids', ids, 'u32');
    requireShapes('infoNce ids', sameShape(ids.shape, [rows]), `[${rows}]`, ids);
  }
  const keepsWeights = rows <= MOST_KEPT_ROWS;
  const attributes: InfoNceAttributes = { rows, width, temperature, hasIds: ids !== undefined, keepsWeights };
  const scalar = { shape: [], dtype: 'f32' } as const;
  const kept = { shape: [rows, rows], dtype: 'f32' } as const;
  // Absent ids still need a buffer in their binding; a stands in and is not read there.
  const [loss] = recordMany(INFO_NCE, [a, b, ids ?? a], attributes, keepsWeights ? [scalar, kept] : [scalar]);
  return loss as Tensor;
}

/** factor · gradients of the loss with respect to a and b. `inputs`: a, b, ids and, if kept, the weights. */
export function infoNceGrad(inputs: readonly Tensor[], attributes: InfoNceAttributes, factor: number): Tensor[] {
  const { rows, width } = attributes;
  const spec = { shape: [rows, width], dtype: 'f32' } as const;
  return recordMany(INFO_NCE_GRAD, inputs, { ...attributes, factor }, [spec, spec]);
}
