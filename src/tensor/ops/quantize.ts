/** Vector quantisation: nearest codebook entries, sums by code, moving-average codebooks. None of these has a gradient. */
import { defineOp, record, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';
import { buildIndex, scatterRows } from './embedding';

/** Which kernel answers: `auto` chooses by adapter and size, the others are for tests and benches. */
export type NearestCodeVariant = 'auto' | 'plain' | 'tile';

/** code and squared distance of the nearest entry; inputs x, codebook. */
export const NEAREST_CODE = defineOp<{ variant: NearestCodeVariant }>('nearest_code');
/** counts[k] = starts[k + 1] − starts[k] as f32. */
export const CODE_COUNTS = defineOp('code_counts');
/** New count, sum and codebook; inputs counts, sums, count, sum. */
export const EMA_CODEBOOK = defineOp<{ decay: number; eps: number }>('ema_codebook');

export interface NearestCode {
  /** `[N]` u32: argmin over k of ‖x − e_k‖², the smaller index on ties. */
  readonly code: Tensor;
  /** `[N]` f32: that squared distance. */
  readonly distance: Tensor;
}

/**
 * Nearest entry of `codebook` [K, D] for every row of `x` [N, D], without an N × K table. Distances are summed squared
 * differences, so that the chosen entry is the nearest one up to a relative error of about D · 2⁻²⁴.
 * @throws ShapeError `tensor/shape`, `tensor/dtype`
 */
export function nearestCode(x: Tensor, codebook: Tensor, variant: NearestCodeVariant = 'auto'): NearestCode {
  requireDtype('nearestCode', x, 'f32');
  requireDtype('nearestCode', codebook, 'f32');
  const areTables = x.shape.length === 2 && codebook.shape.length === 2;
  requireShapes('nearestCode', areTables, 'x [N, D] and a codebook [K, D]', x, codebook);
  const isMatched = sizeAt(x.shape, 1) === sizeAt(codebook.shape, 1) && sizeAt(codebook.shape, 0) > 0;
  requireShapes('nearestCode', isMatched, 'equal widths and at least one entry', x, codebook);
  const rows = sizeAt(x.shape, 0);
  const outputs = [
    { shape: [rows], dtype: 'u32' },
    { shape: [rows], dtype: 'f32' },
  ] as const;
  const [code, distance] = recordMany(NEAREST_CODE, [x, codebook], { variant }, outputs) as [Tensor, Tensor];
  return { code, distance };
}

/**
 * How often each of `codes` codes occurs and the sum of its rows, in ascending row order (the same bits in every run).
 * @param x `[N, D]`. @param code `[N]` u32. @returns counts `[codes]` f32, sums `[codes, D]`.
 * @throws ShapeError `tensor/shape`, `tensor/dtype`
 */
export function codeSums(x: Tensor, code: Tensor, codes: number): { readonly counts: Tensor; readonly sums: Tensor } {
  requireShapes('codeSums', x.shape.length === 2 && codes > 0, 'rows [N, D] and at least one code', x, code);
  const index = buildIndex(code, codes);
  const sums = scatterRows(x, code, index, codes);
  return { counts: record(CODE_COUNTS, [index.starts], {}, [codes]), sums };
}

export interface EmaCodebook {
  /** N `[K]`. */
  readonly count: Tensor;
  /** M `[K, D]`. */
  readonly sum: Tensor;
  /** e `[K, D]` = M / Ñ. */
  readonly codebook: Tensor;
}

/**
 * One moving-average update: N' = γN + (1−γ)n, M' = γM + (1−γ)s, e' = M' / Ñ with
 * Ñ_k = n_tot (N'_k + ε) / (n_tot + K ε), n_tot = Σ N'.
 * @param batch n `[K]` and s `[K, D]` of this batch. @throws ShapeError `tensor/shape`
 */
export function emaCodebook(
  batch: { readonly counts: Tensor; readonly sums: Tensor },
  state: { readonly count: Tensor; readonly sum: Tensor },
  options: { readonly decay: number; readonly eps: number },
): EmaCodebook {
  const { counts, sums } = batch;
  const { count, sum } = state;
  const [codes, width] = [sizeAt(sums.shape, 0), sizeAt(sums.shape, 1)];
  const fits = (tensor: Tensor, ...shape: number[]): boolean => tensor.shape.join() === shape.join();
  const isMatched = fits(counts, codes) && fits(count, codes) && fits(sum, codes, width);
  requireShapes('emaCodebook', isMatched, 'counts [K] and sums [K, D], twice', counts, sums, count, sum);
  const outputs = [[codes], [codes, width], [codes, width]].map((shape) => ({ shape, dtype: 'f32' }) as const);
  const attributes = { decay: options.decay, eps: options.eps };
  const [newCount, newSum, codebook] = recordMany(EMA_CODEBOOK, [counts, sums, count, sum], attributes, outputs) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return { count: newCount, sum: newSum, codebook };
}
