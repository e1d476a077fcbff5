/**
 * Pre-training of MTGRec: one recommender on K identifiers for every item, the tokenizer drawn per sample; at stage
 * boundaries data influence is measured and the probabilities change (mtgrec.md §5, §6). Optimizer and schedule run on.
 */

import { ConfigError } from '../base/errors';
import { wholeSequences } from '../data/wholeSequences';
import { drawTokenizer } from '../recommenders/mtgrec/draw';
import { InfluenceEstimator } from '../recommenders/mtgrec/influence';
import { stagePlan } from '../recommenders/mtgrec/stagePlan';
import type { TokenSource } from '../recommenders/t5/batch';
import { T5Trainer } from '../recommenders/t5/trainer';
import { type CheckpointIdentity, readCheckpoint, requireSameOrigin, writeCheckpoint } from './checkpoint';
import type { RunConfig } from './config';
import { adapterFingerprint, type JobContext } from './context';
import { curriculumReports, type Estimate, probabilitiesAfter, readEstimates, writeEstimates } from './curriculumState';
import { evaluateT5 } from './evaluateModel';
import { type Identifiers, tokenSource } from './identifiers';
import { ProgressMeter } from './jobControl';
import type { MultiIdentifierConfig } from './multiIdentifierConfig';
import type { CurriculumReport, EvaluationReport, MetricSet } from './reports';
import { keptEpochs } from './tokenizerJob';
import { trainingData } from './trainingData';
import { SOFTWARE_DISPATCHES_PER_SUBMIT, TrainingPhase } from './trainingPhase';

/** @throws ConfigError `config/field` for a run without the section */
export function multiIdentifierOf(config: RunConfig): MultiIdentifierConfig {
  if (!config.multiIdentifier)
    throw new ConfigError(
      'config/field',
      'configuration: field "multiIdentifier" is missing; start from a preset in models/mtgrec/.',
    );
  return config.multiIdentifier;
}

/** As much of a run as decides what its models are. */
export interface PretrainingSource {
  readonly config: RunConfig;
  readonly dataset: { readonly contentHash: string };
}

/** What decides the pre-trained recommender; fine-tuning can change without pre-training again. */
export function pretrainingOrigin(
  { config, dataset }: PretrainingSource,
  tokenizers: readonly Identifiers[],
): Omit<CheckpointIdentity, 'adapter'> {
  const { sampling, stages, temperature, centring, trainingSamples, validationSamples, hasInfluenceDropout } =
    multiIdentifierOf(config);
  const mixing = { sampling, stages, temperature, centring, trainingSamples, validationSamples, hasInfluenceDropout };
  return {
    kind: 'recommender',
    config: JSON.stringify({
      seed: config.seed,
      recommender: config.recommender,
      mixing,
      identifiers: tokenizers.map(({ hash }) => hash),
    }),
    dataHash: dataset.contentHash,
  };
}

/** Estimates of a run so far, for figure V6. @throws FormatError, ConfigError for a file of another origin */
export async function openCurriculum(
  stored: Pick<JobContext, 'config' | 'dataset' | 'sink'>,
  tokenizers: readonly Identifiers[],
): Promise<CurriculumReport[]> {
  const section = multiIdentifierOf(stored.config);
  const file = await stored.sink.loadCheckpoint('recommender');
  if (!file || section.sampling === 'uniform') return [];
  const checkpoint = readCheckpoint(file, 'recommender');
  requireSameOrigin(checkpoint.identity, pretrainingOrigin(stored, tokenizers), 'recommender');
  return curriculumReports(
    readEstimates(checkpoint, tokenizers.length),
    keptEpochs(stored.config.tokenizer),
    stagePlan(section.stages, stored.config.recommender.epochs).boundaries.length,
    section,
  );
}

export class Pretraining {
  readonly trainer: T5Trainer;
  readonly sources: readonly TokenSource[];
  readonly phase: TrainingPhase;
  readonly #section: MultiIdentifierConfig;
  readonly #boundaries: readonly number[];
  #estimates: Estimate[] = [];
  #probabilities: readonly number[];
  #estimator: InfluenceEstimator | null = null;
  #lastValidation: MetricSet | null = null;
  #mark: number;

