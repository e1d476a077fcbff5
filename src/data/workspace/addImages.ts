/** Pictures that come after the import, fetched by address: appended to the pack, their index written anew with each batch. */
import { type ColumnStorage, orQuota } from '../../storage/columnStorage';
import type { RecordChange } from '../../storage/records';
import { checkWord } from './columns';
import { domainHash } from './contentHash';
import { DomainTables } from './domainTables';
import { type DomainRecord, type ImageTables, imagePack, imageTree } from './records';
import { TreeWriter } from './treeWriter';
import { imageHash } from './writeView';

/** A crash loses at most this much of what was fetched. */
const BATCH_BYTES = 8 * 2 ** 20;

export interface NewImage {
  /** View item. */
  readonly item: number;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Commits a changed record of the domain together with other changes. */
export type ChangeRecord = (
  change: (record: DomainRecord) => DomainRecord,
  also: readonly RecordChange[],
) => Promise<void>;

/** Stores `images`; items that have a picture are passed over. Returns how many were added. @throws QuotaError */
export async function addImages(
  storage: ColumnStorage,
  tables: DomainTables,
  images: AsyncIterable<NewImage>,
  change: ChangeRecord,
): Promise<number> {
  const index = await ImageIndexWriter.open(storage, tables);
  for await (const image of images) {
    index.add(image);
    if (index.pendingBytes >= BATCH_BYTES) await index.commit(change);
  }
  await index.commit(change);
  return index.added;
}

class ImageIndexWriter {
  added = 0;
  pendingBytes = 0;
  #pending: Uint8Array[] = [];
  readonly #types: string[];

  private constructor(
    readonly storage: ColumnStorage,
    public tables: DomainTables,
    readonly items: Uint32Array,
    readonly offset: Float64Array,
    readonly length: Uint32Array,
    readonly type: Uint8Array,
    readonly check: Uint32Array,
  ) {
    this.#types = [...tables.images.types];
  }

  static async open(storage: ColumnStorage, tables: DomainTables): Promise<ImageIndexWriter> {
    const count = tables.raw.items;
    const whole = <T extends { set(values: ArrayLike<number>): void }>(into: T, values: ArrayLike<number>): T => {
      into.set(values);
      return into;
    };
    return new ImageIndexWriter(
      storage,
      tables,
      await tables.u32('view', 'item'),
      whole(new Float64Array(count), await tables.imageOffsets()),
      whole(new Uint32Array(count), await tables.u32('images', 'imageLength')),
      whole(new Uint8Array(count), await tables.u32('images', 'imageType')),
      whole(new Uint32Array(count), await tables.u32('images', 'imageCheck')),
    );
  }

  add({ item, bytes, mediaType }: NewImage): void {
    const rawItem = this.items[item];
    if (rawItem === undefined || bytes.length === 0 || (this.length[rawItem] as number) > 0) return;
    this.offset[rawItem] = this.tables.images.bytes + this.pendingBytes;
    this.length[rawItem] = bytes.length;
    this.check[rawItem] = checkWord(bytes);
    const known = this.#types.indexOf(mediaType);
    this.type[rawItem] = known >= 0 ? known : this.#types.push(mediaType) - 1;
    this.#pending.push(bytes);
    this.pendingBytes += bytes.length;
    this.added++;
  }

  async commit(change: ChangeRecord): Promise<void> {
    if (this.#pending.length === 0) return;
    const { storage, tables } = this;
    const { workspace, record } = tables;
    const { id } = record.info;
    const generation = record.generation + 1;
    const writer = new TreeWriter(imageTree(workspace, id, generation));
    writer.addNumbers('imageOffset', 'f64', this.offset);
    writer.addNumbers('imageLength', 'u32', this.length);
    writer.addNumbers('imageType', 'u8', this.type);
    writer.addNumbers('imageCheck', 'u32', this.check);
    const pack = imagePack(workspace, id);
    await orQuota('add pictures', async () => {
      // A former attempt may have written beyond what counts.
      await storage.packs.truncate(pack, tables.images.bytes);
      await storage.packs.append(pack, joined(this.#pending));
      await storage.records.commit(writer.take(), 'relaxed');
    });
    const images: ImageTables = {
      tree: writer.tree,
      columns: writer.columns,
      types: this.#types,
      bytes: tables.images.bytes + this.pendingBytes,
      count: this.length.reduce((total, length) => total + (length > 0 ? 1 : 0), 0),
    };
    const next = await this.#withImages(record, images, generation);
    await change(() => next, [{ kind: 'deletePrefix', prefix: `${tables.images.tree}/` }]);
    this.tables = new DomainTables(storage, workspace, next);
    this.#pending = [];
    this.pendingBytes = 0;
  }

  async #withImages(record: DomainRecord, images: ImageTables, generation: number): Promise<DomainRecord> {
    const raw = { ...this.tables.raw, images };
    const draft = { ...record, raw, generation };
    const { view } = record;
    const { statistics } = record.info;
    if (view === null || statistics === null) return draft;
    const opened = new DomainTables(this.storage, this.tables.workspace, draft);
    const hashParts = { ...view.hashParts, images: await imageHash(opened, this.items) };
    const withImage = this.items.reduce((total, item) => total + ((this.length[item] ?? 0) > 0 ? 1 : 0), 0);
    const info = { ...record.info, statistics: { ...statistics, withImage }, hash: await domainHash(hashParts) };
    return { ...draft, view: { ...view, hashParts }, info };
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
