/** Tables with columns of any names: CSV, TSV, JSON lines and Parquet through a column mapping. */
import { CsvRecords, sniffDelimiter } from '../../formats/csv';
import { formatProblem, type Place } from '../../formats/formatProblem';
import { isParquet, type ParquetInput, parquetColumns, readParquet } from '../../formats/parquet';
import { type JsonValue, parseLineObject } from '../../formats/strictJson';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import { idCell, idListCell, listOf, numberCell, textCell, timeCell } from './cells';
import type { ColumnMapping, TableSketch } from './columns';
import { plainText, sentences, webAddress } from './itemWords';
import { rejectRow } from './rejects';
import type { ByteSource, ImportSink } from './sink';
import { looksLikeHeader, type SampledRow, sketchOf } from './sketch';
import { type Sniffed, sniff, sniffedLines, sniffedObjects } from './sniff';

const SAMPLE_ROWS = 100;

/** Reads the parts `table` by `options.mapping` (else by the guess), and `items`, tables of items, by the guess. */
export async function readTables(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  const named = [...partsOf(parts, 'items'), ...partsOf(parts, 'table')];
  const tables = new Set(partsOf(parts, 'table'));
  for (const source of named) {
    const sketch = await sketchTable(await sniff(source));
    if (sketch === null) {
      const problem = { wanted: 'a table', came: 'something else', remedy: 'use CSV, TSV, JSON lines or Parquet' };
      throw formatProblem('table/kind', { file: source.name }, problem);
    }
    const mapping = (tables.has(source) ? context.options.mapping : undefined) ?? sketch.guess;
    checkMapping(mapping, sketch, source);
    await readTable(source, sketch, mapping, context);
  }
}

/** What the beginning of a file says of its columns; null if it is no table. */
export async function sketchTable(input: Sniffed): Promise<TableSketch | null> {
  if (isParquet(input.head)) return sketchParquet(input.source);
  const objects = sniffedObjects(input, SAMPLE_ROWS);
  if (objects.length > 0) {
    const names = [...new Set(objects.flatMap((object) => Object.keys(object)))].slice(0, 256);
    const rows = objects.map((object): SampledRow => new Map(Object.entries(object)));
    return sketchOf({ kind: 'jsonl' }, names, rows);
  }
  if (input.plainName.endsWith('json')) return null;
  const lines = sniffedLines(input, SAMPLE_ROWS + 1);
  const delimiter = sniffDelimiter(lines);
  if (delimiter === null) return null;
  return sketchCsv(lines, delimiter);
}

function sketchCsv(lines: readonly string[], delimiter: string): TableSketch {
  const records: (readonly string[])[] = [];
  const keep = (fields: readonly string[]): void => {
    records.push(fields);
  };
  const csv = new CsvRecords({ file: '', delimiter, onRecord: keep, onBad: () => undefined });
  lines.forEach((line, index) => {
    csv.push(line, index + 1);
  });
  const [first = []] = records;
  const hasHeader = looksLikeHeader(first);
  const names = first.map((name, index) => (hasHeader ? name.trim() : `column ${index + 1}`));
  const rows = records
    .slice(hasHeader ? 1 : 0)
    .map((fields): SampledRow => new Map(names.map((name, index) => [name, fields[index] ?? ''])));
  return sketchOf({ kind: 'csv', delimiter, hasHeader }, names, rows);
}

async function sketchParquet(source: ByteSource): Promise<TableSketch | null> {
  if (source.slice === undefined) return null;
  const input = parquetInput(source);
  const { names } = await parquetColumns(input);
  const rows: SampledRow[] = [];
  for await (const group of readParquet(input, names, SAMPLE_ROWS)) {
    for (let row = 0; row < group.rowCount; row++) {
      rows.push(new Map(names.map((name) => [name, group.columns.get(name)?.[row] ?? null])));
    }
  }
  return sketchOf({ kind: 'parquet' }, names, rows);
}

/** @throws FormatError `table/mapping` */
function checkMapping(mapping: ColumnMapping, sketch: TableSketch, source: ByteSource): void {
  const known = new Set(sketch.columns.map(({ name }) => name));
  const { text = [], timeUnit: _unit, ...single } = mapping;
  const missing = [...Object.values(single), ...text].filter((name) => !known.has(name));
  const isEnough = mapping.item !== undefined || (mapping.user !== undefined && mapping.history !== undefined);
  if (isEnough && missing.length === 0) return;
  const wanted = 'columns of this table, among them one of item ids, or users with their histories';
  const came = missing.length > 0 ? `the column ${missing[0]}` : 'none of them';
  throw formatProblem('table/mapping', { file: source.name }, { wanted, came, remedy: 'say which column is what' });
}

