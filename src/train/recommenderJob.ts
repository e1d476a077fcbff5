/** A recommender's training with one identifier an item (TIGER), from start (or last checkpoint) to test metrics. */
import { T5Trainer } from '../recommenders/t5/trainer';
import { readCheckpoint, requireSameOrigin } from './checkpoint';
import type { RunConfig } from './config';
import type { JobContext } from './context';
import { evaluateT5 } from './evaluateModel';
import { type Identifiers, tokenSource } from './identifiers';
import { trainingData } from './trainingData';
import { TrainingPhase, trainerState } from './trainingPhase';

/**
 * Trains and evaluates. Resumes by itself if the sink holds a recommender of the same configuration, data and identifiers.
 * @param maxSteps stop (as if cancelled) once so many steps are done; for runs in pieces
 * @returns the trainer with the best parameters loaded; the caller disposes.
 * @throws CancelledError after saving where it was; NumericsError with the last good checkpoint kept
 */
export async function trainRecommender(
  context: JobContext,
  identifiers: Identifiers,
  maxSteps?: number,
): Promise<T5Trainer> {
  const { recommender } = context.config;
  const source = tokenSource(identifiers, recommender);
  const trainer = newTrainer(context, identifiers);
  const phase = new TrainingPhase(context, trainer, {
    stage: 'recommender',
    newest: 'recommender',
    best: 'best',
    origin: originOf(context, identifiers),
    stepOffset: 0,
    epochs: recommender.epochs,
    validateEvery: recommender.validateEvery,
    patience: recommender.patience,
    validate: async () => {
      const { report } = await evaluateT5(context, trainer, source, {
        split: 'validation',
        beamWidth: recommender.validationBeamWidth,
        maxUsers: recommender.validationUsers,
      });
      return report;
    },
  });
  try {
    const newest = await context.sink.loadCheckpoint('recommender');
    if (newest) await phase.restore(newest);
    await phase.train(maxSteps ?? Number.POSITIVE_INFINITY);
    const best = await context.sink.loadCheckpoint('best');
    if (best) trainer.restore(trainerState(readCheckpoint(best, 'best')));
    const { report } = await evaluateT5(context, trainer, source, {
      split: 'test',
      beamWidth: recommender.testBeamWidth,
    });
    context.hooks.evaluation(report);
    return trainer;
  } catch (error) {
    await trainer.dispose();
    throw error;
  }
}

/** Opens a finished (or half-finished) recommender for recommending. @returns null if there is none */
export async function openRecommender(context: JobContext, identifiers: Identifiers): Promise<T5Trainer | null> {
  const { sink } = context;
  const file = (await sink.loadCheckpoint('best')) ?? (await sink.loadCheckpoint('recommender'));
  if (!file) return null;
  const checkpoint = readCheckpoint(file, 'recommender');
  requireSameOrigin(checkpoint.identity, originOf(context, identifiers), 'recommender');
  const trainer = newTrainer(context, identifiers);
  trainer.restore(trainerState(checkpoint));
  return trainer;
}

function newTrainer(context: JobContext, identifiers: Identifiers): T5Trainer {
  return new T5Trainer({
    engine: context.engine,
    config: context.config.recommender,
    source: tokenSource(identifiers, context.config.recommender),
    ...trainingData(context),
    seed: context.config.seed,
  });
}

/** What a recommender's checkpoint says it was made from; `identifiers` is their hash. */
export function recommenderOrigin(config: RunConfig, dataHash: string, identifiers: string) {
  return {
    kind: 'recommender' as const,
    config: JSON.stringify({ seed: config.seed, recommender: config.recommender, identifiers }),
    dataHash,
  };
}

const originOf = ({ config, dataset }: JobContext, identifiers: Identifiers) =>
  recommenderOrigin(config, dataset.contentHash, identifiers.hash);
