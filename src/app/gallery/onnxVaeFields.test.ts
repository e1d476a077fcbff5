import { describe, expect, it } from 'vitest';
import type { UtgrecConfig } from '../../worker/protocol';
import { DEFAULT_ONNX, withEncoder } from './OnnxVaeFields';

type Input = UtgrecConfig['tokenizer']['input'];

const input: Input = {
  textLength: 16,
  leastCount: 2,
  mostPieces: 2000,
  imageSide: 32,
  patch: 8,
  latentSide: 16,
  latentPatch: 4,
  latents: 'onnx',
  onnx: { ...DEFAULT_ONNX, scale: 0.5 },
};
const file = { name: 'e.onnx', sizeBytes: 1, sha256: 'ab'.repeat(32), input: '', output: '', channels: 16 };

describe('withEncoder', () => {
  it('takes over the sides that the file names, and pictures that they divide', () => {
    const found = withEncoder(input, { ...file, side: 256, latentSide: 16 });
    expect(found).toMatchObject({ imageSide: 256, latentSide: 256, latentPatch: 16, patch: 8 });
    expect(found.onnx).toEqual({ encoder: file.sha256, scale: 0.5, hasMoments: true });
    expect(withEncoder(input, { ...file, side: 8, latentSide: 4 })).toMatchObject({
      imageSide: 32,
      latentSide: 8,
      latentPatch: 2,
      patch: 8,
    });
    expect(withEncoder(input, { ...file, side: 12, latentSide: 6 })).toMatchObject({ imageSide: 12, patch: 6 });
  });

  it('keeps the sides of the configuration where the file leaves them open', () => {
    expect(withEncoder(input, { ...file, side: null, latentSide: null })).toMatchObject({
      imageSide: 32,
      latentSide: 16,
      latentPatch: 4,
    });
  });
});
