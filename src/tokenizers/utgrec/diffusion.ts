/**
 * UTGRec's image loss: a small denoiser that predicts the noise in one image latent from the noised latent, the time and a
 * condition vector (utgrec.md §4.5, after MAR, arXiv 2406.11838). MLP with adaptive LayerNorm; the modulation and output
 * layers start at zero, so a fresh denoiser answers 0 and its noise error is 1. With a learned variance the variational
 * bound trains the variance outputs only (its mean uses a stopped noise estimate).
 * Shapes: N rows (items × positions × repeats), c latent channels, W denoiser width, Y condition width.
 */
import { fillInit, normalInit, type ParameterSpec, parameter } from '../../nn/parameters';
import type { Tensor } from '../../tensor/graph';
import {
  add,
  affine,
  divide,
  exp,
  log,
  multiply,
  negate,
  relu,
  scaleBy,
  silu,
  square,
  subtract,
  tanh,
} from '../../tensor/ops/elementwise';
import { embedding } from '../../tensor/ops/embedding';
import { constant } from '../../tensor/ops/leaves';
import { linear } from '../../tensor/ops/matmul';
import { split } from '../../tensor/ops/move';
import { layerNorm } from '../../tensor/ops/norm';
import { mean, sumAll } from '../../tensor/ops/reduce';
import { reshape, stopGradient } from '../../tensor/ops/views';
import { sizeAt } from '../../tensor/shape';
import type { DiffusionConfig } from './config';
import { type NoiseSchedule, timeFeatures } from './noiseSchedule';

type Params = (name: string) => Tensor;

const NORM_EPS = 1e-6;
const TIME_SCALE = 0.02;

/** Xavier: U(±√(6/(in + out))), as the published initialisation of the denoiser's ordinary layers. */
const xavier = (inputs: number, outputs: number) => ({
  kind: 'uniform' as const,
  scale: Math.sqrt(6 / (inputs + outputs)),
});

/** 20,786,208 values at the published sizes (16 channels, conditions of 1,536, width 1,024, 3 blocks, variance learned). */
export function denoiserParameters(config: DiffusionConfig, channels: number, conditionWidth: number): ParameterSpec[] {
  const { width, blocks, timeWidth, learnsVariance } = config;
  const dense = (
    name: string,
    inputs: number,
    outputs: number,
    init = xavier(inputs, outputs) as ParameterSpec['init'],
  ) => [parameter(`${name}.weight`, [inputs, outputs], init), parameter(`${name}.bias`, [outputs], fillInit(0))];
  return [
    ...dense('denoiser.input', channels, width),
    ...dense('denoiser.time.0', timeWidth, width, normalInit(TIME_SCALE)),
    ...dense('denoiser.time.1', width, width, normalInit(TIME_SCALE)),
    ...dense('denoiser.condition', conditionWidth, width),
    ...Array.from({ length: blocks }, (_, block) => {
      const name = `denoiser.block.${block}`;
      return [
        ...dense(`${name}.modulation`, width, 3 * width, fillInit(0)),
        parameter(`${name}.norm.weight`, [width], fillInit(1)),
        parameter(`${name}.norm.bias`, [width], fillInit(0)),
        ...dense(`${name}.mlp.0`, width, width),
        ...dense(`${name}.mlp.1`, width, width),
      ];
    }).flat(),
    ...dense('denoiser.final.modulation', width, 2 * width, fillInit(0)),
    ...dense('denoiser.output', width, learnsVariance ? 2 * channels : channels, fillInit(0)),
  ];
}

const dense = (params: Params, name: string, x: Tensor): Tensor =>
  linear(x, params(`${name}.weight`), params(`${name}.bias`));

export interface DenoiserInputs {
  /** x_t `[N, c]`. */
  readonly noised: Tensor;
  /** u32 `[N]`, 0 … T − 1. */
  readonly time: Tensor;
  /** `[N, W]`: `conditionSignal` of each row's condition. */
  readonly condition: Tensor;
}

