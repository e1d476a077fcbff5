/**
 * What the curriculum costs: one K × K influence matrix against the epochs between two estimates, with the recommender and the
 * sub-sample of models/mtgrec/laptop.json on a data set's own sequences. Identifiers are drawn at random: time does not
 * depend on them.
 */
import laptop from '../../models/mtgrec/laptop.json';
import { mixSeed, uniformGenerator } from '../../src/base/random';
import type { SequenceTable } from '../../src/base/sequenceTable';
import type { Engine } from '../../src/plan/engine';
import { identifierTokens, identifierVocabulary } from '../../src/recommenders/identifierVocabulary';
import { drawTokenizer } from '../../src/recommenders/mtgrec/draw';
import { InfluenceEstimator } from '../../src/recommenders/mtgrec/influence';
import { T5Trainer } from '../../src/recommenders/t5/trainer';
import { checkRunConfig } from '../../src/train/config';
import { SOFTWARE_DISPATCHES_PER_SUBMIT } from '../../src/train/trainingPhase';

export interface InfluenceTime {
  readonly tokenizers: number;
  /** Seconds of an epoch, from `timedSteps` steps. */
  readonly epochSeconds: number;
  readonly timedSteps: number;
  readonly stepsPerEpoch: number;
  /** Epochs between two estimates in the preset. */
  readonly epochsBetween: number;
  /** Of the first estimate (with compilation) and the next ones. */
  readonly firstSeconds: number;
  readonly estimateSeconds: readonly number[];
  readonly passes: number;
  readonly trainingSamples: number;
  readonly validationSamples: number;
  /** Median estimate over the epochs between two. */
  readonly share: number;
}

const SEED = 5;
const WARM_STEPS = 40;

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Steps and estimates in alternation, `rounds` times. */
export async function measureInfluence(
  engine: Engine,
  data: { readonly sequences: SequenceTable; readonly itemCount: number },
  options: { readonly tokenizers: number; readonly rounds: number; readonly stepsPerRound: number },
): Promise<InfluenceTime> {
  const { tokenizers, rounds, stepsPerRound } = options;
  const { recommender, tokenizer, multiIdentifier } = checkRunConfig(laptop, 'laptop');
  if (!multiIdentifier) throw new Error('bench: the laptop preset has no multiIdentifier section');
  const vocabulary = identifierVocabulary(tokenizer.levels, tokenizer.codes);
  const sources = Array.from({ length: tokenizers }, (_, k) => {
    const uniform = uniformGenerator(mixSeed(SEED, k));
    const digits = Uint16Array.from({ length: data.itemCount * vocabulary.digits }, (_unused, at) =>
      at % vocabulary.digits === tokenizer.levels ? 1 : Math.floor(uniform() * tokenizer.codes),
    );
    return { vocabulary, tokens: identifierTokens(vocabulary, digits) };
  });
  const [source] = sources;
  if (!source) throw new Error('bench: wants at least one tokenizer');
  const uniformly = new Array<number>(tokenizers).fill(1 / tokenizers);
  const { sequences } = data;
  const trainer = new T5Trainer({
    engine,
    config: recommender,
    source,
    sourceOf: (sample, epoch) => sources[drawTokenizer(uniformly, { seed: SEED, epoch, sample })] ?? source,
    sequences,
    seed: SEED,
  });
  const isSoftware = engine.device.profile.isSoftware;
  if (isSoftware) trainer.step.dispatchesPerSubmit = SOFTWARE_DISPATCHES_PER_SUBMIT;
  const train = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      await trainer.runStep();
      if (step % 10 === 9) await trainer.metrics();
    }
    await trainer.metrics();
  };
  const { batchSize, historyLimit } = recommender;
  const { trainingSamples, validationSamples } = multiIdentifier;
  const estimator = new InfluenceEstimator({
    engine,
    model: trainer,
    sources,
    sequences,
    seed: SEED,
    historyLimit,
    batchSize,
    trainingSamples,
    validationSamples,
    dropout: 0,
    ...(isSoftware ? { dispatchesPerSubmit: SOFTWARE_DISPATCHES_PER_SUBMIT } : {}),
  });
  await train(WARM_STEPS);
  const firstSeconds = await seconds(() => estimator.estimate());
  const stepSeconds: number[] = [];
  const estimateSeconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    stepSeconds.push((await seconds(() => train(stepsPerRound))) / stepsPerRound);
    estimateSeconds.push(await seconds(() => estimator.estimate()));
  }
  const { stepsPerEpoch } = trainer;
  const epochSeconds = stepsPerEpoch * (stepSeconds.reduce((sum, value) => sum + value, 0) / rounds);
  const epochsBetween = Math.min(...multiIdentifier.stages);
  const { passes } = estimator;
  await estimator.dispose();
  await trainer.dispose();
  return {
    tokenizers,
    epochSeconds,
    timedSteps: rounds * stepsPerRound,
    stepsPerEpoch,
    epochsBetween,
    firstSeconds,
    estimateSeconds,
    passes,
    trainingSamples: estimator.trainingSamples,
    validationSamples: estimator.validationSamples,
    share: median(estimateSeconds) / (epochsBetween * epochSeconds),
  };
}
