/**
 * Columns as chunks of bytes. A number column is little-endian values back to back; a text column's chunk is `u32 rows`,
 * `u32 ends[rows]`, then the rows' bytes. Writers cut chunks by content alone, never by time, so the same rows always give the same
 * chunks: that is how a resumed import knows what it stored before.
 */
import { FormatError } from '../../base/errors';
import type { ListedRecords } from '../../storage/columnStorage';

export type NumberType = 'u8' | 'u16' | 'u32' | 'f32' | 'f64';
/** `text` is UTF-8, `id` is what `IdTable` stores. */
export type ColumnType = NumberType | 'text' | 'id';
export type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** Directory of a column: rows, bytes and check word of each chunk. */
export interface ColumnInfo {
  readonly type: ColumnType;
  readonly rows: number[];
  readonly bytes: number[];
  readonly checks: number[];
}
export type Columns = Record<string, ColumnInfo>;

export interface Chunk {
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Rows of a number chunk: 1 MB of u32, 2 MB of f64. */
export const CHUNK_ROWS = 1 << 18;
/** A text chunk is closed once it holds this much. */
export const TEXT_CHUNK_BYTES = 2 * 2 ** 20;

export const rowCount = (column: ColumnInfo | undefined): number => sum(column?.rows ?? []);
export const columnBytes = (columns: Columns): number => sum(Object.values(columns).map(({ bytes }) => sum(bytes)));
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const CONSTRUCTORS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** A new array of the column type's values. */
export function numberArray(type: NumberType, length: number): NumberArray {
  return new CONSTRUCTORS[type](length);
}

/** Bytes of `values`, copied. */
export function bytesOf(values: NumberArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

/** Values of a chunk's bytes. Shares their memory unless they start at an odd place. */
export function valuesOf(type: NumberType, bytes: Uint8Array): NumberArray {
  const Values = CONSTRUCTORS[type];
  const { buffer, byteOffset, length } = bytes;
  if (byteOffset % Values.BYTES_PER_ELEMENT === 0 && buffer instanceof ArrayBuffer)
    return new Values(buffer, byteOffset, length / Values.BYTES_PER_ELEMENT);
  return new Values(bytes.slice().buffer);
}

/** Fast check word (FNV-1a over 32-bit words): finds truncated, swapped and changed chunks; not a defence against forgery. */
export function checkWord(bytes: Uint8Array): number {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
  let hash = 0x811c9dc5 ^ bytes.length;
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ (words[i] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let i = bytes.length & ~3; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}

/** Numbers that a hole in a column of references stands for. */
export const NONE = 0xffffffff;

/** Rows of text on their way into chunks. */
export class TextWriter {
  #bytes = new Uint8Array(1 << 16);
  #ends = new Uint32Array(1 << 10);
  #length = 0;
  #rows = 0;
  readonly #encoder = new TextEncoder();

  constructor(readonly chunkBytes = TEXT_CHUNK_BYTES) {}

  get rows(): number {
    return this.#rows;
  }

  /** Adds a row; returns a chunk when this row filled it. Unpaired surrogates become U+FFFD. */
  push(text: string): Chunk | null {
    if (text.length > 0) {
      // A UTF-16 unit takes at most three bytes.
      this.#reserve(3 * text.length);
      this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    }
    return this.#endRow();
  }

  pushBytes(bytes: Uint8Array): Chunk | null {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this.#endRow();
  }

  /** The rows that are left, or null. */
  flush(): Chunk | null {
    if (this.#rows === 0) return null;
    const bytes = new Uint8Array(4 + 4 * this.#rows + this.#length);
    const head = new Uint32Array(bytes.buffer, 0, 1 + this.#rows);
    head[0] = this.#rows;
    head.set(this.#ends.subarray(0, this.#rows), 1);
    bytes.set(this.#bytes.subarray(0, this.#length), 4 + 4 * this.#rows);
    const chunk = { rows: this.#rows, bytes };
    this.#rows = 0;
    this.#length = 0;
    return chunk;
  }

  #endRow(): Chunk | null {
    if (this.#rows === this.#ends.length) {
      const longer = new Uint32Array(2 * this.#rows);
      longer.set(this.#ends);
      this.#ends = longer;
    }
    this.#ends[this.#rows++] = this.#length;
    return this.#length >= this.chunkBytes || this.#rows >= CHUNK_ROWS ? this.flush() : null;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#length + more, 2 * this.#bytes.length));
    wider.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = wider;
  }
}

/** One text chunk, opened: rows are decoded when asked for. */
export class TextChunk {
  readonly rows: number;
  readonly #ends: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const [rows = 0] = new Uint32Array(aligned.buffer, aligned.byteOffset, 1);
    this.rows = rows;
    this.#ends = new Uint32Array(aligned.buffer, aligned.byteOffset + 4, rows);
    this.#bytes = aligned.subarray(4 + 4 * rows);
  }

  bytesAt(row: number): Uint8Array {
    return this.#bytes.subarray(row === 0 ? 0 : this.#ends[row - 1], this.#ends[row]);
  }
}

/** @throws FormatError `workspace/damaged` if the chunk is missing or not what was stored */
export async function readChunk(
  records: ListedRecords,
  tree: string,
  name: string,
  column: ColumnInfo,
  index: number,
): Promise<Uint8Array> {
  const bytes =
    column.bytes[index] === 0
      ? new Uint8Array(0)
      : await records.get<Uint8Array>({ path: chunkPath(tree, name, index) });
  if (bytes instanceof Uint8Array && bytes.length === column.bytes[index] && checkWord(bytes) === column.checks[index])
    return bytes;
  const came = bytes === undefined ? 'none' : 'other bytes';
  throw new FormatError(
    'workspace/damaged',
    `read column ${name}, chunk ${index}: wanted the ${column.bytes[index]} bytes stored, came ${came}; import this domain again.`,
  );
}

export function chunkPath(tree: string, name: string, index: number): string {
  return `${tree}/${name}/${String(index).padStart(6, '0')}`;
}
