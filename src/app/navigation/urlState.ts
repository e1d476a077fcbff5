/**
 * The query of the fragment: the selection and a page's own view as readable `key=value` pairs, e.g.
 * `items=4-9.17&codes=3.91&domains=home,play&sort=size`. Written in one order, so that equal states are equal addresses.
 *
 * Reading never throws: an entry that is no valid value is left out, as is a key that nobody knows, so links of older and
 * newer versions open as far as they are understood. What would be longer than 8 kB is not written: some programs cut
 * addresses there.
 */
import { NOTHING, type Selection } from '../stores/selection';

export interface UrlState {
  readonly selection: Selection;
  /** Start of the hash of the data set that items, users and codes refer to; null for none. */
  readonly data: string | null;
  /** A page's own view: see navigation/viewParams.ts. */
  readonly params: Readonly<Record<string, string>>;
}

export const MAX_QUERY = 8192;
/** More than any catalogue that is shown here; a range in a forged address may not fill the memory. */
const MAX_ITEMS = 2 ** 21;
const MAX_CODES = 16;
const MAX_NAMES = 256;
const MAX_NAME = 200;
const MAX_PARAMS = 32;
const MAX_PARAM = 500;
const PARAM_KEY = /^[a-z][a-zA-Z0-9]{0,31}$/;
const DATA_KEY = /^[0-9a-f]{8}$/;
const OWN_KEYS: ReadonlySet<string> = new Set(['items', 'codes', 'users', 'runs', 'domains', 'step', 'data']);

/** A page may not name its view like a part of the selection. */
export const isParamKey = (key: string): boolean => PARAM_KEY.test(key) && !OWN_KEYS.has(key);

/** @returns the query, '' for an empty state, or null if it is too long for an address */
export function encodeUrlState(state: UrlState): string | null {
  const query = encodeViewState(state);
  return query.length > MAX_QUERY ? null : query;
}

/** The same at any length, for a file. */
export function encodeViewState({ selection, data, params }: UrlState): string {
  const pairs: [string, string][] = [];
  const add = (key: string, value: string): void => {
    if (value !== '') pairs.push([key, value]);
  };
  add('items', encodeRanges(selection.items));
  add('codes', selection.codes.join('.'));
  add('users', encodeRanges(selection.users));
  add('runs', selection.runs.map(encodeURIComponent).join(','));
  add('domains', selection.domains.map(encodeURIComponent).join(','));
  add('step', selection.step === null ? '' : String(selection.step));
  const isOfData = selection.items.length + selection.codes.length + selection.users.length > 0;
  if (isOfData && data !== null) add('data', data);
  for (const key of Object.keys(params).sort()) if (isParamKey(key)) add(key, encodeURIComponent(params[key] ?? ''));
  return pairs.map(([key, value]) => `${key}=${value}`).join('&');
}

/** Reads a query, as far as `maxLength` of it; whatever is in it, something valid comes out. */
export function decodeUrlState(query: string, maxLength = MAX_QUERY): UrlState {
  const values = new Map<string, string>();
  for (const pair of query.slice(0, maxLength).split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const step = wholeNumber(values.get('step') ?? '');
  const data = values.get('data') ?? '';
  const params: Record<string, string> = {};
  for (const [key, raw] of values) {
    const value = decoded(raw);
    const hasRoom = Object.keys(params).length < MAX_PARAMS;
    if (isParamKey(key) && value !== null && value !== '' && value.length <= MAX_PARAM && hasRoom) params[key] = value;
  }
  return {
    selection: {
      items: decodeRanges(values.get('items') ?? ''),
      codes: decodeNumbers(values.get('codes') ?? ''),
      users: decodeRanges(values.get('users') ?? ''),
      runs: decodeNames(values.get('runs') ?? ''),
      domains: decodeNames(values.get('domains') ?? ''),
      step,
    },
    data: DATA_KEY.test(data) ? data : null,
    params,
  };
}

/** Ascending numbers as `4-9.17`. */
function encodeRanges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let from = 0; from < numbers.length; ) {
    let to = from;
    while (numbers[to + 1] === (numbers[to] ?? 0) + 1) to++;
    parts.push(to > from ? `${numbers[from]}-${numbers[to]}` : `${numbers[from]}`);
    from = to + 1;
  }
  return parts.join('.');
}

function decodeRanges(text: string): readonly number[] {
  if (text === '') return NOTHING.items;
  const numbers = new Set<number>();
  for (const part of text.split('.')) {
    const [first = '', last = first, ...rest] = part.split('-');
    const from = wholeNumber(first);
    const to = wholeNumber(last);
    if (from === null || to === null || to < from || rest.length > 0) return [];
    if (to - from >= MAX_ITEMS - numbers.size) return [];
    for (let number = from; number <= to; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

function decodeNumbers(text: string): readonly number[] {
  if (text === '') return [];
  const numbers = text.split('.').map(wholeNumber);
  const isWhole = (number: number | null): number is number => number !== null;
  return numbers.length <= MAX_CODES && numbers.every(isWhole) ? numbers : [];
}

function decodeNames(text: string): readonly string[] {
  const names = text.split(',').map(decoded);
  const isName = (name: string | null): name is string => name !== null && name !== '' && name.length <= MAX_NAME;
  return [...new Set(names.filter(isName))].slice(0, MAX_NAMES).sort();
}

function wholeNumber(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : null;
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

/** @returns null for a broken escape */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
