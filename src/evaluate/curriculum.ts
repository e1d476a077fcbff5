/** From influence scores to sampling probabilities, and how far those are from uniform. */

/** `minMax`: scores are mapped to [0, 1] before the softmax (in the reference, but switched off); equal scores to 0. */
export type Centring = 'none' | 'minMax';

/** p = softmax(a / τ), the maximum subtracted first (mtgrec.md §6.2). @param scores [K] @param temperature τ > 0 */
export function samplingProbabilities(
  scores: readonly number[],
  temperature: number,
  centring: Centring = 'none',
): number[] {
  const centred = centring === 'minMax' ? minMax(scores) : scores;
  const top = Math.max(...centred);
  const weights = centred.map((score) => Math.exp((score - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function minMax(scores: readonly number[]): number[] {
  const least = Math.min(...scores);
  const span = Math.max(...scores) - least;
  return scores.map((score) => (span > 0 ? (score - least) / span : 0));
}

/** Entropy of a distribution over its largest value, log K: 1 = uniform; 1 for a single choice. */
export function relativeEntropy(probabilities: readonly number[]): number {
  if (probabilities.length < 2) return 1;
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return entropy / Math.log(probabilities.length);
}

/** Above this share of the largest entropy a curriculum does next to nothing. */
export const NEARLY_UNIFORM = 0.98;
