/** Parts of a run's configuration that the forms edit; which of them there are depends on the system. */
import type { RunConfig, SystemConfig, UtgrecConfig } from '../../worker/protocol';
import { isUtgrec } from './system';

type ResidualSection = 'encoder' | 'tokenizer' | 'multiIdentifier' | 'fineTuning';
type UtgrecSection =
  | 'utgrec'
  | 'utgrec.encoder'
  | 'utgrec.quantiser'
  | 'utgrec.diffusion'
  | 'utgrec.weights'
  | 'utgrec.input'
  | 'utgrec.training'
  | 'transfer.tokenizer'
  | 'transfer.recommender';
export type Section = 'recommender' | ResidualSection | UtgrecSection;
export type FieldValue = number | string | readonly number[];

/** A part of the configuration, or null where the system has none. */
export function sectionOf(config: SystemConfig, section: Section): object | null {
  if (section === 'recommender') return config.recommender;
  if (isUtgrec(config)) return utgrecPart(config, section);
  if (section === 'fineTuning') return config.multiIdentifier?.fineTuning ?? null;
  if (section === 'encoder' || section === 'tokenizer' || section === 'multiIdentifier') return config[section] ?? null;
  return null;
}

function utgrecPart({ tokenizer, transfer }: UtgrecConfig, section: Section): object | null {
  switch (section) {
    case 'utgrec':
      return tokenizer;
    case 'utgrec.encoder':
      return tokenizer.encoder;
    case 'utgrec.quantiser':
      return tokenizer.quantiser;
    case 'utgrec.diffusion':
      return tokenizer.diffusion;
    case 'utgrec.weights':
      return tokenizer.weights;
    case 'utgrec.input':
      return tokenizer.input;
    case 'utgrec.training':
      return tokenizer.training;
    case 'transfer.tokenizer':
      return transfer?.tokenizerTraining ?? null;
    case 'transfer.recommender':
      return transfer?.recommenderTraining ?? null;
    default:
      return null;
  }
}

/** The configuration with one field replaced. A part that the system does not have stays away. */
export function edited(config: SystemConfig, section: Section, key: string, value: FieldValue): SystemConfig {
  if (sectionOf(config, section) === null) return config;
  if (isUtgrec(config)) return editedUtgrec(config, section, { [key]: value });
  return editedResidual(config, section, { [key]: value });
}

type Change = Readonly<Record<string, FieldValue>>;

/** The part with the change; a storage of none is left out, as checked configurations have it. */
function applied<T extends { readonly storage?: 'f32' | 'f16' }>(part: T, change: Change) {
  if (change['storage'] !== '') return { ...part, ...change };
  const { storage: _none, ...rest } = part;
  return rest;
}

function editedResidual(config: RunConfig, section: Section, change: Change): RunConfig {
  if (section === 'fineTuning' && config.multiIdentifier?.fineTuning)
    return {
      ...config,
      multiIdentifier: {
        ...config.multiIdentifier,
        fineTuning: { ...config.multiIdentifier.fineTuning, ...change },
      },
    };
  return { ...config, [section]: applied({ ...sectionOf(config, section) }, change) };
}

function editedUtgrec(config: UtgrecConfig, section: Section, change: Change): UtgrecConfig {
  const { tokenizer, transfer, recommender } = config;
  const inTokenizer = (part: object): UtgrecConfig => ({ ...config, tokenizer: { ...tokenizer, ...part } });
  switch (section) {
    case 'recommender':
      return { ...config, recommender: applied(recommender, change) };
    case 'utgrec':
      return inTokenizer(change);
    case 'utgrec.encoder':
      return inTokenizer({ encoder: { ...tokenizer.encoder, ...change } });
    case 'utgrec.quantiser':
      return inTokenizer({ quantiser: { ...tokenizer.quantiser, ...change } });
    case 'utgrec.diffusion':
      return inTokenizer({ diffusion: { ...tokenizer.diffusion, ...change } });
    case 'utgrec.weights':
      return inTokenizer({ weights: { ...tokenizer.weights, ...change } });
    case 'utgrec.input':
      return inTokenizer({ input: { ...tokenizer.input, ...change } });
    case 'utgrec.training':
      return inTokenizer({ training: applied(tokenizer.training, change) });
    case 'transfer.tokenizer':
      return transfer
        ? { ...config, transfer: { ...transfer, tokenizerTraining: { ...transfer.tokenizerTraining, ...change } } }
        : config;
    case 'transfer.recommender':
      return transfer
        ? { ...config, transfer: { ...transfer, recommenderTraining: { ...transfer.recommenderTraining, ...change } } }
        : config;
    default:
      return config;
  }
}

/** A field's value as text; lists with commas; empty for a field that is not set. */
export function textOf(config: SystemConfig, section: Section, key: string): string {
  const part = sectionOf(config, section) ?? {};
  const value: unknown = Object.entries(part).find(([name]) => name === key)?.[1];
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}
