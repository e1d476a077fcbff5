/**
 * Configuration of a transfer run of TIGER: `{ name, seed, system: "transfer", encoder, tokenizer, recommender, transfer }`.
 * `recommender` describes the network and its pre-training; `transfer.training` what differs on the downstream domain.
 */
import { ConfigError } from '../base/errors';
import { checkRunConfig, type RecommenderConfig, type RunConfig } from './config';

/** What fine-tuning takes over from pre-training: everything, encoder and embedding, embedding alone, or nothing. */
export const COPIES = ['all', 'encoder', 'embedding', 'none'] as const;
export type Copies = (typeof COPIES)[number];

export interface TransferSection {
  /** Names of the domains to pre-train on. */
  readonly pretraining: readonly string[];
  /** Domain to fine-tune and test on. */
  readonly downstream: string;
  /** Items that the tokenizer trains on: of all these domains, or of the downstream domain alone. */
  readonly tokenizer: 'shared' | 'downstream';
  readonly copies: Copies;
  readonly training: Pick<RecommenderConfig, 'epochs' | 'learningRate' | 'warmupSteps' | 'validateEvery' | 'patience'>;
}

export interface TransferConfig extends RunConfig {
  readonly system: 'transfer';
  readonly transfer: TransferSection;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 200;

export const isTransferConfig = (value: unknown): boolean => isRecord(value) && value['system'] === 'transfer';

const TRAINING_FIELDS = ['epochs', 'learningRate', 'warmupSteps', 'validateEvery', 'patience'] as const;

/**
 * @param source file name for messages
 * @throws ConfigError `config/field` naming the field, `config/shape`
 */
export function checkTransferConfig(value: unknown, source: string): TransferConfig {
  const refuse = (field: string, wanted: string, came: unknown): never => {
    throw new ConfigError(
      'config/field',
      `${source}: field "${field}" wants ${wanted}, got ${JSON.stringify(came) ?? 'nothing'}; correct it or start from models/t5/transfer.json.`,
    );
  };
  if (!isRecord(value)) throw new ConfigError('config/shape', `${source}: wanted a JSON object.`);
  const { system: _system, transfer, ...rest } = value;
  const config = checkRunConfig(rest, source);
  if (config.multiIdentifier) refuse('multiIdentifier', 'to be left out in a transfer run', '…');
  if (!isRecord(transfer)) return refuse('transfer', 'an object', transfer);
  const { pretraining, downstream, tokenizer, copies, training, ...unknown } = transfer;
  for (const key of Object.keys(unknown)) refuse(`transfer.${key}`, 'to be left out (unknown field)', transfer[key]);
  if (!Array.isArray(pretraining) || pretraining.length === 0 || !pretraining.every(isName))
    return refuse('transfer.pretraining', 'a list of names of domains', pretraining);
  if (!isName(downstream)) return refuse('transfer.downstream', 'the name of a domain', downstream);
  if (pretraining.includes(downstream))
    refuse('transfer.downstream', 'a domain that is not pre-trained on', downstream);
  if (tokenizer !== 'shared' && tokenizer !== 'downstream')
    return refuse('transfer.tokenizer', '"shared" or "downstream"', tokenizer);
  const chosen = COPIES.find((each) => each === copies);
  if (!chosen) return refuse('transfer.copies', `one of ${COPIES.join(', ')}`, copies);
  if (tokenizer === 'downstream' && chosen !== 'none')
    refuse(
      'transfer.copies',
      '"none" with a tokenizer of the downstream domain (its codes mean something else)',
      copies,
    );
  if (!isRecord(training)) return refuse('transfer.training', 'an object', training);
  for (const key of Object.keys(training))
    if (!TRAINING_FIELDS.some((field) => field === key))
      refuse(`transfer.training.${key}`, 'to be left out (unknown field)', training[key]);
  const checked = checkRunConfig({ ...rest, recommender: { ...config.recommender, ...training } }, source).recommender;
  const own = (field: (typeof TRAINING_FIELDS)[number]): number =>
    training[field] === undefined ? refuse(`transfer.training.${field}`, 'a number', undefined) : checked[field];
  return {
    ...config,
    system: 'transfer',
    transfer: {
      pretraining: pretraining as string[],
      downstream,
      tokenizer,
      copies: chosen,
      training: {
        epochs: own('epochs'),
        learningRate: own('learningRate'),
        warmupSteps: own('warmupSteps'),
        validateEvery: own('validateEvery'),
        patience: own('patience'),
      },
    },
  };
}

/** The network's settings on the downstream domain. */
export const downstreamSettings = ({ recommender, transfer }: TransferConfig): RecommenderConfig => ({
  ...recommender,
  ...transfer.training,
});