  /** Borrows everything; owns its trainer. */
  constructor(
    readonly context: JobContext,
    readonly tokenizers: readonly Identifiers[],
  ) {
    const { config, engine } = context;
    this.#section = multiIdentifierOf(config);
    this.sources = sameItems(tokenizers).map((each) => tokenSource(each, context.config.recommender));
    this.#probabilities = probabilitiesAfter([], this.sources.length, this.#section);
    const { sampling, stages } = this.#section;
    this.#boundaries = sampling === 'influence' ? stagePlan(stages, config.recommender.epochs).boundaries : [];
    const source = this.sources.at(-1) as TokenSource;
    this.trainer = new T5Trainer({
      engine,
      config: config.recommender,
      source,
      sourceOf: (sample, epoch) =>
        this.sources[drawTokenizer(this.#probabilities, { seed: config.seed, epoch, sample })] ?? source,
      ...trainingData(context),
      seed: config.seed,
    });
    this.#mark = context.now();
    const { epochs, validateEvery } = config.recommender;
    this.phase = new TrainingPhase(context, this.trainer, {
      stage: 'recommender',
      newest: 'recommender',
      best: 'pretrained-0',
      origin: pretrainingOrigin(context, tokenizers),
      stepOffset: 0,
      epochs,
      validateEvery,
      // As in the reference, pre-training runs to its end; fine-tuning is what stops early.
      patience: 0,
      validate: () => this.#validate(),
      betweenEpochs: (epoch) => this.#betweenEpochs(epoch),
      extra: {
        arrays: () => writeEstimates(this.#estimates).arrays,
        numbers: () => writeEstimates(this.#estimates).numbers,
        restore: (checkpoint) => {
          this.#estimates = readEstimates(checkpoint, this.sources.length);
          this.#probabilities = probabilitiesAfter(this.#estimates, this.sources.length, this.#section);
        },
      },
    });
  }

  /** Sampling probabilities in force. */
  get probabilities(): readonly number[] {
    return this.#probabilities;
  }

  /** Trains to the end, from the last checkpoint if there is one. @throws CancelledError, NumericsError */
  async train(maxSteps: number): Promise<void> {
    const newest = await this.context.sink.loadCheckpoint('recommender');
    if (newest) await this.phase.restore(newest);
    this.#mark = this.context.now();
    await this.phase.train(maxSteps);
  }

  /** Metrics of every identifier on a split, and their means (mtgrec.md §5). */
  async evaluateEach(
    split: 'validation' | 'test',
    beamWidth: number,
    maxUsers?: number,
  ): Promise<{ readonly each: readonly EvaluationReport[]; readonly mean: EvaluationReport }> {
    const each: EvaluationReport[] = [];
    for (const [k, source] of this.sources.entries()) {
      const { report } = await evaluateT5(this.context, this.trainer, source, {
        split,
        beamWidth,
        ...(maxUsers === undefined ? {} : { maxUsers }),
        name: `MTGRec pre-trained, identifier ${k + 1}`,
      });
      each.push(report);
    }
    const first = each[0] as EvaluationReport;
    const mean = {
      ...first,
      name: 'MTGRec pre-trained',
      metrics: meanMetrics(each.map(({ metrics }) => metrics)),
      protocol: `Mean of ${each.length} evaluations, one an identifier. ${first.protocol}`,
      pAgainstPopular: null,
    };
    return { each, mean };
  }

  async #validate(): Promise<EvaluationReport> {
    const { validationBeamWidth, validationUsers } = this.context.config.recommender;
    const { mean } = await this.evaluateEach('validation', validationBeamWidth, validationUsers);
    this.#lastValidation = mean.metrics;
    return mean;
  }

  async #betweenEpochs(epoch: number): Promise<void> {
    const due = this.#boundaries[this.#estimates.length];
    if (due !== undefined && epoch >= due) await this.#estimate();
    const { fineTuning } = this.#section;
    if (fineTuning?.checkpoints.includes(epoch)) await this.#keepParameters(epoch);
  }

  async #keepParameters(epoch: number): Promise<void> {
    const { context, trainer, tokenizers } = this;
    const { parameters } = await trainer.state();
    const arrays = new Map([...parameters].map(([name, values]) => [`parameters/${name}`, values]));
    const identity = { ...pretrainingOrigin(context, tokenizers), adapter: adapterFingerprint(context) };
    await context.sink.saveCheckpoint(`pretrained-${epoch}`, writeCheckpoint(identity, arrays, { epoch }));
  }

  async #estimate(): Promise<void> {
    const { context, trainer } = this;
    const section = this.#section;
    const started = context.now();
    const trainingSeconds = (started - this.#mark) / 1000;
    const estimator = this.#estimator ?? (await this.#newEstimator(section.trainingSamples, section.validationSamples));
    this.#estimator = estimator;
    const influence = await this.#measured(estimator);
    const estimateSeconds = (context.now() - started) / 1000;
    const { isFullPass, trainingSamples, validationSamples } = estimator;
    // It holds all sequences, which streamed data must not.
    if (context.dataset.stored?.stream) await this.#releaseEstimator();
    const samplingError =
      section.measuresSamplingError && !isFullPass && this.#estimates.length === 0
        ? await this.#samplingError(influence)
        : null;
    this.#estimates = [
      ...this.#estimates,
      {
        epoch: trainer.epoch,
        step: trainer.stepCount,
        influence,
        learningRate: trainer.learningRate(trainer.stepCount),
        trainingSamples,
        validationSamples,
        isFullPass,
        samplingError,
        estimateSeconds,
        trainingSeconds,
        validation: this.#lastValidation,
      },
    ];
    this.#probabilities = probabilitiesAfter(this.#estimates, this.sources.length, section);
    const epochs = keptEpochs(context.config.tokenizer);
    const report = curriculumReports(this.#estimates, epochs, this.#boundaries.length, section).at(-1);
    if (report) context.hooks.curriculum(report);
    await this.phase.save('newest');
    this.#mark = context.now();
  }

  async #measured(estimator: InfluenceEstimator): Promise<number[][]> {
    const { context } = this;
    const meter = new ProgressMeter(context.now, context.hooks.progress, context.control, {
      stage: 'influence',
      total: estimator.passes,
      unit: 'gradients',
      epochs: 0,
    });
    return estimator.estimate(async (done) => {
      meter.update(done, this.trainer.epoch);
      await context.control.breathe();
    });
  }

