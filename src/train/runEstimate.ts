/**
 * What a run will take, from its configuration and data alone: parameters, GPU memory of a training step, bytes of a checkpoint.
 * The steps are traced and planned as the trainers compile them; what is not known before the start is left out and said so.
 */
import type { AdapterProfile } from '../gpu/device';
import { adagrad, adamw } from '../nn/optimizers';
import { inputSpecs } from '../plan/engine';
import { type StepMemory, stepMemory } from '../plan/stepMemory';
import { identifierVocabulary } from '../recommenders/identifierVocabulary';
import { batchOf, type TokenSource } from '../recommenders/t5/batch';
import { t5Parameters } from '../recommenders/t5/model';
import { type T5TrainingConfig, t5ConfigOf, t5TrainingStep } from '../recommenders/t5/trainer';
import { rqvaeParameters, rqvaeTrainingStep } from '../tokenizers/rqvae/model';
import type { RecommenderConfig } from './config';
import { isUtgrec, type SystemConfig } from './systemConfig';
import { rqvaeConfigOf } from './tokenizerJob';
import { utgrecTokenSource } from './utgrecIdentifiers';

const FLOAT_BYTES = 4;

/** What the data decide. */
export interface EstimatedData {
  readonly items: number;
  /** Items that the tokenizer learns on. */
  readonly trainingItems: number;
  /** Events of the longest history that training sees. */
  readonly longestHistory: number;
}

export interface PartEstimate {
  readonly memory: StepMemory;
  /** Parameters and the optimizer's state, without the file's own few kB. */
  readonly checkpointBytes: number;
}

export interface SizeEstimate {
  /** Null where the text of the data decides the sizes (UTGRec). */
  readonly tokenizer: PartEstimate | null;
  readonly recommender: PartEstimate;
  /** Why this adapter cannot train it; null if nothing speaks against it. */
  readonly problem: string | null;
}

/** @throws ConfigError, ShapeError for sizes that cannot be */
export function estimateSizes(config: SystemConfig, data: EstimatedData, profile: AdapterProfile): SizeEstimate {
  const tokenizer = isUtgrec(config) ? null : rqvaeEstimate(config, data, profile);
  const source = emptySource(config);
  const settings = isUtgrec(config)
    ? { ...config.recommender, ...config.transfer?.recommenderTraining }
    : config.recommender;
  const recommender = t5Estimate(settings, source, data, profile);
  return { tokenizer, recommender, problem: problemOf(tokenizer, recommender, profile) };
}

/** A catalogue of one item, with the vocabulary that the identifiers will have. */
function emptySource(config: SystemConfig): TokenSource {
  if (isUtgrec(config)) {
    const { quantiser } = config.tokenizer;
    return utgrecTokenSource(quantiser, new Uint16Array(quantiser.levels), config.recommender);
  }
  const { levels, codes } = config.tokenizer;
  const vocabulary = identifierVocabulary(levels, codes, config.recommender.hasUserToken ?? true);
  return { vocabulary, tokens: new Uint32Array(vocabulary.digits) };
}

function t5Estimate(
  config: T5TrainingConfig & Pick<RecommenderConfig, 'batchSize'>,
  source: TokenSource,
  { longestHistory }: EstimatedData,
  profile: AdapterProfile,
): PartEstimate {
  const t5 = t5ConfigOf(config, source.vocabulary.size);
  const { accumulationSteps = 1, batchSize, historyLimit, learningRate, weightDecay, clipNorm } = config;
  const rows = Math.ceil(batchSize / accumulationSteps);
  const history = new Uint32Array(Math.min(historyLimit, Math.max(1, longestHistory)));
  const batch = batchOf([history], new Uint32Array(1), rows, { historyLimit, source });
  const memory = stepMemory(
    {
      parameters: t5Parameters(t5),
      step: t5TrainingStep(t5, config.dropout),
      inputs: inputSpecs(batch),
      optimizer: adamw({ learningRate, weightDecay, clipNorm }),
      isInParts: accumulationSteps > 1,
      ...(config.storage ? { storage: config.storage } : {}),
    },
    profile,
  );
  // Two moments of AdamW beside the parameters.
  return { memory, checkpointBytes: FLOAT_BYTES * (memory.parameterCount + 2 * memory.trainableCount) };
}

function rqvaeEstimate(
  config: Exclude<SystemConfig, { readonly system: string }>,
  { trainingItems }: EstimatedData,
  profile: AdapterProfile,
): PartEstimate {
  const rqvae = rqvaeConfigOf(config.tokenizer, config.encoder.components);
  const rows = Math.max(1, Math.min(rqvae.batchSize, trainingItems));
  const memory = stepMemory(
    {
      parameters: rqvaeParameters(rqvae),
      step: rqvaeTrainingStep(rqvae),
      inputs: { vectors: { shape: [rows, rqvae.inputDim], dtype: 'f32' } },
      optimizer: adagrad({ learningRate: rqvae.learningRate, eps: rqvae.adagradEps }),
      ...(config.tokenizer.storage ? { storage: config.tokenizer.storage } : {}),
    },
    profile,
  );
  // Adagrad's sums beside the parameters; the usage counters of an epoch are not saved.
  const saved = memory.parameterCount + memory.trainableCount - rqvae.levels * rqvae.entries;
  return { memory, checkpointBytes: FLOAT_BYTES * saved };
}

function problemOf(
  tokenizer: PartEstimate | null,
  recommender: PartEstimate,
  { maxBindingBytes, maxBufferBytes }: AdapterProfile,
): string | null {
  for (const [part, estimate] of [
    ['tokenizer', tokenizer],
    ['recommender', recommender],
  ] as const) {
    if (!estimate) continue;
    const { largestBufferBytes, largestBindingBytes } = estimate.memory;
    const bindable = Math.min(maxBindingBytes, maxBufferBytes);
    if (largestBindingBytes > bindable)
      return `the ${part}'s parameters take ${largestBindingBytes} bytes, this adapter binds at most ${bindable}; choose smaller widths or fewer layers.`;
    if (largestBufferBytes > maxBufferBytes)
      return `the ${part} wants ${largestBufferBytes} bytes in one buffer, this adapter allows ${maxBufferBytes}; choose a smaller batch or history.`;
  }
  return null;
}
