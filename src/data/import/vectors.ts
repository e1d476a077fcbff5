/** Ready-made embeddings: raw float32 (`.sent_emb`), `.npy` and safetensors, row by row, so that no matrix is held whole. */
import { formatProblem } from '../../formats/formatProblem';
import { ForwardReader } from '../../formats/forwardReader';
import { NPY_HEAD_BYTES, npyElementBytes, readNpyHeader } from '../../formats/npy';
import { decodeText, readBytes } from '../../formats/readBytes';
import {
  readSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorPlace,
  safetensorsHeadBytes,
} from '../../formats/safetensors';
import { parseStrictJson } from '../../formats/strictJson';
import { float32Values } from '../../formats/typedValues';
import { splitPath } from './byteSources';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import type { ByteSource } from './sink';

const MAX_WIDTH = 65_536;
const MAX_IDS_BYTES = 512 * 2 ** 20;
const ROWS_PER_SETTLE = 256;

type FloatType = 'F32' | 'F64' | 'F16' | 'BF16';

/** A matrix inside a stream. */
interface Matrix {
  readonly dtype: FloatType;
  readonly elementBytes: number;
  readonly rows: number;
  readonly width: number;
  /** Bytes before row 0. */
  readonly offset: number;
}

/** Reads the parts `npy`, `safetensors` and `rawVectors`, their rows' ids taken from the part `ids` or `options.itemOrder`. */
export async function readVectorFiles(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  for (const source of partsOf(parts, 'npy')) await readNpy(source, await idsFor(source, parts, context), context);
  for (const source of partsOf(parts, 'safetensors')) {
    await readSafetensorVectors(source, await idsFor(source, parts, context), context);
  }
  for (const source of partsOf(parts, 'rawVectors')) {
    await readRawMatrix(source, await idsFor(source, parts, context), context);
  }
}

/**
 * A float32 matrix without a header whose rows belong to `itemOrder`; the width follows from the file's size.
 * @throws FormatError `vectors/ids`, `vectors/size`
 */
export async function readRawMatrix(
  source: ByteSource,
  itemOrder: readonly string[],
  context: ImportContext,
): Promise<void> {
  const rows = itemOrder.length;
  if (rows === 0) throw withoutIds(source);
  const width = source.sizeBytes / 4 / rows;
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
    const wanted = `4 bytes × ${rows} items × a whole width`;
    const remedy = 'check that the file belongs to these items';
    throw formatProblem('vectors/size', { file: source.name }, { wanted, came: `${source.sizeBytes} bytes`, remedy });
  }
  const matrix: Matrix = { dtype: 'F32', elementBytes: 4, rows, width, offset: 0 };
  await withReader(await context.meter.open(source), (reader) => readRows(source, reader, matrix, itemOrder, context));
}

async function readNpy(source: ByteSource, ids: readonly string[], context: ImportContext): Promise<void> {
  await withReader(await context.meter.openInflated(source), async (reader) => {
    const { dtype, shape, dataOffset } = readNpyHeader((await reader.read(0, NPY_HEAD_BYTES)).slice(), source.name);
    const [rows = 0, width = 0] = shape;
    if (shape.length !== 2) throw notAMatrix(source, shape);
    const type = ({ '<f4': 'F32', '<f8': 'F64', '<f2': 'F16' } as const)[dtype];
    const matrix = { dtype: type, elementBytes: npyElementBytes(dtype), rows, width, offset: dataOffset };
    await readRows(source, reader, matrix, ids, context);
  });
}

/** Closes the reader however `use` ends. */
async function withReader(
  stream: ReadableStream<Uint8Array>,
  use: (reader: ForwardReader) => Promise<void>,
): Promise<void> {
  const reader = new ForwardReader(stream);
  try {
    await use(reader);
  } finally {
    await reader.close();
  }
}

/**
 * Either one matrix [N, D], its rows' ids in the metadata field `ids` (a JSON list), beside the file or in `itemOrder`; or one
 * vector an item, named by its id.
 */
