/**
 * A whole MTGRec recommender on K finished tokenizers: pre-training with the curriculum, fine-tuning of each candidate
 * (pre-training epoch × identifier) with one identifier, selection by validation NDCG@10, test (mtgrec.md §9, §10).
 * Each part resumes from its own checkpoint; role `best` holds the chosen model.
 */

import { FormatError } from '../base/errors';
import { mixSeed } from '../base/random';
import type { TokenSource } from '../recommenders/t5/batch';
import { T5Trainer } from '../recommenders/t5/trainer';
import { trainBaseline } from './baselineJob';
import {
  type Checkpoint,
  type CheckpointIdentity,
  floatsIn,
  numberIn,
  readCheckpoint,
  requireSameOrigin,
  writeCheckpoint,
} from './checkpoint';
import { adapterFingerprint, type JobContext } from './context';
import { type EnsembleMember, evaluateEnsemble } from './ensembleEvaluation';
import { evaluateT5 } from './evaluateModel';
import { type Identifiers, tokenSource } from './identifiers';
import type { FineTuningConfig } from './multiIdentifierConfig';
import { multiIdentifierOf, Pretraining, type PretrainingSource, pretrainingOrigin } from './pretrainingJob';
import { trainingData } from './trainingData';
import { TrainingPhase } from './trainingPhase';

/** Stream of the run's seed: fine-tuning shuffles and drops out on its own. */
const FINE_TUNING_STREAM = 7;

export interface MultiIdentifierModel {
  /** The chosen parameters loaded; the caller disposes. */
  readonly trainer: T5Trainer;
  /** The one identifier that it generates. */
  readonly identifiers: Identifiers;
}

interface Candidate {
  readonly number: number;
  /** Pre-training epoch. */
  readonly checkpoint: number;
  /** Position among the tokenizers. */
  readonly identifier: number;
}

interface Finished extends Candidate {
  /** Best NDCG@10 on the validation split. */
  readonly ndcg: number;
}

/** One fine-tuning a pair, checkpoints outer. */
export function candidatesOf({ checkpoints, identifiers }: FineTuningConfig): Candidate[] {
  return checkpoints
    .flatMap((checkpoint) => identifiers.map((identifier) => ({ checkpoint, identifier })))
    .map((pair, number) => ({ ...pair, number }));
}

/**
 * Trains and evaluates, or goes on where it was.
 * @param maxSteps stop (as if cancelled) once the run has made so many steps, fine-tuning included
 * @throws CancelledError after saving where it was; NumericsError; FormatError `mtgrec/missing-checkpoint`
 */
export async function trainMultiIdentifier(
  context: JobContext,
  tokenizers: readonly Identifiers[],
  maxSteps = Number.POSITIVE_INFINITY,
): Promise<MultiIdentifierModel> {
  const section = multiIdentifierOf(context.config);
  const pretraining = new Pretraining(context, tokenizers);
  let steps = 0;
  try {
    await pretraining.train(maxSteps);
    steps = pretraining.trainer.stepCount;
    if (!section.fineTuning) await finishUntuned(pretraining);
  } finally {
    await pretraining.dispose();
  }
  if (section.fineTuning) steps = await fineTuneAll(context, tokenizers, section.fineTuning, { steps, maxSteps });
  const model = await openMultiIdentifier(context, tokenizers);
  if (!model) throw new FormatError('mtgrec/missing-checkpoint', 'MTGRec: the chosen model is gone; train again.');
  try {
    const last = tokenizers.at(-1);
    // Before the test of the model, which a resumed run would otherwise repeat each time.
    if (section.hasBaseline && last) await trainBaseline(context, last, { stepOffset: steps, maxSteps });
    if (section.fineTuning) await testTuned(context, tokenizers, section.fineTuning, model);
    return model;
  } catch (error) {
    await model.trainer.dispose();
    throw error;
  }
}

