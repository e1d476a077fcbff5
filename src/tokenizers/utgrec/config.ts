/** Sizes and recipe of UTGRec's tokenizer (utgrec.md); presets are the JSON files in models/utgrec. */
import type { TransformerLayerConfig } from '../../nn/transformerLayer';

export interface QuantiserConfig {
  /** `tree`: root book and shared leaf book. `independent`: one book a level, all of `rootEntries` (ablation 1). */
  readonly kind: 'tree' | 'independent';
  /** H, codes of an item. */
  readonly levels: number;
  readonly rootEntries: number;
  readonly leafEntries: number;
  /** d, codebook width. */
  readonly width: number;
  /** β of the commitment term. */
  readonly commitmentWeight: number;
}

export interface CompactEncoderConfig extends TransformerLayerConfig {
  readonly layers: number;
  readonly dropout: number;
}

export type EncoderConfig =
  | ({ readonly kind: 'compact' } & CompactEncoderConfig)
  /** Cached vectors of frozen encoders through one learned projection a level; `width` is D. */
  | { readonly kind: 'frozen'; readonly width: number };

export interface DiffusionConfig {
  readonly width: number;
  readonly blocks: number;
  /** Width of the time features, even. */
  readonly timeWidth: number;
  /** R, independent noises of one latent in a step. */
  readonly repeats: number;
  /** Also learn the variance by the variational bound (the published code); off: noise error alone. */
  readonly learnsVariance: boolean;
}

/** Coefficients of the overall objective (paper Eq. 13). */
export interface LossWeights {
  /** λ_img. */
  readonly image: number;
  readonly codebook: number;
  /** μ; 0 leaves the alignment out (ablation 2). */
  readonly alignment: number;
  /** γ; 0 leaves the co-occurring item's reconstruction out (ablation 3). */
  readonly positive: number;
}

export interface UtgrecModelConfig {
  readonly encoder: EncoderConfig;
  readonly quantiser: QuantiserConfig;
  /** Inner width of the MLP from content to codebook width. */
  readonly projectionWidth: number;
  readonly projectionDropout: number;
  /** Both decoders have this one layer. */
  readonly decoder: TransformerLayerConfig;
  readonly diffusion: DiffusionConfig;
  readonly weights: LossWeights;
  /** τ of the alignment. */
  readonly temperature: number;
}

/** What the data decides. */
export interface UtgrecSizes {
  /** V, text pieces; piece 0 is padding. */
  readonly vocabulary: number;
  /** T, text positions. */
  readonly textLength: number;
  /** Image patches the compact encoder sees and their values; 0 without images. */
  readonly patches: number;
  readonly patchWidth: number;
  /** P, image latents to reconstruct, and their channels c; 0 without images. */
  readonly latents: number;
  readonly latentWidth: number;
  /** Largest |value| of a latent: drawn ones are cut there. 1 for pixels. */
  readonly latentBound: number;
  /** Width of the cached vectors of a frozen encoder; 0 for others. */
  readonly vectorWidth: number;
}
