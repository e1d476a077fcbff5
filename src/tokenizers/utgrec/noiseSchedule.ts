/**
 * The diffusion process of UTGRec's image loss (utgrec.md §4.5; Nichol & Dhariwal 2021, "Improved Denoising Diffusion"):
 * cosine schedule, β_t = min(1 − f((t+1)/T)/f(t/T), 0.999) with f(s) = cos²(((s + 0.008)/1.008)·π/2). Tables are float64.
 */

export interface NoiseSchedule {
  /** T. */
  readonly steps: number;
  readonly beta: Float64Array;
  /** ᾱ_t = Π (1 − β). */
  readonly alphaBar: Float64Array;
  /** log of the posterior variance β̃_t; entry 0, which would be log 0, holds entry 1's. */
  readonly posteriorLogVariance: Float64Array;
  /** Weights of x0 and x_t in the posterior mean. */
  readonly posteriorMeanStart: Float64Array;
  readonly posteriorMeanCurrent: Float64Array;
}

const MOST_BETA = 0.999;
const OFFSET = 0.008;

export function cosineNoiseSchedule(steps = 1000): NoiseSchedule {
  const f = (s: number): number => Math.cos((((s + OFFSET) / (1 + OFFSET)) * Math.PI) / 2) ** 2;
  const beta = Float64Array.from({ length: steps }, (_, t) =>
    Math.min(1 - f((t + 1) / steps) / f(t / steps), MOST_BETA),
  );
  const alphaBar = new Float64Array(steps);
  beta.forEach((value, t) => {
    alphaBar[t] = (alphaBar[t - 1] ?? 1) * (1 - value);
  });
  const before = (t: number): number => alphaBar[t - 1] ?? 1;
  const posteriorVariance = beta.map((value, t) => (value * (1 - before(t))) / (1 - (alphaBar[t] as number)));
  const posteriorLogVariance = posteriorVariance.map((value, t) =>
    Math.log(t === 0 ? (posteriorVariance[1] ?? value) : value),
  );
  return {
    steps,
    beta,
    alphaBar,
    posteriorLogVariance,
    posteriorMeanStart: beta.map((value, t) => (value * Math.sqrt(before(t))) / (1 - (alphaBar[t] as number))),
    posteriorMeanCurrent: beta.map(
      (value, t) => ((1 - before(t)) * Math.sqrt(1 - value)) / (1 - (alphaBar[t] as number)),
    ),
  };
}

/** x_t = √ᾱ_t x0 + √(1 − ᾱ_t) ε. */
export function noised(schedule: NoiseSchedule, t: number, start: number, noise: number): number {
  const alphaBar = schedule.alphaBar[t] as number;
  return Math.sqrt(alphaBar) * start + Math.sqrt(1 - alphaBar) * noise;
}

/** Sine and cosine features of a time step, `[cos | sin]`, frequencies 10000^(−i/half): width values. */
export function timeFeatures(t: number, width: number): Float64Array {
  const half = Math.floor(width / 2);
  const features = new Float64Array(width);
  for (let i = 0; i < half; i++) {
    const angle = t * 10000 ** (-i / half);
    features[i] = Math.cos(angle);
    features[half + i] = Math.sin(angle);
  }
  return features;
}

/** `steps` ascending time steps for sampling, spread over 0 … T − 1 as the published stride list. */
export function samplingSteps(schedule: NoiseSchedule, count: number): Uint32Array<ArrayBuffer> {
  const steps = Math.max(1, Math.min(count, schedule.steps));
  if (steps === 1) return Uint32Array.of(schedule.steps - 1);
  return Uint32Array.from({ length: steps }, (_, at) => Math.round((at * (schedule.steps - 1)) / (steps - 1)));
}
