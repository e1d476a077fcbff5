/**
 * A whole UTGRec run (utgrec.md §7.4): tokenizer and T5 pre-trained on some domains, the tokenizer fine-tuned on the downstream
 * domain, its items tokenised, the recommender fine-tuned on their codes and tested. Without a transfer section both are
 * trained on the data set as it is. The results of pre-training go to a sink of their own. Every part resumes by itself.
 *
 * Conflicts are resolved over all items of a phase together; the published code resolves each pre-training domain by itself
 * and so leaves equal identifiers in different domains, which a recommender that sees both cannot tell apart.
 */
import { ConfigError } from '../base/errors';
import { restrictToDomains } from '../data/restrict';
import type { TokenSource } from '../recommenders/t5/batch';
import { T5Trainer, type T5TrainingConfig } from '../recommenders/t5/trainer';
import type { QuantiserConfig } from '../tokenizers/utgrec/config';
import { floatsIn, readCheckpoint, requireSameOrigin } from './checkpoint';
import type { RecommenderConfig } from './config';
import { evaluateT5 } from './evaluateModel';
import type { EvaluationReport, Stage } from './reports';
import type { RunSink } from './runSink';
import { TrainingPhase, trainerState } from './trainingPhase';
import type { UtgrecConfig } from './utgrecConfig';
import { identifiersHash, utgrecTokenSource } from './utgrecIdentifiers';
import { type FinishedTokenizer, openTokenizer } from './utgrecTokenizerFile';
import { tokenizerSteps, trainUtgrecTokenizer, type UtgrecHost } from './utgrecTokenizerJob';

export interface UtgrecRunHost extends UtgrecHost {
  readonly config: UtgrecConfig;
  /** Where the results of pre-training go; the host's own sink takes the rest. */
  readonly pretrainingSink: () => Promise<RunSink>;
}

export interface UtgrecResult {
  /** The caller disposes. */
  readonly trainer: T5Trainer;
  readonly source: TokenSource;
  /** The downstream tokenizer and, with transfer, the pre-trained one. */
  readonly tokenizer: FinishedTokenizer;
  readonly pretrained: FinishedTokenizer | null;
  /** What `trainer` was tested on: the downstream domain or the whole data set. */
  readonly host: UtgrecRunHost;
  readonly report: EvaluationReport;
}

/** Trains (or goes on) and tests. @param maxSteps stop at so many recommender steps @throws CancelledError after saving */
export async function trainUtgrec(host: UtgrecRunHost, maxSteps = Number.POSITIVE_INFINITY): Promise<UtgrecResult> {
  const { config } = host;
  const { transfer, tokenizer: settings, seed } = config;
  const fresh = {
    config: settings,
    recipe: settings.training,
    seed,
    trainsMatrices: true,
    start: null,
    isFrozen: false,
    stepOffset: 0,
  };
  if (!transfer || transfer.pretraining.length === 0) {
    const own = transfer ? { ...host, dataset: restrictToDomains(host.dataset, [transfer.downstream]) } : host;
    const tokenizer = await trainUtgrecTokenizer(own, fresh);
    const settings = { ...config.recommender, ...transfer?.recommenderTraining };
    const recommender = { ...own, stage: 'recommender' as const, settings, stepOffset: 0 };
    return { ...(await trainOn(recommender, tokenizer, null, maxSteps)), tokenizer, pretrained: null, host: own };
  }
  const upstream = {
    ...host,
    dataset: restrictToDomains(host.dataset, transfer.pretraining),
    sink: await host.pretrainingSink(),
  };
  const pretrained = await trainUtgrecTokenizer(upstream, fresh);
  const start = transfer.recommenderIsPretrained
    ? await pretrainRecommender(upstream, pretrained, maxSteps)
    : { parameters: null, steps: 0 };
  const downstream = { ...host, dataset: restrictToDomains(host.dataset, [transfer.downstream]) };
  const tokenizer = await trainUtgrecTokenizer(downstream, {
    config: settings,
    recipe: { ...transfer.tokenizerTraining, quantiserWarmupShare: 0, codebookStart: 'kept' },
    seed,
    trainsMatrices: transfer.tokenizer === 'full',
    start: pretrained,
    isFrozen: transfer.tokenizer === 'none',
    stepOffset: tokenizerSteps(upstream.dataset, settings.training),
  });
  const recommender = {
    ...downstream,
    stage: 'fineTuning' as const,
    settings: { ...config.recommender, ...transfer.recommenderTraining },
    stepOffset: start.steps,
  };
  return {
    ...(await trainOn(recommender, tokenizer, start.parameters, maxSteps)),
    tokenizer,
    pretrained,
    host: downstream,
  };
}

interface RecommenderTask extends UtgrecRunHost {
  readonly stage: Stage;
  readonly settings: RecommenderConfig;
  /** Recommender steps of the run before this phase. */
  readonly stepOffset: number;
}

/** @throws ConfigError `utgrec/identifiers` where items share one: neither training nor ranking could tell them apart */
function requireDistinct(
  { kind, levels, rootEntries, leafEntries }: QuantiserConfig,
  tokenizer: FinishedTokenizer,
): void {
  const { duplicate } = tokenizer.quality.resolved;
  if (duplicate === 0) return;
  const room = rootEntries * (kind === 'tree' ? leafEntries : rootEntries) ** (levels - 1);
  throw new ConfigError(
    'utgrec/identifiers',
    `UTGRec: ${duplicate} of ${tokenizer.resolutions.length} items found no identifier of their own among ${room} identifiers; use larger books or more levels, or train the tokenizer longer.`,
  );
}

