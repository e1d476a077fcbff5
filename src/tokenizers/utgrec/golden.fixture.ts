/** The golden step's configuration (scripts/golden/utgrec.py) as the model wants it. */
import * as v from 'valibot';
import type { ModelSpec } from './model';
import { cosineNoiseSchedule } from './noiseSchedule';

const layer = {
  width: v.number(),
  heads: v.number(),
  keyHeads: v.number(),
  headWidth: v.number(),
  feedForwardWidth: v.number(),
  rotaryBase: v.number(),
  normEps: v.number(),
};
const meta = v.object({
  config: v.object({
    encoder: v.object({ kind: v.literal('compact'), ...layer, layers: v.number(), dropout: v.number() }),
    quantiser: v.object({
      kind: v.picklist(['tree', 'independent']),
      levels: v.number(),
      rootEntries: v.number(),
      leafEntries: v.number(),
      width: v.number(),
      commitmentWeight: v.number(),
    }),
    projectionWidth: v.number(),
    projectionDropout: v.number(),
    decoder: v.object(layer),
    diffusion: v.object({
      width: v.number(),
      blocks: v.number(),
      timeWidth: v.number(),
      repeats: v.number(),
      learnsVariance: v.boolean(),
    }),
    weights: v.object({ image: v.number(), codebook: v.number(), alignment: v.number(), positive: v.number() }),
    temperature: v.number(),
  }),
  sizes: v.object({
    vocabulary: v.number(),
    textLength: v.number(),
    patches: v.number(),
    patchWidth: v.number(),
    latents: v.number(),
    latentWidth: v.number(),
    vectorWidth: v.number(),
  }),
});

export function utgrecModelOf(golden: { readonly meta: Readonly<Record<string, unknown>> }): ModelSpec {
  const { config, sizes } = v.parse(meta, golden.meta);
  return { config, sizes: { ...sizes, latentBound: 1 }, schedule: cosineNoiseSchedule() };
}
