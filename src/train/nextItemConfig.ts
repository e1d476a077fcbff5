/** Configuration of a SASRec or GRU4Rec run: `{ name, seed, system, recommender }`, checked field by field. */
import { ConfigError } from '../base/errors';
import {
  NEXT_ITEM_LOSSES,
  type NextItemSettings,
  type NextItemSystem,
  SEEN_POLICIES,
} from '../recommenders/nextItem/settings';
import { checkField, type FieldRule, integer, number, STORAGE_RULE } from './config';
import type { JobContext } from './context';

export interface NextItemConfig {
  readonly name: string;
  readonly seed: number;
  readonly system: NextItemSystem;
  readonly recommender: NextItemSettings;
}

/** What a job needs from its host, with this kind of configuration. */
export type NextItemContext = Omit<JobContext, 'config' | 'readEncoderFile'> & { readonly config: NextItemConfig };

export const SYSTEM_NAMES: Readonly<Record<NextItemSystem, string>> = { sasrec: 'SASRec', gru4rec: 'GRU4Rec' };

const MAX_COUNT = 1_000_000;
const TRAINING: Record<string, FieldRule> = {
  historyLimit: integer(1, 200),
  loss: { kind: 'text' },
  negatives: integer(1, 65_536),
  dropout: number(0, 0.95),
  epochs: integer(1, MAX_COUNT),
  targetsPerBatch: integer(1, 1_000_000),
  learningRate: number(0, 10),
  warmupSteps: integer(0, 10_000_000),
  weightDecay: number(0, 10),
  clipNorm: number(0, 1e6),
  validateEvery: integer(1, MAX_COUNT),
  validationUsers: integer(1, 10_000_000),
  patience: integer(0, MAX_COUNT),
  seenItems: { kind: 'text' },
  storage: STORAGE_RULE,
};
const RULES: Readonly<Record<NextItemSystem, Record<string, FieldRule>>> = {
  sasrec: {
    width: integer(4, 8192),
    layers: integer(1, 48),
    heads: integer(1, 128),
    feedForwardWidth: integer(4, 65_536),
    attentionDropout: number(0, 0.95),
    ...TRAINING,
  },
  gru4rec: { width: integer(4, 8192), hiddenWidth: integer(4, 8192), ...TRAINING },
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether outside JSON says that it is for one of the two systems. */
export function isNextItemConfig(value: unknown): boolean {
  return isRecord(value) && (value['system'] === 'sasrec' || value['system'] === 'gru4rec');
}

/**
 * Checks a configuration read from outside. @param source file name for messages
 * @throws ConfigError `config/field` naming the field, `config/shape`
 */
export function checkNextItemConfig(value: unknown, source: string): NextItemConfig {
  const refuse = (field: string, wanted: string, came: unknown): never => {
    throw new ConfigError(
      'config/field',
      `${source}: field "${field}" wants ${wanted}, got ${JSON.stringify(came) ?? 'nothing'}; correct it or start from a preset in models/sasrec/ or models/gru4rec/.`,
    );
  };
  if (!isRecord(value))
    throw new ConfigError('config/shape', `${source}: wanted a JSON object with name, seed, system, recommender.`);
  for (const key of Object.keys(value))
    if (!['name', 'seed', 'system', 'recommender'].includes(key))
      refuse(key, 'to be left out (unknown field)', value[key]);
  const { name, seed, system, recommender } = value;
  if (typeof name !== 'string' || name.length === 0 || name.length > 100)
    return refuse('name', 'a text of 1 to 100 letters', name);
  if (typeof seed !== 'number' || !Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
    return refuse('seed', 'an integer from 0 to 4294967295', seed);
  if (system !== 'sasrec' && system !== 'gru4rec') return refuse('system', '"sasrec" or "gru4rec"', system);
  if (!isRecord(recommender)) return refuse('recommender', 'an object', recommender);
  const rules = RULES[system];
  for (const key of Object.keys(recommender))
    if (!Object.hasOwn(rules, key)) refuse(`recommender.${key}`, 'to be left out (unknown field)', recommender[key]);
  for (const [key, rule] of Object.entries(rules)) checkField(`recommender.${key}`, rule, recommender[key], refuse);
  const oneOf = (key: string, choices: readonly string[]): void => {
    if (!choices.includes(String(recommender[key])))
      refuse(`recommender.${key}`, choices.map((choice) => `"${choice}"`).join(' or '), recommender[key]);
  };
  oneOf('loss', NEXT_ITEM_LOSSES);
  oneOf('seenItems', SEEN_POLICIES);
  const settings = { system, ...recommender } as unknown as NextItemSettings;
  if (settings.width % 4 !== 0) refuse('recommender.width', 'a multiple of 4', settings.width);
  if (settings.system === 'sasrec' && settings.width % settings.heads !== 0)
    refuse('recommender.heads', `a divisor of the width ${settings.width}`, settings.heads);
  return { name, seed, system, recommender: settings };
}