async function testTuned(
  context: JobContext,
  tokenizers: readonly Identifiers[],
  config: FineTuningConfig,
  model: MultiIdentifierModel,
): Promise<void> {
  const { report } = await evaluateT5(
    context,
    model.trainer,
    tokenSource(model.identifiers, context.config.recommender),
    {
      split: 'test',
      beamWidth: context.config.recommender.testBeamWidth,
      name: 'MTGRec',
    },
  );
  context.hooks.evaluation(report);
  if (!multiIdentifierOf(context.config).hasEnsemble) return;
  const members: EnsembleMember[] = [];
  for (const { number, identifier } of candidatesOf(config))
    members.push({
      parameters: floatsIn(await requiredCheckpoint(context, `fineTuned-${number}`), 'parameters'),
      source: tokenSource(tokenizers[identifier] as Identifiers, context.config.recommender),
    });
  context.hooks.evaluation(await evaluateEnsemble(context, model.trainer, members));
}

/** Opens the chosen model of a finished run. @returns null if there is none @throws FormatError, ConfigError for another origin */
export async function openMultiIdentifier(
  context: JobContext,
  tokenizers: readonly Identifiers[],
): Promise<MultiIdentifierModel | null> {
  const file = await context.sink.loadCheckpoint('best');
  if (!file) return null;
  const checkpoint = readCheckpoint(file, 'best');
  requireSameOrigin(checkpoint.identity, chosenOrigin(context, tokenizers), 'best');
  const identifiers = tokenizers[numberIn(checkpoint, 'identifier', 'best')];
  if (!identifiers)
    throw new FormatError('checkpoint/numbers', 'best: names an identifier that there is not; train again.');
  const { recommender } = context.config;
  const trainer = newTrainer(context, recommender, tokenSource(identifiers, recommender));
  try {
    trainer.startFrom(floatsIn(checkpoint, 'parameters'));
    return { trainer, identifiers };
  } catch (error) {
    await trainer.dispose();
    throw error;
  }
}

/** @returns steps of the run so far */
async function fineTuneAll(
  context: JobContext,
  tokenizers: readonly Identifiers[],
  config: FineTuningConfig,
  run: { readonly steps: number; readonly maxSteps: number },
): Promise<number> {
  const origin = chosenOrigin(context, tokenizers);
  const file = await context.sink.loadCheckpoint('fineTuning');
  const newest = file ? readCheckpoint(file, 'fineTuning') : null;
  if (newest) requireSameOrigin(newest.identity, origin, 'fineTuning');
  const atWork = newest ? numberIn(newest, 'candidate', 'fineTuning') : -1;
  const finished: Finished[] = [];
  // As many as if no candidate stopped early, so that a resumed run counts alike.
  const stepsEach = (run.steps / context.config.recommender.epochs) * config.epochs;
  const candidates = candidatesOf(config);
  for (const candidate of candidates) {
    const stepOffset = run.steps + candidate.number * stepsEach;
    const task = { ...run, candidate, stepOffset, origin, resume: candidate.number === atWork ? file : null };
    const ndcg =
      candidate.number < atWork
        ? await finishedBefore(context, candidate)
        : await fineTune(context, tokenizers, config, task);
    finished.push({ ...candidate, ndcg });
  }
  const chosen = finished.reduce((best, one) => (one.ndcg > best.ndcg ? one : best));
  const checkpoint = await requiredCheckpoint(context, `fineTuned-${chosen.number}`);
  await saveChosen(context, tokenizers, floatsIn(checkpoint, 'parameters'), {
    identifier: chosen.identifier,
    checkpoint: chosen.checkpoint,
    ndcg: chosen.ndcg,
  });
  return run.steps + candidates.length * stepsEach;
}

async function finishedBefore(context: JobContext, { number }: Candidate): Promise<number> {
  return numberIn(await requiredCheckpoint(context, `fineTuned-${number}`), 'bestNdcg', `fineTuned-${number}`);
}

