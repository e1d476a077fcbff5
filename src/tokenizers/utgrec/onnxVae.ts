/**
 * A picture autoencoder that the user brings as ONNX files, on ONNX Runtime's wasm build: pictures to latents and back, where
 * the published tokenizer uses MAR's KL-VAE (utgrec.md §4.4). The files are foreign: what their ports say is checked before
 * anything runs, and what comes out of them is checked again.
 * Encoder: pictures `[B, 3, S, S]` in [−1, 1] → latents `[B, c, s, s]`, or `[B, 2c, s, s]` whose first half is the mean.
 * Decoder, which only the gallery needs: `[B, c, s, s]` → `[B, 3, S, S]`. Dimensions may be left open; float32, channels first.
 */
import type { InferenceSession } from 'onnxruntime-web/wasm';
import { CancelledError, FormatError } from '../../base/errors';
import { mirror, type Pictures, pixelsOfPatches, shrink } from './pictures';

/** A file as it was chosen. */
export interface VaeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OnnxVaeShape {
  /** S, pixels of a side. */
  readonly side: number;
  /** Pixels of a latent's side: S / s. */
  readonly patch: number;
  /** The encoder gives mean and log-variance side by side; the mean counts. */
  readonly hasMoments: boolean;
}

/** Larger files would not fit into wasm's memory with their activations. */
export const MOST_FILE_BYTES = 1 << 30;
const MOST_CHANNELS = 64;
/** Values of all pictures' latents: 1 GiB. */
const MOST_LATENT_VALUES = 1 << 28;
const RGB = 3;
/** Pictures run at a time: as many as hold about this many pixels. */
const BATCH_PIXELS = 1 << 16;

type Role = 'encoder' | 'decoder';
type Dimensions = readonly (number | string)[];

/** What a file says of itself. */
export interface VaePorts {
  readonly input: Dimensions;
  readonly output: Dimensions;
}

const shown = (shape: Dimensions): string =>
  `[${shape.map((size) => (typeof size === 'number' ? size : '·')).join(', ')}]`;

function refuse(code: string, { name }: VaeFile, role: Role, what: string): never {
  throw new FormatError(code, `${name}: as ${role} of pictures ${what}`);
}

/** One session; opened, it has exactly one float input and at least one float output of four dimensions. */
class VaeSession {
  constructor(
    readonly file: VaeFile,
    readonly role: Role,
    readonly session: InferenceSession,
    readonly ports: VaePorts,
  ) {}

