/** Checked reads of single fields of foreign JSON objects. Every failure names file, line and field. */
import { describeValue, formatProblem, type Place } from './formatProblem';
import { isJsonObject, type JsonObject, type JsonValue } from './strictJson';

/** Longest identifier accepted; the usual ones have 10 to 36 characters. */
const MAX_ID_LENGTH = 256;

/** An id: a safe integer or a non-empty text, returned as text (so 7 and "7" are one id). @throws FormatError `field/id` */
export function idField(object: JsonObject, field: string, place: Place): string {
  const id = asId(object[field]);
  if (id !== null) return id;
  const wanted = `an integer or a text of 1 to ${MAX_ID_LENGTH} characters`;
  const remedy = 'give every line its id';
  throw formatProblem('field/id', { ...place, field }, { wanted, came: describeValue(object[field]), remedy });
}

/** A list of ids, in order. @throws FormatError `field/ids` */
export function idListField(object: JsonObject, field: string, place: Place): string[] {
  const value = object[field];
  const remedy = 'write the ids in order, oldest first';
  if (!Array.isArray(value)) {
    throw formatProblem(
      'field/ids',
      { ...place, field },
      { wanted: 'a list of ids', came: describeValue(value), remedy },
    );
  }
  return (value as readonly JsonValue[]).map((element, position) => {
    const id = asId(element);
    if (id !== null) return id;
    const came = `${describeValue(element)} at position ${position}`;
    throw formatProblem('field/ids', { ...place, field }, { wanted: 'integers or texts', came, remedy });
  });
}

function asId(value: JsonValue | undefined): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === 'string' && isIdText(value) ? value : null;
}

/** Half a surrogate pair cannot be stored: two such ids would become one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether `text` can be an id: 1 to 256 characters, well-formed. */
export function isIdText(text: string): boolean {
  return text.length > 0 && text.length <= MAX_ID_LENGTH && !LONE_SURROGATE.test(text);
}

/** A text that must be there, empty allowed. @throws FormatError `field/text` */
export function textField(object: JsonObject, field: string, place: Place): string {
  const value = object[field];
  if (typeof value === 'string') return value;
  const remedy = 'write a text, "" if there is none';
  throw formatProblem('field/text', { ...place, field }, { wanted: 'text', came: describeValue(value), remedy });
}

/** A text that may be missing or null (then ''); numbers are written out. @throws FormatError `field/text` */
export function optionalTextField(object: JsonObject, field: string, place: Place): string {
  const value = object[field];
  if (value === undefined || value === null) return '';
  return typeof value === 'number' ? String(value) : textField(object, field, place);
}

/** A list of texts that may be missing or null (then []); one text counts as a list of one. @throws FormatError `field/texts` */
export function optionalTextListField(object: JsonObject, field: string, place: Place): string[] {
  const value = object[field];
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((element) => typeof element === 'string')) return [...(value as string[])];
  const remedy = 'write ["first", "second"]';
  throw formatProblem(
    'field/texts',
    { ...place, field },
    { wanted: 'a list of texts', came: describeValue(value), remedy },
  );
}

/**
 * A list of `length` numbers that may be missing or null (then null); null elements become NaN.
 * @throws FormatError `field/numbers`
 */
export function numberListField(object: JsonObject, field: string, place: Place, length: number): number[] | null {
  const value = object[field];
  if (value === undefined || value === null) return null;
  const fits = (element: JsonValue): boolean => typeof element === 'number' || element === null;
  if (Array.isArray(value) && value.length === length && value.every(fits)) {
    return (value as readonly (number | null)[]).map((element) => element ?? Number.NaN);
  }
  const problem = { wanted: `a list of ${length} numbers`, came: describeValue(value), remedy: 'give one an item' };
  throw formatProblem('field/numbers', { ...place, field }, problem);
}

/** A finite number, or a text that spells one; NaN if missing, null or ''. @throws FormatError `field/number` */
export function optionalNumberField(object: JsonObject, field: string, place: Place): number {
  const value = object[field];
  if (value === undefined || value === null || value === '') return Number.NaN;
  return numberOf(value, { ...place, field });
}

/** As `optionalNumberField` for a value already taken out; `place` names its field. @throws FormatError `field/number` */
export function numberOf(value: JsonValue, place: Place): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  const problem = { wanted: 'a number', came: describeValue(value), remedy: 'correct or empty it' };
  throw formatProblem('field/number', place, problem);
}

/** A whole number from 0 to `max`. @throws FormatError `field/count` */
export function countField(object: JsonObject, field: string, place: Place, max = Number.MAX_SAFE_INTEGER): number {
  const value = object[field];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  const problem = { wanted: `a whole number from 0 to ${max}`, came: describeValue(value), remedy: 'correct it' };
  throw formatProblem('field/count', { ...place, field }, problem);
}

/** A nested object. @throws FormatError `field/object` */
export function objectField(object: JsonObject, field: string, place: Place): JsonObject {
  const value = object[field];
  if (isJsonObject(value)) return value;
  const problem = { wanted: 'an object', came: describeValue(value), remedy: 'write { … }' };
  throw formatProblem('field/object', { ...place, field }, problem);
}
