/** Normalisation of rows (the last axis). */
import { countOf, defineOp, record, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

/** Outputs y and rstd [rows]; inputs x, weight. */
export const RMS_NORM = defineOp<{ eps: number }>('rms_norm');
/** dx; inputs x, weight, rstd, dy and, if fused, a gradient of x's shape to add. */
export const RMS_NORM_GRAD = defineOp('rms_norm_grad');
/** dWeight; inputs x, rstd, dy. */
export const RMS_NORM_WEIGHT_GRAD = defineOp('rms_norm_weight_grad');
/** Outputs y and stats [rows, 2] (mean, rstd); inputs x, weight, bias. */
export const LAYER_NORM = defineOp<{ eps: number }>('layer_norm');
/** dx; inputs x, weight, stats, dy and, if fused, a gradient of x's shape to add. */
export const LAYER_NORM_GRAD = defineOp('layer_norm_grad');
/** dWeight and dBias; inputs x, stats, dy. */
export const LAYER_NORM_WEIGHT_GRAD = defineOp('layer_norm_weight_grad');

/**
 * y = weight · x / √(mean(x²) + eps) over the last axis, as in T5: no mean is subtracted, there is no bias.
 * @param x [..., D] @param weight [D] @throws ShapeError
 */
export function rmsNorm(x: Tensor, weight: Tensor, eps = 1e-6): Tensor {
  const rows = requireRows('rmsNorm', x, weight);
  const [y] = recordMany(RMS_NORM, [x, weight], { eps }, [
    { shape: x.shape, dtype: 'f32' },
    { shape: [rows], dtype: 'f32' },
  ]);
  return y as Tensor;
}

/** y = weight · (x − mean) / √(variance + eps) + bias over the last axis; the variance is the biased one. @throws ShapeError */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps = 1e-12): Tensor {
  const rows = requireRows('layerNorm', x, weight, bias);
  const [y] = recordMany(LAYER_NORM, [x, weight, bias], { eps }, [
    { shape: x.shape, dtype: 'f32' },
    { shape: [rows, 2], dtype: 'f32' },
  ]);
  return y as Tensor;
}

/** Gradient of `rmsNorm` for x; `residual` is added to it. */
export function rmsNormGrad(x: Tensor, weight: Tensor, rstd: Tensor, dy: Tensor, residual?: Tensor): Tensor {
  return record(RMS_NORM_GRAD, residual ? [x, weight, rstd, dy, residual] : [x, weight, rstd, dy], {}, x.shape);
}

/** Gradient of `layerNorm` for x; `residual` is added to it. */
export function layerNormGrad(x: Tensor, weight: Tensor, stats: Tensor, dy: Tensor, residual?: Tensor): Tensor {
  return record(LAYER_NORM_GRAD, residual ? [x, weight, stats, dy, residual] : [x, weight, stats, dy], {}, x.shape);
}

function requireRows(operation: string, x: Tensor, ...widths: readonly Tensor[]): number {
  for (const tensor of [x, ...widths]) requireDtype(operation, tensor, 'f32');
  requireShapes(operation, x.shape.length > 0, 'x [..., D]', x);
  const width = sizeAt(x.shape, -1);
  requireShapes(
    operation,
    widths.every((tensor) => tensor.shape.length === 1 && countOf(tensor) === width),
    `weight (and bias) [${width}]`,
    x,
    ...widths,
  );
  return width === 0 ? 0 : countOf(x) / width;
}
