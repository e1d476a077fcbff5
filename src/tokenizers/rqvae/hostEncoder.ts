/** RQ-VAE's encoder on the processor, for the few items whose residuals a figure shows (the trainer runs all on the GPU). */
import { ShapeError } from '../../base/errors';
import type { RqvaeConfig } from './config';

/**
 * Latents of rows of item vectors: linear layers with ReLU between, none after the last, summed in f64.
 * @param parameters `encoder.0.weight` [in, out], `encoder.0.bias` … as a checkpoint holds them
 * @param vectors whitened `[n, inputDim]`. @returns `[n, latentDim]`
 * @throws ShapeError `rqvae/parameters` naming the layer that is missing or of another size
 */
export function encodeOnHost(
  parameters: ReadonlyMap<string, Float32Array>,
  { inputDim, hidden, latentDim }: Pick<RqvaeConfig, 'inputDim' | 'hidden' | 'latentDim'>,
  vectors: Float32Array,
): Float32Array<ArrayBuffer> {
  const sizes = [inputDim, ...hidden, latentDim];
  const rows = vectors.length / inputDim;
  let values = Float32Array.from(vectors);
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [inputs, outputs] = [sizes[layer] ?? 0, sizes[layer + 1] ?? 0];
    const weight = parameters.get(`encoder.${layer}.weight`);
    const bias = parameters.get(`encoder.${layer}.bias`);
    if (weight?.length !== inputs * outputs || bias?.length !== outputs)
      throw new ShapeError(
        'rqvae/parameters',
        `RQ-VAE: wanted encoder layer ${layer} of [${inputs}, ${outputs}], came ${weight?.length ?? 'no'} weights; train the tokenizer again.`,
      );
    const isLast = layer + 2 === sizes.length;
    const next = new Float32Array(rows * outputs);
    const sums = new Float64Array(outputs);
    for (let row = 0; row < rows; row++) {
      sums.set(bias);
      for (let input = 0; input < inputs; input++) {
        const value = values[row * inputs + input] ?? 0;
        if (value === 0) continue;
        for (let output = 0; output < outputs; output++)
          sums[output] = (sums[output] ?? 0) + value * (weight[input * outputs + output] ?? 0);
      }
      for (let output = 0; output < outputs; output++) {
        const sum = sums[output] ?? 0;
        next[row * outputs + output] = isLast ? sum : Math.max(0, sum);
      }
    }
    values = next;
  }
  return values;
}
