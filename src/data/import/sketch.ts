/** Guesses what the columns of a table are, from their names and their first values. */
import type { JsonValue } from '../../formats/strictJson';
import { listOf } from './cells';
import type { ColumnMapping, ColumnRole, ColumnSketch, TableSketch } from './columns';
import { isDateText } from './times';

export type SampledRow = ReadonlyMap<string, JsonValue>;

const SAMPLE_CHARACTERS = 80;

/** Names of each role, best first; matched against the name in small letters with `_` between words. */
const NAMES: readonly (readonly [ColumnRole, RegExp])[] = [
  ['user', /^(user|uid|reviewer|customer|visitor|member|session|author)(_?(id|idx|index|key|no|number))?$/],
  [
    'item',
    /^(parent_asin|asin|item|iid|product|movie|book|track|song|article|video|game|business|recipe|news|sku|isbn|poi|venue|gmap|anime)(_?(id|idx|index|key|no|number|sku))?$/,
  ],
  [
    'time',
    /^(unix_?)?(review_?)?(time|timestamp|ts|date|datetime|unixreviewtime|reviewtime|created_at|event_time|visit_time)(_?(ms|s|utc|unix|added))?$/,
  ],
  ['rating', /^(rating|ratings|score|stars|star_rating|overall|preference|user_rating)$/],
  ['history', /^(history|item_?seq(uence)?|item_?id_?list|sequence|items|hist|click_history)$/],
  ['title', /^(title|name|(item|product|movie|book|track|song|article)_?(title|name))$/],
  ['text', /^(description|features?|summary|text|plot|abstract|overview|keywords?|tags?|details|content|lyrics)$/],
  ['categories', /^(categor(y|ies)|genres?|main_category|category_path|class|department|type)$/],
  ['brand', /^(brand|store|artist|publisher|manufacturer|director|developer|authors?)$/],
  ['imageUrl', /^(image|img|poster|picture|cover|thumbnail|photo)s?(_?(url|uri|link|path|src))?$/],
];

/** What the columns hold, and the guess. */
export function sketchOf(
  table: Omit<TableSketch, 'columns' | 'sampledRows' | 'guess'>,
  names: readonly string[],
  rows: readonly SampledRow[],
): TableSketch {
  const columns = names.map((name) => columnSketch(name, rows));
  const guess = table.hasHeader === false ? guessByPlace(columns) : guessByName(columns);
  return { ...table, columns, sampledRows: rows.length, guess };
}

function columnSketch(name: string, rows: readonly SampledRow[]): ColumnSketch {
  const values = rows.map((row) => row.get(name) ?? null).filter((value) => value !== null && value !== '');
  const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return {
    name,
    kind: kindOf(values),
    filled: rows.length === 0 ? 0 : values.length / rows.length,
    distinct: new Set(texts).size,
    samples: [...new Set(texts)].slice(0, 3).map((text) => text.slice(0, SAMPLE_CHARACTERS)),
  };
}

function kindOf(values: readonly JsonValue[]): ColumnSketch['kind'] {
  if (values.length === 0) return 'empty';
  const all = (test: (value: JsonValue) => boolean): boolean => values.every(test);
  const isNumber = (value: JsonValue): boolean =>
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));
  if (all((value) => isNumber(value) && Number.isInteger(Number(value)))) return 'integer';
  if (all(isNumber)) return 'number';
  if (all((value) => Array.isArray(value) || (typeof value === 'string' && /^\[.*\]$/s.test(value)))) return 'list';
  if (all((value) => typeof value === 'string' && isDateText(value))) return 'date';
  if (all((value) => typeof value === 'string' && /^https?:\/\//i.test(value))) return 'url';
  return 'text';
}

function guessByName(columns: readonly ColumnSketch[]): ColumnMapping {
  const found = new Map<ColumnRole, string>();
  const texts: string[] = [];
  for (const column of columns) {
    const plain = plainName(column.name);
    const role = NAMES.find(([candidate, names]) => names.test(plain) && fits(candidate, column))?.[0];
    if (role === 'text') texts.push(column.name);
    else if (role !== undefined && !found.has(role)) found.set(role, column.name);
  }
  const id = columns.find((column) => plainName(column.name) === 'id')?.name;
  if (!found.has('item') && !found.has('history') && id !== undefined && found.has('title')) found.set('item', id);
  // A history column says all that an item column could, but for the next item.
  if (found.has('history') && found.has('item') && !found.has('user')) found.delete('history');
  return { ...Object.fromEntries(found), ...(texts.length > 0 ? { text: texts } : {}) };
}

/** Whether the values can be what the name says. */
function fits(role: ColumnRole, { kind }: ColumnSketch): boolean {
  if (kind === 'empty') return role !== 'user' && role !== 'item';
  if (role === 'time') return kind === 'integer' || kind === 'number' || kind === 'date';
  if (role === 'rating') return kind === 'integer' || kind === 'number';
  if (role === 'history') return kind === 'list' || kind === 'text' || kind === 'integer';
  if (role === 'user' || role === 'item') return kind !== 'list' && kind !== 'url';
  return true;
}

/** Without names: user, item, then rating and time, told apart by size. */
function guessByPlace(columns: readonly ColumnSketch[]): ColumnMapping {
  const [user, item, ...others] = columns;
  if (user === undefined || item === undefined) return {};
  const isTime = (column: ColumnSketch): boolean =>
    column.kind === 'date' ||
    ((column.kind === 'integer' || column.kind === 'number') && Number(column.samples[0]) > 1e8);
  const time = others.find(isTime)?.name;
  const rating = others.find(
    (column) => !isTime(column) && (column.kind === 'integer' || column.kind === 'number'),
  )?.name;
  return {
    user: user.name,
    item: item.name,
    ...(time === undefined ? {} : { time }),
    ...(rating === undefined ? {} : { rating }),
  };
}

/** `itemID:token` -> `item_id`. */
function plainName(name: string): string {
  return name
    .trim()
    .replace(/:\w+$/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/** One text for all tables with the same columns: under it a page can remember the user's choices. */
export function tableSignature(sketch: TableSketch): string {
  return [sketch.kind, ...sketch.columns.map(({ name }) => name)].join('\u0001');
}

/** Whether the guess makes a table of events (else it may be one of items). */
export function isEventTable({ guess }: TableSketch): boolean {
  return guess.user !== undefined && (guess.item !== undefined || guess.history !== undefined);
}

/** Whether the guess makes a table of items and nothing else. */
export function isItemTable({ guess }: TableSketch): boolean {
  return (
    guess.user === undefined && guess.item !== undefined && (guess.title !== undefined || guess.text !== undefined)
  );
}

/** Whether a first row of a delimited file holds names: no value is a number, all differ, none is empty. */
export function looksLikeHeader(fields: readonly string[]): boolean {
  const isName = (field: string): boolean =>
    field.trim() !== '' && !Number.isFinite(Number(field)) && listOf(field).length <= 1;
  return fields.every(isName) && new Set(fields).size === fields.length;
}
