/**
 * A small convolutional variational autoencoder of pictures (Kingma & Welling 2014), whose latents are UTGRec's diffusion
 * targets where the published code uses MAR's KL-VAE (utgrec.md §4.4). Encoder: 3×3 convolutions, one of stride 2 for every
 * halving; decoder: nearest doubling and 3×3 convolutions; SiLU between them.
 * L = mean (x − x̂)² + w_KL · mean ½(μ² + σ² − 1 − log σ²).
 * Shapes: B pictures, S pixels of a side, s = S / 2^halvings, c latent channels. Channels last.
 */
import { conv2d, convolutionParameters, doubled } from '../../nn/convolution';
import type { ParameterSpec } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import {
  add,
  affine,
  exp,
  multiply,
  negate,
  relu,
  scaleBy,
  silu,
  square,
  subtract,
} from '../../tensor/ops/elementwise';
import { split } from '../../tensor/ops/move';
import { meanAll } from '../../tensor/ops/reduce';

type Params = (name: string) => Tensor;

export interface VaeConfig {
  /** c. */
  readonly channels: number;
  /** Channels of the first convolution; every halving doubles them, to four times this at most. */
  readonly width: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** w_KL. */
  readonly klWeight: number;
}

export const DEFAULT_VAE: VaeConfig = {
  channels: 8,
  width: 16,
  epochs: 12,
  batchSize: 32,
  learningRate: 2e-3,
  klWeight: 1e-4,
};

const RGB = 3;
const KERNEL = 3;
const MOST_WIDENING = 4;
/** Bounds of log σ² as in the published autoencoder. */
const LOG_VARIANCE = { least: -30, most: 20 } as const;

const widthAt = ({ width }: VaeConfig, depth: number): number => width * Math.min(MOST_WIDENING, 2 ** depth);

export function vaeParameters(config: VaeConfig, halvings: number): ParameterSpec[] {
  const layer = (name: string, inputs: number, outputs: number) =>
    convolutionParameters(`vae.${name}`, KERNEL, inputs, outputs);
  const depths = Array.from({ length: halvings }, (_, depth) => depth);
  return [
    ...layer('encoder.in', RGB, widthAt(config, 0)),
    ...depths.flatMap((depth) => layer(`encoder.down.${depth}`, widthAt(config, depth), widthAt(config, depth + 1))),
    ...layer('encoder.out', widthAt(config, halvings), 2 * config.channels),
    ...layer('decoder.in', config.channels, widthAt(config, halvings)),
    ...depths.flatMap((depth) => layer(`decoder.up.${depth}`, widthAt(config, depth + 1), widthAt(config, depth))),
    ...layer('decoder.out', widthAt(config, 0), RGB),
  ];
}

const same = { kernel: KERNEL, padding: 1 } as const;

/** Pictures `[B, S, S, 3]` in [−1, 1] → μ and log σ², each `[B, s, s, c]`. */
export function vaeEncode(
  params: Params,
  config: VaeConfig,
  halvings: number,
  x: Tensor,
): { readonly mean: Tensor; readonly logVariance: Tensor } {
  let y = silu(conv2d(params, 'vae.encoder.in', x, same));
  for (let depth = 0; depth < halvings; depth++)
    y = silu(conv2d(params, `vae.encoder.down.${depth}`, y, { ...same, stride: 2 }));
  const { channels } = config;
  const both = split(conv2d(params, 'vae.encoder.out', y, same), -1, [channels, channels]);
  const [mean, raw] = both as [Tensor, Tensor];
  return { mean, logVariance: within(raw, LOG_VARIANCE.least, LOG_VARIANCE.most) };
}

/** Latents `[B, s, s, c]` → pictures `[B, S, S, 3]`, not cut to [−1, 1]. */
export function vaeDecode(params: Params, halvings: number, z: Tensor): Tensor {
  let y = silu(conv2d(params, 'vae.decoder.in', z, same));
  for (let depth = halvings - 1; depth >= 0; depth--)
    y = silu(conv2d(params, `vae.decoder.up.${depth}`, doubled(y), same));
  return conv2d(params, 'vae.decoder.out', y, same);
}

export interface VaeLosses {
  readonly total: Tensor;
  readonly squared: Tensor;
  readonly divergence: Tensor;
}

/** @param noise `[B, s, s, c]`, N(0, 1): z = μ + σ · noise */
export function vaeLosses(params: Params, config: VaeConfig, halvings: number, x: Tensor, noise: Tensor): VaeLosses {
  const { mean, logVariance } = vaeEncode(params, config, halvings, x);
  const z = add(mean, multiply(exp(scaleBy(logVariance, 0.5)), noise));
  const squared = meanAll(square(subtract(x, vaeDecode(params, halvings, z))));
  const spread = subtract(affine(exp(logVariance), 1, -1), logVariance);
  const divergence = scaleBy(meanAll(add(square(mean), spread)), 0.5);
  return { total: add(squared, scaleBy(divergence, config.klWeight)), squared, divergence };
}

/** x cut to [least, most]; no gradient outside. */
function within(x: Tensor, least: number, most: number): Tensor {
  const raised = affine(relu(affine(x, 1, -least)), 1, least);
  return affine(negate(relu(affine(negate(raised), 1, most))), 1, most);
}
