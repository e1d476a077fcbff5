import { defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';
import { elementCount, type Shape, sizeAt } from '../shape';
import { reshape } from './views';

/** What happens to C = alpha · op(A) op(B) before it is stored; the number is EPILOGUE in the kernels. */
export const EPILOGUES = ['none', 'relu', 'add', 'reluMask', 'bias', 'biasRelu'] as const;
export type Epilogue = (typeof EPILOGUES)[number];

export interface MatmulAttributes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
  readonly epilogue: Epilogue;
  /** Elements between one batch's matrix and the next; 0 where an operand is shared by all. */
  readonly aBatchStride: number;
  readonly bBatchStride: number;
}

/** C[batch, M, N] = epilogue(alpha · op(A) op(B)); inputs A, B and, for some epilogues, aux. */
export const MATMUL = defineOp<MatmulAttributes>('matmul');

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
  readonly epilogue?: Epilogue;
  /** `add`, `reluMask`: shaped as the result. `bias`, `biasRelu`: `[N]`. */
  readonly aux?: Tensor;
}

/**
 * Matrix product over the last two axes. `a` is [..., M, K] (or [..., K, M] transposed); `b` is [K, N] (or [N, K]), shared
 * by all of a's leading axes, or has the same leading axes as `a`. With a shared, untransposed-a `b` the leading axes
 * are folded into M, so a linear layer over [B, T, D] is one product.
 * @throws ShapeError `tensor/shape`
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1, epilogue = 'none', aux } = options;
  requireDtype('matmul', a, 'f32');
  requireDtype('matmul', b, 'f32');
  requireShapes('matmul', a.shape.length >= 2 && b.shape.length >= 2, 'operands of rank 2 or more', a, b);
  const isShared = b.shape.length === 2 && a.shape.length > 2;
  const leading = a.shape.slice(0, -2);
  const rows = sizeAt(a.shape, transposeA ? -1 : -2);
  const k = sizeAt(a.shape, transposeA ? -2 : -1);
  const n = sizeAt(b.shape, transposeB ? -2 : -1);
  const fold = isShared && !transposeA;
  requireShapes('matmul', sizeAt(b.shape, transposeB ? -1 : -2) === k, `equal inner sizes (${k})`, a, b);
  requireShapes(
    'matmul',
    isShared || sameLeading(a.shape, b.shape),
    'equal leading axes, or a second operand of rank 2',
    a,
    b,
  );
  const batch = fold ? 1 : elementCount(leading);
  const m = fold ? elementCount(leading) * rows : rows;
  const shape = [...leading, rows, n];
  const needsAux = epilogue !== 'none' && epilogue !== 'relu';
  const isBias = epilogue === 'bias' || epilogue === 'biasRelu';
  if (needsAux !== (aux !== undefined))
    throw new Error(`matmul: epilogue ${epilogue} ${needsAux ? 'needs' : 'takes no'} aux`);
  if (aux)
    requireShapes(
      'matmul',
      elementCount(aux.shape) === (isBias ? n : elementCount(shape)),
      'aux of the result (or N for a bias)',
      aux,
    );
  const attributes: MatmulAttributes = {
    batch,
    m,
    n,
    k,
    transposeA,
    transposeB,
    alpha,
    epilogue,
    aBatchStride: batch === 1 ? 0 : rows * k,
    bBatchStride: batch === 1 || isShared ? 0 : k * n,
  };
  return record(MATMUL, aux ? [a, b, aux] : [a, b], attributes, shape);
}

function sameLeading(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.slice(0, -2).every((size, axis) => size === b[axis]);
}

/** x [..., D] · W [D, N] + bias [N], optionally through ReLU in the same kernel. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor, activation: 'none' | 'relu' = 'none'): Tensor {
  const folded = x.shape.length === 1 ? reshape(x, [1, sizeAt(x.shape, 0)]) : x;
  if (!bias) return matmul(folded, weight, { epilogue: activation });
  return matmul(folded, weight, { epilogue: activation === 'relu' ? 'biasRelu' : 'bias', aux: bias });
}
