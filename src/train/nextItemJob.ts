/**
 * A SASRec or GRU4Rec run from start (or last checkpoint) to test metrics: steps, live rows, periodic checkpoints,
 * validation with early stopping on NDCG@10, the best state kept beside the newest.
 */
import { CancelledError } from '../base/errors';
import { sequencesInMemory } from '../data/wholeSequences';
import { NextItemTrainer } from '../recommenders/nextItem/trainer';
import { type Checkpoint, floatsIn, numberIn, readCheckpoint, requireSameOrigin, writeCheckpoint } from './checkpoint';
import { adapterFingerprint } from './context';
import { evaluateNextItem } from './evaluateNextItem';
import { ProgressMeter } from './jobControl';
import type { NextItemContext } from './nextItemConfig';
import type { MetricRow } from './reports';

/** A crash loses at most about this much training. */
const CHECKPOINT_EVERY_MS = 30_000;
/** Steps between two readings of the metric ring (it holds 64). */
const METRICS_EVERY_STEPS = 10;
const SOFTWARE_DISPATCHES_PER_SUBMIT = 32;

interface Progressed {
  bestNdcg: number;
  bestStep: number;
  withoutGain: number;
  trainedMs: number;
}

const originOf = ({ config, dataset }: NextItemContext) => ({
  kind: 'recommender' as const,
  config: JSON.stringify({ seed: config.seed, system: config.system, recommender: config.recommender }),
  dataHash: dataset.contentHash,
});

const makeTrainer = ({ engine, config, dataset }: NextItemContext): NextItemTrainer => {
  const trainer = new NextItemTrainer({
    engine,
    settings: config.recommender,
    sequences: sequencesInMemory(dataset, config.name),
    itemCount: dataset.itemCount,
    seed: config.seed,
  });
  // A step of a software adapter takes long; short submissions keep clear of the watchdog and let the page paint.
  if (engine.device.profile.isSoftware) trainer.step.dispatchesPerSubmit = SOFTWARE_DISPATCHES_PER_SUBMIT;
  return trainer;
};

function stateOf(checkpoint: Checkpoint) {
  const number = (key: string): number => numberIn(checkpoint, key, 'recommender');
  return {
    step: number('step'),
    cursor: { epoch: number('epoch'), position: number('position') },
    parameters: floatsIn(checkpoint, 'parameters'),
    moment1: floatsIn(checkpoint, 'moment1'),
    moment2: floatsIn(checkpoint, 'moment2'),
  };
}

/**
 * Trains and evaluates. Resumes by itself if the sink holds a recommender of the same configuration and data.
 * @param maxSteps stop (as if cancelled) once so many steps are done; for runs in pieces
 * @returns the trainer with the best parameters loaded; the caller disposes.
 * @throws CancelledError after saving where it was; NumericsError with the last good checkpoint kept
 */
export async function trainNextItem(context: NextItemContext, maxSteps?: number): Promise<NextItemTrainer> {
  const trainer = makeTrainer(context);
  const run = new NextItemRun(context, trainer);
  try {
    await run.restore();
    await run.train(maxSteps ?? Number.POSITIVE_INFINITY);
    await run.finish();
    return trainer;
  } catch (error) {
    await trainer.dispose();
    throw error;
  }
}

/** Opens a finished (or half-finished) run for recommending. @returns null if there is none */
export async function openNextItem(context: NextItemContext): Promise<NextItemTrainer | null> {
  const { sink } = context;
  const file = (await sink.loadCheckpoint('best')) ?? (await sink.loadCheckpoint('recommender'));
  if (!file) return null;
  const checkpoint = readCheckpoint(file, 'recommender');
  requireSameOrigin(checkpoint.identity, originOf(context), 'recommender');
  const trainer = makeTrainer(context);
  trainer.restore(stateOf(checkpoint));
  return trainer;
}

class NextItemRun {
  #progress: Progressed = { bestNdcg: -1, bestStep: 0, withoutGain: 0, trainedMs: 0 };
  #isStoppedEarly = false;
  #lastSave = 0;
  #clock = 0;

  constructor(
    readonly context: NextItemContext,
    readonly trainer: NextItemTrainer,
  ) {}

