/**
 * Trains a T5 recommender on identifier sequences: prefix-augmented examples in seeded epochs of batches of similar
 * length, AdamW with warm-up and cosine decay (mtgrec.md §9). The whole state can be taken out and put back: the same
 * bits follow as without the interruption.
 */
import { FormatError } from '../../base/errors';
import type { SequenceTable } from '../../base/sequenceTable';
import { type BatchCursor, type BatchPlan, batches, batchesPerEpoch } from '../../data/batches';
import { type Examples, historyLengths, trainExamples } from '../../data/splits';
import {
  ExampleStream,
  type SequenceChunks,
  type StreamBatch,
  type StreamWaits,
} from '../../data/stream/exampleStream';
import { adamw } from '../../nn/optimizers';
import { cosineSchedule, type Schedule } from '../../nn/schedules';
import type { BatchPart, CompiledStep, Engine } from '../../plan/engine';
import type { StepMetrics } from '../../plan/metricRing';
import type { StepFunction } from '../../plan/trace';
import type { Variables } from '../../plan/variables';
import type { RowIndex } from '../../tensor/ops/embedding';
import type { Storage } from '../../tensor/storage';
import { batchOf, examplesOf, type RowSources, type TokenSource } from './batch';
import type { T5Config } from './config';
import { t5Loss, t5Parameters } from './model';

/** Fields of a run configuration that the trainer reads. */
export interface T5TrainingConfig {
  readonly width: number;
  readonly headWidth: number;
  readonly heads: number;
  readonly feedForwardWidth: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly dropout: number;
  readonly historyLimit: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Parts that a batch is run in, 1 by default: the same update with the memory of one part. */
  readonly accumulationSteps?: number;
  /** How activations are kept between the forward and the backward pass, f32 by default (ADR 10). */
  readonly storage?: Storage;
}

/** Sizes of the network for a vocabulary; bucket settings and norm are the library's. */
export function t5ConfigOf(config: T5TrainingConfig, vocabularySize: number): T5Config {
  const { width, headWidth, heads, feedForwardWidth, encoderLayers, decoderLayers, dropout } = config;
  return {
    vocabularySize,
    width,
    headWidth,
    heads,
    feedForwardWidth,
    encoderLayers,
    decoderLayers,
    buckets: 32,
    maxDistance: 128,
    normEps: 1e-6,
    hasTiedHead: true,
    dropout,
  };
}

/** Everything that training continues from. */
export interface T5State {
  readonly step: number;
  readonly cursor: BatchCursor;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly moment1: ReadonlyMap<string, Float32Array>;
  readonly moment2: ReadonlyMap<string, Float32Array>;
}

export interface T5TrainerOptions {
  readonly engine: Engine;
  readonly config: T5TrainingConfig;
  readonly source: TokenSource;
  /** Source of one training example in one epoch, of the same vocabulary as `source`; `source` itself if left out. */
  readonly sourceOf?: (example: number, epoch: number) => TokenSource;
  readonly sequences: SequenceTable;
  /** Trains on these chunks instead of `sequences`: data larger than memory. */
  readonly stream?: { readonly chunks: SequenceChunks; readonly windowBytes: number; readonly now: () => number };
  readonly seed: number;
}

/** Loss of one batch of `trainingBatch`, as the trainer and data influence compile it. */
export function t5TrainingStep(t5: T5Config, dropout: number): StepFunction {
  return ({ params, batch }) => {
    const index = (name: string): RowIndex => ({
      order: need(batch, `${name}Order`),
      starts: need(batch, `${name}Starts`),
    });
    const inputs = {
      tokens: need(batch, 'tokens'),
      mask: need(batch, 'mask'),
      decoderTokens: need(batch, 'decoderTokens'),
      labels: need(batch, 'labels'),
      tokenIndex: index('token'),
      decoderIndex: index('decoder'),
    };
    return { loss: t5Loss(t5, params, inputs, dropout).loss };
  };
}

/** A streaming trainer holds no examples of its own. */
const NO_EXAMPLES: Examples = { users: new Uint32Array(0), ends: new Uint32Array(0) };

export class T5Trainer {
  readonly variables: Variables;
  readonly t5: T5Config;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly step: CompiledStep;
  /** Learning rate of a step, counted from 0. */
  readonly learningRate: Schedule;
  readonly #options: T5TrainerOptions;
  readonly #examples: Examples;
  readonly #plan: BatchPlan;
  readonly #stream: ExampleStream | null;
  #batches: ReturnType<typeof batches> | null = null;
  #cursor: BatchCursor = { epoch: 0, position: 0 };

