/**
 * Trains UTGRec's tokenizer (utgrec.md §5.4): AdamW with warm-up and a cosine or linear descent, norm clipping, a quantiser
 * warm-up in pre-training, the books' C frozen in fine-tuning. An epoch's order, positives, times and noises are functions of
 * seed and step, so training resumed from a state gives the same bits as training that never stopped.
 *
 * Every batch has B = min(batchSize, training items) rows; an epoch's last batch is filled up from the start of its order.
 */
import { CancelledError, ConfigError } from '../../base/errors';
import { mixSeed, shuffleInPlace, uniformGenerator } from '../../base/random';
import { adamw } from '../../nn/optimizers';
import type { ParameterSpec } from '../../nn/parameters';
import { cosineSchedule, linearSchedule, type Schedule } from '../../nn/schedules';
import type { BatchPart, CompiledStep, Engine } from '../../plan/engine';
import type { StepMetrics } from '../../plan/metricRing';
import type { StepFunction } from '../../plan/trace';
import type { Variables } from '../../plan/variables';
import { kmeansOnGpu } from '../../quantize/kmeansOnGpu';
import { linearCodebook, matrixName, projectionName } from '../../quantize/linearCodebook';
import type { Storage } from '../../tensor/storage';
import { BatchWriter, type UtgrecCatalogue } from './batch';
import { type ModelSpec, utgrecCodes, utgrecLosses, utgrecParameters } from './model';
import { UtgrecReader } from './reader';
import { bookNames, bookOfLevel, entriesOfLevel } from './treeQuantiser';

const SHUFFLE_STREAM = 10;
const KMEANS_STREAM = 14;
/** Lloyd iterations at most. */
const KMEANS_ITERATIONS = 50;

export interface UtgrecRecipe {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: 'cosine' | 'linear';
  /** Share of all steps in which the rate rises. */
  readonly warmupShare: number;
  /** Share of all steps in which the decoders see z itself; 0 in fine-tuning. */
  readonly quantiserWarmupShare: number;
  readonly weightDecay: number;
  /** What decays: everything (default), or not the biases and norms, as the published code. */
  readonly decayOf?: 'all' | 'weights';
  /**
   * Parts that a batch is run in, 1 by default: the memory of one part. As in the published code the alignment's negatives are
   * those of the part, and the means over pieces and pictures are means of the parts'.
   */
  readonly accumulationSteps?: number;
  /** Half of the pictures to reconstruct are mirrored, drawn anew every step (the published code); not by default. */
  readonly hasFlips?: boolean;
  /** How activations are kept between the forward and the backward pass, f32 by default (ADR 10). */
  readonly storage?: Storage;
  readonly clipNorm: number;
  /**
   * Entries when quantising begins. `random`: as initialised, the published way. `kmeans`: C from k-means on the items' v at
   * that moment and W the identity, so that small runs begin with every entry in use. `kept`: those of a checkpoint.
   */
  readonly codebookStart: 'random' | 'kmeans' | 'kept';
  /** Fine-tuning keeps the books' C unless the ablation "Full FT" is on. */
  readonly trainsMatrices: boolean;
}

/** Batches of one pass over so many training items. */
export const stepsPerEpochOf = ({ batchSize }: Pick<UtgrecRecipe, 'batchSize'>, trainingItems: number): number =>
  Math.ceil(trainingItems / Math.min(batchSize, trainingItems));

export interface UtgrecTask {
  readonly model: ModelSpec;
  readonly recipe: UtgrecRecipe;
  readonly catalogue: UtgrecCatalogue;
  /** Items to train on; all get codes. */
  readonly trainingItems: Uint32Array;
  /** Pixels of an encoder patch's side. */
  readonly patch: number;
  readonly seed: number;
}

export interface UtgrecEpoch {
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly steps: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Means over the epoch's steps: `loss` and every part of it by name. */
  readonly values: Readonly<Record<string, number>>;
}

/** A checkpoint: plain data, arrays by parameter name. */
export interface UtgrecState {
  readonly epoch: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly moment1: ReadonlyMap<string, Float32Array>;
  readonly moment2: ReadonlyMap<string, Float32Array>;
}

export interface Tokenised {
  /** `[N, H]` as quantised, before any conflict is resolved. */
  readonly codes: Uint16Array<ArrayBuffer>;
  /** `[N, H, d]`: v of every level, whose running sums are z. */
  readonly vectors: Float32Array<ArrayBuffer>;
  /** `[N, d]`: v of the last level. */
  readonly residual: Float32Array<ArrayBuffer>;
  /** `[K, d]`: entries of the last level's book. */
  readonly entries: Float32Array<ArrayBuffer>;
}