/** What the denoiser makes of conditions `[…, Y]`: `[…, W]`. Once for each of them, however many noises share it. */
export const conditionSignal = (params: Params, condition: Tensor): Tensor =>
  dense(params, 'denoiser.condition', condition);

/** Noise estimate ε̂ `[N, c]` and, with a learned variance, its logits ν `[N, c]`. */
export function denoise(
  params: Params,
  config: DiffusionConfig,
  schedule: NoiseSchedule,
  { noised, time, condition }: DenoiserInputs,
): { readonly noise: Tensor; readonly variance: Tensor | null } {
  const { width, blocks, timeWidth, learnsVariance } = config;
  const features = new Float32Array(schedule.steps * timeWidth);
  for (let t = 0; t < schedule.steps; t++) features.set(timeFeatures(t, timeWidth), t * timeWidth);
  const timeRows = embedding(constant(features, [schedule.steps, timeWidth]), time);
  const timed = dense(params, 'denoiser.time.1', silu(dense(params, 'denoiser.time.0', timeRows)));
  const signal = silu(add(timed, condition));
  const modulate = (x: Tensor, shift: Tensor, scale: Tensor): Tensor => add(multiply(x, affine(scale, 1, 1)), shift);
  let x = dense(params, 'denoiser.input', noised);
  for (let block = 0; block < blocks; block++) {
    const name = `denoiser.block.${block}`;
    const parts = split(dense(params, `${name}.modulation`, signal), 1, [width, width, width]);
    const [shift, scale, gate] = parts as [Tensor, Tensor, Tensor];
    const normed = layerNorm(x, params(`${name}.norm.weight`), params(`${name}.norm.bias`), NORM_EPS);
    const hidden = silu(dense(params, `${name}.mlp.0`, modulate(normed, shift, scale)));
    x = add(x, multiply(gate, dense(params, `${name}.mlp.1`, hidden)));
  }
  const [shift, scale] = split(dense(params, 'denoiser.final.modulation', signal), 1, [width, width]) as [
    Tensor,
    Tensor,
  ];
  const plain = layerNorm(
    x,
    constant(new Float32Array(width).fill(1), [width]),
    constant(new Float32Array(width), [width]),
    NORM_EPS,
  );
  const out = dense(params, 'denoiser.output', modulate(plain, shift, scale));
  if (!learnsVariance) return { noise: out, variance: null };
  const channels = sizeAt(noised.shape, 1);
  const [noise, variance] = split(out, 1, [channels, channels]) as [Tensor, Tensor];
  return { noise, variance };
}

export interface DiffusionTargets {
  /** x0 `[N, c]`. */
  readonly start: Tensor;
  /** ε `[N, c]`. */
  readonly noise: Tensor;
  /** f32 `[N]`: 1 where the row counts, 0 for items without an image. */
  readonly mask: Tensor;
}

/** Loss of each row `[N]`: mean over channels of (ε − ε̂)², plus the variational bound in bits if the variance is learned. */
export function diffusionRowLosses(
  schedule: NoiseSchedule,
  inputs: Pick<DenoiserInputs, 'noised' | 'time'>,
  targets: Pick<DiffusionTargets, 'start' | 'noise'>,
  estimate: { readonly noise: Tensor; readonly variance: Tensor | null },
): { readonly squared: Tensor; readonly bound: Tensor | null } {
  const squared = mean(square(subtract(targets.noise, estimate.noise)), 1);
  if (!estimate.variance) return { squared, bound: null };
  return { squared, bound: variationalBound(schedule, inputs, targets.start, estimate.noise, estimate.variance) };
}

/** Masked mean of the rows' losses; 0 if no row counts. */
export function diffusionLoss(rows: Tensor, mask: Tensor): Tensor {
  // relu(n − 1) + 1 = max(n, 1): a batch without images divides by 1, not by 0.
  const count = affine(relu(affine(sumAll(mask), 1, -1)), 1, 1);
  return divide(sumAll(multiply(rows, mask)), count);
}

