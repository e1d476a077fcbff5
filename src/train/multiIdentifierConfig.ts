/**
 * The section `multiIdentifier` of a run (MTGRec): how K tokenizers are mixed in pre-training and what is fine-tuned
 * afterwards. K and the kept epochs are the tokenizer's fields `keep` and `keepEvery`; pre-training itself is the
 * section `recommender`.
 */
import { stagePlan } from '../recommenders/mtgrec/stagePlan';

export interface FineTuningConfig {
  /** Pre-training epochs to start from; each is a candidate with each identifier. */
  readonly checkpoints: readonly number[];
  /** Identifiers to fine-tune with, as positions among the kept epochs (0 = oldest). One model a pair. */
  readonly identifiers: readonly number[];
  readonly epochs: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly validateEvery: number;
  /** Validations without improvement of NDCG@10 before stopping; 0 = never stop early. */
  readonly patience: number;
}

export interface MultiIdentifierConfig {
  /** `influence`: probabilities follow data influence. `uniform`: all tokenizers alike, always (τ → ∞). */
  readonly sampling: 'influence' | 'uniform';
  /** Epochs before each estimate of influence; what is left of the recommender's epochs follows the last one. */
  readonly stages: readonly number[];
  /** τ of the softmax over scores. */
  readonly temperature: number;
  /** `minMax`: scores are mapped to [0, 1] first (in the reference, but off). */
  readonly centring: 'none' | 'minMax';
  /** Training examples and validation users that influence is measured on; 0 = all. */
  readonly trainingSamples: number;
  readonly validationSamples: number;
  /** Take influence gradients with dropout (the same masks for every tokenizer) instead of in evaluation mode. */
  readonly hasInfluenceDropout: boolean;
  /** At the first estimate also make the full pass and report the sub-sample's error. */
  readonly measuresSamplingError: boolean;
  /** null: none; the pre-trained model is tested with each identifier (an ablation). */
  readonly fineTuning: FineTuningConfig | null;
  /** Also test the ensemble of all fine-tuned candidates. */
  readonly hasEnsemble: boolean;
  /** Also train and test TIGER for as many epochs, with the last tokenizer. */
  readonly hasBaseline: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Refuse = (field: string, wanted: string, came: unknown) => never;

interface Around {
  /** K; undefined where the tokenizer section keeps no epochs. */
  readonly tokenizers: number | undefined;
  /** Pre-training epochs. */
  readonly epochs: number;
}

const FIELDS = [
  'sampling',
  'stages',
  'temperature',
  'centring',
  'trainingSamples',
  'validationSamples',
  'hasInfluenceDropout',
  'measuresSamplingError',
  'fineTuning',
  'hasEnsemble',
  'hasBaseline',
];
const FINE_TUNING_FIELDS = [
  'checkpoints',
  'identifiers',
  'epochs',
  'learningRate',
  'warmupSteps',
  'validateEvery',
  'patience',
];

/** Checks the section. `refuse` throws ConfigError `config/field`. @throws ConfigError `mtgrec/stages` */
export function checkMultiIdentifier(value: unknown, around: Around, refuse: Refuse): void {
  const section = 'multiIdentifier';
  if (!isRecord(value)) refuse(section, 'an object', value);
  onlyKnown(value, FIELDS, section, refuse);
  const at = (field: string): string => `${section}.${field}`;
  const { tokenizers, epochs } = around;
  if (tokenizers === undefined)
    refuse(
      'tokenizer.keep',
      'the number of tokenizers (epochs to keep), since there is a multiIdentifier section',
      tokenizers,
    );
  const { sampling, stages, temperature, centring } = value;
  if (sampling !== 'influence' && sampling !== 'uniform') refuse(at('sampling'), '"influence" or "uniform"', sampling);
  if (sampling === 'influence' && tokenizers < 2)
    refuse(
      'tokenizer.keep',
      'at least 2 tokenizers to weigh by influence (or multiIdentifier.sampling "uniform")',
      tokenizers,
    );
  const lengths = integers(stages, at('stages'), { least: 1, most: epochs, isSet: false }, refuse);
  if (sampling === 'influence') {
    const plan = stagePlan(lengths, epochs);
    if (plan.lengths.length < lengths.length)
      refuse(
        at('stages'),
        `stages that add up to at most the ${epochs} epochs of the recommender (they add up to ${lengths.reduce((a, b) => a + b, 0)}; ${lengths.length - plan.lengths.length} of them would be dropped)`,
        stages,
      );
  }
  if (typeof temperature !== 'number' || !Number.isFinite(temperature) || temperature <= 0 || temperature > 1e6)
    refuse(at('temperature'), 'a number above 0 and at most 1000000', temperature);
  if (centring !== 'none' && centring !== 'minMax') refuse(at('centring'), '"none" or "minMax"', centring);
  for (const field of ['trainingSamples', 'validationSamples'])
    integer(value[field], at(field), 0, 1_000_000_000, refuse);
  for (const field of ['hasInfluenceDropout', 'measuresSamplingError', 'hasEnsemble', 'hasBaseline'])
    if (typeof value[field] !== 'boolean') refuse(at(field), 'true or false', value[field]);
  if (value['fineTuning'] !== null)
    checkFineTuning(value['fineTuning'], at('fineTuning'), { tokenizers, epochs }, refuse);
  else if (value['hasEnsemble'] === true) refuse(at('hasEnsemble'), 'false where nothing is fine-tuned', true);
}

function checkFineTuning(
  value: unknown,
  section: string,
  around: { readonly tokenizers: number; readonly epochs: number },
  refuse: Refuse,
): void {
  if (!isRecord(value)) refuse(section, 'an object, or null for no fine-tuning', value);
  onlyKnown(value, FINE_TUNING_FIELDS, section, refuse);
  const at = (field: string): string => `${section}.${field}`;
  const checkpoints = integers(
    value['checkpoints'],
    at('checkpoints'),
    { least: 1, most: around.epochs, isSet: true },
    refuse,
  );
  if (checkpoints.length === 0) refuse(at('checkpoints'), 'at least one pre-training epoch', value['checkpoints']);
  const identifiers = integers(
    value['identifiers'],
    at('identifiers'),
    { least: 0, most: around.tokenizers - 1, isSet: true },
    refuse,
  );
  if (identifiers.length === 0) refuse(at('identifiers'), 'at least one identifier', value['identifiers']);
  for (const [field, least] of [
    ['epochs', 1],
    ['warmupSteps', 0],
    ['validateEvery', 1],
    ['patience', 0],
  ] as const)
    integer(value[field], at(field), least, 10_000_000, refuse);
  const { learningRate } = value;
  if (typeof learningRate !== 'number' || !(learningRate >= 0 && learningRate <= 10))
    refuse(at('learningRate'), 'a number from 0 to 10', learningRate);
}

function onlyKnown(value: Record<string, unknown>, fields: readonly string[], section: string, refuse: Refuse): void {
  for (const key of Object.keys(value))
    if (!fields.includes(key)) refuse(`${section}.${key}`, 'to be left out (unknown field)', value[key]);
}

function integer(value: unknown, field: string, least: number, most: number, refuse: Refuse): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    refuse(field, `an integer from ${least} to ${most}`, value);
}

function integers(
  value: unknown,
  field: string,
  { least, most, isSet }: { readonly least: number; readonly most: number; readonly isSet: boolean },
  refuse: Refuse,
): number[] {
  if (
    !Array.isArray(value) ||
    value.length > 1000 ||
    value.some((entry) => !Number.isInteger(entry) || entry < least || entry > most) ||
    (isSet && new Set(value).size !== value.length)
  )
    return refuse(field, `a list of ${isSet ? 'different ' : ''}integers from ${least} to ${most}`, value);
  return value.map(Number);
}
