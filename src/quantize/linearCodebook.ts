/**
 * Codebooks with the linear re-parameterisation of SimVQ (arXiv 2411.02038): E = C·W, C `[K, D]`, W `[D, D]`. All entries
 * move when W moves, which keeps unused ones alive. UTGRec trains both in pre-training and W alone in fine-tuning
 * (utgrec.md §3.3).
 */
import { linearInit, normalInit, type ParameterSpec, parameter } from '../nn/parameters';
import { requireShapes, type Tensor } from '../tensor/graph';
import { add, scaleBy, square, subtract } from '../tensor/ops/elementwise';
import { buildIndex, embedding } from '../tensor/ops/embedding';
import { matmul } from '../tensor/ops/matmul';
import { nearestCode } from '../tensor/ops/quantize';
import { meanAll } from '../tensor/ops/reduce';
import { stopGradient, straightThrough } from '../tensor/ops/views';
import { sizeAt } from '../tensor/shape';

export const matrixName = (book: string): string => `${book}.matrix`;
export const projectionName = (book: string): string => `${book}.projection`;

/**
 * C ~ N(0, 1/D), W ~ U(−1/√D, 1/√D), as the published code.
 * @param isMatrixTrainable false in fine-tuning: C keeps its bits, W and therefore E move
 */
export function linearCodebookParameters(
  book: string,
  entries: number,
  width: number,
  isMatrixTrainable: boolean,
): ParameterSpec[] {
  return [
    parameter(matrixName(book), [entries, width], normalInit(width ** -0.5), isMatrixTrainable),
    parameter(projectionName(book), [width, width], linearInit(width)),
  ];
}

/** E = C·W `[K, D]`. */
export const linearCodebook = (params: (name: string) => Tensor, book: string): Tensor =>
  matmul(params(matrixName(book)), params(projectionName(book)));

export interface Quantised {
  /** `[N]` u32, argmin ‖v − e_k‖², the smaller index on ties. */
  readonly codes: Tensor;
  /** `[N]`, that squared distance. */
  readonly distance: Tensor;
  /** `[N, D]`: entries forward, v backward (straight-through). */
  readonly quantised: Tensor;
  /** mse(e, sg v) + β·mse(v, sg e), means over all elements (Eqs. 5–7). */
  readonly loss: Tensor;
  /** mse(v, e) without weights, for the log. */
  readonly error: Tensor;
}

/**
 * Nearest entries of `entries` `[K, D]` for v `[N, D]`. The entries learn only from the codebook loss.
 * @param commitmentWeight β, the weight of the term that moves v
 * @throws ShapeError `tensor/shape`
 */
export function quantise(v: Tensor, entries: Tensor, commitmentWeight: number): Quantised {
  requireShapes(
    'quantise',
    v.shape.length === 2 && entries.shape.length === 2,
    'v [N, D] and entries [K, D]',
    v,
    entries,
  );
  const { code, distance } = nearestCode(v, entries);
  const chosen = embedding(entries, code, buildIndex(code, sizeAt(entries.shape, 0)));
  const entryTerm = meanAll(square(subtract(chosen, stopGradient(v))));
  const commitment = meanAll(square(subtract(v, stopGradient(chosen))));
  return {
    codes: code,
    distance,
    quantised: straightThrough(chosen, v),
    loss: add(entryTerm, scaleBy(commitment, commitmentWeight)),
    error: stopGradient(entryTerm),
  };
}