function newTrainer(
  task: UtgrecHost & { readonly config: UtgrecConfig },
  settings: T5TrainingConfig,
  source: TokenSource,
): T5Trainer {
  const { engine, dataset, config } = task;
  return new T5Trainer({ engine, config: settings, source, sequences: dataset.sequences, seed: config.seed });
}

/** Trains on the mixture without validation; the last state counts (the published recipe). */
async function pretrainRecommender(
  host: UtgrecRunHost,
  tokenizer: FinishedTokenizer,
  maxSteps: number,
): Promise<{ parameters: ReadonlyMap<string, Float32Array>; steps: number }> {
  const { config, sink } = host;
  const { quantiser } = config.tokenizer;
  requireDistinct(quantiser, tokenizer);
  const trainer = newTrainer(
    host,
    config.recommender,
    utgrecTokenSource(quantiser, tokenizer.codes, config.recommender),
  );
  try {
    const phase = new TrainingPhase(host, trainer, {
      stage: 'recommender',
      newest: 'recommender',
      best: 'best',
      origin: await originOf(host, config.recommender, tokenizer, null),
      stepOffset: 0,
      epochs: config.recommender.epochs,
      validateEvery: 1,
      patience: 0,
      validate: null,
    });
    const newest = await sink.loadCheckpoint('recommender');
    if (newest) await phase.restore(newest);
    await phase.train(maxSteps);
    return { parameters: (await trainer.state()).parameters, steps: trainer.totalSteps };
  } finally {
    await trainer.dispose();
  }
}

/** Trains with early stopping on the data set's validation targets, tests the best state. */
async function trainOn(
  task: RecommenderTask,
  tokenizer: FinishedTokenizer,
  start: ReadonlyMap<string, Float32Array> | null,
  maxSteps: number,
): Promise<Pick<UtgrecResult, 'trainer' | 'source' | 'report'>> {
  const { settings, config, sink, stage, stepOffset } = task;
  requireDistinct(config.tokenizer.quantiser, tokenizer);
  const source = utgrecTokenSource(config.tokenizer.quantiser, tokenizer.codes, config.recommender);
  const trainer = newTrainer(task, settings, source);
  const evaluated = { ...task, config: { recommender: settings } };
  const phase = new TrainingPhase(task, trainer, {
    stage,
    newest: 'recommender',
    best: 'best',
    origin: await originOf(task, settings, tokenizer, start),
    stepOffset,
    epochs: settings.epochs,
    validateEvery: settings.validateEvery,
    patience: settings.patience,
    validate: async () => {
      const { report } = await evaluateT5(evaluated, trainer, source, {
        split: 'validation',
        beamWidth: settings.validationBeamWidth,
        maxUsers: settings.validationUsers,
        name: 'UTGRec',
      });
      return report;
    },
  });
  try {
    const newest = await sink.loadCheckpoint('recommender');
    if (newest) await phase.restore(newest);
    else if (start) trainer.startFrom(start);
    await phase.train(maxSteps);
    const best = await sink.loadCheckpoint('best');
    if (best) trainer.restore(trainerState(readCheckpoint(best, 'best')));
    const { report } = await evaluateT5(evaluated, trainer, source, {
      split: 'test',
      beamWidth: settings.testBeamWidth,
      name: 'UTGRec',
    });
    task.hooks.evaluation(report);
    return { trainer, source, report };
  } catch (error) {
    await trainer.dispose();
    throw error;
  }
}

/** What a recommender's checkpoint was made from. */
async function originOf(
  { config, dataset }: UtgrecRunHost,
  settings: RecommenderConfig,
  tokenizer: FinishedTokenizer,
  start: ReadonlyMap<string, Float32Array> | null,
) {
  const identifiers = await identifiersHash(config.tokenizer.quantiser, tokenizer.codes);
  return {
    kind: 'recommender' as const,
    config: JSON.stringify({
      seed: config.seed,
      system: 'utgrec',
      recommender: settings,
      identifiers,
      isPretrained: start !== null,
    }),
    dataHash: dataset.contentHash,
  };
}

/**
 * Opens the best recommender of a finished run and what it generates, without training; null if the run has none.
 * @throws FormatError, ConfigError for files of another run
 */
export async function openUtgrec(host: UtgrecRunHost): Promise<Omit<UtgrecResult, 'report' | 'pretrained'> | null> {
  const { config } = host;
  const { transfer } = config;
  const dataset = transfer ? restrictToDomains(host.dataset, [transfer.downstream]) : host.dataset;
  const own = { ...host, dataset };
  const file = (await host.sink.loadCheckpoint('best')) ?? (await host.sink.loadCheckpoint('recommender'));
  const stored = await host.sink.loadCheckpoint('tokenizer');
  if (!file || !stored) return null;
  const settings = { ...config.recommender, ...transfer?.recommenderTraining };
  const tokenizer = openTokenizer(stored, dataset);
  if (!tokenizer) return null;
  const source = utgrecTokenSource(config.tokenizer.quantiser, tokenizer.codes, config.recommender);
  const trainer = newTrainer(own, settings, source);
  const checkpoint = readCheckpoint(file, 'recommender');
  const isPretrained = transfer !== null && transfer.pretraining.length > 0 && transfer.recommenderIsPretrained;
  const start = isPretrained ? floatsIn(checkpoint, 'parameters') : null;
  requireSameOrigin(checkpoint.identity, await originOf(own, settings, tokenizer, start), 'recommender');
  trainer.restore(trainerState(checkpoint));
  return { trainer, source, tokenizer, host: own };
}