  /** Borrows the engine; owns its variables. @throws ConfigError for sizes that cannot be or data without examples */
  constructor(options: T5TrainerOptions) {
    const { engine, config, source, sequences, stream, seed } = options;
    this.#options = options;
    this.t5 = t5ConfigOf(config, source.vocabulary.size);
    const { batchSize } = config;
    this.#examples = stream ? NO_EXAMPLES : trainExamples(sequences);
    this.#plan = {
      exampleCount: this.#examples.users.length,
      batchSize,
      seed,
      lengths: historyLengths(this.#examples, config.historyLimit),
    };
    this.#stream = stream
      ? new ExampleStream(
          stream.chunks,
          { batchSize, seed, historyLimit: config.historyLimit, windowBytes: stream.windowBytes },
          stream.now,
        )
      : null;
    if (!this.#stream) this.#batches = batches(this.#plan);
    this.stepsPerEpoch = this.#stream?.batchesPerEpoch ?? batchesPerEpoch(this.#plan);
    this.totalSteps = this.stepsPerEpoch * config.epochs;
    this.variables = engine.variables(t5Parameters(this.t5), seed);
    const { learningRate, warmupSteps, weightDecay, clipNorm } = config;
    this.learningRate = cosineSchedule(learningRate, this.totalSteps, { warmupSteps });
    const optimizer = adamw({
      learningRate: this.learningRate,
      weightDecay,
      clipNorm,
    });
    this.step = engine.compile(this.variables, t5TrainingStep(this.t5, config.dropout), optimizer, seed);
    this.step.storage = config.storage ?? 'f32';
  }

  /** Optimizer updates done. */
  get stepCount(): number {
    return this.step.stepCount;
  }

  /** Epoch that the next batch belongs to. */
  get epoch(): number {
    return this.#cursor.epoch;
  }

  /** True between two epochs (and before the first). */
  get isBetweenEpochs(): boolean {
    return this.#cursor.position === 0;
  }

  get isDone(): boolean {
    return this.stepCount >= this.totalSteps;
  }

  /** Runs one update. @returns whether it ended an epoch @throws DeviceLostError, OutOfMemoryError */
  async runStep(): Promise<{ readonly isLastOfEpoch: boolean }> {
    const { config, source, sourceOf } = this.#options;
    const { examples, at, next, isLastOfEpoch, histories, targets } = await this.#nextBatch();
    const sources = sourceOf
      ? (row: number) => (row < examples.length ? sourceOf(examples[row] as number, at.epoch) : source)
      : source;
    const { historyLimit, batchSize, accumulationSteps = 1 } = config;
    if (accumulationSteps === 1)
      await this.step.run(batchOf(histories, targets, batchSize, { historyLimit, source: sources }));
    else await this.step.runParts(partsOf(histories, targets, { ...config, accumulationSteps }, sources));
    this.#cursor = next;
    return { isLastOfEpoch };
  }

  /** How long training waited for data; null when all of it is in memory. */
  get waits(): StreamWaits | null {
    return this.#stream?.waits ?? null;
  }

  async #nextBatch(): Promise<StreamBatch> {
    if (this.#stream) return this.#stream.next();
    this.#batches ??= batches(this.#plan, this.#cursor);
    const { value: batch } = this.#batches.next();
    const { sequences, config } = this.#options;
    return { ...batch, ...examplesOf(sequences, this.#examples, batch.examples, config.historyLimit) };
  }

  /** Loss, gradient norm and learning rate of the steps since the last call. @throws NumericsError */
  metrics(): Promise<StepMetrics[]> {
    return this.step.metrics();
  }

  /** Complete state after the last step. */
  async state(): Promise<T5State> {
    const read = (arena: 'parameters' | 'moment1' | 'moment2') => this.variables.readAll(arena);
    return {
      step: this.stepCount,
      cursor: this.#cursor,
      parameters: await read('parameters'),
      moment1: await read('moment1'),
      moment2: await read('moment2'),
    };
  }

  /** Continues from a state. @throws FormatError `checkpoint/tensor` naming a tensor that is missing, extra or of another size */
  restore(state: T5State): void {
    for (const arena of ['parameters', 'moment1', 'moment2'] as const) loadArena(this.variables, state[arena], arena);
    this.step.stepCount = state.step;
    this.#cursor = state.cursor;
    if (this.#stream) this.#stream.seek(state.cursor);
    else this.#batches = batches(this.#plan, state.cursor);
  }

  /** Takes over parameters of a model of the same sizes; moments, step and cursor start anew. @throws FormatError `checkpoint/tensor` */
  startFrom(parameters: ReadonlyMap<string, Float32Array>): void {
    loadArena(this.variables, parameters, 'parameters');
  }

  async dispose(): Promise<void> {
    await this.step.dispose();
    this.variables.dispose();
  }
}

/** A batch in parts of equal rows, each with its share of the examples; a short batch has fewer parts. */
function partsOf(
  histories: readonly Uint32Array[],
  targets: Uint32Array,
  config: T5TrainingConfig & { readonly accumulationSteps: number },
  source: TokenSource | RowSources,
): BatchPart[] {
  const { batchSize, accumulationSteps, historyLimit } = config;
  const rows = Math.ceil(batchSize / accumulationSteps);
  const parts: BatchPart[] = [];
  for (let first = 0; first < targets.length; first += rows) {
    const chosen = targets.subarray(first, first + rows);
    const own = typeof source === 'function' ? (row: number) => source(first + row) : source;
    parts.push({
      batch: batchOf(histories.slice(first, first + rows), chosen, rows, { historyLimit, source: own }),
      weight: chosen.length / targets.length,
    });
  }
  return parts;
}

/** Writes all tensors of an arena. @throws FormatError `checkpoint/tensor` */
export function loadArena(
  variables: Variables,
  values: ReadonlyMap<string, Float32Array>,
  arena: 'parameters' | 'moment1' | 'moment2',
): void {
  for (const [name, slot] of variables.slots) {
    if (arena !== 'parameters' && !slot.spec.isTrainable) continue;
    const given = values.get(name);
    if (!given || given.byteLength !== slot.sizeBytes)
      throw new FormatError(
        'checkpoint/tensor',
        `checkpoint: ${arena} "${name}" wants ${slot.sizeBytes / 4} values, got ${given?.length ?? 'none'}; it belongs to another configuration.`,
      );
  }
  for (const name of values.keys())
    if (!variables.slots.has(name))
      throw new FormatError(
        'checkpoint/tensor',
        `checkpoint: ${arena} "${name}" is not part of this model; it belongs to another configuration.`,
      );
  for (const [name, given] of values) variables.write(name, given, arena);
}

function need<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = record[name];
  if (value === undefined) throw new Error(`batch: no input "${name}"`);
  return value;
}