export class UtgrecTrainer {
  readonly variables: Variables;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly #engine: Engine;
  readonly #task: UtgrecTask;
  readonly #writer: BatchWriter;
  readonly #warmup: CompiledStep;
  readonly #training: CompiledStep;
  readonly #encoding: CompiledStep;
  readonly #books: CompiledStep;
  readonly #batchSize: number;
  readonly #quantiserWarmupSteps: number;
  #reader: UtgrecReader | null = null;
  #epoch = 0;
  #isTorn = false;

  /** Borrows the engine; owns its variables. @throws ConfigError `utgrec/items` without training items */
  constructor(engine: Engine, task: UtgrecTask) {
    const { model, recipe, catalogue, trainingItems, patch, seed } = task;
    if (trainingItems.length === 0)
      throw new ConfigError(
        'utgrec/items',
        'UTGRec: no item occurs in the training part of a sequence; choose a domain with users of four events or more.',
      );
    this.#engine = engine;
    this.#task = task;
    this.#batchSize = Math.min(recipe.batchSize, trainingItems.length);
    this.stepsPerEpoch = stepsPerEpochOf(recipe, trainingItems.length);
    this.totalSteps = this.stepsPerEpoch * recipe.epochs;
    this.#quantiserWarmupSteps = Math.round(this.totalSteps * recipe.quantiserWarmupShare);
    const specs = utgrecParameters(model, recipe.trainsMatrices);
    this.variables = engine.variables(recipe.decayOf === 'weights' ? specs.map(withoutDecay) : specs, seed);
    const optimizer = adamw({
      learningRate: rateOf(recipe, this.totalSteps),
      weightDecay: recipe.weightDecay,
      clipNorm: recipe.clipNorm,
      // Until the decoders read codes the books have no gradient; their moments start there, as the published code's do.
      late: { names: trainedBookParameters(model, recipe), fromStep: this.#quantiserWarmupSteps },
    });
    const step =
      (isWarmup: boolean): StepFunction =>
      ({ params, batch }) => {
        const { total, parts } = utgrecLosses(params, model, batch, { isWarmup, hasDropout: true });
        return { loss: total, metrics: parts };
      };
    this.#warmup = engine.compile(this.variables, step(true), optimizer, seed);
    this.#training = engine.compile(this.variables, step(false), optimizer, seed);
    for (const step of [this.#warmup, this.#training]) step.storage = recipe.storage ?? 'f32';
    this.#encoding = engine.compile(this.variables, codesStep(model));
    this.#books = engine.compile(this.variables, ({ params }) => ({
      outputs: Object.fromEntries(
        bookNames(model.config.quantiser).map((book) => [book, linearCodebook(params, book)]),
      ),
    }));
    this.#writer = new BatchWriter(model, catalogue, patch, seed);
  }

  /** Epochs done. */
  get epochsDone(): number {
    return this.#epoch;
  }

