/**
 * RQ-VAE: x̃ = dec(x_q), x_q = residual quantisation of enc(x); L = mse(x̃, x) + (1/L) Σ β·mse(r_{l−1}, sg e), means over
 * all elements (TIGER, arXiv 2305.05065, in the moving-average form of the MTGRec code). Encoder and decoder are mirror
 * MLPs with ReLU between layers and none after the last.
 */
import { fillInit, linearInit, type ParameterSpec, parameter } from '../../nn/parameters';
import type { StepFunction } from '../../plan/trace';
import {
  type CodebookLevel,
  codebookLevels,
  codebookParameters,
  codebookUpdates,
  type ResidualQuantised,
  residualQuantise,
} from '../../quantize/residualQuantise';
import type { Tensor } from '../../tensor/graph';
import { add, square, subtract } from '../../tensor/ops/elementwise';
import { linear } from '../../tensor/ops/matmul';
import { meanAll } from '../../tensor/ops/reduce';
import type { RqvaeConfig } from './config';

type Params = (name: string) => Tensor;
type Stack = 'encoder' | 'decoder';

const stackSizes = (config: RqvaeConfig, stack: Stack): number[] => {
  const sizes = [config.inputDim, ...config.hidden, config.latentDim];
  return stack === 'encoder' ? sizes : sizes.reverse();
};

/** Rows assigned to each entry since the epoch began, for the usage figures; not part of a checkpoint. */
export const seenName = (level: number): string => `levels.${level}.seen`;

/**
 * `encoder.0.weight` [in, out] and `encoder.0.bias`, …, `decoder.…`, then each level's state (codebookParameters) and the
 * usage counters. Linear layers start as PyTorch's default. 6,102,784 trainable values at the reference sizes.
 */
export function rqvaeParameters(config: RqvaeConfig): ParameterSpec[] {
  const stack = (name: Stack): ParameterSpec[] => {
    const sizes = stackSizes(config, name);
    return sizes.slice(1).flatMap((outputs, layer) => {
      const inputs = sizes[layer] ?? 0;
      return [
        parameter(`${name}.${layer}.weight`, [inputs, outputs], linearInit(inputs)),
        parameter(`${name}.${layer}.bias`, [outputs], linearInit(inputs)),
      ];
    });
  };
  return [
    ...stack('encoder'),
    ...stack('decoder'),
    ...codebookParameters(config.levels, config.entries, config.latentDim),
    ...Array.from({ length: config.levels }, (_, level) =>
      parameter(seenName(level), [config.entries], fillInit(0), false),
    ),
  ];
}

function runStack(params: Params, config: RqvaeConfig, name: Stack, x: Tensor): Tensor {
  const layers = stackSizes(config, name).length - 1;
  let hidden = x;
  for (let layer = 0; layer < layers; layer++)
    hidden = linear(
      hidden,
      params(`${name}.${layer}.weight`),
      params(`${name}.${layer}.bias`),
      layer < layers - 1 ? 'relu' : 'none',
    );
  return hidden;
}

export interface RqvaeForward extends ResidualQuantised {
  readonly latent: Tensor;
  /** x̃ `[N, inputDim]`. */
  readonly decoded: Tensor;
  readonly reconstruction: Tensor;
  readonly loss: Tensor;
}

/** @param x whitened vectors `[N, inputDim]`. With `isTraining` the codebooks' next state is computed as well. */
export function rqvaeForward(params: Params, config: RqvaeConfig, x: Tensor, isTraining: boolean): RqvaeForward {
  const levels: CodebookLevel[] = codebookLevels(params, config.levels);
  const latent = runStack(params, config, 'encoder', x);
  const quantised = residualQuantise(latent, levels, {
    commitmentWeight: config.commitmentWeight,
    ...(isTraining ? { ema: { decay: config.emaDecay, eps: config.emaEps } } : {}),
  });
  const decoded = runStack(params, config, 'decoder', quantised.quantised);
  const reconstruction = meanAll(square(subtract(decoded, x)));
  return { ...quantised, latent, decoded, reconstruction, loss: add(reconstruction, quantised.commitment) };
}

/** The batch's only array. */
export type RqvaeBatchName = 'vectors';

/** One optimiser step: loss, moving-average codebooks and usage counters. Batch: `vectors` [B, inputDim]. */
export function rqvaeTrainingStep(config: RqvaeConfig): StepFunction {
  return ({ params, batch }) => {
    const forward = rqvaeForward(params, config, batchVectors(batch), true);
    const updates = codebookUpdates(forward.next);
    forward.counts.forEach((counts, level) => {
      updates[seenName(level)] = add(params(seenName(level)), counts);
    });
    return {
      loss: forward.loss,
      metrics: { reconstruction: forward.reconstruction, commitment: forward.commitment },
      updates,
    };
  };
}

/** Latents (`latent` [B, latentDim]) and codes (`code0`, `code1`, … [B]) of a batch, nothing updated. */
export function rqvaeEncodingStep(config: RqvaeConfig): StepFunction {
  return ({ params, batch }) => {
    const latent = runStack(params, config, 'encoder', batchVectors(batch));
    const { codes } = residualQuantise(latent, codebookLevels(params, config.levels), {
      commitmentWeight: config.commitmentWeight,
    });
    return { outputs: { latent, ...Object.fromEntries(codes.map((code, level) => [`code${level}`, code])) } };
  };
}

function batchVectors(batch: Readonly<Record<string, Tensor>>): Tensor {
  const { vectors } = batch;
  if (!vectors) throw new Error('rqvae: the batch has no "vectors"');
  return vectors;
}
