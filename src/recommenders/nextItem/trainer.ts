/**
 * Trains SASRec or GRU4Rec: Adam over seeded epochs of sequence batches. The whole state can be taken out and put back: the
 * same bits follow as without the interruption.
 */
import type { SequenceTable } from '../../base/sequenceTable';
import type { BatchCursor } from '../../data/batches';
import { adamw } from '../../nn/optimizers';
import { constantSchedule } from '../../nn/schedules';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { StepMetrics } from '../../plan/metricRing';
import type { Variables } from '../../plan/variables';
import type { RowIndex } from '../../tensor/ops/embedding';
import { loadArena, type T5State } from '../t5/trainer';
import { type BatchSource, batchArrays, epochBatches, type SequenceBatch } from './batches';
import { nextItemLoss, nextItemParameters } from './model';
import type { NextItemSettings } from './settings';

/** Everything that training continues from; `cursor.position` counts the batches of the epoch already run. */
export type NextItemState = T5State;

export interface NextItemTrainerOptions {
  readonly engine: Engine;
  readonly settings: NextItemSettings;
  readonly sequences: SequenceTable;
  readonly itemCount: number;
  readonly seed: number;
}

export class NextItemTrainer {
  readonly variables: Variables;
  readonly step: CompiledStep;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly options: NextItemTrainerOptions;
  readonly #source: BatchSource;
  #epoch: { readonly number: number; readonly batches: readonly SequenceBatch[] };
  #cursor: BatchCursor = { epoch: 0, position: 0 };

  /** Borrows the engine; owns its variables. @throws ConfigError for sizes that cannot be or data without targets */
  constructor(options: NextItemTrainerOptions) {
    const { engine, settings, sequences, itemCount, seed } = options;
    this.options = options;
    this.#source = { table: sequences, itemCount, settings, seed };
    this.#epoch = { number: 0, batches: epochBatches(sequences, settings, seed, 0) };
    // Group sizes do not change between epochs, so neither does the number of batches.
    this.stepsPerEpoch = this.#epoch.batches.length;
    this.totalSteps = this.stepsPerEpoch * settings.epochs;
    this.variables = engine.variables(nextItemParameters(settings, itemCount), seed);
    const { learningRate, warmupSteps, weightDecay, clipNorm } = settings;
    const optimizer = adamw({
      learningRate: constantSchedule(learningRate, { warmupSteps }),
      weightDecay,
      clipNorm,
    });
    this.step = engine.compile(
      this.variables,
      ({ params, input }) => {
        const index = (name: string): RowIndex => ({ order: input(`${name}Order`), starts: input(`${name}Starts`) });
        const inputs = {
          ids: input('ids'),
          targets: input('targets'),
          idIndex: index('id'),
          ...(settings.loss === 'crossEntropy'
            ? {}
            : {
                drawn: {
                  targetIndex: index('target'),
                  negatives: input('negatives'),
                  negativeIndex: index('negative'),
                  labels: input('labels'),
                  weights: input('weights'),
                },
              }),
        };
        return { loss: nextItemLoss(settings, params, inputs, itemCount) };
      },
      optimizer,
      seed,
    );
    this.step.storage = settings.storage ?? 'f32';
  }

  /** Optimizer updates done. */
  get stepCount(): number {
    return this.step.stepCount;
  }

  /** Epoch that the next batch belongs to. */
  get epoch(): number {
    return this.#cursor.epoch;
  }

  get isDone(): boolean {
    return this.stepCount >= this.totalSteps;
  }

  /** Runs one update. @returns whether it ended an epoch @throws DeviceLostError, OutOfMemoryError */
  async runStep(): Promise<{ readonly isLastOfEpoch: boolean }> {
    const { sequences, settings, seed } = this.options;
    const { epoch, position } = this.#cursor;
    if (this.#epoch.number !== epoch)
      this.#epoch = { number: epoch, batches: epochBatches(sequences, settings, seed, epoch) };
    const batch = this.#epoch.batches[position] as SequenceBatch;
    await this.step.run(batchArrays(this.#source, batch, this.stepCount));
    const isLastOfEpoch = position + 1 === this.#epoch.batches.length;
    this.#cursor = isLastOfEpoch ? { epoch: epoch + 1, position: 0 } : { epoch, position: position + 1 };
    return { isLastOfEpoch };
  }

  /** Loss, gradient norm and learning rate of the steps since the last call. @throws NumericsError */
  metrics(): Promise<StepMetrics[]> {
    return this.step.metrics();
  }

  /** Complete state after the last step. */
  async state(): Promise<NextItemState> {
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
  restore(state: NextItemState): void {
    for (const arena of ['parameters', 'moment1', 'moment2'] as const) loadArena(this.variables, state[arena], arena);
    this.step.stepCount = state.step;
    this.#cursor = state.cursor;
  }

  async dispose(): Promise<void> {
    await this.step.dispose();
    this.variables.dispose();
  }
}
