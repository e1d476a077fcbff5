/** What the image decoder of UTGRec draws: scaled pixels of a small square, or latents of the workspace's own autoencoder. */
import { mixSeed } from '../base/random';
import type { Engine } from '../plan/engine';
import { type Pictures, pixelLatents, pixelsOfPatches } from '../tokenizers/utgrec/pictures';
import { DEFAULT_VAE } from '../tokenizers/utgrec/vae';
import { type TrainedVae, trainVae, VaeCodec, type VaeGeometry } from '../tokenizers/utgrec/vaeCodec';
import { type OnnxLatents, onnxPictures, type VaeFiles } from './onnxLatents';
import type { ItemInputConfig } from './utgrecConfig';

export interface PictureLatents {
  /** f32 `[N, P, c]`, zeros without a picture. */
  readonly latents: Float32Array;
  /** Of the mirrored pictures, or null. */
  readonly mirrored: Float32Array | null;
  /** c. */
  readonly width: number;
  /** Largest |value| that a drawn latent may have. */
  readonly bound: number;
  /** Null for pixels. */
  readonly vae: TrainedVae | null;
}

export interface LatentOptions {
  readonly engine: Engine;
  readonly seed: number;
  readonly hasFlips: boolean;
  /** An autoencoder that was trained before: that of the tokenizer to go on from, or of the checkpoint. */
  readonly vae: TrainedVae | null;
  readonly onStep: (done: number, total: number) => void | Promise<void>;
  readonly signal: AbortSignal;
  /** Latents from the user's ONNX files. */
  readonly onnx: (pictures: Pictures) => Promise<OnnxLatents>;
}

const VAE_STREAM = 32;
const PIXEL_CHANNELS = 3;

const geometryOf = ({ vae = DEFAULT_VAE, latentSide, latentPatch }: ItemInputConfig): VaeGeometry => ({
  config: vae,
  side: latentSide,
  patch: latentPatch,
});

/** @throws ConfigError `utgrec/vae`, CancelledError `job/stopped`, NumericsError `train/not-finite` */
export async function pictureLatents(
  pictures: Pictures,
  input: ItemInputConfig,
  { engine, seed, hasFlips, vae, onStep, signal, onnx }: LatentOptions,
): Promise<PictureLatents> {
  const { latentSide, latentPatch } = input;
  if (input.latents === 'onnx') return { ...(await onnx(pictures)), vae: null };
  if (input.latents !== 'vae')
    return {
      latents: pixelLatents(pictures, latentSide, latentPatch),
      mirrored: hasFlips ? pixelLatents(pictures, latentSide, latentPatch, true) : null,
      width: latentPatch * latentPatch * PIXEL_CHANNELS,
      bound: 1,
      vae: null,
    };
  const geometry = geometryOf(input);
  const trained =
    vae ?? (await trainVae(engine, geometry, pictures, { seed: mixSeed(seed, VAE_STREAM), onStep, signal }));
  const codec = new VaeCodec(engine, geometry, trained);
  try {
    return {
      latents: await codec.encode(pictures),
      mirrored: hasFlips ? await codec.encode(pictures, true) : null,
      width: geometry.config.channels,
      bound: trained.bound,
      vae: trained,
    };
  } finally {
    await codec.dispose();
  }
}

/** What brings latents back to pictures. */
export interface LatentDecoders {
  /** The workspace's own autoencoder, or null. */
  readonly vae: TrainedVae | null;
  readonly decoder: VaeFiles['decoder'];
}

/** Pictures u8 `[side, side, 3]` of latents f32 `[n, P, width]`; null where the user's decoder would be needed. */
export async function picturesOfLatents(
  engine: Engine,
  input: ItemInputConfig,
  { vae, decoder }: LatentDecoders,
  { latents, width }: { readonly latents: Float32Array; readonly width: number },
): Promise<Uint8Array<ArrayBuffer>[] | null> {
  const { latentSide, latentPatch } = input;
  if (input.latents === 'onnx') return onnxPictures(input, decoder, { latents, width });
  if (vae) {
    const codec = new VaeCodec(engine, geometryOf(input), vae);
    try {
      return await codec.pixels(latents);
    } finally {
      await codec.dispose();
    }
  }
  const size = latentSide * latentSide * PIXEL_CHANNELS;
  return Array.from({ length: latents.length / size }, (_, at) =>
    pixelsOfPatches(latents.subarray(at * size, (at + 1) * size), latentSide, latentPatch),
  );
}
