/**
 * One phase of a recommender's training, from its start (or last checkpoint) to its last step: steps, live rows, periodic
 * checkpoints, validation with early stopping on NDCG@10, the best state kept beside the newest. TIGER trains in one
 * phase; MTGRec pre-trains in one and fine-tunes each candidate in another.
 */
import { CancelledError } from '../base/errors';
import type { T5State, T5Trainer } from '../recommenders/t5/trainer';
import {
  type Arrays,
  type Checkpoint,
  type CheckpointIdentity,
  floatsIn,
  numberIn,
  readCheckpoint,
  requireSameOrigin,
  writeCheckpoint,
} from './checkpoint';
import { adapterFingerprint, type JobHost } from './context';
import { ProgressMeter } from './jobControl';
import type { EvaluationReport, MetricRow, Stage } from './reports';
import type { CheckpointRole } from './runSink';
import { dataWait } from './trainingData';

/** A crash loses at most about this much training. */
const CHECKPOINT_EVERY_MS = 30_000;
/** Steps between two readings of the metric ring (it holds 64). */
const METRICS_EVERY_STEPS = 10;
/** A step of a software adapter takes seconds; short submissions keep clear of the watchdog and let the page paint. */
export const SOFTWARE_DISPATCHES_PER_SUBMIT = 32;

export interface PhasePlan {
  readonly stage: Stage;
  /** Roles of the newest and the best state. */
  readonly newest: CheckpointRole;
  readonly best: CheckpointRole;
  readonly origin: Omit<CheckpointIdentity, 'adapter'>;
  /** Steps of the run before this phase: rows count on from there. */
  readonly stepOffset: number;
  readonly epochs: number;
  readonly validateEvery: number;
  /** Validations without a better NDCG@10 before stopping; 0 = never. */
  readonly patience: number;
  /** Null: none; the newest state is the result. */
  readonly validate: (() => Promise<EvaluationReport>) | null;
  /** More values for this phase's rows. */
  readonly rowValues?: Readonly<Record<string, number>>;
  /** Awaited between epochs, also after the last one and again after a resume; may throw to stop. */
  readonly betweenEpochs?: (epoch: number) => Promise<void>;
  /** State of the phase's own that belongs into its checkpoints. */
  readonly extra?: {
    readonly arrays: () => Arrays;
    readonly numbers: () => Readonly<Record<string, number>>;
    readonly restore: (checkpoint: Checkpoint) => void;
  };
}

interface Progressed {
  bestNdcg: number;
  bestStep: number;
  withoutGain: number;
  trainedMs: number;
}

/** State of a trainer in a checkpoint. @throws FormatError for missing numbers */
export function trainerState(checkpoint: Checkpoint): T5State {
  const number = (key: string): number => numberIn(checkpoint, key, 'recommender');
  return {
    step: number('step'),
    cursor: { epoch: number('epoch'), position: number('position') },
    parameters: floatsIn(checkpoint, 'parameters'),
    moment1: floatsIn(checkpoint, 'moment1'),
    moment2: floatsIn(checkpoint, 'moment2'),
  };
}

export class TrainingPhase {
  #progress: Progressed = { bestNdcg: -1, bestStep: 0, withoutGain: 0, trainedMs: 0 };
  #isStoppedEarly = false;
  #lastSave = 0;
  #clock = 0;

  constructor(
    readonly context: JobHost,
    readonly trainer: T5Trainer,
    readonly plan: PhasePlan,
  ) {
    if (context.engine.device.profile.isSoftware) trainer.step.dispatchesPerSubmit = SOFTWARE_DISPATCHES_PER_SUBMIT;
  }

  /** Best validation so far; −1 before the first. */
  get bestNdcg(): number {
    return this.#progress.bestNdcg;
  }

  /** Seconds of training so far. */
  get seconds(): number {
    return this.#progress.trainedMs / 1000;
  }

  /** Continues from `file`, the newest state of this phase. @throws FormatError, ConfigError for a file of another origin */
  async restore(file: Uint8Array): Promise<void> {
    const checkpoint = readCheckpoint(file, this.plan.newest);
    requireSameOrigin(checkpoint.identity, this.plan.origin, this.plan.newest);
    this.trainer.restore(trainerState(checkpoint));
    const number = (key: string): number => numberIn(checkpoint, key, this.plan.newest);
    this.#progress = {
      bestNdcg: number('bestNdcg'),
      bestStep: number('bestStep'),
      withoutGain: number('withoutGain'),
      trainedMs: number('trainedMs'),
    };
    this.#isStoppedEarly = this.#isOutOfPatience();
    this.plan.extra?.restore(checkpoint);
    // Rows behind a phase that is over belong to the next ones.
    if (!this.trainer.isDone && !this.#isStoppedEarly)
      await this.context.sink.dropRowsAfter('recommender', this.plan.stepOffset + this.trainer.stepCount);
  }