const SMALLEST_PROBABILITY = 1e-12;
/** Half the width of one of 256 grey levels in [−1, 1]. */
const HALF_BIN = 1 / 255;
const EDGE = 0.999;

/**
 * KL(q(x_{t−1} | x_t, x0) ‖ p) in bits a channel for t > 0, and the discretised Gaussian's negative log-likelihood at t = 0
 * (Nichol & Dhariwal 2021, Eqs. 13–16); gradient to the variance logits only.
 */
function variationalBound(
  schedule: NoiseSchedule,
  { noised, time }: Pick<DenoiserInputs, 'noised' | 'time'>,
  start: Tensor,
  noise: Tensor,
  variance: Tensor,
): Tensor {
  const rows = sizeAt(start.shape, 0);
  const table = (values: Float64Array): Tensor =>
    embedding(constant(Float32Array.from(values), [schedule.steps, 1]), time);
  const alphaBar = schedule.alphaBar;
  const current = stopGradient(noised);
  const estimate = stopGradient(noise);
  const beforeScale = table(alphaBar.map((value) => 1 / Math.sqrt(value)));
  const noiseScale = table(alphaBar.map((value) => Math.sqrt(1 / value - 1)));
  const estimatedStart = subtract(multiply(current, beforeScale), multiply(estimate, noiseScale));
  const startWeight = table(schedule.posteriorMeanStart);
  const difference = multiply(subtract(start, estimatedStart), startWeight);
  const currentTerm = multiply(current, table(schedule.posteriorMeanCurrent));
  const posterior = table(schedule.posteriorLogVariance);
  const logBeta = table(schedule.beta.map(Math.log));
  const share = affine(variance, 0.5, 0.5);
  const logVariance = add(multiply(share, subtract(logBeta, posterior)), posterior);
  const gap = add(negate(logVariance), posterior);
  const divergence = affine(
    add(subtract(exp(gap), gap), multiply(square(difference), exp(negate(logVariance)))),
    0.5,
    -0.5,
  );
  const likelihood = discretisedLikelihood(start, add(multiply(estimatedStart, startWeight), currentTerm), logVariance);
  const isFirst = table(Float64Array.from({ length: schedule.steps }, (_, t) => (t === 0 ? 1 : 0)));
  const bits = add(multiply(negate(likelihood), isFirst), multiply(divergence, affine(isFirst, -1, 1)));
  return reshape(scaleBy(mean(bits, 1), 1 / Math.LN2), [rows]);
}

/** Φ by the tanh formula of the published code. */
const normalDistribution = (x: Tensor): Tensor =>
  affine(tanh(scaleBy(add(x, scaleBy(multiply(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 0.5, 0.5);

const atLeast = (x: Tensor, least: number): Tensor => affine(relu(affine(x, 1, -least)), 1, least);

/** log of the probability of the grey level around `x`; the outermost levels reach to infinity. */
function discretisedLikelihood(x: Tensor, means: Tensor, logVariance: Tensor): Tensor {
  const centred = subtract(x, stopGradient(means));
  const precision = exp(scaleBy(logVariance, -0.5));
  const above = normalDistribution(multiply(affine(centred, 1, HALF_BIN), precision));
  const below = normalDistribution(multiply(affine(centred, 1, -HALF_BIN), precision));
  const isLow = stepAbove(negate(x), EDGE);
  const isHigh = stepAbove(x, EDGE);
  const between = affine(add(isLow, isHigh), -1, 1);
  const logOf = (probability: Tensor): Tensor => log(atLeast(probability, SMALLEST_PROBABILITY));
  return add(
    add(multiply(logOf(above), isLow), multiply(logOf(affine(below, -1, 1)), isHigh)),
    multiply(logOf(subtract(above, below)), between),
  );
}

/** 1 where x > bound, else 0; no gradient. The slope is so steep that no f32 of a picture lies on it. */
function stepAbove(x: Tensor, bound: number): Tensor {
  const steep = scaleBy(relu(affine(stopGradient(x), 1, -bound)), 1e30);
  return affine(relu(affine(steep, -1, 1)), -1, 1);
}
