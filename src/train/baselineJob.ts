/**
 * TIGER with an MTGRec run's budget: one identifier (the last tokenizer's), the same network and recipe, as many epochs as
 * pre-training and one fine-tuning have together. What the several identifiers are worth is the difference.
 */
import { T5Trainer } from '../recommenders/t5/trainer';
import { floatsIn, readCheckpoint } from './checkpoint';
import type { JobContext } from './context';
import { evaluateT5 } from './evaluateModel';
import { type Identifiers, tokenSource } from './identifiers';
import { multiIdentifierOf } from './pretrainingJob';
import { recommenderOrigin } from './recommenderJob';
import { trainingData } from './trainingData';
import { TrainingPhase } from './trainingPhase';

/**
 * Trains (or goes on, or only evaluates) and reports the test metrics. @param stepOffset steps of the run before it
 * @throws CancelledError after saving where it was; NumericsError
 */
export async function trainBaseline(
  context: JobContext,
  identifiers: Identifiers,
  run: { readonly stepOffset: number; readonly maxSteps: number },
): Promise<void> {
  const { engine, config, dataset, sink } = context;
  const source = tokenSource(identifiers, config.recommender);
  const epochs = config.recommender.epochs + (multiIdentifierOf(config).fineTuning?.epochs ?? 0);
  const recommender = { ...config.recommender, epochs };
  const trainer = new T5Trainer({
    engine,
    config: recommender,
    source,
    ...trainingData(context),
    seed: config.seed,
  });
  const { validationBeamWidth, validationUsers, testBeamWidth } = recommender;
  const phase = new TrainingPhase(context, trainer, {
    stage: 'recommender',
    newest: 'baseline',
    best: 'baselineBest',
    origin: recommenderOrigin({ ...config, recommender }, dataset.contentHash, identifiers.hash),
    stepOffset: run.stepOffset,
    epochs,
    validateEvery: recommender.validateEvery,
    patience: recommender.patience,
    rowValues: { isBaseline: 1 },
    validate: async () => {
      const options = { split: 'validation', beamWidth: validationBeamWidth, maxUsers: validationUsers } as const;
      return (await evaluateT5(context, trainer, source, { ...options, name: 'TIGER, same budget' })).report;
    },
  });
  try {
    const newest = await sink.loadCheckpoint('baseline');
    if (newest) await phase.restore(newest);
    await phase.train(run.maxSteps);
    const best = await sink.loadCheckpoint('baselineBest');
    if (best) trainer.startFrom(floatsIn(readCheckpoint(best, 'baselineBest'), 'parameters'));
    const { report } = await evaluateT5(context, trainer, source, {
      split: 'test',
      beamWidth: testBeamWidth,
      name: 'TIGER, same budget',
    });
    context.hooks.evaluation(report);
  } finally {
    await trainer.dispose();
  }
}