  async restore(): Promise<void> {
    const file = await this.context.sink.loadCheckpoint('recommender');
    if (!file) return;
    const checkpoint = readCheckpoint(file, 'recommender');
    requireSameOrigin(checkpoint.identity, originOf(this.context), 'recommender');
    this.trainer.restore(stateOf(checkpoint));
    const number = (key: string): number => numberIn(checkpoint, key, 'recommender');
    this.#progress = {
      bestNdcg: number('bestNdcg'),
      bestStep: number('bestStep'),
      withoutGain: number('withoutGain'),
      trainedMs: number('trainedMs'),
    };
    this.#isStoppedEarly = this.#isOutOfPatience();
    await this.context.sink.dropRowsAfter('recommender', this.trainer.stepCount);
  }

  async train(maxSteps: number): Promise<void> {
    const { context, trainer } = this;
    const { recommender } = context.config;
    const meter = new ProgressMeter(context.now, context.hooks.progress, context.control, {
      stage: 'recommender',
      total: trainer.totalSteps,
      unit: 'steps',
      epochs: recommender.epochs,
    });
    this.#clock = context.now();
    this.#lastSave = this.#clock;
    while (!trainer.isDone && !this.#isStoppedEarly) {
      if (trainer.stepCount >= maxSteps) context.control.stop();
      try {
        await context.control.breathe();
      } catch (error) {
        if (error instanceof CancelledError) await this.#save('recommender');
        throw error;
      }
      const { isLastOfEpoch } = await trainer.runStep();
      if (trainer.stepCount % METRICS_EVERY_STEPS === 0 || isLastOfEpoch) await this.#drain();
      meter.update(trainer.stepCount, trainer.epoch);
      if (isLastOfEpoch && (trainer.epoch % recommender.validateEvery === 0 || trainer.isDone)) await this.#validate();
      if (context.now() - this.#lastSave > CHECKPOINT_EVERY_MS) await this.#save('recommender');
    }
    await this.#save('recommender');
  }

  /** Loads the best state and measures it on the test split. */
  async finish(): Promise<void> {
    const { context, trainer } = this;
    const best = await context.sink.loadCheckpoint('best');
    if (best) trainer.restore(stateOf(readCheckpoint(best, 'best')));
    for (const report of await evaluateNextItem(context, trainer, { split: 'test' })) context.hooks.evaluation(report);
  }

  async #drain(): Promise<void> {
    const { trainer } = this;
    const metrics = await trainer.metrics();
    this.#tick();
    const seconds = this.#progress.trainedMs / 1000;
    await this.#emit(
      metrics.map(({ step, loss, gradientNorm, learningRate }) => ({
        run: 'recommender',
        step: step + 1,
        epoch: (step + 1) / trainer.stepsPerEpoch,
        seconds,
        values: { loss, gradientNorm, learningRate },
      })),
    );
  }

  async #validate(): Promise<void> {
    const { context, trainer } = this;
    const { validationUsers } = context.config.recommender;
    const [report] = await evaluateNextItem(context, trainer, { split: 'validation', maxUsers: validationUsers });
    if (!report) return;
    const { recall10, ndcg10, recall5, ndcg5 } = report.metrics;
    this.#tick();
    await this.#emit([
      {
        run: 'recommender',
        step: trainer.stepCount,
        epoch: trainer.epoch,
        seconds: this.#progress.trainedMs / 1000,
        values: { validRecall5: recall5, validNdcg5: ndcg5, validRecall10: recall10, validNdcg10: ndcg10 },
      },
    ]);
    context.hooks.evaluation(report);
    if (ndcg10 > this.#progress.bestNdcg) {
      this.#progress = { ...this.#progress, bestNdcg: ndcg10, bestStep: trainer.stepCount, withoutGain: 0 };
      await this.#save('best');
    } else {
      this.#progress = { ...this.#progress, withoutGain: this.#progress.withoutGain + 1 };
      this.#isStoppedEarly = this.#isOutOfPatience();
    }
  }

  #isOutOfPatience(): boolean {
    const { patience } = this.context.config.recommender;
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

  async #save(role: 'recommender' | 'best'): Promise<void> {
    const { context, trainer } = this;
    await this.#drain();
    const state = await trainer.state();
    const arrays = new Map<string, Float32Array>();
    for (const group of ['parameters', 'moment1', 'moment2'] as const)
      for (const [name, values] of state[group]) arrays.set(`${group}/${name}`, values);
    const identity = { ...originOf(context), adapter: adapterFingerprint(context) };
    const numbers = { step: state.step, epoch: state.cursor.epoch, position: state.cursor.position, ...this.#progress };
    await context.sink.saveCheckpoint(role, writeCheckpoint(identity, arrays, numbers));
    this.#lastSave = context.now();
  }
}
