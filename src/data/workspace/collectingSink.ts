/**
 * The sink that fills a domain's raw tables. Ids are interned, full chunks go out in batches of a few megabytes, each committed in
 * one transaction together with the journal that says what counts. A resumed import feeds the same rows again from the first: they
 * rebuild the id tables, and chunks that the journal knows are compared instead of written.
 */
import { CancelledError, ConfigError, FormatError } from '../../base/errors';
import type { ColumnStorage } from '../../storage/columnStorage';
import { orQuota } from '../../storage/columnStorage';
import { putRecord } from '../../storage/records';
import type { ImportSink, ItemRecord, RejectedRow } from '../import/sink';
import { checkWord, TextWriter } from './columns';
import { EventWriter } from './eventColumns';
import { Growing } from './growing';
import { IdTable } from './idTable';
import {
  domainKey,
  type ImportJournal,
  imagePack,
  journalKey,
  rawTree,
  vectorPack,
  WORKSPACE_VERSION,
} from './records';
import { TreeWriter } from './treeWriter';
import type { ImportProgress } from './types';

/** A batch: enough to amortise a transaction, little enough to lose. */
const BATCH_BYTES = 4 * 2 ** 20;
const MAX_BAD_SHARE = 0.01;
/** Below so many rows the share of bad ones is judged at the end only. */
const ROWS_BEFORE_JUDGING = 1000;
const REJECTED_ROWS_KEPT = 100;
/** Between two categories in the column; control characters are not part of category names. */
export const CATEGORY_SEPARATOR = '\u001f';

export const TEXT_FIELDS = ['title', 'text', 'categories', 'brand', 'imageUrl'] as const;
/** Column of a field whose rows were brought into the items' order; it takes the place of the field's own. */
export const sortedName = (field: TextField): string => `${field}.sorted`;
export type TextField = (typeof TEXT_FIELDS)[number];

export interface SinkOptions {
  readonly storage: ColumnStorage;
  readonly workspace: string;
  readonly domain: string;
  readonly journal: ImportJournal | null;
  readonly signal: AbortSignal;
  readonly acceptsBadRows: boolean;
  readonly onProgress: (progress: ImportProgress) => void;
}

/** Ready-made codes of one tokenizer. */
export interface CodeRows {
  readonly levels: number;
  readonly items: Growing;
  readonly codes: Growing;
}

