/**
 * A view in the layout of the reference repositories, as streams: `all_item_seqs.json` (user -> items, oldest first),
 * `id_mapping.json` (index 0 is padding), `metadata.sentence.json` (item -> text), `Images/<id>.<type>`, `<tokenizer>.sem_ids`,
 * and `items.sent_emb` (float32, a row an item) if every item has a vector: the layout has no way to leave one out.
 * Object keys keep the view's order, which a streamed import reads back.
 */
import { NONE } from './columns';
import type { DomainTables } from './domainTables';

export interface ExportedFile {
  readonly name: string;
  readonly stream: ReadableStream<Uint8Array>;
}

/** Characters gathered before a piece is handed on. */
const PIECE_CHARACTERS = 1 << 18;
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
};
/** Names that every file system takes; other ids are written with percent signs. */
const PLAIN_NAME = /^[A-Za-z0-9._-]{1,100}$/;

export async function* exportReference(tables: DomainTables): AsyncGenerator<ExportedFile, void> {
  yield { name: 'all_item_seqs.json', stream: streamOf(sequenceObject(tables)) };
  yield { name: 'id_mapping.json', stream: streamOf(idMapping(tables)) };
  yield { name: 'metadata.sentence.json', stream: streamOf(textObject(tables)) };
  for (const [index, { tokenizer }] of tables.raw.codes.entries())
    yield { name: `${fileName(tokenizer)}.sem_ids`, stream: streamOf(codeObject(tables, index)) };
  if (await hasAllVectors(tables)) yield { name: 'items.sent_emb', stream: byteStream(vectorRows(tables)) };
  if (tables.images.count === 0) return;
  for (const rawItem of await tables.u32('view', 'item')) {
    const image = await tables.image(rawItem);
    if (image === null) continue;
    const name = fileName(await tables.text('itemId').at(rawItem));
    yield {
      name: `Images/${name}.${ENDINGS[image.mediaType] ?? 'img'}`,
      stream: new Blob([image.bytes.slice()]).stream(),
    };
  }
}

/** What Windows takes for a device, whatever the ending. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

function fileName(id: string): string {
  if (DEVICE_NAME.test(id)) return `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
  if (PLAIN_NAME.test(id) && !id.startsWith('.')) return id;
  const bytes = new TextEncoder().encode(id);
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

async function* itemIds(tables: DomainTables): AsyncGenerator<string, void> {
  const ids = tables.text('itemId');
  for (const rawItem of await tables.u32('view', 'item')) yield await ids.at(rawItem);
}

async function* userIds(tables: DomainTables): AsyncGenerator<string, void> {
  const ids = tables.text('userId');
  for (const rawUser of await tables.u32('view', 'user')) yield await ids.at(rawUser);
}

async function* sequenceObject(tables: DomainTables): AsyncGenerator<string, void> {
  const quoted: string[] = [];
  for await (const id of itemIds(tables)) quoted.push(JSON.stringify(id));
  const users = userIds(tables);
  yield '{';
  let isFirst = true;
  for (let chunk = 0; chunk < tables.view.chunkUsers.length; chunk++) {
    const { items, offsets } = await tables.sequenceChunk(chunk);
    for (let user = 0; user + 1 < offsets.length; user++) {
      const { value: id = '' } = await users.next();
      const events = Array.from(items.subarray(offsets[user], offsets[user + 1]), (item) => quoted[item]);
      yield `${isFirst ? '' : ','}\n${JSON.stringify(id ?? '')}: [${events.join(', ')}]`;
      isFirst = false;
    }
  }
  yield '\n}\n';
}

async function* idMapping(tables: DomainTables): AsyncGenerator<string, void> {
  const parts = [
    ['user', () => userIds(tables)],
    ['item', () => itemIds(tables)],
  ] as const;
  yield '{';
  for (const [kind, ids] of parts) {
    yield `${kind === 'user' ? '' : ','}\n"${kind}2id": {`;
    let index = 0;
    for await (const id of ids()) yield `${index === 0 ? '' : ', '}${JSON.stringify(id)}: ${++index}`;
    yield `},\n"id2${kind}": ["[PAD]"`;
    for await (const id of ids()) yield `, ${JSON.stringify(id)}`;
    yield ']';
  }
  yield '\n}\n';
}

async function* textObject(tables: DomainTables): AsyncGenerator<string, void> {
  const raw = await tables.u32('view', 'item');
  let row = 0;
  yield '{';
  for await (const id of itemIds(tables)) {
    const text = await tables.field('text', raw[row] as number);
    yield `${row === 0 ? '' : ','}\n${JSON.stringify(id)}: ${JSON.stringify(text)}`;
    row++;
  }
  yield '\n}\n';
}

async function* codeObject(tables: DomainTables, index: number): AsyncGenerator<string, void> {
  const levels = tables.raw.codes[index]?.levels ?? 0;
  const table = await tables.u32('raw', `codes${index}`);
  const raw = await tables.u32('view', 'item');
  let [row, isFirst] = [0, true];
  yield '{';
  for await (const id of itemIds(tables)) {
    const from = (raw[row++] as number) * levels;
    if (table[from] === NONE) continue;
    yield `${isFirst ? '' : ','}\n${JSON.stringify(id)}: [${Array.from(table.subarray(from, from + levels)).join(', ')}]`;
    isFirst = false;
  }
  yield '\n}\n';
}

async function hasAllVectors(tables: DomainTables): Promise<boolean> {
  if (tables.raw.vectors === 0) return false;
  const rows = await tables.u32('raw', 'vectorRow');
  return (await tables.u32('view', 'item')).every((rawItem) => rows[rawItem] !== NONE);
}

async function* vectorRows(tables: DomainTables): AsyncGenerator<Uint8Array, void> {
  for (const rawItem of await tables.u32('view', 'item')) {
    const vector = await tables.vector(rawItem);
    if (vector !== null) yield new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  }
}

function byteStream(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Text pieces as UTF-8, gathered to a useful size. */
function streamOf(pieces: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let held = '';
        while (held.length < PIECE_CHARACTERS) {
          const { done, value } = await pieces.next();
          if (done) {
            if (held !== '') controller.enqueue(encoder.encode(held));
            controller.close();
            return;
          }
          held += value;
        }
        controller.enqueue(encoder.encode(held));
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