async function readSafetensorVectors(
  source: ByteSource,
  ids: readonly string[],
  context: ImportContext,
): Promise<void> {
  await withReader(await context.meter.open(source), async (reader) => {
    const start = await reader.read(0, SAFETENSORS_LENGTH_BYTES);
    const head = await reader.read(0, safetensorsHeadBytes(start, source.sizeBytes, source.name));
    const { entries, metadata } = readSafetensorsHeader(head, source.sizeBytes, source.name);
    const matrices = entries.filter(({ shape }) => shape.length === 2);
    if (matrices.length === 1 && matrices[0] !== undefined) {
      const own = metadata.get('ids');
      const rowIds = own === undefined ? ids : idList(own, source.name);
      await readRows(source, reader, matrixOf(matrices[0], source), rowIds, context);
      return;
    }
    const vectors = entries.filter(({ shape }) => shape.length === 1);
    if (vectors.length === 0 || vectors.length < entries.length) throw notAMatrix(source, entries[0]?.shape ?? []);
    for (const entry of vectors) {
      const matrix = matrixOf({ ...entry, shape: [1, ...entry.shape] }, source);
      await readRows(source, reader, matrix, [entry.name], context);
    }
  });
}

function matrixOf(entry: SafetensorPlace, source: ByteSource): Matrix {
  const { dtype, shape, begin } = entry;
  const [rows = 0, width = 0] = shape;
  const elementBytes = { F32: 4, F64: 8, F16: 2, BF16: 2 } as const;
  if (dtype === 'F32' || dtype === 'F64' || dtype === 'F16' || dtype === 'BF16') {
    return { dtype, elementBytes: elementBytes[dtype], rows, width, offset: begin };
  }
  const problem = { wanted: 'floating-point values', came: dtype, remedy: 'save the vectors as float32' };
  throw formatProblem('vectors/dtype', { file: source.name, field: entry.name }, problem);
}

async function readRows(
  source: ByteSource,
  reader: ForwardReader,
  matrix: Matrix,
  ids: readonly string[],
  { meter, sink }: ImportContext,
): Promise<void> {
  const { dtype, elementBytes, rows, width, offset } = matrix;
  if (width < 1 || width > MAX_WIDTH) throw notAMatrix(source, [rows, width]);
  if (ids.length === 0) throw withoutIds(source);
  if (ids.length !== rows) {
    const problem = { wanted: `${ids.length} rows, one an item`, came: `${rows}`, remedy: 'check the item order' };
    throw formatProblem('vectors/rows', { file: source.name }, problem);
  }
  const rowBytes = width * elementBytes;
  for (let row = 0; row < rows; row++) {
    const from = offset + row * rowBytes;
    const bytes = await reader.read(from, from + rowBytes);
    if (bytes.length < rowBytes) {
      const problem = { wanted: `${rows} rows`, came: `${row} whole ones`, remedy: 'copy the file again' };
      throw formatProblem('vectors/short', { file: source.name }, problem);
    }
    sink.vector(ids[row] ?? '', float32Values({ dtype, shape: [width], bytes }, source.name));
    if (row % ROWS_PER_SETTLE === 0) await meter.settle();
  }
}

/** Ids of a matrix' rows: the part `ids` with the file's stem (or the only one), else the order the caller knows. */
async function idsFor(
  source: ByteSource,
  parts: readonly ImportPart[],
  context: ImportContext,
): Promise<readonly string[]> {
  const stem = splitPath(source.name).file.replace(/(\.gz|\.npy|\.safetensors|\.sent_emb)+$/i, '');
  const files = partsOf(parts, 'ids');
  const beside = files.find(({ name }) => splitPath(name).file.startsWith(`${stem}.`)) ?? files[0];
  if (beside === undefined) return context.options.itemOrder ?? [];
  const limits = { file: beside.name, maxBytes: MAX_IDS_BYTES };
  const text = decodeText(await readBytes(await context.meter.openInflated(beside), limits), beside.name);
  return text.trimStart().startsWith('[') ? idList(text, beside.name) : text.split(/\r?\n/).filter((id) => id !== '');
}

function idList(json: string, file: string): string[] {
  const value = parseStrictJson(json, { file, field: 'ids' });
  if (Array.isArray(value) && value.every((id) => typeof id === 'string' || Number.isSafeInteger(id))) {
    return value.map(String);
  }
  const problem = { wanted: 'a list of ids', came: 'something else', remedy: 'write ["id of row 0", …]' };
  throw formatProblem('vectors/ids', { file }, problem);
}

function withoutIds(source: ByteSource): Error {
  const wanted = 'the item of each row';
  const remedy = `add the data set these vectors belong to, or a file "${splitPath(source.name).file}.ids.txt" with one id a line`;
  return formatProblem('vectors/ids', { file: source.name }, { wanted, came: 'no ids', remedy });
}

function notAMatrix(source: ByteSource, shape: readonly number[]): Error {
  const wanted = 'one matrix [items, width]';
  const problem = { wanted, came: `the shape [${shape.join(', ')}]`, remedy: 'save one vector an item' };
  return formatProblem('vectors/shape', { file: source.name }, problem);
}