/** @returns the best NDCG@10 on the validation split */
async function fineTune(
  context: JobContext,
  tokenizers: readonly Identifiers[],
  config: FineTuningConfig,
  task: {
    readonly candidate: Candidate;
    readonly stepOffset: number;
    readonly maxSteps: number;
    readonly origin: Omit<CheckpointIdentity, 'adapter'>;
    readonly resume: Uint8Array | null;
  },
): Promise<number> {
  const { candidate, origin, resume } = task;
  const { recommender } = context.config;
  const { epochs, learningRate, warmupSteps, validateEvery, patience } = config;
  const source = tokenSource(tokenizers[candidate.identifier] as Identifiers, recommender);
  const trainer = newTrainer(context, { ...recommender, epochs, learningRate, warmupSteps }, source);
  const phase = new TrainingPhase(context, trainer, {
    stage: 'fineTuning',
    newest: 'fineTuning',
    best: `fineTuned-${candidate.number}`,
    origin,
    stepOffset: task.stepOffset,
    epochs,
    validateEvery,
    patience,
    rowValues: { candidate: candidate.number },
    validate: async () => {
      const { report } = await evaluateT5(context, trainer, source, {
        split: 'validation',
        beamWidth: recommender.validationBeamWidth,
        maxUsers: recommender.validationUsers,
        name: `MTGRec, fine-tuning ${candidate.number + 1}`,
      });
      return report;
    },
    extra: { arrays: () => new Map(), numbers: () => ({ candidate: candidate.number }), restore: () => {} },
  });
  try {
    if (resume) await phase.restore(resume);
    else {
      const pretrained = await requiredCheckpoint(context, `pretrained-${candidate.checkpoint}`);
      requireSameOrigin(
        pretrained.identity,
        pretrainingOrigin(context, tokenizers),
        `pretrained-${candidate.checkpoint}`,
      );
      trainer.startFrom(floatsIn(pretrained, 'parameters'));
      await context.sink.dropRowsAfter('recommender', task.stepOffset);
    }
    await phase.train(task.maxSteps);
    return phase.bestNdcg;
  } finally {
    await trainer.dispose();
  }
}

/** Without fine-tuning: tests every identifier, and keeps the one that validates best for recommending. */
async function finishUntuned(pretraining: Pretraining): Promise<void> {
  const { context, trainer, tokenizers } = pretraining;
  const { validationBeamWidth, validationUsers, testBeamWidth } = context.config.recommender;
  const { each } = await pretraining.evaluateEach('validation', validationBeamWidth, validationUsers);
  const ndcgs = each.map(({ metrics }) => metrics.ndcg10);
  const identifier = ndcgs.indexOf(Math.max(...ndcgs));
  const { parameters } = await trainer.state();
  await saveChosen(context, tokenizers, parameters, {
    identifier,
    checkpoint: trainer.epoch,
    ndcg: ndcgs[identifier] ?? 0,
  });
  const test = await pretraining.evaluateEach('test', testBeamWidth);
  for (const report of [...test.each, test.mean]) context.hooks.evaluation(report);
}

async function saveChosen(
  context: JobContext,
  tokenizers: readonly Identifiers[],
  parameters: ReadonlyMap<string, Float32Array>,
  numbers: { readonly identifier: number; readonly checkpoint: number; readonly ndcg: number },
): Promise<void> {
  const arrays = new Map([...parameters].map(([name, values]) => [`parameters/${name}`, values]));
  const identity = { ...chosenOrigin(context, tokenizers), adapter: adapterFingerprint(context) };
  await context.sink.saveCheckpoint('best', writeCheckpoint(identity, arrays, numbers));
}

/** @throws FormatError `mtgrec/missing-checkpoint` */
async function requiredCheckpoint(
  context: JobContext,
  role: `pretrained-${number}` | `fineTuned-${number}`,
): Promise<Checkpoint> {
  const file = await context.sink.loadCheckpoint(role);
  if (!file)
    throw new FormatError(
      'mtgrec/missing-checkpoint',
      `MTGRec: wanted the checkpoint "${role}", the run has none; pre-train again with this epoch among multiIdentifier.fineTuning.checkpoints.`,
    );
  return readCheckpoint(file, role);
}

function newTrainer(context: JobContext, config: JobContext['config']['recommender'], source: TokenSource): T5Trainer {
  const { engine } = context;
  const seed = mixSeed(context.config.seed, FINE_TUNING_STREAM);
  return new T5Trainer({ engine, config, source, ...trainingData(context), seed });
}

/** What a fine-tuned (or chosen) model was made from. The ensemble changes nothing of it, so it is not part of its origin. */
export function chosenOrigin(
  context: PretrainingSource,
  tokenizers: readonly Identifiers[],
): Omit<CheckpointIdentity, 'adapter'> {
  const pretraining = pretrainingOrigin(context, tokenizers);
  const { fineTuning } = multiIdentifierOf(context.config);
  return { ...pretraining, config: JSON.stringify({ pretraining: pretraining.config, fineTuning }) };
}
