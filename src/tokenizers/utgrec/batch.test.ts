import { describe, expect, it } from 'vitest';
import { BatchWriter, type UtgrecCatalogue } from './batch';
import type { ModelSpec } from './model';
import { cosineNoiseSchedule } from './noiseSchedule';

const LAYER = { width: 8, heads: 1, keyHeads: 1, headWidth: 8, feedForwardWidth: 8, rotaryBase: 1e4, normEps: 1e-6 };
const MODEL: ModelSpec = {
  config: {
    encoder: { kind: 'frozen', width: 8 },
    quantiser: { kind: 'tree', levels: 2, rootEntries: 2, leafEntries: 2, width: 4, commitmentWeight: 0.25 },
    projectionWidth: 8,
    projectionDropout: 0,
    decoder: LAYER,
    diffusion: { width: 8, blocks: 1, timeWidth: 4, repeats: 3, learnsVariance: true },
    weights: { image: 1, codebook: 1, alignment: 0, positive: 0 },
    temperature: 0.1,
  },
  sizes: {
    vocabulary: 4,
    textLength: 2,
    patches: 0,
    patchWidth: 0,
    latents: 1,
    latentWidth: 1,
    latentBound: 1,
    vectorWidth: 2,
  },
  schedule: cosineNoiseSchedule(),
};
const ITEMS = 40;
const everyItem = Uint32Array.from({ length: ITEMS }, (_, item) => item);

/** One latent of one channel: item + 1, and its negative in the mirror. */
function writer(hasFlips: boolean): BatchWriter {
  const catalogue: UtgrecCatalogue = {
    itemCount: ITEMS,
    texts: new Uint32Array(ITEMS * 2).fill(1),
    pictures: { side: 1, pixels: new Uint8Array(ITEMS * 3), isPresent: new Uint8Array(ITEMS).fill(1) },
    latents: Float32Array.from(everyItem, (item) => item + 1),
    mirrored: hasFlips ? Float32Array.from(everyItem, (item) => -item - 1) : null,
    vectors: new Float32Array(ITEMS * 2),
    positives: { offsets: new Uint32Array(ITEMS + 1), values: new Uint32Array(0) },
  };
  return new BatchWriter(MODEL, catalogue, 1, 3);
}

/** The latent that each of an item's noises starts from. */
const starts = (made: ReturnType<BatchWriter['training']>): number[] => [...(made['start']?.data ?? [])];

describe('a batch of the tokenizer', () => {
  it('mirrors about half of the pictures, whole, anew at every step, and the same again for the same step', () => {
    const made = writer(true);
    const first = starts(made.training(everyItem, 5));
    const isMirrored = everyItem.map((item) => Number((first[item * 3] ?? 0) < 0));
    everyItem.forEach((item) => {
      const value = isMirrored[item] ? -item - 1 : item + 1;
      expect(first.slice(item * 3, item * 3 + 3)).toEqual([value, value, value]);
    });
    const count = isMirrored.reduce((sum, one) => sum + one, 0);
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(32);
    expect(starts(made.training(everyItem, 6))).not.toEqual(first);
    expect(starts(made.training(everyItem, 5))).toEqual(first);
  });

  it('mirrors nothing for measuring, or where no mirrored latents were made', () => {
    const plain = everyItem.length * 3;
    for (const found of [
      starts(writer(true).training(everyItem, 5, { hasNoFlips: true })),
      starts(writer(false).training(everyItem, 5)),
    ]) {
      expect(found).toHaveLength(plain);
      expect(found.every((value) => value > 0)).toBe(true);
    }
  });

  it('draws other noise for another part of the step', () => {
    const made = writer(false);
    const noiseOf = (part: number): number[] => [...(made.training(everyItem, 5, { part })['noise']?.data ?? [])];
    expect(noiseOf(1)).not.toEqual(noiseOf(0));
    expect(noiseOf(0)).toEqual([...(made.training(everyItem, 5)['noise']?.data ?? [])]);
  });
});
