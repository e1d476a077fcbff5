import { defineOp, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

/** Outputs next state and gates; inputs products from x, products from h, h. */
export const GRU_CELL = defineOp('gru_cell');
/** Gradients of both products and of h's direct path; inputs products from h, h, gates, gradient of the next state. */
export const GRU_CELL_GRAD = defineOp('gru_cell_grad');

/**
 * One step of a gated recurrent unit (Cho et al. 2014, in the form of cuDNN and torch.nn.GRU) after its two matrix products:
 * r = σ(x_r + h_r), z = σ(x_z + h_z), n = tanh(x_n + r·h_n), next = (1 − z)·n + z·h.
 * @param fromX x·W, [B, 3H] as reset | update | new @param fromH h·U, likewise @param h [B, H] @returns next, [B, H]
 * @throws ShapeError
 */
export function gruCell(fromX: Tensor, fromH: Tensor, h: Tensor): Tensor {
  for (const tensor of [fromX, fromH, h]) requireDtype('gruCell', tensor, 'f32');
  const [rows, width] = [sizeAt(h.shape, 0), sizeAt(h.shape, -1)];
  const isTriple = (tensor: Tensor): boolean =>
    tensor.shape.length === 2 && tensor.shape[0] === rows && tensor.shape[1] === 3 * width;
  requireShapes(
    'gruCell',
    h.shape.length === 2 && isTriple(fromX) && isTriple(fromH),
    'products [B, 3H] and a state [B, H]',
    fromX,
    fromH,
    h,
  );
  const [next] = recordMany(GRU_CELL, [fromX, fromH, h], {}, [
    { shape: h.shape, dtype: 'f32' },
    { shape: fromX.shape, dtype: 'f32' },
  ]);
  return next as Tensor;
}

export function gruCellGrad(fromH: Tensor, h: Tensor, gates: Tensor, grad: Tensor): readonly Tensor[] {
  const triple = { shape: fromH.shape, dtype: 'f32' } as const;
  return recordMany(GRU_CELL_GRAD, [fromH, h, gates, grad], {}, [triple, triple, { shape: h.shape, dtype: 'f32' }]);
}
