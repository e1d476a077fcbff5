/**
 * Trains an RQ-VAE tokenizer as the MTGRec code does: k-means start level by level on the fresh encoder's latents, then
 * epochs of shuffled batches under Adagrad with a constant rate. Epoch e's order is a pure function of seed and e, so
 * training resumed from a checkpoint gives the same bits as training that never stopped.
 *
 * Every batch has the same size B = min(batchSize, training items). If B does not divide the number of items, the last
 * batch of an epoch is filled up from the start of that epoch's order: every item is seen at least once, a few twice
 * (the reference's last batch is smaller instead; a second shape would mean a second compiled program).
 */
import { CancelledError, ConfigError, FormatError, ShapeError } from '../../base/errors';
import { mixSeed, shuffleInPlace, uniformGenerator } from '../../base/random';
import { adagrad } from '../../nn/optimizers';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { Variables } from '../../plan/variables';
import { appendConflictDigits } from '../../quantize/conflict';
import { kmeansOnGpu } from '../../quantize/kmeansOnGpu';
import { codebookName, writeInitialCodebook } from '../../quantize/residualQuantise';
import { type LevelStatistics, levelStatistics } from '../../quantize/statistics';
import type { Storage } from '../../tensor/storage';
import type { RqvaeConfig } from './config';
import { rqvaeEncodingStep, rqvaeParameters, rqvaeTrainingStep, seenName } from './model';

/** Streams of the run's seed. */
const SHUFFLE_STREAM = 1;
const KMEANS_STREAM = 2;

export interface RqvaeTask {
  readonly config: RqvaeConfig;
  /** Whitened vectors of all items `[N, inputDim]`; kept by reference and must not change. */
  readonly vectors: Float32Array;
  /** Items to train on; the rest only get identifiers. */
  readonly trainingItems: Uint32Array;
  readonly seed: number;
  /** How activations are kept between the forward and the backward pass, f32 by default (ADR 10). */
  readonly storage?: Storage;
}

export interface RqvaeEpoch {
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly steps: number;
  /** Means over the epoch's steps. */
  readonly loss: number;
  readonly reconstruction: number;
  readonly commitment: number;
  readonly gradientNorm: number;
  /** Of the rows trained on in this epoch, each with the weights of its step. */
  readonly levels: readonly LevelStatistics[];
}

/** A checkpoint: plain data. Arrays by parameter name; linear weights are [in, out]. */
export interface RqvaeState {
  readonly epoch: number;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** Adagrad's Σ g² of every trainable parameter. */
  readonly accumulators: Readonly<Record<string, Float32Array>>;
}

/**
 * A trainer with its codebooks initialised, or continuing from `state`. The caller disposes; the engine is borrowed.
 * @throws FormatError `rqvae/vector-value`; ShapeError `rqvae/vectors`, `rqvae/items`; ConfigError `rqvae/entries` with
 *   fewer training items than entries, `rqvae/state` if the state is of another run or model
 */
export async function createRqvaeTrainer(engine: Engine, task: RqvaeTask, state?: RqvaeState): Promise<RqvaeTrainer> {
  checkTask(task);
  const trainer = new RqvaeTrainer(engine, task);
  try {
    if (state) trainer.restore(state);
    else await trainer.initialise();
    return trainer;
  } catch (error) {
    await trainer.dispose();
    throw error;
  }
}

export class RqvaeTrainer {
  readonly #engine: Engine;
  readonly #task: RqvaeTask;
  readonly #variables: Variables;
  readonly #training: CompiledStep;
  readonly #encoding: CompiledStep;
  readonly #batchSize: number;
  readonly #upload: Float32Array<ArrayBuffer>;
  #epoch = 0;
  /** An epoch was cut short: the weights belong to no epoch. */
  #isTorn = false;

  /** Use `createRqvaeTrainer`. */
  constructor(engine: Engine, task: RqvaeTask) {
    const { config, seed, storage = 'f32' } = task;
    this.#engine = engine;
    this.#task = task;
    this.#variables = engine.variables(rqvaeParameters(config), seed);
    const optimizer = adagrad({ learningRate: config.learningRate, eps: config.adagradEps });
    this.#training = engine.compile(this.#variables, rqvaeTrainingStep(config), optimizer, seed);
    this.#training.storage = storage;
    this.#encoding = engine.compile(this.#variables, rqvaeEncodingStep(config));
    this.#batchSize = Math.min(config.batchSize, task.trainingItems.length);
    this.#upload = new Float32Array(this.#batchSize * config.inputDim);
  }

