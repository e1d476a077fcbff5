/** Fields of the forms by the dotted paths of a configuration, and what differs between two configurations. */
import type { SystemConfig } from '../../worker/protocol';
import { type Field, RECOMMENDER_FIELDS, TOKENIZER_FIELDS, UTGREC_FIELDS } from './fields';
import { type Section, sectionOf } from './sections';
import { isUtgrec } from './system';

/** Where a section lies in a configuration. */
const SECTION_PATHS: Readonly<Partial<Record<Section, string>>> = {
  fineTuning: 'multiIdentifier.fineTuning',
  utgrec: 'tokenizer',
  'utgrec.encoder': 'tokenizer.encoder',
  'utgrec.quantiser': 'tokenizer.quantiser',
  'utgrec.diffusion': 'tokenizer.diffusion',
  'utgrec.weights': 'tokenizer.weights',
  'utgrec.input': 'tokenizer.input',
  'utgrec.training': 'tokenizer.training',
  'transfer.tokenizer': 'transfer.tokenizerTraining',
  'transfer.recommender': 'transfer.recommenderTraining',
};

export const pathOf = ({ section, key }: Pick<Field, 'section' | 'key'>): string =>
  `${SECTION_PATHS[section] ?? section}.${key}`;

/** All fields that a configuration has, in reading order, with the title of their group. */
export function fieldsOf(config: SystemConfig): readonly { readonly field: Field; readonly group: string }[] {
  const groups = [...(isUtgrec(config) ? UTGREC_FIELDS : TOKENIZER_FIELDS), ...RECOMMENDER_FIELDS];
  return groups.flatMap(({ title, fields }) =>
    fields.flatMap((field) => {
      const part = sectionOf(config, field.section);
      return part !== null && field.key in part ? [{ field, group: title }] : [];
    }),
  );
}

/** Switches that have no field of a form, and a field whose own label would say the same twice. */
const OTHER_LABELS: Readonly<Record<string, string>> = {
  'tokenizer.keep': 'kept tokenizers',
  'tokenizer.quantiser.kind': 'codebooks',
  'multiIdentifier.fineTuning': 'fine-tuning',
  'transfer.tokenizer': 'what of the tokenizer is fine-tuned',
  'transfer.pretraining': 'domains of the pre-training',
  'transfer.recommenderIsPretrained': 'pre-trained recommender',
};

/** What a field is called where its group does not say which part it belongs to. */
export function labelOf(config: SystemConfig, path: string): string {
  const other = OTHER_LABELS[path];
  if (other !== undefined) return other;
  const found = fieldsOf(config).find(({ field }) => pathOf(field) === path);
  if (!found) return path;
  const { label, section } = found.field;
  const lower = label.charAt(0).toLowerCase() + label.slice(1);
  if (section === 'recommender' || section === 'multiIdentifier') return lower;
  if (section === 'fineTuning' || section.startsWith('transfer.')) return `fine-tuning ${lower}`;
  return `tokenizer ${lower}`;
}

export interface ConfigDifference {
  readonly path: string;
  /** As JSON would have it; undefined where the configuration has no such field. */
  readonly from: unknown;
  readonly to: unknown;
}

/** Every leaf that differs, the name left out; lists and null are leaves. */
export function configDifferences(from: unknown, to: unknown, prefix = ''): readonly ConfigDifference[] {
  if (!isRecord(from) || !isRecord(to))
    return JSON.stringify(from) === JSON.stringify(to) || prefix === 'name' ? [] : [{ path: prefix, from, to }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => configDifferences(from[key], to[key], prefix === '' ? key : `${prefix}.${key}`));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a name or a note shows it. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(' ');
  return value === null || typeof value === 'object' ? (value === null ? 'none' : 'other') : String(value);
}
