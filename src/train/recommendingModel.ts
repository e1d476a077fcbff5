/** A run's recommender whatever its method: trains or opens TIGER (one identifier an item) or MTGRec (several). */
import { ConfigError } from '../base/errors';
import type { T5Trainer } from '../recommenders/t5/trainer';
import type { JobContext } from './context';
import type { Identifiers } from './identifiers';
import { openMultiIdentifier, trainMultiIdentifier } from './multiIdentifierJob';
import { openRecommender, trainRecommender } from './recommenderJob';
import { openIdentifiers, openTokenizers } from './tokenizerJob';

export interface RecommendingModel {
  /** The caller disposes. */
  readonly trainer: T5Trainer;
  /** What it generates. */
  readonly identifiers: Identifiers;
  /** Name in evaluations. */
  readonly name: string;
}

/** Trains (or goes on, or only evaluates) the recommender on the run's finished tokenizer. @throws ConfigError `job/no-tokenizer` */
export async function trainModel(context: JobContext, maxSteps?: number): Promise<RecommendingModel> {
  const known = await tokenizersOf(context);
  if (!known)
    throw new ConfigError('job/no-tokenizer', 'train a recommender: the tokenizer is not trained yet; train it first.');
  if (context.config.multiIdentifier)
    return { ...(await trainMultiIdentifier(context, known.all, maxSteps)), name: 'MTGRec' };
  return {
    trainer: await trainRecommender(context, known.last, maxSteps),
    identifiers: known.last,
    name: 'TIGER',
  };
}

/** Opens a run's recommender. @returns null if there is none yet */
export async function openModel(context: JobContext): Promise<RecommendingModel | null> {
  const known = await tokenizersOf(context);
  if (!known) return null;
  if (context.config.multiIdentifier) {
    const model = await openMultiIdentifier(context, known.all);
    return model && { ...model, name: 'MTGRec' };
  }
  const trainer = await openRecommender(context, known.last);
  return trainer && { trainer, identifiers: known.last, name: 'TIGER' };
}

async function tokenizersOf(context: JobContext): Promise<{ all: Identifiers[]; last: Identifiers } | null> {
  if (!context.config.multiIdentifier) {
    const last = await openIdentifiers(context);
    return last && { all: [last], last };
  }
  const all = await openTokenizers(context);
  const last = all?.at(-1);
  return all && last ? { all, last } : null;
}