  get config(): RqvaeConfig {
    return this.#task.config;
  }

  /** Epochs done. */
  get epochsDone(): number {
    return this.#epoch;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#task.trainingItems.length / this.#batchSize);
  }

  /** K-means on the current residual, level by level (mtgrec method notes, 2.5); entries become centres, N = 1, M = e. */
  async initialise(): Promise<void> {
    const { config, trainingItems, seed } = this.#task;
    const { levels, entries, latentDim } = config;
    const residual = await this.#latents();
    for (let level = 0; level < levels; level++) {
      const size = { n: trainingItems.length, d: latentDim };
      const options = {
        clusters: entries,
        seed: mixSeed(seed, KMEANS_STREAM, level),
        maxIterations: config.kmeansIterations,
      };
      const { centres, code } = await kmeansOnGpu(this.#engine, residual, size, options);
      writeInitialCodebook(this.#variables, level, centres, entries);
      code.forEach((k, row) => {
        for (let d = 0; d < latentDim; d++)
          residual[row * latentDim + d] =
            (residual[row * latentDim + d] as number) - (centres[k * latentDim + d] as number);
      });
    }
  }

  /**
   * One pass over the training items.
   * @throws NumericsError `train/not-finite`, CancelledError `rqvae/cancelled`: after either, go on from a checkpoint.
   */
  async epoch(signal?: AbortSignal): Promise<RqvaeEpoch> {
    if (this.#isTorn)
      throw new ConfigError('rqvae/torn', 'RQ-VAE: the last epoch did not finish; restore a checkpoint first.');
    const { config, trainingItems, seed } = this.#task;
    const order = trainingItems.slice();
    shuffleInPlace(order, uniformGenerator(mixSeed(seed, SHUFFLE_STREAM, this.#epoch)));
    const zeros = new Float32Array(config.entries);
    for (let level = 0; level < config.levels; level++) this.#variables.write(seenName(level), zeros);
    this.#isTorn = true;
    for (let first = 0; first < order.length; first += this.#batchSize) {
      if (signal?.aborted)
        throw new CancelledError(
          'rqvae/cancelled',
          'RQ-VAE: training was stopped inside an epoch; restore a checkpoint to go on.',
        );
      await this.#training.run(this.#batch(order, first));
    }
    const rows = await this.#training.metrics();
    const levels: LevelStatistics[] = [];
    for (let level = 0; level < config.levels; level++)
      levels.push(levelStatistics(Uint32Array.from(await this.#variables.read(seenName(level)))));
    this.#isTorn = false;
    this.#epoch++;
    const mean = (of: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    return {
      epoch: this.#epoch,
      steps: rows.length,
      loss: mean((row) => row.loss),
      reconstruction: mean((row) => row.extra['reconstruction'] ?? Number.NaN),
      commitment: mean((row) => row.extra['commitment'] ?? Number.NaN),
      gradientNorm: mean((row) => row.gradientNorm),
      levels,
    };
  }

  /** Codes of all items `[N, levels]` under the current weights. */
  async assignments(): Promise<Uint16Array<ArrayBuffer>> {
    const { config, vectors } = this.#task;
    const { levels } = config;
    const items = Uint32Array.from({ length: vectors.length / config.inputDim }, (_, item) => item);
    const codes = new Uint16Array(items.length * levels);
    for (let first = 0; first < items.length; first += this.#batchSize) {
      const program = await this.#encoding.run(this.#batch(items, first));
      const count = Math.min(this.#batchSize, items.length - first);
      for (let level = 0; level < levels; level++) {
        const column = await program.readIndices(`code${level}`);
        for (let row = 0; row < count; row++) codes[(first + row) * levels + level] = column[row] as number;
      }
    }
    return codes;
  }

  /** Entries `[entries, latentDim]` of every level, as they are now. */
  async codebooks(): Promise<Float32Array[]> {
    const books: Float32Array[] = [];
    for (let level = 0; level < this.#task.config.levels; level++)
      books.push(await this.#variables.read(codebookName(level)));
    return books;
  }

  /** Identifiers of all items `[N, levels + 1]`: codes and a conflict digit from 1. @throws ConfigError `quantize/conflict-limit` */
  async identifiers(): Promise<Uint16Array<ArrayBuffer>> {
    return appendConflictDigits(await this.assignments(), this.#task.config.levels);
  }

  /** A checkpoint between epochs. @throws ConfigError `rqvae/torn` after an epoch that did not finish */
  async state(): Promise<RqvaeState> {
    if (this.#isTorn)
      throw new ConfigError('rqvae/torn', 'RQ-VAE: the last epoch did not finish; restore a checkpoint first.');
    const parameters = Object.fromEntries(await this.#variables.readAll('parameters'));
    for (let level = 0; level < this.#task.config.levels; level++) delete parameters[seenName(level)];
    const accumulators = Object.fromEntries(await this.#variables.readAll('moment1'));
    return { epoch: this.#epoch, seed: this.#task.seed, parameters, accumulators };
  }

  /** Continues from a checkpoint of the same configuration and seed. @throws ConfigError `rqvae/state` */
  restore(state: RqvaeState): void {
    const refuse = (what: string): never => {
      throw new ConfigError('rqvae/state', `RQ-VAE: the checkpoint ${what}; choose one of this run or start anew.`);
    };
    if (state.seed !== this.#task.seed) refuse(`has seed ${state.seed}, the run has ${this.#task.seed}`);
    const seen = new Set(Array.from({ length: this.#task.config.levels }, (_, level) => seenName(level)));
    const slots = [...this.#variables.slots.values()].filter(({ spec }) => !seen.has(spec.name));
    const part = (
      values: Readonly<Record<string, Float32Array>>,
      wanted: typeof slots,
      arena: 'parameters' | 'moment1',
    ): (() => void)[] =>
      wanted.map(({ spec, sizeBytes }) => {
        const array = values[spec.name];
        if (!array || array.byteLength !== sizeBytes) return refuse(`lacks "${spec.name}" of [${spec.shape}]`);
        return () => this.#variables.write(spec.name, array, arena);
      });
    const writes = [
      ...part(state.parameters, slots, 'parameters'),
      ...part(
        state.accumulators,
        slots.filter(({ spec }) => spec.isTrainable),
        'moment1',
      ),
    ];
    for (const write of writes) write();
    this.#epoch = state.epoch;
    this.#training.stepCount = state.epoch * this.stepsPerEpoch;
    this.#isTorn = false;
  }

  async dispose(): Promise<void> {
    await this.#training.dispose();
    await this.#encoding.dispose();
    this.#variables.dispose();
  }

  /** Latents of the training items `[n, latentDim]`. */
  async #latents(): Promise<Float32Array<ArrayBuffer>> {
    const { config, trainingItems } = this.#task;
    const { latentDim } = config;
    const latents = new Float32Array(trainingItems.length * latentDim);
    for (let first = 0; first < trainingItems.length; first += this.#batchSize) {
      const program = await this.#encoding.run(this.#batch(trainingItems, first));
      const count = Math.min(this.#batchSize, trainingItems.length - first);
      latents.set((await program.readFloats('latent')).subarray(0, count * latentDim), first * latentDim);
    }
    return latents;
  }

  /** The vectors of items[first …], B rows, continuing at the start of `items` where they end. */
  #batch(items: Uint32Array, first: number) {
    const { inputDim } = this.#task.config;
    for (let row = 0; row < this.#batchSize; row++) {
      const item = items[(first + row) % items.length] as number;
      this.#upload.set(this.#task.vectors.subarray(item * inputDim, (item + 1) * inputDim), row * inputDim);
    }
    return { vectors: { data: this.#upload, shape: [this.#batchSize, inputDim] } };
  }
}

function checkTask({ config, vectors, trainingItems }: RqvaeTask): void {
  const { inputDim, entries } = config;
  if (vectors.length === 0 || vectors.length % inputDim !== 0)
    throw new ShapeError(
      'rqvae/vectors',
      `RQ-VAE: wanted item vectors [N, ${inputDim}], came ${vectors.length} numbers; whiten to ${inputDim} components.`,
    );
  const bad = vectors.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new FormatError(
      'rqvae/vector-value',
      `RQ-VAE: the vector of item ${Math.floor(bad / inputDim)} holds ${vectors[bad]} at ${bad % inputDim}; encode that item again.`,
    );
  const outside = trainingItems.find((item) => item >= vectors.length / inputDim);
  if (outside !== undefined)
    throw new ShapeError(
      'rqvae/items',
      `RQ-VAE: training item ${outside} has no vector; there are ${vectors.length / inputDim}.`,
    );
  if (trainingItems.length < entries)
    throw new ConfigError(
      'rqvae/entries',
      `RQ-VAE: "entries" wants at most as many as training items (${trainingItems.length}), came ${entries}; use fewer entries or more items.`,
    );
}
