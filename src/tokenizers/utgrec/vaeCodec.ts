/** Trains the picture autoencoder on a catalogue's pictures, and brings pictures to latents and back with it. */
import { CancelledError, ConfigError } from '../../base/errors';
import { mixSeed, normalArray, shuffleInPlace, uniformGenerator } from '../../base/random';
import { adamw } from '../../nn/optimizers';
import { cosineSchedule } from '../../nn/schedules';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { Variables } from '../../plan/variables';
import { scaleBy } from '../../tensor/ops/elementwise';
import { mirror, type Pictures, pixelsOfPatches, shrink, writePatches } from './pictures';
import { type VaeConfig, vaeDecode, vaeEncode, vaeLosses, vaeParameters } from './vae';

export interface VaeGeometry {
  readonly config: VaeConfig;
  /** S, pixels of a side; pictures are shrunk to it. */
  readonly side: number;
  /** Pixels of a latent's side: a power of two, at least 2. */
  readonly patch: number;
}

/** An autoencoder after training: plain data. */
export interface TrainedVae {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Latents are means times this: their deviation over the pictures is 1. */
  readonly scale: number;
  /** Largest scaled latent of the pictures it was trained on: nothing drawn needs to lie outside. */
  readonly bound: number;
  /** Mean squared error over the training pictures, values in [−1, 1], decoded from the mean. */
  readonly error: number;
}

