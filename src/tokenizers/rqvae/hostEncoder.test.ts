import { describe, expect, it } from 'vitest';
import { encodeOnHost } from './hostEncoder';

const parameters = new Map([
  // [2, 3], then [3, 2].
  ['encoder.0.weight', Float32Array.of(1, -1, 2, 0.5, 1, -3)],
  ['encoder.0.bias', Float32Array.of(0, 1, -1)],
  ['encoder.1.weight', Float32Array.of(1, 0, 2, -1, 0, 1)],
  ['encoder.1.bias', Float32Array.of(-2, 0.25)],
]);
const sizes = { inputDim: 2, hidden: [3], latentDim: 2 };

describe('encodeOnHost', () => {
  it('is linear layers with ReLU between and none after the last, worked by hand', () => {
    // Row [2, 4]: hidden [4, 3, −9] → [4, 3, 0]; latent [4 + 6 − 2, −3 + 0.25].
    // Row [1, 0]: hidden [1, 0, 1]; latent [1 − 2, 1 + 0.25].
    expect([...encodeOnHost(parameters, sizes, Float32Array.of(2, 4, 1, 0))]).toEqual([8, -2.75, -1, 1.25]);
  });

  it('names the layer that does not fit', () => {
    expect(() => encodeOnHost(parameters, { ...sizes, hidden: [4] }, new Float32Array(2))).toThrow(
      expect.objectContaining({ code: 'rqvae/parameters' }),
    );
  });
});
