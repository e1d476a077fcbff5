/**
 * From a fed sink to complete raw tables. Items with a record come first, in the order of the records, so that the text columns
 * need no index; items known from events alone follow in order of appearance. The event columns keep the numbers they were written
 * with; `itemOrder` translates them.
 */
import type { ColumnStorage } from '../../storage/columnStorage';
import { orQuota } from '../../storage/columnStorage';
import type { CollectingSink } from './collectingSink';
import { NONE } from './columns';
import type { RawTables } from './records';
import { sortTexts } from './sortTexts';
import { TreeWriter } from './treeWriter';

/** Commit what has gathered once it is this much. */
const BATCH_BYTES = 8 * 2 ** 20;

/**
 * Writes the columns that were waiting for the whole picture. The caller commits the record that makes them count and removes
 * `oldColumns` (prefixes) with it.
 */
export async function finishImport(
  storage: ColumnStorage,
  sink: CollectingSink,
  imageTree: string,
): Promise<{ raw: RawTables; strayItems: number; oldColumns: readonly string[] }> {
  const { writer } = sink;
  const { finalOf, provisionalOf, strayItems } = orderItems(sink);
  const oldColumns = await sortTexts(storage, sink, finalOf, (always) => commit(storage, writer, always));
  writer.addNumbers('itemOrder', 'u32', finalOf);
  await commit(storage, writer, true);
  writer.addIds('itemId', provisionalOf.length, (item) => sink.items.bytesOf(provisionalOf[item] as number));
  await commit(storage, writer);
  writer.addIds('userId', sink.users.size, (user) => sink.users.bytesOf(user));
  await commit(storage, writer);
  writer.addNumbers(
    'filled',
    'u8',
    Uint8Array.from(provisionalOf, (item) => sink.filled.at(item)),
  );
  const imageWriter = new TreeWriter(imageTree);
  const images = addImageIndex(sink, imageWriter, finalOf, provisionalOf.length);
  await commit(storage, imageWriter, true);
  const vectors = addVectorIndex(sink, finalOf, provisionalOf.length);
  const codes = addCodes(sink, finalOf, provisionalOf.length);
  await commit(storage, writer, true);
  const raw: RawTables = {
    tree: writer.tree,
    columns: writer.columns,
    items: provisionalOf.length,
    users: sink.users.size,
    events: sink.events.total,
    isPrepared: sink.isPrepared,
    images: {
      tree: imageTree,
      columns: imageWriter.columns,
      types: sink.imageTypes,
      bytes: sink.imageBytes,
      count: images,
    },
    vectorWidth: sink.vectorWidth,
    vectors,
    vectorBytes: 4 * sink.vectorWidth * sink.vectorItems.length,
    codes,
  };
  return { raw, strayItems, oldColumns };
}

async function commit(storage: ColumnStorage, writer: TreeWriter, always = false): Promise<void> {
  if (!always && writer.pendingBytes < BATCH_BYTES) return;
  const changes = writer.take();
  if (changes.length > 0) await orQuota('import', () => storage.records.commit(changes, 'relaxed'));
}

function orderItems(sink: CollectingSink): { finalOf: Uint32Array; provisionalOf: Uint32Array; strayItems: number } {
  const count = sink.items.size;
  const finalOf = new Uint32Array(count).fill(NONE);
  const provisionalOf = new Uint32Array(count);
  let next = 0;
  const take = (item: number): void => {
    finalOf[item] = next;
    provisionalOf[next++] = item;
  };
  for (let record = 0; record < sink.recordOrder.length; record++) take(sink.recordOrder.at(record));
  for (let item = 0; item < count; item++) if (finalOf[item] === NONE && sink.seen.at(item) === 1) take(item);
  return { finalOf, provisionalOf: provisionalOf.slice(0, next), strayItems: count - next };
}

function addImageIndex(sink: CollectingSink, writer: TreeWriter, finalOf: Uint32Array, items: number): number {
  const offset = new Float64Array(items);
  const length = new Uint32Array(items);
  const type = new Uint8Array(items);
  const check = new Uint32Array(items);
  const { images } = sink;
  if (images.item.length === 0) return 0;
  let at = 0;
  let count = 0;
  for (let image = 0; image < images.item.length; image++) {
    const item = finalOf[images.item.at(image)] as number;
    if (item !== NONE) {
      count++;
      offset[item] = at;
      length[item] = images.length.at(image);
      type[item] = images.type.at(image);
      check[item] = images.check.at(image);
    }
    at += images.length.at(image);
  }
  writer.addNumbers('imageOffset', 'f64', offset);
  writer.addNumbers('imageLength', 'u32', length);
  writer.addNumbers('imageType', 'u8', type);
  writer.addNumbers('imageCheck', 'u32', check);
  return count;
}

function addVectorIndex(sink: CollectingSink, finalOf: Uint32Array, items: number): number {
  if (sink.vectorItems.length === 0) return 0;
  const row = new Uint32Array(items).fill(NONE);
  const check = new Uint32Array(items);
  let count = 0;
  for (let vector = 0; vector < sink.vectorItems.length; vector++) {
    const item = finalOf[sink.vectorItems.at(vector)] as number;
    if (item === NONE) continue;
    row[item] = vector;
    check[item] = sink.vectorChecks.at(vector);
    count++;
  }
  sink.writer.addNumbers('vectorRow', 'u32', row);
  sink.writer.addNumbers('vectorCheck', 'u32', check);
  return count;
}

/** One column a tokenizer: codes [items, levels], NONE where an item has none. */
function addCodes(sink: CollectingSink, finalOf: Uint32Array, items: number): RawTables['codes'] {
  return [...sink.codeRows].map(([tokenizer, { levels, items: known, codes }], index) => {
    const table = new Uint32Array(items * levels).fill(NONE);
    let count = 0;
    for (let row = 0; row < known.length; row++) {
      const item = finalOf[known.at(row)] as number;
      if (item === NONE) continue;
      if (table[item * levels] === NONE) count++;
      for (let level = 0; level < levels; level++) table[item * levels + level] = codes.at(row * levels + level);
    }
    sink.writer.addNumbers(`codes${index}`, 'u32', table);
    return { tokenizer, levels, items: count };
  });
}
