/** Values of table cells as ids, numbers, texts and lists. */
import { isIdText, numberOf } from '../../formats/fields';
import { describeValue, formatProblem, type Place } from '../../formats/formatProblem';
import type { JsonValue } from '../../formats/strictJson';
import type { TimeUnit } from './columns';
import { isDateText, secondsOf, secondsOfDate } from './times';

type Cell = JsonValue | undefined;

const isEmpty = (value: Cell): boolean => value === undefined || value === null || value === '';

/** @throws FormatError `field/id` */
export function idCell(value: Cell, place: Place): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === 'string' && isIdText(text)) return text;
  const problem = {
    wanted: 'an id of 1 to 256 characters',
    came: describeValue(value),
    remedy: 'give every row its id',
  };
  throw formatProblem('field/id', place, problem);
}

/** NaN when empty. @throws FormatError `field/number` */
export function numberCell(value: Cell, place: Place): number {
  return isEmpty(value) ? Number.NaN : numberOf(value ?? null, place);
}

/** Seconds since 1970, NaN when empty. Without a unit, numbers are told apart by magnitude. @throws FormatError `field/time` */
export function timeCell(value: Cell, unit: TimeUnit | undefined, place: Place): number {
  if (isEmpty(value)) return Number.NaN;
  if (typeof value === 'string' && (unit === 'date' || isDateText(value))) {
    const seconds = secondsOfDate(value);
    if (!Number.isNaN(seconds)) return seconds;
    const problem = {
      wanted: 'a date like 2026-01-31 or 2026-01-31T10:00:00Z',
      came: describeValue(value),
      remedy: 'correct it',
    };
    throw formatProblem('field/time', place, problem);
  }
  const number = numberOf(value ?? null, place);
  if (unit === 'seconds') return number;
  if (unit === 'milliseconds') return number / 1e3;
  if (unit === 'microseconds') return number / 1e6;
  return secondsOf(number);
}

/** Lists joined by commas, other values written out, '' for none. */
export function textCell(value: Cell): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return /^\[.*\]$/s.test(value) ? listOf(value).join(', ') : value;
  if (Array.isArray(value))
    return (value as readonly JsonValue[])
      .map(textCell)
      .filter((text) => text !== '')
      .join(', ');
  return typeof value === 'object' ? '' : String(value);
}

/** Elements of a cell that is a list, or spells one: `["a","b"]`, `['a', 'b']`, `a|b`, `a;b`, `a,b`, else the one text itself. */
export function listOf(value: Cell): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(textCell).filter((text) => text !== '');
  if (typeof value !== 'string') return [textCell(value)];
  const text = value.trim();
  if (text.startsWith('[') && text.endsWith(']')) return quotedList(text.slice(1, -1));
  const separator = ['|', ';', ','].find((mark) => text.includes(mark));
  const parts = separator === undefined ? [text] : text.split(separator);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** As `listOf`; spaces separate too, where nothing else does: histories are written so. */
export function idListCell(value: Cell): string[] {
  const list = listOf(value);
  return list.length === 1 && list[0] !== undefined ? list[0].split(/\s+/).filter((id) => id !== '') : list;
}

const ELEMENT = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"\s][^,]*)/g;

function quotedList(inside: string): string[] {
  return Array.from(inside.matchAll(ELEMENT), ([, single, double, bare]) =>
    (single ?? double ?? bare ?? '').replace(/\\(.)/g, '$1').trim(),
  ).filter((element) => element !== '');
}