  /** Trains to the end. @param maxSteps stop (as if cancelled) at so many steps of the run */
  async train(maxSteps: number): Promise<void> {
    const { context, trainer, plan } = this;
    const meter = new ProgressMeter(context.now, context.hooks.progress, context.control, {
      stage: plan.stage,
      total: trainer.totalSteps,
      unit: 'steps',
      epochs: plan.epochs,
    });
    this.#clock = context.now();
    this.#lastSave = this.#clock;
    const betweenEpochs = async (): Promise<void> => {
      if (trainer.isBetweenEpochs) await plan.betweenEpochs?.(trainer.epoch);
    };
    while (!trainer.isDone && !this.#isStoppedEarly && !context.control.isEnding) {
      if (plan.stepOffset + trainer.stepCount >= maxSteps) context.control.stop();
      await this.#savedIfCancelled(async () => {
        await context.control.breathe();
        await betweenEpochs();
      });
      const { isLastOfEpoch } = await trainer.runStep();
      const isAlone = context.control.isPaused;
      if (trainer.stepCount % METRICS_EVERY_STEPS === 0 || isLastOfEpoch || isAlone) await this.#drain();
      meter.update(trainer.stepCount, trainer.epoch);
      const isDue = isLastOfEpoch && (trainer.epoch % plan.validateEvery === 0 || trainer.isDone);
      if (isDue && plan.validate) await this.#validate(plan.validate);
      if (context.now() - this.#lastSave > CHECKPOINT_EVERY_MS) await this.save('newest');
    }
    await this.#savedIfCancelled(betweenEpochs);
    await this.save('newest');
    if (!trainer.isDone) this.#tellEarlyStop();
  }

  #tellEarlyStop(): void {
    const { context, trainer, plan } = this;
    const because = this.#isStoppedEarly ? 'patience' : 'timeLimit';
    context.hooks.stoppedEarly?.({ because, epoch: trainer.epoch, epochs: plan.epochs, patience: plan.patience });
  }

  async #savedIfCancelled(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof CancelledError) await this.save('newest');
      throw error;
    }
  }

  async #drain(): Promise<void> {
    const { trainer, plan } = this;
    const metrics = await trainer.metrics();
    this.#tick();
    const { seconds } = this;
    const epoch = trainer.stepCount / trainer.stepsPerEpoch;
    await this.#emit(
      metrics.map(({ step, loss, gradientNorm, learningRate }) => ({
        run: 'recommender',
        step: plan.stepOffset + step + 1,
        epoch: (epoch * (step + 1)) / trainer.stepCount,
        seconds,
        values: { loss, gradientNorm, learningRate, ...dataWait(trainer), ...plan.rowValues },
      })),
    );
  }

  async #validate(validate: () => Promise<EvaluationReport>): Promise<void> {
    const { context, trainer, plan } = this;
    const report = await validate();
    const { recall10, ndcg10, recall5, ndcg5 } = report.metrics;
    this.#tick();
    await this.#emit([
      {
        run: 'recommender',
        step: plan.stepOffset + trainer.stepCount,
        epoch: trainer.epoch,
        seconds: this.seconds,
        values: {
          validRecall5: recall5,
          validNdcg5: ndcg5,
          validRecall10: recall10,
          validNdcg10: ndcg10,
          ...plan.rowValues,
        },
      },
    ]);
    context.hooks.evaluation(report);
    if (ndcg10 > this.#progress.bestNdcg) {
      this.#progress = { ...this.#progress, bestNdcg: ndcg10, bestStep: trainer.stepCount, withoutGain: 0 };
      await this.save('best');
    } else {
      this.#progress = { ...this.#progress, withoutGain: this.#progress.withoutGain + 1 };
      this.#isStoppedEarly = this.#isOutOfPatience();
    }
  }

  #isOutOfPatience(): boolean {
    const { patience } = this.plan;
    return patience > 0 && this.#progress.withoutGain >= patience;
  }

  #tick(): void {
    const now = this.context.now();
    this.#progress = { ...this.#progress, trainedMs: this.#progress.trainedMs + now - this.#clock };
    this.#clock = now;
  }

  async #emit(rows: readonly MetricRow[]): Promise<void> {
    this.context.hooks.rows(rows);
    await this.context.sink.appendRows(rows);
  }

  /** Saves the whole state under the phase's newest or best role. */
  async save(which: 'newest' | 'best'): Promise<void> {
    const { context, trainer, plan } = this;
    await this.#drain();
    const state = await trainer.state();
    const arrays = new Map<string, Float32Array | Uint16Array | Uint32Array>(plan.extra?.arrays());
    for (const group of ['parameters', 'moment1', 'moment2'] as const)
      for (const [name, values] of state[group]) arrays.set(`${group}/${name}`, values);
    const identity = { ...plan.origin, adapter: adapterFingerprint(context) };
    const numbers = {
      step: state.step,
      epoch: state.cursor.epoch,
      position: state.cursor.position,
      ...this.#progress,
      ...plan.extra?.numbers(),
    };
    await context.sink.saveCheckpoint(plan[which], writeCheckpoint(identity, arrays, numbers));
    this.#lastSave = context.now();
  }
}