async function readTable(
  source: ByteSource,
  sketch: TableSketch,
  mapping: ColumnMapping,
  context: ImportContext,
): Promise<void> {
  if (sketch.kind === 'jsonl') return readJsonTable(source, mapping, context);
  if (sketch.kind === 'parquet') return readParquetTable(source, mapping, context);
  return readCsvTable(source, sketch, mapping, context);
}

async function readJsonTable(
  source: ByteSource,
  mapping: ColumnMapping,
  { sink, meter }: ImportContext,
): Promise<void> {
  const file = source.name;
  await meter.eachLine(source, {
    onLine: (text, line) => {
      const object = parseLineObject(text, { file, line });
      addRow(sink, mapping, (name) => (Object.hasOwn(object, name) ? object[name] : undefined), { file, line });
    },
  });
}

async function readCsvTable(
  source: ByteSource,
  sketch: TableSketch,
  mapping: ColumnMapping,
  { sink, meter }: ImportContext,
): Promise<void> {
  const file = source.name;
  const placeOf = new Map(sketch.columns.map(({ name }, index) => [name, index]));
  let isHeader = sketch.hasHeader === true;
  await meter.eachRecord(source, {
    delimiter: sketch.delimiter ?? ',',
    onRecord: (fields, line) => {
      if (isHeader) {
        isHeader = false;
        return;
      }
      if (fields.length !== sketch.columns.length) {
        const problem = {
          wanted: `${sketch.columns.length} fields`,
          came: `${fields.length}`,
          remedy: 'quote delimiters in texts',
        };
        throw formatProblem('csv/columns', { file, line }, problem);
      }
      addRow(sink, mapping, (name) => fields[placeOf.get(name) ?? -1], { file, line });
    },
  });
}

async function readParquetTable(source: ByteSource, mapping: ColumnMapping, context: ImportContext): Promise<void> {
  const { sink, meter } = context;
  const { text = [], timeUnit: _unit, ...single } = mapping;
  const names = [...new Set([...Object.values(single), ...text])];
  const file = source.name;
  const input = parquetInput(source, (bytes) => meter.count(bytes));
  for await (const group of readParquet(input, names)) {
    for (let row = 0; row < group.rowCount; row++) {
      const line = group.firstRow + row;
      const cell = (name: string): JsonValue | undefined => group.columns.get(name)?.[row];
      try {
        addRow(sink, mapping, cell, { file, line });
      } catch (error) {
        rejectRow(sink, { file, line, text: names.map((name) => textCell(cell(name))).join(', '), column: 0 }, error);
      }
    }
    await meter.settle();
  }
}

/** One row into the sink: an event, a history, an item, or an event with its item. */
function addRow(
  sink: ImportSink,
  mapping: ColumnMapping,
  cell: (name: string) => JsonValue | undefined,
  place: Place,
): void {
  const of = (name: string | undefined): JsonValue | undefined => (name === undefined ? undefined : cell(name));
  const at = (name: string | undefined): Place => (name === undefined ? place : { ...place, field: name });
  const { user, item, history } = mapping;
  const itemId = item === undefined ? null : idCell(of(item), at(item));
  if (user !== undefined) {
    const userId = idCell(of(user), at(user));
    if (history !== undefined) {
      const ids = idListCell(of(history)).map((id) => idCell(id, at(history)));
      const all = itemId === null ? ids : [...ids, itemId];
      if (all.length > 0) sink.sequence(userId, all);
    } else if (itemId !== null) {
      const time = timeCell(of(mapping.time), mapping.timeUnit, at(mapping.time));
      sink.interaction(userId, itemId, time, numberCell(of(mapping.rating), at(mapping.rating)));
    }
  }
  const { title, text = [], categories, brand, imageUrl } = mapping;
  const hasItemWords = title !== undefined || text.length > 0 || categories !== undefined || brand !== undefined;
  if (itemId === null || !(hasItemWords || imageUrl !== undefined || user === undefined)) return;
  const titleText = plainText(textCell(of(title)));
  const categoryTexts = listOf(of(categories)).map(plainText);
  const brandText = plainText(textCell(of(brand)));
  const others = text.map((name) => textCell(of(name)));
  sink.item({
    id: itemId,
    title: titleText,
    text: sentences([titleText, brandText, categoryTexts.join(', '), ...others]),
    categories: categoryTexts,
    brand: brandText,
    imageUrl: webAddress(textCell(of(imageUrl))),
  });
}

function parquetInput(source: ByteSource, onBytes: (bytes: number) => void = () => undefined): ParquetInput {
  const { name: file, sizeBytes } = source;
  return {
    file,
    sizeBytes,
    slice: async (from, to) => {
      if (source.slice === undefined) {
        const problem = {
          wanted: 'a file that can be read at any place',
          came: 'a stream',
          remedy: 'unpack or download it first',
        };
        throw formatProblem('parquet/access', { file }, problem);
      }
      onBytes(to - from);
      return source.slice(from, to);
    },
  };
}
