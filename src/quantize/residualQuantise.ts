/**
 * Residual quantisation with moving-average codebooks, as the published code of MTGRec computes it (arXiv 2504.04400):
 *
 *     c_l = argmin_k ‖r_{l−1} − e^l_k‖²,   q_l = r_{l−1} + sg[e^l_{c_l} − r_{l−1}],   r_l = r_{l−1} − q_l,   x_q = Σ_l q_l
 *
 * with r_0 the latent and the smaller index on ties. By algebra q_l = e^l_{c_l} forward while dq_l/dr_{l−1} = I, so
 * dr_l/dr_{l−1} = 0 and dx_q/dr_0 = I: only level 0 is connected to the encoder, and the commitment of deeper levels adds
 * value to the loss but no gradient. We build that graph directly: one straight-through over the sum of the entries.
 * (Subtracting sg[e] instead would let deeper commitments reach the encoder; the reference does not.)
 */
import { ShapeError } from '../base/errors';
import { fillInit, type ParameterSpec, parameter } from '../nn/parameters';
import type { Tensor } from '../tensor/graph';
import { add, scaleBy, square, subtract } from '../tensor/ops/elementwise';
import { embedding } from '../tensor/ops/embedding';
import { codeSums, emaCodebook, nearestCode } from '../tensor/ops/quantize';
import { meanAll } from '../tensor/ops/reduce';
import { stopGradient, straightThrough } from '../tensor/ops/views';
import { sizeAt } from '../tensor/shape';

/** One level's state: entries e `[K, D]`, moving counts N `[K]`, moving sums M `[K, D]`; none is trained by gradient. */
export interface CodebookLevel {
  readonly codebook: Tensor;
  readonly count: Tensor;
  readonly sum: Tensor;
}

export interface ResidualQuantiseOptions {
  /** β; the loss term is (1/L) Σ_l β · mse(r_{l−1}, sg e), means over all elements. */
  readonly commitmentWeight: number;
  /** Moving-average update of the codebooks; left out outside training. Assignment uses the books before the update. */
  readonly ema?: { readonly decay: number; readonly eps: number };
}

export interface ResidualQuantised {
  /** L tensors `[N]` u32. */
  readonly codes: readonly Tensor[];
  /** Residuals r_0 … r_L `[N, D]`: what enters each level, and what is left after the last. */
  readonly residuals: readonly Tensor[];
  /** x_q `[N, D]` = Σ entries; its gradient goes unchanged to the latent. */
  readonly quantised: Tensor;
  /** (1/L) Σ_l β · mse_l, a scalar. */
  readonly commitment: Tensor;
  /** β · mse_l, scalars. */
  readonly commitmentByLevel: readonly Tensor[];
  /** With `ema`: rows of this batch per code, L tensors `[K]` f32; else empty. */
  readonly counts: readonly Tensor[];
  /** With `ema`: the levels' next state; else empty. */
  readonly next: readonly CodebookLevel[];
}

/** @param latent r_0 `[N, D]`. @throws ShapeError `quantize/levels` without levels, `tensor/shape` for unequal widths. */
export function residualQuantise(
  latent: Tensor,
  levels: readonly CodebookLevel[],
  options: ResidualQuantiseOptions,
): ResidualQuantised {
  if (levels.length === 0)
    throw new ShapeError('quantize/levels', 'residualQuantise: wanted at least one level, came none; add a codebook.');
  const residuals: Tensor[] = [latent];
  const codes: Tensor[] = [];
  const counts: Tensor[] = [];
  const next: CodebookLevel[] = [];
  const commitmentByLevel: Tensor[] = [];
  let total: Tensor | null = null;
  let residual = latent;
  for (const level of levels) {
    const { code } = nearestCode(residual, level.codebook);
    const entry = stopGradient(embedding(level.codebook, code));
    const left = subtract(residual, entry);
    if (options.ema) {
      const batch = codeSums(stopGradient(residual), code, sizeAt(level.codebook.shape, 0));
      counts.push(batch.counts);
      next.push(emaCodebook(batch, level, options.ema));
    }
    commitmentByLevel.push(scaleBy(meanAll(square(left)), options.commitmentWeight));
    codes.push(code);
    total = total ? add(total, entry) : entry;
    residual = stopGradient(left);
    residuals.push(residual);
  }
  const sum = commitmentByLevel.reduce((held, term) => add(held, term));
  return {
    codes,
    residuals,
    quantised: straightThrough(total ?? latent, latent),
    commitment: scaleBy(sum, 1 / levels.length),
    commitmentByLevel,
    counts,
    next,
  };
}

const stateName = (level: number, part: keyof CodebookLevel): string => `levels.${level}.${part}`;

export const codebookName = (level: number): string => stateName(level, 'codebook');

/** State parameters `levels.<l>.codebook`, `.count` (initially 1), `.sum`; entries and sums are written by the initialisation. */
export function codebookParameters(levels: number, entries: number, width: number): ParameterSpec[] {
  return Array.from({ length: levels }, (_, level) => [
    parameter(stateName(level, 'codebook'), [entries, width], fillInit(0), false),
    parameter(stateName(level, 'count'), [entries], fillInit(1), false),
    parameter(stateName(level, 'sum'), [entries, width], fillInit(0), false),
  ]).flat();
}

/** The levels' state as a step function sees it. */
export function codebookLevels(params: (name: string) => Tensor, levels: number): CodebookLevel[] {
  return Array.from({ length: levels }, (_, level) => ({
    codebook: params(stateName(level, 'codebook')),
    count: params(stateName(level, 'count')),
    sum: params(stateName(level, 'sum')),
  }));
}

/** `updates` of a step function that store the next state. */
export function codebookUpdates(next: readonly CodebookLevel[]): Record<string, Tensor> {
  const updates: Record<string, Tensor> = {};
  next.forEach((state, level) => {
    updates[stateName(level, 'codebook')] = state.codebook;
    updates[stateName(level, 'count')] = state.count;
    updates[stateName(level, 'sum')] = state.sum;
  });
  return updates;
}

/** Sets a level to the given entries as the reference does: N = 1, M = e. */
export function writeInitialCodebook(
  variables: { write(name: string, values: Float32Array): void },
  level: number,
  entries: Float32Array,
  count: number,
): void {
  variables.write(stateName(level, 'codebook'), entries);
  variables.write(stateName(level, 'sum'), entries);
  variables.write(stateName(level, 'count'), new Float32Array(count).fill(1));
}
