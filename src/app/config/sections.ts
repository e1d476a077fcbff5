/** Parts of a run's configuration that the forms edit; the last two exist only in MTGRec's. */
import type { RunConfig } from '../../worker/protocol';

export type Section = 'encoder' | 'tokenizer' | 'recommender' | 'multiIdentifier' | 'fineTuning';
export type FieldValue = number | string | readonly number[];

/** A part of the configuration, or null where the method has none. */
export function sectionOf(config: RunConfig, section: Section): object | null {
  if (section === 'fineTuning') return config.multiIdentifier?.fineTuning ?? null;
  return config[section] ?? null;
}

/** The configuration with one field replaced. A part that the method does not have stays away. */
export function edited(config: RunConfig, section: Section, key: string, value: FieldValue): RunConfig {
  if (sectionOf(config, section) === null) return config;
  if (section === 'fineTuning' && config.multiIdentifier?.fineTuning)
    return {
      ...config,
      multiIdentifier: {
        ...config.multiIdentifier,
        fineTuning: { ...config.multiIdentifier.fineTuning, [key]: value },
      },
    };
  return { ...config, [section]: { ...sectionOf(config, section), [key]: value } };
}

/** A field's value as text; lists with commas; empty for a field that is not set. */
export function textOf(config: RunConfig, section: Section, key: string): string {
  const part = sectionOf(config, section) ?? {};
  const value: unknown = Object.entries(part).find(([name]) => name === key)?.[1];
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}
