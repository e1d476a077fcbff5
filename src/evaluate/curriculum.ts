/** From influence scores to sampling probabilities, and how far those are from uniform. */

export interface SamplingRule {
  readonly temperature: number;
  /** Scores are first brought to [0, 1]; equal scores stay equal. */
  readonly isRescaled: boolean;
}

/** softmax(scores / temperature) with the largest score subtracted first (mtgrec.md §6.2). @param scores [K] */
export function samplingProbabilities(scores: readonly number[], { temperature, isRescaled }: SamplingRule): number[] {
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const scaled = isRescaled && high > low ? scores.map((score) => (score - low) / (high - low)) : scores;
  const top = Math.max(...scaled);
  const weights = scaled.map((score) => Math.exp((score - top) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Entropy of a distribution over its largest value, log K: 1 = uniform; 1 for a single choice. */
export function relativeEntropy(probabilities: readonly number[]): number {
  if (probabilities.length < 2) return 1;
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return entropy / Math.log(probabilities.length);
}

/** Above this share of the largest entropy a curriculum does next to nothing. */
export const NEARLY_UNIFORM = 0.98;
