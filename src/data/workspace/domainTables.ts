/** A domain's stored tables, opened: columns are read when first asked for and kept. */
import { FormatError } from '../../base/errors';
import type { SequenceTable } from '../../base/sequenceTable';
import type { ColumnStorage } from '../../storage/columnStorage';
import { CATEGORY_SEPARATOR, sortedName, type TextField } from './collectingSink';
import { readNumbers, readU32, TextColumn } from './columnReader';
import { type Columns, NONE, readChunk, rowCount, valuesOf } from './columns';
import { readEvents } from './eventColumns';
import { type DomainRecord, type ImageTables, imagePack, type RawTables, type ViewTables, vectorPack } from './records';
import type { RawEvents } from './transform';

/** Bit of `filled` by field, as `CollectingSink` sets them. */
const FILLED_BIT = { title: 0, text: 1 } as const;

export class DomainTables {
  readonly #numbers = new Map<string, Promise<Uint32Array>>();
  #imageOffsets: Promise<Float64Array> | null = null;
  readonly #texts = new Map<string, TextColumn>();

  constructor(
    readonly storage: ColumnStorage,
    readonly workspace: string,
    readonly record: DomainRecord,
  ) {}

  /** @throws FormatError `workspace/notImported` */
  get raw(): RawTables {
    if (this.record.raw === null) throw unready(this.record, 'its import is not finished; resume it first');
    return this.record.raw;
  }

  /** @throws FormatError `workspace/notReady` */
  get view(): ViewTables {
    if (this.record.view === null) throw unready(this.record, 'no transform was applied yet; apply one first');
    return this.record.view;
  }

  get images(): ImageTables {
    return this.raw.images;
  }

  /** A `u32` (or smaller) column of the raw tables, the view or the picture index. */
  u32(table: 'raw' | 'view' | 'images', name: string): Promise<Uint32Array> {
    const key = `${table}/${name}`;
    const held = this.#numbers.get(key) ?? this.#readU32(this[table], name);
    this.#numbers.set(key, held);
    return held;
  }

