/**
 * Parquet, row group by row group, so that memory is bounded by a group (typically 64 to 128 MB unpacked, and capped). The
 * decoder is `hyparquet`, loaded when the first such file comes; whatever it throws on a broken file becomes a FormatError.
 */
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { formatProblem } from './formatProblem';
import type { JsonValue } from './strictJson';

/** What the reader needs: random access, since the table of contents stands at the end. */
export interface ParquetInput {
  readonly file: string;
  readonly sizeBytes: number;
  slice(from: number, to: number): Promise<Uint8Array>;
}

export interface ParquetGroup {
  /** Number of row 0 in the file, from 1. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Values by column. */
  readonly columns: ReadonlyMap<string, readonly JsonValue[]>;
}

const MAX_GROUP_BYTES = 2 ** 30;
const MAX_GROUP_ROWS = 5_000_000;
const MAX_COLUMNS = 4096;
/** Rows handed on at a time. */
const SLAB_ROWS = 20_000;

/** Whether `bytes` begin like a Parquet file. */
export function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}

/**
 * Names of the top-level columns, in order, and the rows in all.
 * @throws FormatError `parquet/corrupt`, `parquet/columns`
 */
export async function parquetColumns(input: ParquetInput): Promise<{ names: string[]; rowCount: number }> {
  const metadata = await readMetadata(input);
  return { names: columnNames(metadata, input), rowCount: Number(metadata.num_rows) };
}

/**
 * The rows of `columns`, in order. `mostRows` ends early.
 * @throws FormatError `parquet/corrupt`, `parquet/group`, `parquet/columns`
 */
export async function* readParquet(
  input: ParquetInput,
  columns: readonly string[],
  mostRows = Number.POSITIVE_INFINITY,
): AsyncGenerator<ParquetGroup, void, undefined> {
  const metadata = await readMetadata(input);
  const known = new Set(columnNames(metadata, input));
  const wanted = columns.filter((name) => known.has(name));
  const { parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    checkGroup(input, groupRows, Number(group.total_byte_size));
    const groupEnd = groupStart + groupRows;
    for (let from = groupStart; from < groupEnd && from < mostRows; from += SLAB_ROWS) {
      const to = Math.min(groupEnd, from + SLAB_ROWS, mostRows);
      const range = { file: asyncBuffer(input), metadata, columns: wanted, rowStart: from, rowEnd: to, compressors };
      const rows = await decoded(input, () => parquetReadObjects({ ...range, geoparquet: false }));
      const values = wanted.map((name) => [name, rows.map((row) => cellOf(row[name]))] as const);
      yield { firstRow: from + 1, rowCount: rows.length, columns: new Map(values) };
    }
    groupStart = groupEnd;
    if (groupStart >= mostRows) return;
  }
}

async function readMetadata(input: ParquetInput): Promise<FileMetaData> {
  const { parquetMetadataAsync } = await import('hyparquet');
  return decoded(input, () => parquetMetadataAsync(asyncBuffer(input), { geoparquet: false }));
}

function asyncBuffer(input: ParquetInput): AsyncBuffer {
  return {
    byteLength: input.sizeBytes,
    slice: (start, end) => {
      const bytes = sliceOf(input, start, end ?? input.sizeBytes);
      // The decoder fetches ahead and drops such promises when it stops; whoever awaits one still sees its failure.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}

async function sliceOf(input: ParquetInput, start: number, end: number): Promise<ArrayBuffer> {
  const from = start < 0 ? input.sizeBytes + start : start;
  if (!(from >= 0 && end >= from && end - from <= MAX_GROUP_BYTES && end <= input.sizeBytes)) {
    throw new RangeError(`bytes ${from} to ${end} of ${input.sizeBytes}`);
  }
  const bytes = await input.slice(from, end).catch((cause: unknown) => {
    throw new SourceFailure(cause);
  });
  return bytes.slice().buffer as ArrayBuffer;
}

function columnNames(metadata: FileMetaData, input: ParquetInput): string[] {
  const names: string[] = [];
  // The schema is a tree in depth-first order: of each top-level column, its descendants are stepped over.
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = metadata.schema[at]?.num_children ?? 0; child > 0 && next < metadata.schema.length; child--) {
      next = skip(next);
    }
    return next;
  };
  for (let at = 1; at < metadata.schema.length; at = skip(at)) names.push(metadata.schema[at]?.name ?? '');
  if (names.length > 0 && names.length <= MAX_COLUMNS) return names;
  const wanted = `1 to ${MAX_COLUMNS} columns`;
  const problem = { wanted, came: `${names.length}`, remedy: 'select columns before export' };
  throw formatProblem('parquet/columns', { file: input.file }, problem);
}

function checkGroup(input: ParquetInput, rows: number, bytes: number): void {
  if (rows >= 0 && rows <= MAX_GROUP_ROWS && bytes <= MAX_GROUP_BYTES) return;
  const wanted = `row groups of at most ${MAX_GROUP_ROWS} rows and ${MAX_GROUP_BYTES} bytes`;
  const problem = { wanted, came: `${rows} rows, ${bytes} bytes`, remedy: 'write the file with smaller row groups' };
  throw formatProblem('parquet/group', { file: input.file }, problem);
}

/** What the input itself threw, to be told from what the decoder makes of broken bytes. */
class SourceFailure extends Error {
  readonly failure: unknown;
  constructor(failure: unknown) {
    super('the source failed');
    this.failure = failure;
  }
}

/** Broken input fails in the decoder with errors of all kinds; those of the source itself are passed on. */
async function decoded<T>(input: ParquetInput, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    if (cause instanceof SourceFailure) throw cause.failure;
    const problem = { wanted: 'Parquet data', came: 'bytes that break the format', remedy: 'export it again', cause };
    throw formatProblem('parquet/corrupt', { file: input.file }, problem);
  }
}

/** A decoded value as JSON: whole 64-bit numbers beyond 2^53 become text, dates ISO texts, bytes and nested objects nothing. */
function cellOf(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(cellOf);
  return null;
}
