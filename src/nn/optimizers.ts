import { ConfigError } from '../base/errors';
import { constantSchedule, type Schedule } from './schedules';

interface SharedOptions {
  /** A constant or a schedule over optimizer updates, from step 0. */
  readonly learningRate: number | Schedule;
  /** Decoupled decay, applied to every trainable parameter; AdamW spares those with `isDecayed: false`. */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this global L2 norm; none if left out. */
  readonly clipNorm?: number;
  readonly eps?: number;
}

/** Trainable parameters, next to each other in the arena, that have no gradient before update `fromStep`. */
export interface LateParameters {
  readonly names: readonly string[];
  readonly fromStep: number;
}

export interface AdamwOptimizer {
  readonly kind: 'adamw';
  readonly learningRate: Schedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly late: LateParameters | null;
}

export interface AdagradOptimizer {
  readonly kind: 'adagrad';
  readonly learningRate: Schedule;
  readonly eps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

/** Computes gradients (and their norm) and updates nothing. */
export interface GradientOnly {
  readonly kind: 'gradientOnly';
  readonly learningRate: Schedule;
  readonly clipNorm: number;
}

export type Optimizer = AdamwOptimizer | AdagradOptimizer | GradientOnly;

const shared = (options: SharedOptions) => {
  const { learningRate, weightDecay = 0, clipNorm = 0 } = options;
  if (weightDecay < 0 || clipNorm < 0)
    throw new ConfigError('optimizer/negative', 'optimizer: weightDecay and clipNorm must not be negative.');
  return {
    learningRate: typeof learningRate === 'number' ? constantSchedule(learningRate) : learningRate,
    weightDecay,
    clipNorm,
  };
};

/**
 * AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW: θ ← θ(1 − lr·wd) − lr · m̂ / (√v̂ + ε). Late parameters are as torch's
 * whose `grad` is None at first: they neither move nor decay until then, and their bias corrections count from there.
 */
export function adamw(
  options: SharedOptions & { readonly beta1?: number; readonly beta2?: number; readonly late?: LateParameters | null },
): AdamwOptimizer {
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, late = null } = options;
  return { kind: 'adamw', ...shared(options), beta1, beta2, eps, late };
}

/** Adagrad as torch.optim.Adagrad, initial accumulator 0: s ← s + g², θ ← θ − lr · g / (√s + ε). */
export function adagrad(options: SharedOptions): AdagradOptimizer {
  const { eps = 1e-10 } = options;
  return { kind: 'adagrad', ...shared(options), eps };
}

/** A step that leaves its gradients in the gradient arena and the parameters and moments as they were. */
export function gradientOnly(): GradientOnly {
  return { kind: 'gradientOnly', learningRate: constantSchedule(0), clipNorm: 0 };
}