  /** ‖S − S_full‖ / ‖S_full‖. */
  async #samplingError(influence: readonly (readonly number[])[]): Promise<number> {
    const full = await this.#newEstimator(0, 0);
    try {
      const wanted = (await this.#measured(full)).flat();
      const norm = (values: readonly number[]): number => Math.hypot(...values);
      return norm(influence.flat().map((value, i) => value - (wanted[i] ?? 0))) / norm(wanted);
    } finally {
      await full.dispose();
    }
  }

  async #newEstimator(trainingSamples: number, validationSamples: number): Promise<InfluenceEstimator> {
    const { context, trainer, sources } = this;
    const { config, engine, dataset } = context;
    const sequences = await wholeSequences(dataset);
    const { historyLimit, batchSize, dropout } = config.recommender;
    return new InfluenceEstimator({
      engine,
      model: trainer,
      sources,
      sequences,
      seed: config.seed,
      historyLimit,
      batchSize,
      trainingSamples,
      validationSamples,
      dropout: this.#section.hasInfluenceDropout ? dropout : 0,
      ...(engine.device.profile.isSoftware ? { dispatchesPerSubmit: SOFTWARE_DISPATCHES_PER_SUBMIT } : {}),
    });
  }

  async #releaseEstimator(): Promise<void> {
    await this.#estimator?.dispose();
    this.#estimator = null;
  }

  async dispose(): Promise<void> {
    await this.#releaseEstimator();
    await this.trainer.dispose();
  }
}

export function meanMetrics(sets: readonly MetricSet[]): MetricSet {
  const mean = (key: keyof MetricSet): number => sets.reduce((sum, set) => sum + set[key], 0) / sets.length;
  return { recall5: mean('recall5'), ndcg5: mean('ndcg5'), recall10: mean('recall10'), ndcg10: mean('ndcg10') };
}

/** @throws ConfigError `mtgrec/item-sets` for tokenizers of different items or sizes */
function sameItems(tokenizers: readonly Identifiers[]): readonly Identifiers[] {
  const [first, ...others] = tokenizers;
  const shapeOf = ({ levels, codes, digits }: Identifiers): string =>
    `${digits.length / (levels + 1)} items with ${levels} × ${codes} codes`;
  for (const other of others)
    if (first && shapeOf(other) !== shapeOf(first))
      throw new ConfigError(
        'mtgrec/item-sets',
        `tokenizers: all must give codes to the same items; one has ${shapeOf(first)}, another ${shapeOf(other)}. Make them from one data set and one configuration.`,
      );
  return tokenizers;
}