  #readU32(table: { tree: string; columns: Columns }, name: string): Promise<Uint32Array> {
    return readU32(this.storage.records, table.tree, name, table.columns[name]);
  }

  /** Offsets of pictures pass 4 GB, so they are floats. */
  imageOffsets(): Promise<Float64Array> {
    const { tree, columns } = this.images;
    this.#imageOffsets ??= readNumbers(this.storage.records, tree, 'imageOffset', columns['imageOffset']).then(
      (values) => (values instanceof Float64Array ? values : Float64Array.from(values)),
    );
    return this.#imageOffsets;
  }

  /** A text column of the raw tables, by raw row. */
  text(name: TextField | 'itemId' | 'userId'): TextColumn {
    const { tree, columns } = this.raw;
    const type = name === 'itemId' || name === 'userId' ? 'id' : 'text';
    const sorted = name === 'itemId' || name === 'userId' ? name : sortedName(name);
    const stored = columns[sorted] === undefined ? name : sorted;
    const column = columns[stored] ?? { type, rows: [], bytes: [], checks: [] };
    const held = this.#texts.get(name) ?? new TextColumn(this.storage.records, tree, stored, column);
    this.#texts.set(name, held);
    return held;
  }

  /** A field of a raw item; empty for items without a record. */
  async field(name: TextField, rawItem: number): Promise<string> {
    const column = this.text(name);
    return rawItem < column.rows ? column.at(rawItem) : '';
  }

  async categories(rawItem: number): Promise<string[]> {
    const joined = await this.field('categories', rawItem);
    return joined === '' ? [] : joined.split(CATEGORY_SEPARATOR);
  }

  /** By raw item: 1 where the field is not empty. */
  async flags(field: keyof typeof FILLED_BIT): Promise<Uint8Array> {
    const filled = await this.u32('raw', 'filled');
    return Uint8Array.from(filled, (mask) => (mask >> FILLED_BIT[field]) & 1);
  }

  /** All events with final item numbers. Not kept. */
  async events(): Promise<RawEvents> {
    const { raw } = this;
    const table = await readEvents(this.storage.records, raw.tree, raw.columns);
    const order = await readU32(this.storage.records, raw.tree, 'itemOrder', raw.columns['itemOrder']);
    for (let event = 0; event < table.item.length; event++)
      table.item[event] = order[table.item[event] as number] as number;
    return { ...table, userCount: raw.users, itemCount: raw.items, hasText: await this.flags('text') };
  }

  /** All sequences of the view. Not kept: 4 bytes an event. */
  async sequences(): Promise<SequenceTable> {
    const { tree, columns, events, users } = this.view;
    const items = await readU32(this.storage.records, tree, 'sequence', columns['sequence']);
    const lengths = await readU32(this.storage.records, tree, 'length', columns['length']);
    const offsets = new Uint32Array(users + 1);
    for (let user = 0; user < users; user++) offsets[user + 1] = (offsets[user] as number) + (lengths[user] as number);
    if (items.length !== events || offsets[users] !== events) throw damaged('sequences');
    return { items, offsets };
  }

  /** The sequences of one chunk: users `chunkUsers[chunk]` and on. */
  async sequenceChunk(chunk: number): Promise<SequenceTable> {
    const { tree, columns } = this.view;
    const read = async (name: string): Promise<Uint32Array> => {
      const column = columns[name];
      if (column === undefined) throw damaged(name);
      const values = valuesOf('u32', await readChunk(this.storage.records, tree, name, column, chunk));
      return values instanceof Uint32Array ? values : Uint32Array.from(values);
    };
    const lengths = await read('length');
    const offsets = new Uint32Array(lengths.length + 1);
    lengths.forEach((length, user) => {
      offsets[user + 1] = (offsets[user] as number) + length;
    });
    return { items: await read('sequence'), offsets };
  }

  /** Times beside one chunk's items; empty where the source has none. */
  async timeChunk(chunk: number): Promise<ArrayLike<number>> {
    const { tree, columns } = this.view;
    const column = columns['time'];
    if (column === undefined) return [];
    const bytes = await readChunk(this.storage.records, tree, 'time', column, chunk);
    const rows = column.rows[chunk] ?? 0;
    return bytes.length === 0 ? [] : valuesOf(bytes.length === 4 * rows ? 'u32' : 'f64', bytes);
  }

  /** The stored picture of a raw item, or null. */
  async image(rawItem: number): Promise<{ bytes: Uint8Array; mediaType: string } | null> {
    if (this.images.count === 0) return null;
    const length = (await this.u32('images', 'imageLength'))[rawItem] ?? 0;
    if (length === 0) return null;
    const from = (await this.imageOffsets())[rawItem] ?? 0;
    const type = (await this.u32('images', 'imageType'))[rawItem] ?? 0;
    const bytes = await this.storage.packs.read(imagePack(this.workspace, this.record.info.id), from, from + length);
    if (bytes.length !== length) throw damaged('pictures');
    return { bytes, mediaType: this.images.types[type] ?? '' };
  }

  /** The ready-made vector of a raw item, or null. */
  async vector(rawItem: number): Promise<Float32Array | null> {
    const { vectorWidth, vectors } = this.raw;
    const row = vectors > 0 ? ((await this.u32('raw', 'vectorRow'))[rawItem] ?? NONE) : NONE;
    if (row === NONE) return null;
    const from = 4 * vectorWidth * row;
    const bytes = await this.storage.packs.read(
      vectorPack(this.workspace, this.record.info.id),
      from,
      from + 4 * vectorWidth,
    );
    const values = valuesOf('f32', bytes);
    if (values.length !== vectorWidth || !(values instanceof Float32Array)) throw damaged('vectors');
    return values;
  }

  /** Codes of a raw item by tokenizer. */
  async codesOf(rawItem: number): Promise<{ tokenizer: string; codes: number[] }[]> {
    const found: { tokenizer: string; codes: number[] }[] = [];
    for (const [index, { tokenizer, levels }] of this.raw.codes.entries()) {
      const table = await this.u32('raw', `codes${index}`);
      const codes = [...table.subarray(rawItem * levels, (rawItem + 1) * levels)];
      if (codes.length > 0 && codes[0] !== NONE) found.push({ tokenizer, codes });
    }
    return found;
  }

  /** Chunk that holds a view user. */
  chunkOfUser(user: number): number {
    return Math.max(
      0,
      this.view.chunkUsers.findLastIndex((first) => first <= user),
    );
  }

  /** Rows of a raw column. */
  rowsOf(name: string): number {
    return rowCount(this.raw.columns[name]);
  }
}

function unready(record: DomainRecord, remedy: string): FormatError {
  return new FormatError('workspace/notReady', `read domain ${record.info.name}: wanted stored tables, but ${remedy}.`);
}

export function damaged(what: string): FormatError {
  return new FormatError(
    'workspace/damaged',
    `read ${what}: wanted what was stored, came something else; import this domain again.`,
  );
}
