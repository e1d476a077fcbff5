/**
 * RecBole's atomic files: tab-separated, the header giving name and type of each column (`item_id:token`), nothing quoted,
 * sequences separated by spaces. Users' own attributes (`.user`) are not read: nothing here uses them.
 */
import { formatProblem, type Place } from '../../formats/formatProblem';
import { splitPath } from './byteSources';
import { type Candidate, type ImportContext, type ImportPart, partsOf } from './candidate';
import { idCell, numberCell } from './cells';
import { plainText, sentences } from './itemWords';
import type { ByteSource } from './sink';
import { type Sniffed, sniffedLines } from './sniff';
import { secondsOf } from './times';

interface Column {
  readonly name: string;
  readonly type: string;
}

/** `<name>.inter` with `<name>.item`, one candidate a name. */
export function recogniseRecbole(inputs: readonly Sniffed[]): Candidate[] {
  const byName = new Map<string, ImportPart[]>();
  for (const input of inputs) {
    const extension = /\.(inter|item|user)$/.exec(input.plainName)?.[1];
    const columns = columnsOf(sniffedLines(input, 1)[0] ?? '');
    if (extension === undefined || !columns.some(({ type }) => type === 'token')) continue;
    const role = { inter: 'interactions', item: 'items', user: 'users' }[extension] ?? extension;
    const domain = recboleDomain(input.source.name);
    byName.set(domain, [...(byName.get(domain) ?? []), { role, source: input.source }]);
  }
  return [...byName].map(([domainName, parts]) => {
    const has = (role: string): boolean => parts.some((part) => part.role === role);
    const kinds = [has('interactions') ? 'interactions' : '', has('items') ? 'items' : ''].filter(
      (kind) => kind !== '',
    );
    const label = `RecBole atomic files: ${kinds.join(' and ') || 'users only'}`;
    return { format: 'recbole', label, confidence: 1, domainName, parts, isAddition: !has('interactions') };
  });
}

/** `ml-100k.inter`, `Games.train.inter` -> `ml-100k`, `Games`. */
function recboleDomain(name: string): string {
  return splitPath(name)
    .file.replace(/(\.gz|\.inter|\.item|\.user)+$/i, '')
    .replace(/\.(train|valid|test|part\d+)$/i, '');
}

/** Reads the parts `items` and `interactions`. @throws FormatError `recbole/columns` */
export async function readRecbole(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  for (const source of partsOf(parts, 'items')) await readItems(source, context);
  for (const source of partsOf(parts, 'interactions')) await readInteractions(source, context);
}

/** Title, categories and brand by the names that the published files use; other texts and token lists join the item's text. */
async function readItems(source: ByteSource, context: ImportContext): Promise<void> {
  await eachRow(source, context, (columns) => {
    const id = find(columns, /^(item|movie|product|business|book|track|artist|video|news)_?id$|^id$/) ?? 0;
    const title = find(columns, /title|^name$|_name$/);
    const categories = find(columns, /categor|genre|^class$/);
    const brand = find(columns, /^brand$|^store$|^artist$|^publisher$/);
    const own = new Set([id, title, categories, brand]);
    const others = columns.flatMap(({ type }, index) => (type === 'token_seq' && !own.has(index) ? [index] : []));
    return (fields, place) => {
      const text = (index: number | null): string => (index === null ? '' : plainText(fields[index] ?? ''));
      // Category names of several words are joined by the writer in ways that cannot be undone; words are what we get.
      const categoryText = text(categories);
      const list = columns[categories ?? -1]?.type === 'token_seq' ? categoryText.split(' ') : [categoryText];
      context.sink.item({
        id: idCell(fields[id], place),
        title: text(title),
        text: sentences([text(title), text(brand), categoryText, ...others.map(text)]),
        categories: list.filter((category) => category !== ''),
        brand: text(brand),
        imageUrl: '',
      });
    };
  });
}

/** One event a row; with `item_id_list` (the benchmark files of sequences) one history a row, the row's item at its end. */
async function readInteractions(source: ByteSource, context: ImportContext): Promise<void> {
  await eachRow(source, context, (columns, place) => {
    const user = find(columns, /^(user|session|customer|visitor)_?id$|^user$/) ?? firstToken(columns, place, 0);
    const item = find(columns, /^(item|movie|product|business|book|track|artist|video|news)_?id$|^item$/);
    const itemIndex = item ?? firstToken(columns, place, 1);
    const time = find(columns, /time|date/);
    const rating = find(columns, /^(rating|stars|score|overall)$/);
    const history = columns.findIndex(({ name, type }) => /_list$/.test(name) && type === 'token_seq');
    return (fields, rowPlace) => {
      const at = (index: number): Place => ({ ...rowPlace, field: columns[index]?.name ?? '' });
      const userId = idCell(fields[user], at(user));
      const itemId = idCell(fields[itemIndex], at(itemIndex));
      if (history >= 0) {
        const before = (fields[history] ?? '').split(' ').filter((id) => id !== '');
        context.sink.sequence(userId, [...before, itemId]);
        return;
      }
      const seconds = time === null ? Number.NaN : secondsOf(numberCell(fields[time], at(time)));
      context.sink.interaction(
        userId,
        itemId,
        seconds,
        rating === null ? Number.NaN : numberCell(fields[rating], at(rating)),
      );
    };
  });
}

type RowReader = (fields: readonly string[], place: Place) => void;

async function eachRow(
  source: ByteSource,
  { meter }: ImportContext,
  readerOf: (columns: readonly Column[], place: Place) => RowReader,
): Promise<void> {
  const file = source.name;
  let columns: readonly Column[] = [];
  let read: RowReader | null = null;
  await meter.eachRecord(source, {
    delimiter: '\t',
    hasQuotes: false,
    fallbackEncoding: 'windows-1252',
    onRecord: (fields, line) => {
      if (read === null) {
        columns = fields.map(columnOf);
        read = readerOf(columns, { file, line });
        return;
      }
      if (fields.length !== columns.length) {
        const problem = {
          wanted: `${columns.length} fields`,
          came: `${fields.length}`,
          remedy: 'separate them by tabs',
        };
        throw formatProblem('csv/columns', { file, line }, problem);
      }
      read(fields, { file, line });
    },
  });
}

const columnsOf = (header: string): Column[] => header.split('\t').map(columnOf);

function columnOf(field: string): Column {
  const match = /^(.+):(token|token_seq|float|float_seq)$/.exec(field.trim());
  return { name: (match?.[1] ?? field).toLowerCase(), type: match?.[2] ?? '' };
}

function find(columns: readonly Column[], name: RegExp): number | null {
  const index = columns.findIndex((column) => name.test(column.name));
  return index < 0 ? null : index;
}

function firstToken(columns: readonly Column[], place: Place, skip: number): number {
  const tokens = columns.flatMap(({ type }, index) => (type === 'token' ? [index] : []));
  const index = tokens[skip];
  if (index !== undefined) return index;
  const problem = { wanted: 'user_id:token and item_id:token', came: 'other columns', remedy: 'name the columns so' };
  throw formatProblem('recbole/columns', place, problem);
}
