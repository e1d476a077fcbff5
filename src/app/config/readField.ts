import { OPTIONS } from './fieldOptions';
import type { Field } from './fields';

export type FieldReading =
  | { readonly value: number | string | readonly number[]; readonly problem: null }
  | { readonly value: string; readonly problem: string };

/** Reads what a user typed into a field; what cannot be used comes back with a sentence that says what is wanted. */
export function readField(field: Field, text: string): FieldReading {
  const trimmed = text.trim();
  if (OPTIONS[field.kind] || field.kind === 'text') return { value: trimmed, problem: null };
  if (field.kind === 'list') {
    const parts = trimmed === '' ? [] : trimmed.split(/[\s,]+/).map(Number);
    const least = field.min;
    const isUsable =
      parts.length <= 24 && parts.every((part) => Number.isInteger(part) && part >= least && part <= 8192);
    return isUsable
      ? { value: parts, problem: null }
      : { value: trimmed, problem: `Whole numbers from ${least} to 8192, with commas` };
  }
  const value = Number(trimmed);
  const isWhole = field.kind === 'integer';
  if (
    trimmed === '' ||
    !Number.isFinite(value) ||
    value < field.min ||
    value > field.max ||
    (isWhole && !Number.isInteger(value))
  )
    return { value: trimmed, problem: `${isWhole ? 'A whole number' : 'A number'} from ${field.min} to ${field.max}` };
  return { value, problem: null };
}
