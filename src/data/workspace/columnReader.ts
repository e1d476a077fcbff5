/** Reading columns back: number columns whole, text columns row by row through a small cache of chunks. */
import type { ListedRecords } from '../../storage/columnStorage';
import {
  type ColumnInfo,
  type NumberArray,
  type NumberType,
  numberArray,
  readChunk,
  rowCount,
  TextChunk,
  valuesOf,
} from './columns';
import { decodeId } from './idTable';

const NUMBER_TYPES: ReadonlySet<string> = new Set<NumberType>(['u8', 'u16', 'u32', 'f32', 'f64']);
/** Chunks of one text column kept decoded: pages of a browser jump back and forth a little. */
const CHUNKS_KEPT = 4;

/** All values of a number column; empty if there is none. @throws FormatError `workspace/damaged` */
export async function readNumbers(
  records: ListedRecords,
  tree: string,
  name: string,
  column: ColumnInfo | undefined,
): Promise<NumberArray> {
  if (column === undefined || !isNumberType(column.type)) return new Uint32Array(0);
  const all = numberArray(column.type, rowCount(column));
  let at = 0;
  for (const [index, rows] of column.rows.entries()) {
    all.set(valuesOf(column.type, await readChunk(records, tree, name, column, index)), at);
    at += rows;
  }
  return all;
}

/** A `u32` column. */
export async function readU32(
  records: ListedRecords,
  tree: string,
  name: string,
  column: ColumnInfo | undefined,
): Promise<Uint32Array> {
  const values = await readNumbers(records, tree, name, column);
  return values instanceof Uint32Array ? values : Uint32Array.from(values);
}

function isNumberType(type: string): type is NumberType {
  return NUMBER_TYPES.has(type);
}

/** A text or id column, opened. */
export class TextColumn {
  readonly rows: number;
  readonly #starts: Float64Array;
  readonly #cache = new Map<number, Promise<TextChunk>>();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(
    readonly records: ListedRecords,
    readonly tree: string,
    readonly name: string,
    readonly column: ColumnInfo,
  ) {
    this.#starts = new Float64Array(column.rows.length + 1);
    column.rows.forEach((rows, index) => {
      this.#starts[index + 1] = (this.#starts[index] as number) + rows;
    });
    this.rows = rowCount(column);
  }

  get chunkCount(): number {
    return this.column.rows.length;
  }

  /** First row of a chunk. */
  startOf(chunk: number): number {
    return this.#starts[chunk] as number;
  }

  decode(bytes: Uint8Array): string {
    return this.column.type === 'id' ? decodeId(bytes) : this.#decoder.decode(bytes);
  }

  /** @throws FormatError `workspace/damaged` */
  async at(row: number): Promise<string> {
    return this.decode(await this.bytesAt(row));
  }

  async bytesAt(row: number): Promise<Uint8Array> {
    let [low, high] = [0, this.column.rows.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= row) low = middle;
      else high = middle - 1;
    }
    return (await this.chunk(low)).bytesAt(row - (this.#starts[low] as number));
  }

  /** A chunk through the cache; `isOnce` reads past it. */
  async chunk(index: number, isOnce = false): Promise<TextChunk> {
    const held = this.#cache.get(index);
    if (held) return held;
    const opened = readChunk(this.records, this.tree, this.name, this.column, index).then(
      (bytes) => new TextChunk(bytes),
    );
    if (isOnce) return opened;
    this.#cache.set(index, opened);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CHUNKS_KEPT && oldest !== undefined) this.#cache.delete(oldest);
    return opened;
  }

  /** Rows in order with their number. @param isWanted rows left out are not decoded */
  async *entries(isWanted?: (row: number) => boolean): AsyncGenerator<readonly [row: number, text: string], void> {
    for (let index = 0; index < this.chunkCount; index++) {
      const chunk = await this.chunk(index, true);
      const start = this.startOf(index);
      for (let row = 0; row < chunk.rows; row++)
        if (isWanted === undefined || isWanted(start + row)) yield [start + row, this.decode(chunk.bytesAt(row))];
    }
  }
}