  /** What the present weights keep of the items; goes with the trainer. */
  get reader(): UtgrecReader {
    const source = { model: this.#task.model, writer: this.#writer, batchSize: this.#batchSize };
    this.#reader ??= new UtgrecReader(this.#engine, this.variables, source);
    return this.#reader;
  }

  /** Launches a submit, for slow adapters. */
  set dispatchesPerSubmit(count: number) {
    for (const step of [this.#warmup, this.#training]) step.dispatchesPerSubmit = count;
  }

  /**
   * One pass over the training items. `onStep` is told the steps done of this epoch and may wait or throw to end it.
   * @throws NumericsError `train/not-finite`, CancelledError `utgrec/cancelled`: after either, go on from a checkpoint
   */
  async epoch(signal?: AbortSignal, onStep?: (steps: number) => void | Promise<void>): Promise<UtgrecEpoch> {
    if (this.#isTorn)
      throw new ConfigError('utgrec/torn', 'UTGRec: the last epoch did not finish; restore a checkpoint first.');
    const { trainingItems, seed } = this.#task;
    const order = trainingItems.slice();
    shuffleInPlace(order, uniformGenerator(mixSeed(seed, SHUFFLE_STREAM, this.#epoch)));
    this.#isTorn = true;
    const rows: StepMetrics[] = [];
    for (let index = 0; index < this.stepsPerEpoch; index++) {
      if (signal?.aborted)
        throw new CancelledError(
          'utgrec/cancelled',
          'UTGRec: training was stopped inside an epoch; restore a checkpoint.',
        );
      const at = this.#epoch * this.stepsPerEpoch + index;
      const compiled = at < this.#quantiserWarmupSteps ? this.#warmup : this.#training;
      if (compiled === this.#training && at === this.#quantiserWarmupSteps)
        rows.push(...(await this.#warmup.metrics()));
      compiled.stepCount = at;
      if (at === this.#quantiserWarmupSteps && this.#task.recipe.codebookStart === 'kmeans')
        await this.#startCodebooks();
      const items = Uint32Array.from(
        { length: this.#batchSize },
        (_, row) => order[(index * this.#batchSize + row) % order.length] as number,
      );
      const { accumulationSteps = 1 } = this.#task.recipe;
      if (accumulationSteps === 1) await compiled.run(this.#writer.training(items, at));
      else await compiled.runParts(this.#parts(items, at, accumulationSteps));
      await onStep?.(index + 1);
    }
    rows.push(...(await this.#warmup.metrics()), ...(await this.#training.metrics()));
    this.#isTorn = false;
    this.#epoch++;
    const names = new Set(rows.flatMap(({ extra }) => Object.keys(extra)));
    const mean = (of: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    const parts = [...names].map((name): [string, number] => [name, mean(({ extra }) => extra[name] ?? Number.NaN)]);
    return {
      epoch: this.#epoch,
      steps: rows.length,
      gradientNorm: mean((row) => row.gradientNorm),
      learningRate: rows.at(-1)?.learningRate ?? Number.NaN,
      values: { loss: mean((row) => row.loss), ...Object.fromEntries(parts) },
    };
  }

  /** A batch in parts of equal rows; the last may be shorter. */
  *#parts(items: Uint32Array, step: number, count: number): Generator<BatchPart> {
    const rows = Math.ceil(items.length / count);
    for (let first = 0; first < items.length; first += rows) {
      const chosen = items.subarray(first, first + rows);
      yield {
        batch: this.#writer.training(chosen, step, { part: first / rows }),
        weight: chosen.length / items.length,
      };
    }
  }

  /** Codes and last residuals of all items, in item order, without dropout. */
  async tokenise(): Promise<Tokenised> {
    const { quantiser } = this.#task.model.config;
    const { levels, width } = quantiser;
    const everyItem = Uint32Array.from({ length: this.#task.catalogue.itemCount }, (_, item) => item);
    const { codes, residual } = await this.#encode(everyItem);
    const last = new Float32Array(everyItem.length * width);
    everyItem.forEach((item) => {
      const end = (item + 1) * levels * width;
      last.set(residual.subarray(end - width, end), item * width);
    });
    const books = await this.#books.run({});
    const entries = Float32Array.from(await books.readFloats(bookOfLevel(quantiser, levels - 1)));
    return { codes, vectors: residual, residual: last, entries };
  }

  /** Codes `[n, H]` and v `[n, H, d]` of items. */
  async #encode(items: Uint32Array): Promise<{ codes: Uint16Array<ArrayBuffer>; residual: Float32Array<ArrayBuffer> }> {
    const { levels, width } = this.#task.model.config.quantiser;
    const codes = new Uint16Array(items.length * levels);
    const residual = new Float32Array(items.length * levels * width);
    const stride = levels * width;
    for (let first = 0; first < items.length; first += this.#batchSize) {
      const count = Math.min(this.#batchSize, items.length - first);
      const rows = Uint32Array.from({ length: this.#batchSize }, (_, row) => items[first + (row % count)] as number);
      const program = await this.#encoding.run(this.#writer.encoding(rows));
      for (let level = 0; level < levels; level++) {
        const column = await program.readIndices(`code${level}`);
        for (let row = 0; row < count; row++) codes[(first + row) * levels + level] = column[row] as number;
      }
      residual.set((await program.readFloats('residual')).subarray(0, count * stride), first * stride);
    }
    return { codes, residual };
  }

  /** C from k-means on the training items' v, level by level (the leaf's levels together), W the identity. */
  async #startCodebooks(): Promise<void> {
    const { model, trainingItems, seed } = this.#task;
    const { quantiser } = model.config;
    const { levels, width } = quantiser;
    const { residual } = await this.#encode(trainingItems);
    const identity = Float32Array.from({ length: width * width }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
    for (const [at, book] of bookNames(quantiser).entries()) {
      const members = Array.from({ length: levels }, (_, level) => level).filter(
        (level) => bookOfLevel(quantiser, level) === book,
      );
      const clusters = entriesOfLevel(quantiser, members[0] ?? 0);
      const points = new Float32Array(trainingItems.length * members.length * width);
      trainingItems.forEach((_, row) => {
        members.forEach((level, span) => {
          const start = (row * levels + level) * width;
          points.set(residual.subarray(start, start + width), (row * members.length + span) * width);
        });
      });
      const size = { n: points.length / width, d: width };
      if (size.n < clusters)
        throw new ConfigError(
          'utgrec/entries',
          `UTGRec: the ${book} book has ${clusters} entries but only ${size.n} vectors to start from; use smaller books or codebookStart "random".`,
        );
      const options = { clusters, seed: mixSeed(seed, KMEANS_STREAM, at), maxIterations: KMEANS_ITERATIONS };
      const { centres } = await kmeansOnGpu(this.#engine, points, size, options);
      this.variables.write(matrixName(book), centres);
      this.variables.write(projectionName(book), identity);
    }
  }

  /** A checkpoint between epochs. @throws ConfigError `utgrec/torn` after an epoch that did not finish */
  async state(): Promise<UtgrecState> {
    if (this.#isTorn)
      throw new ConfigError('utgrec/torn', 'UTGRec: the last epoch did not finish; restore a checkpoint first.');
    const [parameters, moment1, moment2] = [
      await this.variables.readAll('parameters'),
      await this.variables.readAll('moment1'),
      await this.variables.readAll('moment2'),
    ];
    return { epoch: this.#epoch, parameters, moment1, moment2 };
  }

  /** Continues from a checkpoint of the same task. @throws ConfigError `utgrec/state` naming what does not fit */
  restore(state: UtgrecState): void {
    for (const arena of ['parameters', 'moment1', 'moment2'] as const)
      for (const [name, { sizeBytes, spec }] of this.variables.slots) {
        if (arena !== 'parameters' && !spec.isTrainable) continue;
        requireSize(name, state[arena].get(name), sizeBytes);
      }
    for (const arena of ['parameters', 'moment1', 'moment2'] as const)
      for (const [name, { spec }] of this.variables.slots) {
        const values = state[arena].get(name);
        if (values && (arena === 'parameters' || spec.isTrainable)) this.variables.write(name, values, arena);
      }
    this.#epoch = state.epoch;
    this.#isTorn = false;
  }

  /**
   * Takes over the weights of a tokenizer of the same sizes, for fine-tuning. A text table of fewer rows (a smaller
   * vocabulary) fills the first rows; new pieces keep their fresh start. @throws ConfigError `utgrec/state`
   */
  async startFrom(parameters: ReadonlyMap<string, Float32Array>): Promise<void> {
    for (const [name, { sizeBytes, spec }] of this.variables.slots) {
      const values = parameters.get(name);
      const isTable = name === 'encoder.text.weight' || name === 'textHead.weight';
      if (!isTable || !values || values.byteLength >= sizeBytes) {
        requireSize(name, values, sizeBytes);
        if (values) this.variables.write(name, values);
        continue;
      }
      this.variables.write(name, widened(values, await this.variables.read(name), spec.shape, name));
    }
  }

  async dispose(): Promise<void> {
    await this.#reader?.dispose();
    for (const step of [this.#warmup, this.#training, this.#encoding, this.#books]) await step.dispose();
    this.variables.dispose();
  }
}

/** Biases and the gains of norms stay out of weight decay (utgrec.md §5.4). */
/** C (where it trains) and W of all books. */
function trainedBookParameters({ config }: ModelSpec, { trainsMatrices }: UtgrecRecipe): readonly string[] {
  return bookNames(config.quantiser).flatMap((book) =>
    trainsMatrices ? [matrixName(book), projectionName(book)] : [projectionName(book)],
  );
}

function withoutDecay(spec: ParameterSpec): ParameterSpec {
  return /(\.bias|[nN]orm\.weight)$/.test(spec.name) ? { ...spec, isDecayed: false } : spec;
}

function rateOf({ schedule, learningRate, warmupShare }: UtgrecRecipe, totalSteps: number): Schedule {
  const warmupSteps = Math.round(totalSteps * warmupShare);
  return schedule === 'cosine'
    ? cosineSchedule(learningRate, totalSteps, { warmupSteps })
    : linearSchedule(learningRate, totalSteps, { warmupSteps });
}

function codesStep(model: ModelSpec): StepFunction {
  return ({ params, batch }) => {
    const { codes, residual } = utgrecCodes(params, model, batch);
    return { outputs: { residual, ...Object.fromEntries(codes.map((code, level) => [`code${level}`, code])) } };
  };
}

function requireSize(name: string, values: Float32Array | undefined, sizeBytes: number): void {
  if (values?.byteLength === sizeBytes) return;
  throw new ConfigError(
    'utgrec/state',
    `UTGRec: the checkpoint's "${name}" wants ${sizeBytes / 4} values, came ${values?.length ?? 'none'}; it belongs to another configuration.`,
  );
}

/** Rows (or, for the head `[D, V]`, columns) of a smaller vocabulary written over the first of a fresh table. */
function widened(values: Float32Array, fresh: Float32Array, shape: readonly number[], name: string): Float32Array {
  const merged = Float32Array.from(fresh);
  if (name !== 'textHead.weight') {
    merged.set(values);
    return merged;
  }
  const [width = 1, vocabulary = 1] = shape;
  const old = values.length / width;
  if (!Number.isInteger(old)) requireSize(name, values, fresh.byteLength);
  for (let row = 0; row < width; row++) merged.set(values.subarray(row * old, (row + 1) * old), row * vocabulary);
  return merged;
}