export class CollectingSink implements ImportSink {
  readonly users = new IdTable();
  readonly items = new IdTable();
  readonly writer: TreeWriter;
  readonly events: EventWriter;
  /** Items by their first record; this is their final order. */
  readonly recordOrder = new Growing('u32');
  /** Item of each row of the text columns; a record that only adds fields has a row of its own. */
  readonly itemOfRow = new Growing('u32');
  /** By item: bit f = field f is filled, bit 7 = has a record. */
  readonly filled = new Growing('u8');
  /** By item: 1 = occurs in an event. */
  readonly seen = new Growing('u8');
  readonly images = {
    item: new Growing('u32'),
    length: new Growing('u32'),
    type: new Growing('u8'),
    check: new Growing('u32'),
  };
  readonly imageTypes: string[] = [];
  readonly vectorItems = new Growing('u32');
  readonly vectorChecks = new Growing('u32');
  readonly codeRows = new Map<string, CodeRows>();
  readonly rejectedRows: RejectedRow[] = [];
  vectorWidth = 0;
  rejected = 0;
  rows = 0;
  bytesRead = 0;
  isPrepared = true;
  readonly #options: SinkOptions;
  readonly #texts: Record<TextField, TextWriter>;
  readonly #hasImage = new Growing('u8');
  readonly #hasVector = new Growing('u8');
  readonly #imagePack: PackWriter;
  readonly #vectorPack: PackWriter;
  #bytesTotal = Number.NaN;
  #batches: number;
  #commit: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(options: SinkOptions) {
    const { storage, workspace, domain, journal } = options;
    this.#options = options;
    this.writer = new TreeWriter(rawTree(workspace, domain), journal?.columns);
    this.events = new EventWriter(this.writer);
    this.#texts = {
      title: new TextWriter(),
      text: new TextWriter(),
      categories: new TextWriter(),
      brand: new TextWriter(),
      imageUrl: new TextWriter(),
    };
    this.#batches = journal?.batches ?? 0;
    this.#imagePack = new PackWriter(storage, imagePack(workspace, domain), journal?.imageBytes ?? 0);
    this.#vectorPack = new PackWriter(storage, vectorPack(workspace, domain), journal?.vectorBytes ?? 0);
  }

  get imageBytes(): number {
    return this.#imagePack.position;
  }

  interaction(user: string, item: string, timeSeconds: number, rating: number): void {
    this.rows++;
    this.isPrepared = false;
    this.#event(this.users.intern(user), item, timeSeconds, rating);
  }

  sequence(user: string, items: readonly string[], times?: readonly number[]): void {
    this.rows++;
    const index = this.users.intern(user);
    items.forEach((item, at) => {
      this.#event(index, item, times?.[at] ?? Number.NaN, Number.NaN);
    });
  }

  #event(user: number, item: string, time: number, rating: number): void {
    const index = this.items.intern(item);
    this.seen.set(index, 1);
    this.events.push(user, index, time, rating);
  }

  item(record: ItemRecord): void {
    this.rows++;
    const index = this.items.intern(record.id);
    const held = this.filled.at(index);
    const values: Record<TextField, string> = {
      title: record.title,
      text: record.text,
      categories: record.categories.join(CATEGORY_SEPARATOR),
      brand: record.brand,
      imageUrl: record.imageUrl,
    };
    let mask = held | 0x80;
    TEXT_FIELDS.forEach((field, bit) => {
      if (values[field] !== '') mask |= 1 << bit;
    });
    if (mask === held) return;
    this.filled.set(index, mask);
    if (held === 0) this.recordOrder.push(index);
    // A record without any field only says where the item stands.
    if ((mask & 0x7f) === (held & 0x7f)) return;
    this.itemOfRow.push(index);
    for (const field of TEXT_FIELDS) this.writer.addIf(field, 'text', this.#texts[field].push(values[field]));
  }

  async image(itemId: string, bytes: Uint8Array, mediaType: string): Promise<void> {
    const index = this.items.intern(itemId);
    if (bytes.length === 0 || this.#hasImage.at(index) === 1) return;
    this.#hasImage.set(index, 1);
    this.images.item.push(index);
    this.images.length.push(bytes.length);
    this.images.type.push(typeNumber(this.imageTypes, mediaType));
    this.images.check.push(this.#imagePack.push(bytes));
    if (this.#imagePack.pendingBytes > BATCH_BYTES) await this.settle();
  }

  vector(itemId: string, vector: Float32Array): void {
    const index = this.items.intern(itemId);
    if (this.vectorWidth === 0) this.vectorWidth = vector.length;
    if (vector.length !== this.vectorWidth || vector.length === 0) {
      const message = `import vectors: wanted ${this.vectorWidth} values for every item, came ${vector.length} for one; use one matrix a domain.`;
      throw new FormatError('import/vectorWidth', message);
    }
    if (this.#hasVector.at(index) === 1) return;
    this.#hasVector.set(index, 1);
    this.vectorItems.push(index);
    this.vectorChecks.push(
      this.#vectorPack.push(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).slice()),
    );
  }

  codes(tokenizer: string, itemId: string, codes: readonly number[]): void {
    const held = this.codeRows.get(tokenizer) ?? {
      levels: codes.length,
      items: new Growing('u32'),
      codes: new Growing('u32'),
    };
    this.codeRows.set(tokenizer, held);
    if (codes.length !== held.levels) {
      const message = `import codes of ${tokenizer}: wanted ${held.levels} codes for every item, came ${codes.length} for one; check the file.`;
      throw new FormatError('import/codeCount', message);
    }
    held.items.push(this.items.intern(itemId));
    for (const code of codes) held.codes.push(code);
  }

  reject(row: RejectedRow): void {
    this.rows++;
    this.rejected++;
    if (this.rejectedRows.length < REJECTED_ROWS_KEPT) this.rejectedRows.push(row);
  }

  progress(bytesRead: number, bytesTotal: number): void {
    this.bytesRead = bytesRead;
    this.#bytesTotal = bytesTotal;
    this.#options.onProgress({
      bytesRead,
      bytesTotal,
      interactions: this.events.total,
      items: this.items.size,
      images: this.images.item.length,
      rejected: this.rejected,
      committedBatches: this.#batches,
      isReplaying: this.writer.isReplaying,
    });
  }

  async settle(): Promise<void> {
    if (this.#options.signal.aborted)
      throw new CancelledError('import/stopped', 'import: stopped on request; start it again to go on.');
    if (this.#failure !== null) throw this.#failure;
    if (this.rows >= ROWS_BEFORE_JUDGING) this.#judge();
    const pending = this.writer.pendingBytes + this.#imagePack.pendingBytes + this.#vectorPack.pendingBytes;
    if (pending < BATCH_BYTES) return;
    // One batch may be on its way while the next one fills; the wait here is the back-pressure.
    await this.#commit;
    if (this.#failure !== null) throw this.#failure;
    this.#commit = this.#commitBatch().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** Writes what is left of full and partial chunks. @throws as `settle` */
  async finishRows(): Promise<void> {
    await this.#commit;
    if (this.#failure !== null) throw this.#failure;
    this.#judge();
    this.events.flush();
    for (const field of TEXT_FIELDS) this.writer.addIf(field, 'text', this.#texts[field].flush());
    if (this.writer.isReplaying) {
      const message =
        'resume import: wanted the same source as before, came a shorter one; discard this import and start it again.';
      throw new FormatError('import/changed', message);
    }
    await this.#commitBatch();
    this.progress(this.bytesRead, this.#bytesTotal);
  }

  /** Waits for what is under way, without a word about its failure. */
  async quiet(): Promise<void> {
    await this.#commit;
  }

  #judge(): void {
    if (this.#options.acceptsBadRows || this.rejected <= MAX_BAD_SHARE * this.rows) return;
    const [first] = this.rejectedRows;
    const example = first ? `; the first: ${first.file} line ${first.line}: ${first.reason}` : '';
    const message = `import: wanted at most 1 % bad rows, came ${this.rejected} of ${this.rows}${example}. Correct the file, or accept the loss and go on.`;
    throw new FormatError('import/badRows', message);
  }

  async #commitBatch(): Promise<void> {
    // While replaying, the journal of the earlier attempt knows more than this one.
    if (this.writer.isReplaying) return;
    const { storage, workspace, domain } = this.#options;
    if ((await storage.records.get(domainKey(workspace, domain))) === undefined) {
      const message = `import: wanted the domain ${domain} to write to, came none: it was deleted meanwhile; start the import anew.`;
      throw new ConfigError('workspace/unknown', message);
    }
    const changes = this.writer.take();
    // Taken now, because rows go on arriving while the bytes are written.
    const columns = structuredClone(this.writer.columns);
    await orQuota('import', async () => {
      await this.#imagePack.flush();
      await this.#vectorPack.flush();
      const journal: ImportJournal = {
        version: WORKSPACE_VERSION,
        columns,
        imageBytes: this.#imagePack.flushed,
        vectorBytes: this.#vectorPack.flushed,
        batches: this.#batches + 1,
      };
      await storage.records.commit([...changes, putRecord(journalKey(workspace, domain), journal)], 'relaxed');
    });
    this.#batches++;
  }
}

function typeNumber(types: string[], mediaType: string): number {
  const known = types.indexOf(mediaType);
  return known >= 0 ? known : types.push(mediaType) - 1;
}

/** Appends to a pack in batches; what an earlier attempt stored is passed over. */
class PackWriter {
  position = 0;
  flushed: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(
    readonly storage: ColumnStorage,
    readonly path: string,
    readonly knownBytes: number,
  ) {
    this.flushed = knownBytes;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Takes `bytes`; returns their check word. */
  push(bytes: Uint8Array): number {
    this.position += bytes.length;
    if (this.position > this.knownBytes) {
      this.#pending.push(bytes);
      this.#pendingBytes += bytes.length;
    }
    return checkWord(bytes);
  }

  async flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const bytes = new Uint8Array(this.#pendingBytes);
    let at = 0;
    for (const part of this.#pending) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.storage.packs.append(this.path, bytes);
    this.flushed += bytes.length;
  }
}