  /** @throws FormatError `utgrec/onnx-*` */
  static async open(file: VaeFile, role: Role): Promise<VaeSession> {
    if (file.bytes.length === 0 || file.bytes.length > MOST_FILE_BYTES)
      refuse('utgrec/onnx-size', file, role, `wanted up to ${MOST_FILE_BYTES} bytes, came ${file.bytes.length}.`);
    const runtime = await import('onnxruntime-web/wasm');
    // More threads would need SharedArrayBuffer, which no feature of the page may need.
    runtime.env.wasm.numThreads = 1;
    let session: InferenceSession;
    try {
      session = await runtime.InferenceSession.create(file.bytes, { executionProviders: ['wasm'] });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(
        'utgrec/onnx-file',
        `${file.name}: does not open as an ONNX model (${why}); export it as one file with its weights inside.`,
        { cause },
      );
    }
    try {
      return new VaeSession(file, role, session, portsOf(session, file, role));
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** Rows to send for `wanted` ones: a file may fix its batch, and the rest of it is then sent empty. */
  rows(wanted: number): number {
    return known(this.ports.input[0]) ?? wanted;
  }

  /** @param dims of the input @returns values and dimensions of the first output @throws FormatError `utgrec/onnx-values` */
  async run(data: Float32Array, dims: readonly number[]): Promise<{ data: Float32Array; dims: readonly number[] }> {
    const runtime = await import('onnxruntime-web/wasm');
    const [input = ''] = this.session.inputNames;
    const [output = ''] = this.session.outputNames;
    let found: InferenceSession.ReturnType;
    try {
      found = await this.session.run({ [input]: new runtime.Tensor('float32', data, dims) }, [output]);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(
        'utgrec/onnx-run',
        `${this.file.name}: failed on pictures of ${shown(dims)} (${why}); set the side and the latent's pixels that it was made for.`,
        { cause },
      );
    }
    const tensor = found[output];
    const values = tensor?.data;
    if (!tensor || !(values instanceof Float32Array) || values.some((value) => !Number.isFinite(value)))
      refuse('utgrec/onnx-values', this.file, this.role, 'gave values that are no finite float32 numbers.');
    return { data: values, dims: tensor.dims };
  }
}

function portsOf(session: InferenceSession, file: VaeFile, role: Role): VaePorts {
  const port = (of: readonly InferenceSession.ValueMetadata[], kind: 'input' | 'output'): Dimensions => {
    const [first] = of;
    if (
      !first?.isTensor ||
      first.type !== 'float32' ||
      first.shape.length !== 4 ||
      (kind === 'input' && of.length !== 1)
    )
      refuse(
        `utgrec/onnx-${kind}`,
        file,
        role,
        `wanted one float32 ${kind} of 4 dimensions (batch, channels, height, width), came ${of.map((value) => (value.isTensor ? `${value.type} ${shown(value.shape)}` : 'no tensor')).join(' and ') || 'none'}.`,
      );
    return first.shape;
  };
  return { input: port(session.inputMetadata, 'input'), output: port(session.outputMetadata, 'output') };
}

/** Dimensions that a file may leave open, but must not contradict. */
function requirePort(
  session: VaeSession,
  port: 'input' | 'output',
  { channels, side }: { readonly channels: number | null; readonly side: number },
): void {
  const shape = session.ports[port];
  const wanted = [null, channels, side, side];
  const isOff = shape.some(
    (size, at) => typeof size === 'number' && at > 0 && wanted[at] !== null && size !== wanted[at],
  );
  if (isOff)
    refuse(
      `utgrec/onnx-${port}`,
      session.file,
      session.role,
      `wanted an ${port} of ${shown(wanted.map((size) => size ?? '·'))}, came ${shown(shape)}; choose the other file, or set the picture's side and the latent's pixels to what it has.`,
    );
}

const known = (size: number | string | undefined): number | null => (typeof size === 'number' ? size : null);

/** What the page shows of a chosen file and fills the configuration with; null where the file leaves it open. */
export interface VaeFacts {
  readonly input: string;
  readonly output: string;
  readonly side: number | null;
  readonly latentSide: number | null;
  readonly channels: number | null;
}

/** Opens a file to see what it is. @throws FormatError `utgrec/onnx-*` */
export async function inspectVaeFile(file: VaeFile, role: Role): Promise<VaeFacts> {
  const { session, ports } = await VaeSession.open(file, role);
  await session.release();
  const [pictures, latents] = role === 'encoder' ? [ports.input, ports.output] : [ports.output, ports.input];
  const [side, latentSide] = [known(pictures[2]), known(latents[2])];
  const isSquare = [pictures, latents].every((shape) => known(shape[2]) === known(shape[3]));
  const isWhole = side === null || latentSide === null || Number.isInteger(side / latentSide);
  if ((known(pictures[1]) ?? RGB) !== RGB || !isSquare || !isWhole)
    refuse(
      `utgrec/onnx-${role === 'encoder' ? 'input' : 'output'}`,
      file,
      role,
      `wanted square pictures [·, ${RGB}, S, S] and latents [·, c, s, s] with s a divisor of S, came ${shown(ports.input)} → ${shown(ports.output)}; choose the ${role}'s file.`,
    );
  return { input: shown(ports.input), output: shown(ports.output), side, latentSide, channels: known(latents[1]) };
}

export interface OnnxVaeOptions {
  readonly signal?: AbortSignal;
  /** Told pictures done; may wait, or throw to stop. */
  readonly onPicture?: (done: number) => void | Promise<void>;
}

/** Pictures to latents. Owns its session. */
export class OnnxEncoder {
  constructor(
    readonly shape: OnnxVaeShape,
    readonly session: VaeSession,
  ) {}

  /** @throws FormatError `utgrec/onnx-*` for a file that is no such encoder */
  static async open(file: VaeFile, shape: OnnxVaeShape): Promise<OnnxEncoder> {
    const session = await VaeSession.open(file, 'encoder');
    try {
      requirePort(session, 'input', { channels: RGB, side: shape.side });
      requirePort(session, 'output', { channels: null, side: shape.side / shape.patch });
      return new OnnxEncoder(shape, session);
    } catch (error) {
      await session.session.release();
      throw error;
    }
  }

  /**
   * Means f32 `[N, P, c]`, row of latents after row, unscaled; zeros without a picture.
   * @throws FormatError `utgrec/onnx-output`, `utgrec/onnx-run`, `utgrec/onnx-values`; CancelledError `job/stopped`
   */
  async encode(
    pictures: Pictures,
    isMirrored: boolean,
    { signal, onPicture }: OnnxVaeOptions,
  ): Promise<{ latents: Float32Array<ArrayBuffer>; channels: number }> {
    const { side, patch, hasMoments } = this.shape;
    const places = (side / patch) ** 2;
    const present = [...pictures.isPresent.keys()].filter((item) => pictures.isPresent[item] === 1);
    const itemCount = pictures.isPresent.length;
    let latents = new Float32Array();
    let channels = 0;
    const rowsAtOnce = this.session.rows(Math.max(1, Math.floor(BATCH_PIXELS / side ** 2)));
    for (const [at, items] of batches(present, rowsAtOnce).entries()) {
      if (signal?.aborted) throw new CancelledError('job/stopped', 'run: stopped while pictures were encoded.');
      const sent = this.session.rows(items.length);
      const { data, dims } = await this.session.run(planes(pictures, items, sent, { side, isMirrored }), [
        sent,
        RGB,
        side,
        side,
      ]);
      const [rows = 0, given = 0, height = 0, width = 0] = dims;
      const wanted = channels || (hasMoments ? given / 2 : given);
      const isFit =
        Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_CHANNELS && given === wanted * (hasMoments ? 2 : 1);
      if (rows !== sent || height * width !== places || height !== width || !isFit)
        refuse(
          'utgrec/onnx-output',
          this.session.file,
          'encoder',
          `wanted latents ${shown([sent, hasMoments ? '2c' : 'c', side / patch, side / patch])} with at most ${MOST_CHANNELS} channels, came ${shown(dims)}; set the side, the latent's pixels and whether mean and log-variance come together.`,
        );
      if (channels === 0) {
        channels = wanted;
        if (itemCount * places * channels > MOST_LATENT_VALUES)
          refuse(
            'utgrec/onnx-latents',
            this.session.file,
            'encoder',
            `gives ${places} latents of ${channels} channels; for ${itemCount} items that is more than 1 GiB. Use fewer items or an encoder with coarser latents.`,
          );
        latents = new Float32Array(itemCount * places * channels);
      }
      items.forEach((item, row) => {
        for (let channel = 0; channel < channels; channel++)
          for (let place = 0; place < places; place++)
            latents[(item * places + place) * channels + channel] = data[
              (row * given + channel) * places + place
            ] as number;
      });
      await onPicture?.(at * rowsAtOnce + items.length);
    }
    return { latents, channels };
  }

  dispose(): Promise<void> {
    return this.session.session.release();
  }
}

/** Latents to pictures. Owns its session. */
export class OnnxDecoder {
  constructor(
    readonly shape: OnnxVaeShape,
    readonly session: VaeSession,
  ) {}

  /** @throws FormatError `utgrec/onnx-*` for a file that is no such decoder */
  static async open(file: VaeFile, shape: OnnxVaeShape, channels: number): Promise<OnnxDecoder> {
    const session = await VaeSession.open(file, 'decoder');
    try {
      requirePort(session, 'input', { channels, side: shape.side / shape.patch });
      requirePort(session, 'output', { channels: RGB, side: shape.side });
      return new OnnxDecoder(shape, session);
    } catch (error) {
      await session.session.release();
      throw error;
    }
  }

  /** Pictures u8 `[S, S, 3]` of unscaled latents f32 `[n, P, c]`, one after the other. @throws FormatError as `encode` */
  async pixels(latents: Float32Array, channels: number): Promise<Uint8Array<ArrayBuffer>[]> {
    const { side, patch } = this.shape;
    const across = side / patch;
    const places = across ** 2;
    const size = places * channels;
    const pictures: Uint8Array<ArrayBuffer>[] = [];
    const rows = this.session.rows(1);
    const input = new Float32Array(rows * size);
    for (let first = 0; first < latents.length; first += size) {
      for (let place = 0; place < places; place++)
        for (let channel = 0; channel < channels; channel++)
          input[channel * places + place] = latents[first + place * channels + channel] as number;
      const { data, dims } = await this.session.run(input, [rows, channels, across, across]);
      if (data.length !== rows * RGB * side * side || dims[1] !== RGB || dims[2] !== side)
        refuse(
          'utgrec/onnx-output',
          this.session.file,
          'decoder',
          `wanted pictures ${shown([rows, RGB, side, side])}, came ${shown(dims)}.`,
        );
      const square = new Float32Array(side * side * RGB);
      for (let channel = 0; channel < RGB; channel++)
        for (let pixel = 0; pixel < side * side; pixel++)
          square[pixel * RGB + channel] = data[channel * side * side + pixel] as number;
      // One patch that is the whole square: rows of pixels as they are, cut to [−1, 1].
      pictures.push(pixelsOfPatches(square, side, side));
    }
    return pictures;
  }

  dispose(): Promise<void> {
    return this.session.session.release();
  }
}

const batches = (items: readonly number[], rows: number): (readonly number[])[] =>
  Array.from({ length: Math.ceil(items.length / rows) }, (_, at) => items.slice(at * rows, (at + 1) * rows));

/** Squares of items, channels first, bytes scaled to [−1, 1]: f32 `[rows, 3, S, S]`, zeros behind the last item. */
function planes(
  pictures: Pictures,
  items: readonly number[],
  rows: number,
  { side, isMirrored }: { readonly side: number; readonly isMirrored: boolean },
): Float32Array<ArrayBuffer> {
  const size = pictures.side * pictures.side * RGB;
  const out = new Float32Array(rows * RGB * side * side);
  items.forEach((item, row) => {
    const small = shrink(pictures.pixels.subarray(item * size, (item + 1) * size), pictures.side, side);
    const square = isMirrored ? mirror(small, side) : small;
    for (let pixel = 0; pixel < side * side; pixel++)
      for (let channel = 0; channel < RGB; channel++)
        out[(row * RGB + channel) * side * side + pixel] = (square[pixel * RGB + channel] as number) / 127.5 - 1;
  });
  return out;
}
