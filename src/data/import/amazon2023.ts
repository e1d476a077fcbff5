/**
 * Amazon Reviews 2023 (and the 2018 edition, whose fields have other names): reviews and metadata as JSON lines, and the
 * published 5-core tables `user_id,parent_asin,rating,timestamp[,history]`.
 * Item text is title + features + categories; the picture is the one called "main", else the first (UTGRec §3.1.1).
 */
import { idField, isIdText, numberOf, optionalNumberField, optionalTextField } from '../../formats/fields';
import { describeValue, formatProblem, type Place } from '../../formats/formatProblem';
import { isJsonObject, type JsonObject, type JsonValue, parseLineObject } from '../../formats/strictJson';
import { splitPath } from './byteSources';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import { plainText, sentences, webAddress } from './itemWords';
import type { ByteSource, ItemRecord } from './sink';
import { secondsOf } from './times';

/** Reads the parts `meta` and `reviews`. */
export async function readAmazonReviews(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  await readMeta(parts, context);
  const { sink, meter } = context;
  for (const source of partsOf(parts, 'reviews')) {
    const place: { file: string; line: number } = { file: source.name, line: 0 };
    await meter.eachLine(source, {
      onLine: (text, line) => {
        place.line = line;
        const review = parseLineObject(text, place);
        // The usual line by named access: looking fields up by a variable name costs a third of parsing.
        const { user_id, parent_asin, timestamp, rating: stars } = review;
        const isUsual =
          typeof timestamp === 'number' && typeof stars === 'number' && isId(user_id) && isId(parent_asin);
        if (isUsual) {
          sink.interaction(user_id, parent_asin, secondsOf(timestamp), stars);
          return;
        }
        const is2018 = review.user_id === undefined && review.reviewerID !== undefined;
        const user = idField(review, is2018 ? 'reviewerID' : 'user_id', place);
        const item = idField(review, review.parent_asin === undefined ? 'asin' : 'parent_asin', place);
        const time = optionalNumberField(review, is2018 ? 'unixReviewTime' : 'timestamp', place);
        const rating = optionalNumberField(review, is2018 ? 'overall' : 'rating', place);
        sink.interaction(user, item, secondsOf(time), rating);
      },
    });
  }
}

/** Reads the parts `meta` and `table`. */
export async function readAmazonTables(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  await readMeta(parts, context);
  const tables = partsOf(parts, 'table');
  // Validation and test tables repeat, in their history, what the training table has row by row.
  const hasRows = tables.some(({ name }) => !/\.(valid|test)\.csv(\.gz)?$/i.test(name));
  for (const source of tables) await readTable(source, context, hasRows);
}

async function readTable(source: ByteSource, { sink, meter }: ImportContext, hasRows: boolean): Promise<void> {
  const file = source.name;
  let columns: { user: number; item: number; rating: number; time: number; history: number } | null = null;
  await meter.eachRecord(source, {
    delimiter: ',',
    onRecord: (fields, line) => {
      if (columns === null) {
        const column = (name: string): number => fields.findIndex((field) => field.trim() === name);
        columns = {
          user: column('user_id'),
          item: column('parent_asin'),
          rating: column('rating'),
          time: column('timestamp'),
          history: column('history'),
        };
        return;
      }
      const place = { file, line };
      const user = idOf(fields[columns.user], { ...place, field: 'user_id' });
      const item = idOf(fields[columns.item], { ...place, field: 'parent_asin' });
      const time = cellNumber(fields[columns.time], { ...place, field: 'timestamp' });
      const rating = cellNumber(fields[columns.rating], { ...place, field: 'rating' });
      if (hasRows) {
        sink.interaction(user, item, secondsOf(time), rating);
        return;
      }
      const history = (fields[columns.history] ?? '').split(' ').filter((id) => id !== '');
      sink.sequence(user, [...history, item]);
    },
  });
}

const isId = (value: JsonValue | undefined): value is string => typeof value === 'string' && isIdText(value);

function idOf(value: string | undefined, place: Place): string {
  if (value !== undefined && isIdText(value)) return value;
  const problem = { wanted: 'an id', came: describeValue(value), remedy: 'give every row its id' };
  throw formatProblem('field/id', place, problem);
}

const cellNumber = (value: string | undefined, place: Place): number =>
  value === undefined || value === '' ? Number.NaN : numberOf(value, place);

async function readMeta(parts: readonly ImportPart[], { sink, meter }: ImportContext): Promise<void> {
  for (const source of partsOf(parts, 'meta')) {
    const file = source.name;
    await meter.eachLine(source, {
      onLine: (text, line) => sink.item(metaItem(parseLineObject(text, { file, line }), { file, line })),
    });
  }
}

/** One line of metadata, 2023 or 2018. @throws FormatError `field/*` */
export function metaItem(meta: JsonObject, place: Place): ItemRecord {
  const id = idField(meta, meta.parent_asin === undefined ? 'asin' : 'parent_asin', place);
  const title = plainText(optionalTextField(meta, 'title', place));
  const features = textsOf(meta.features ?? meta.feature);
  const categories = textsOf(meta.categories ?? meta.category).map(plainText);
  const text = sentences([title, features.map(plainText).join(' '), categories.join(', ')]);
  const brand = plainText(firstText(meta.store) || firstText(meta.brand));
  return { id, title, text, categories, brand, imageUrl: imageUrlOf(meta) };
}

/** Texts of a list, at any depth of two (2014 files nest their category paths); what is no text is left out. */
function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[])
    .flatMap((element) => (Array.isArray(element) ? (element as readonly JsonValue[]) : [element]))
    .filter((element): element is string => typeof element === 'string' && element !== '');
}

const firstText = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/**
 * First picture whose `variant` is "main" (any case), else picture 0; of it `large`, else the last URL it has. The hub's edition
 * turns the list of objects into an object of lists; 2018 files list plain URLs.
 */
export function imageUrlOf(meta: JsonObject): string {
  const value = meta.images ?? meta.imageURLHighRes ?? meta.imageURL;
  if (typeof value === 'string') return webAddress(value);
  const pictures = isJsonObject(value)
    ? transposed(value)
    : Array.isArray(value)
      ? (value as readonly JsonValue[])
      : [];
  const isMain = (picture: JsonValue): boolean =>
    isJsonObject(picture) && typeof picture.variant === 'string' && picture.variant.toLowerCase() === 'main';
  const chosen = pictures.find(isMain) ?? pictures[0];
  if (typeof chosen === 'string') return webAddress(chosen);
  if (!isJsonObject(chosen)) return '';
  const large = webAddress(firstText(chosen.large));
  if (large !== '') return large;
  const urls = Object.entries(chosen).map(([key, url]) => (key === 'variant' ? '' : webAddress(firstText(url))));
  return urls.filter((url) => url !== '').at(-1) ?? '';
}

function transposed(lists: JsonObject): JsonObject[] {
  const columns = Object.entries(lists).filter(([, list]) => Array.isArray(list)) as [string, readonly JsonValue[]][];
  const count = Math.max(0, ...columns.map(([, list]) => Math.min(list.length, 1000)));
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(columns.map(([key, list]) => [key, list[index] ?? null])),
  );
}

/** `meta_Arts.jsonl.gz`, `Arts.train.csv`, `Arts_5.json.gz` -> `Arts`. */
export function amazonDomain(name: string): string {
  const { file } = splitPath(name);
  return file
    .replace(/\.gz$/i, '')
    .replace(/\.(jsonl|json|csv)$/i, '')
    .replace(/\.(train|valid|test)$/i, '')
    .replace(/^meta_/i, '')
    .replace(/_5$/, '');
}