export interface VaeTraining {
  readonly seed: number;
  /** Told steps done and in all; may wait, or throw to stop. */
  readonly onStep?: (done: number, total: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

const RGB = 3;
const SHUFFLE_STREAM = 30;
const NOISE_STREAM = 31;

/** @throws ConfigError `utgrec/vae` for a latent that is no power of two of pixels */
export function halvingsOf({ side, patch }: Pick<VaeGeometry, 'side' | 'patch'>): number {
  const halvings = Math.log2(patch);
  if (!Number.isInteger(halvings) || halvings < 1 || side % patch !== 0)
    throw new ConfigError(
      'utgrec/vae',
      `UTGRec: the autoencoder halves a picture's side; latents of ${patch} pixels in a side of ${side} want 2, 4, 8, … that divide it.`,
    );
  return halvings;
}

/**
 * Trains on the pictures that are present; without any, weights stay as initialised.
 * @throws ConfigError `utgrec/vae`, CancelledError `job/stopped`, NumericsError `train/not-finite`
 */
export async function trainVae(
  engine: Engine,
  geometry: VaeGeometry,
  pictures: Pictures,
  { seed, onStep, signal }: VaeTraining,
): Promise<TrainedVae> {
  const { config, side, patch } = geometry;
  const halvings = halvingsOf(geometry);
  const present = Uint32Array.from([...pictures.isPresent.keys()].filter((item) => pictures.isPresent[item] === 1));
  const batchSize = Math.min(config.batchSize, present.length);
  const stepsPerEpoch = batchSize === 0 ? 0 : Math.ceil(present.length / batchSize);
  const total = stepsPerEpoch * config.epochs;
  const variables = engine.variables(vaeParameters(config, halvings), seed);
  const optimizer = adamw({ learningRate: cosineSchedule(config.learningRate, Math.max(1, total), {}), clipNorm: 1 });
  const step = engine.compile(
    variables,
    ({ params, input }) => {
      const { total: loss, squared, divergence } = vaeLosses(params, config, halvings, input('x'), input('noise'));
      return { loss, metrics: { squared, divergence } };
    },
    optimizer,
    seed,
  );
  try {
    const across = side / patch;
    const x = new Float32Array(batchSize * side * side * RGB);
    for (let at = 0; at < total; at++) {
      if (signal?.aborted)
        throw new CancelledError('job/stopped', 'run: stopped while the autoencoder of pictures was trained.');
      const epoch = Math.floor(at / stepsPerEpoch);
      const order = present.slice();
      shuffleInPlace(order, uniformGenerator(mixSeed(seed, SHUFFLE_STREAM, epoch)));
      for (let row = 0; row < batchSize; row++) {
        const item = order[((at % stepsPerEpoch) * batchSize + row) % order.length] as number;
        writeSquare(pictures, item, side, x, row * side * side * RGB);
      }
      const latents = batchSize * across * across * config.channels;
      await step.run({
        x: { data: x, shape: [batchSize, side, side, RGB] },
        noise: {
          data: normalArray(latents, mixSeed(seed, NOISE_STREAM, at)),
          shape: [batchSize, across, across, config.channels],
        },
      });
      // Drains the ring of metrics and stops at the first loss that is not finite.
      if (at % stepsPerEpoch === stepsPerEpoch - 1 || at % 32 === 31) await step.metrics();
      await onStep?.(at + 1, total);
    }
    const parameters = await variables.readAll();
    const plain = { parameters, scale: 1, bound: 1, error: 0 };
    const codec = new VaeCodec(engine, geometry, plain);
    try {
      return { ...plain, ...(await measured(codec, pictures, present)) };
    } finally {
      await codec.dispose();
    }
  } finally {
    await step.dispose();
    variables.dispose();
  }
}

/** Scale, bound and error over the pictures that are there. */
async function measured(
  codec: VaeCodec,
  pictures: Pictures,
  present: Uint32Array,
): Promise<Pick<TrainedVae, 'scale' | 'bound' | 'error'>> {
  if (present.length === 0) return { scale: 1, bound: 1, error: 0 };
  const { side } = codec.geometry;
  const size = codec.latents * codec.geometry.config.channels;
  const latents = await codec.encode(pictures);
  let [squares, most, error] = [0, 0, 0];
  for (const item of present)
    for (const value of latents.subarray(item * size, (item + 1) * size)) {
      squares += value * value;
      most = Math.max(most, Math.abs(value));
    }
  const scale = squares > 0 ? 1 / Math.sqrt(squares / (present.length * size)) : 1;
  const pixels = side * side * RGB;
  const original = new Float32Array(pixels);
  const kept = new Float32Array(present.length * size);
  present.forEach((item, row) => {
    kept.set(latents.subarray(item * size, (item + 1) * size), row * size);
  });
  const decoded = await codec.decode(kept);
  present.forEach((item, row) => {
    writeSquare(pictures, item, side, original, 0);
    for (let at = 0; at < pixels; at++)
      error += ((decoded[row * pixels + at] as number) - (original[at] as number)) ** 2 / (present.length * pixels);
  });
  return { scale, bound: Math.max(1e-6, most * scale), error };
}

/** Encoder and decoder with given weights. Programs are compiled when first asked for. */
export class VaeCodec {
  readonly #variables: Variables;
  #encoding: CompiledStep | null = null;
  #decoding: CompiledStep | null = null;

  /** Borrows the engine. @throws ConfigError `utgrec/vae`, ShapeError `parameters/size` for weights of another configuration */
  constructor(
    readonly engine: Engine,
    readonly geometry: VaeGeometry,
    readonly trained: TrainedVae,
  ) {
    const specs = vaeParameters(geometry.config, halvingsOf(geometry));
    this.#variables = engine.variables(specs, 0);
    for (const { name } of specs) this.#variables.write(name, trained.parameters.get(name) ?? new Float32Array());
  }

  /** P, latents of a picture. */
  get latents(): number {
    return (this.geometry.side / this.geometry.patch) ** 2;
  }

  /** Scaled latents f32 `[N, P, c]`: posterior means, zeros without a picture. */
  async encode(pictures: Pictures, isMirrored = false): Promise<Float32Array<ArrayBuffer>> {
    const { config, side } = this.geometry;
    const { scale } = this.trained;
    const halvings = halvingsOf(this.geometry);
    this.#encoding ??= this.engine.compile(this.#variables, ({ params, input }) => ({
      outputs: { latents: scaleBy(vaeEncode(params, config, halvings, input('x')).mean, scale) },
    }));
    const itemCount = pictures.isPresent.length;
    const [pixels, size] = [side * side * RGB, this.latents * config.channels];
    const found = new Float32Array(itemCount * size);
    const rows = Math.max(1, Math.min(config.batchSize, itemCount));
    const x = new Float32Array(rows * pixels);
    for (let first = 0; first < itemCount; first += rows) {
      const count = Math.min(rows, itemCount - first);
      for (let row = 0; row < count; row++) writeSquare(pictures, first + row, side, x, row * pixels, isMirrored);
      const program = await this.#encoding.run({ x: { data: x, shape: [rows, side, side, RGB] } });
      const latents = await program.readFloats('latents');
      for (let row = 0; row < count; row++)
        if (pictures.isPresent[first + row])
          found.set(latents.subarray(row * size, (row + 1) * size), (first + row) * size);
    }
    return found;
  }

  /** Pictures f32 `[n, S, S, 3]`, about [−1, 1], of scaled latents `[n, P, c]`. */
  async decode(latents: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const { config, side, patch } = this.geometry;
    const { scale } = this.trained;
    const halvings = halvingsOf(this.geometry);
    this.#decoding ??= this.engine.compile(this.#variables, ({ params, input }) => ({
      outputs: { pixels: vaeDecode(params, halvings, scaleBy(input('z'), 1 / scale)) },
    }));
    const [pixels, size] = [side * side * RGB, this.latents * config.channels];
    const count = latents.length / size;
    const rows = Math.max(1, Math.min(config.batchSize, count));
    const z = new Float32Array(rows * size);
    const found = new Float32Array(count * pixels);
    for (let first = 0; first < count; first += rows) {
      const part = latents.subarray(first * size, Math.min(count, first + rows) * size);
      z.set(part);
      const shape = [rows, side / patch, side / patch, config.channels];
      const program = await this.#decoding.run({ z: { data: z, shape } });
      const drawn = await program.readFloats('pixels');
      found.set(drawn.subarray(0, (part.length / size) * pixels), first * pixels);
    }
    return found;
  }

  /** Bytes u8 `[n, S, S, 3]` of scaled latents `[n, P, c]`. */
  async pixels(latents: Float32Array): Promise<Uint8Array<ArrayBuffer>[]> {
    const { side } = this.geometry;
    const values = await this.decode(latents);
    const pixels = side * side * RGB;
    return Array.from({ length: values.length / pixels }, (_, row) =>
      // One patch that is the whole square: rows of pixels as they are, cut to [−1, 1].
      pixelsOfPatches(values.subarray(row * pixels, (row + 1) * pixels), side, side),
    );
  }

  async dispose(): Promise<void> {
    await this.#encoding?.dispose();
    await this.#decoding?.dispose();
    this.#variables.dispose();
  }
}

/** An item's picture shrunk to `side`, values in [−1, 1], rows of pixels. */
function writeSquare(
  pictures: Pictures,
  item: number,
  side: number,
  out: Float32Array,
  offset: number,
  isMirrored = false,
): void {
  const size = pictures.side * pictures.side * RGB;
  const square = shrink(pictures.pixels.subarray(item * size, (item + 1) * size), pictures.side, side);
  writePatches(isMirrored ? mirror(square, side) : square, side, side, out, offset);
}
