import { FormatError } from '../../base/errors';
import { putRecord, type RecordChange } from '../../storage/records';
import {
  bytesOf,
  CHUNK_ROWS,
  type Chunk,
  type ColumnInfo,
  type Columns,
  type ColumnType,
  checkWord,
  chunkPath,
  type NumberArray,
  TextWriter,
} from './columns';

/** Collects the chunks of one tree until somebody commits them together with the record that makes them count. */
export class TreeWriter {
  readonly columns: Columns = {};
  #pending: RecordChange[] = [];
  #pendingBytes = 0;

  /**
   * @param known columns of an earlier, unfinished attempt: chunks that it stored are compared and not written again
   */
  constructor(
    readonly tree: string,
    readonly known: Columns = {},
  ) {}

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** True while all chunks so far were stored before. */
  get isReplaying(): boolean {
    return Object.entries(this.known).some(([name, { rows }]) => (this.columns[name]?.rows.length ?? 0) < rows.length);
  }

  /** Takes a chunk. @throws FormatError `import/changed` if an earlier attempt stored another one in its place */
  add(name: string, type: ColumnType, { rows, bytes }: Chunk): void {
    const column: ColumnInfo = this.columns[name] ?? { type, rows: [], bytes: [], checks: [] };
    this.columns[name] = column;
    const index = column.rows.length;
    const check = checkWord(bytes);
    column.rows.push(rows);
    column.bytes.push(bytes.length);
    column.checks.push(check);
    const known = this.known[name];
    if (known !== undefined && index < known.rows.length) {
      if (known.checks[index] === check && known.rows[index] === rows && known.bytes[index] === bytes.length) return;
      throw new FormatError(
        'import/changed',
        `resume import: wanted the same source as before, came other content (column ${name}, chunk ${index}); discard this import and start it again.`,
      );
    }
    if (bytes.length === 0) return;
    this.#pending.push(putRecord({ path: chunkPath(this.tree, name, index) }, bytes));
    this.#pendingBytes += bytes.length;
  }

  addIf(name: string, type: ColumnType, chunk: Chunk | null): void {
    if (chunk !== null) this.add(name, type, chunk);
  }

  /** A whole number column, cut into chunks. */
  addNumbers(
    name: string,
    type: Exclude<ColumnType, 'text' | 'id'>,
    values: NumberArray,
    chunkRows = CHUNK_ROWS,
  ): void {
    this.columns[name] ??= { type, rows: [], bytes: [], checks: [] };
    for (let at = 0; at < values.length; at += chunkRows) {
      const part = values.subarray(at, at + chunkRows);
      this.add(name, type, { rows: part.length, bytes: bytesOf(part) });
    }
  }

  /** A whole column of ids given by their encoded bytes. */
  addIds(name: string, count: number, idBytes: (index: number) => Uint8Array): void {
    this.columns[name] ??= { type: 'id', rows: [], bytes: [], checks: [] };
    const writer = new TextWriter();
    for (let index = 0; index < count; index++) this.addIf(name, 'id', writer.pushBytes(idBytes(index)));
    this.addIf(name, 'id', writer.flush());
  }

  /** The changes to commit now; they are the caller's from here on. */
  take(): RecordChange[] {
    const changes = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    return changes;
  }
}
