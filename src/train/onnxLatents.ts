/**
 * Latents of all pictures from an autoencoder that the user has as ONNX files. Encoding a picture takes wasm seconds at
 * published sizes, so the latents are kept in the run, under the encoder's SHA-256: a run that goes on needs no file.
 */
import { ConfigError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { OnnxDecoder, OnnxEncoder, type OnnxVaeShape, type VaeFile } from '../tokenizers/utgrec/onnxVae';
import type { Pictures } from '../tokenizers/utgrec/pictures';
import { numberIn, readCheckpoint, writeCheckpoint } from './checkpoint';
import type { RunSink } from './runSink';
import type { ItemInputConfig, OnnxLatentConfig } from './utgrecConfig';

/** The user's files; null where none is chosen. */
export interface VaeFiles {
  readonly encoder: VaeFile | null;
  /** Only the gallery draws with it. */
  readonly decoder: VaeFile | null;
}

export const NO_VAE_FILES: VaeFiles = { encoder: null, decoder: null };

export interface OnnxLatentHost {
  readonly files: VaeFiles;
  /** Keeps the latents; null keeps none. */
  readonly sink: RunSink | null;
  readonly dataHash: string;
  readonly hasFlips: boolean;
  readonly signal: AbortSignal;
  /** Told pictures done. */
  readonly onPicture: (done: number) => void | Promise<void>;
}

export interface OnnxLatents {
  /** Scaled, f32 `[N, P, c]`. */
  readonly latents: Float32Array<ArrayBuffer>;
  readonly mirrored: Float32Array<ArrayBuffer> | null;
  /** c. */
  readonly width: number;
  /** Largest |value|. */
  readonly bound: number;
}

function settingsOf({ onnx }: ItemInputConfig): OnnxLatentConfig {
  if (onnx) return onnx;
  throw new ConfigError('utgrec/onnx-encoder', 'UTGRec: the configuration has no section tokenizer.input.onnx.');
}

const shapeOf = ({ latentSide, latentPatch, onnx }: ItemInputConfig): OnnxVaeShape => ({
  side: latentSide,
  patch: latentPatch,
  hasMoments: onnx?.hasMoments ?? false,
});

/**
 * Kept latents of these pictures, or those that the encoder makes of them.
 * @throws ConfigError `utgrec/onnx-encoder` without the file that the configuration names; FormatError `utgrec/onnx-*`,
 *   `checkpoint/*`; CancelledError `job/stopped`
 */
export async function onnxLatents(
  pictures: Pictures,
  input: ItemInputConfig,
  { files, sink, dataHash, hasFlips, signal, onPicture }: OnnxLatentHost,
): Promise<OnnxLatents> {
  const { encoder, scale, hasMoments } = settingsOf(input);
  const { imageSide, latentSide, latentPatch } = input;
  const made = { encoder, hasMoments, hasFlips, imageSide, latentSide, latentPatch };
  const identity = { kind: 'embeddings' as const, config: JSON.stringify(made), dataHash, adapter: 'wasm' };
  const stored = await sink?.loadCheckpoint('latents');
  const kept = stored ? readCheckpoint(stored, 'latents') : null;
  if (kept && kept.identity.config === identity.config && kept.identity.dataHash === dataHash) {
    const array = (name: string): Float32Array<ArrayBuffer> | null => {
      const found = kept.arrays.get(name);
      return found instanceof Float32Array ? found : null;
    };
    const latents = array('latents') ?? new Float32Array();
    return scaled({ latents, mirrored: array('mirrored'), width: numberIn(kept, 'channels', 'latents') }, scale);
  }
  const opened = await OnnxEncoder.open(await namedEncoder(files.encoder, encoder), shapeOf(input));
  try {
    const plain = await opened.encode(pictures, false, { signal, onPicture });
    const mirrored = hasFlips ? (await opened.encode(pictures, true, { signal, onPicture })).latents : null;
    const arrays = new Map([['latents', plain.latents]]);
    if (mirrored) arrays.set('mirrored', mirrored);
    await sink?.saveCheckpoint('latents', writeCheckpoint(identity, arrays, { channels: plain.channels }));
    return scaled({ latents: plain.latents, mirrored, width: plain.channels }, scale);
  } finally {
    await opened.dispose();
  }
}

/** The file, if it is the one that the configuration names. */
async function namedEncoder(file: VaeFile | null, wanted: string): Promise<VaeFile> {
  const refuse = (what: string): never => {
    throw new ConfigError('utgrec/onnx-encoder', `UTGRec: ${what}`);
  };
  if (!file)
    return refuse(
      'latents "onnx" want the encoder\u2019s ONNX file; choose it on the tokenizer page, or give --vae-encoder.',
    );
  const hash = await sha256Hex(file.bytes);
  if (hash !== wanted)
    return refuse(
      `${file.name} has the SHA-256 ${hash.slice(0, 12)}…, the configuration wants the encoder ${wanted === '' ? '(none is set)' : `${wanted.slice(0, 12)}…`}; choose that file, or set tokenizer.input.onnx.encoder.`,
    );
  return file;
}

function scaled({ latents, mirrored, width }: Omit<OnnxLatents, 'bound'>, scale: number): OnnxLatents {
  let bound = 1e-6;
  for (const array of [latents, mirrored])
    array?.forEach((value, at) => {
      array[at] = value * scale;
      bound = Math.max(bound, Math.abs(value * scale));
    });
  return { latents, mirrored, width, bound };
}

/** Pictures u8 `[S, S, 3]` of scaled latents f32 `[n, P, c]`; null without a decoder. @throws FormatError `utgrec/onnx-*` */
export async function onnxPictures(
  input: ItemInputConfig,
  decoder: VaeFile | null,
  { latents, width }: { readonly latents: Float32Array; readonly width: number },
): Promise<Uint8Array<ArrayBuffer>[] | null> {
  if (!decoder) return null;
  const { scale } = settingsOf(input);
  const opened = await OnnxDecoder.open(decoder, shapeOf(input), width);
  try {
    return await opened.pixels(
      latents.map((value) => value / scale),
      width,
    );
  } finally {
    await opened.dispose();
  }
}
