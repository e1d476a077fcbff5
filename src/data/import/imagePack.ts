/**
 * Pictures laid back to back in one file: `<stem>.bin` and beside it `<stem>.json`,
 * `{"format": "image/jpeg", "bytes", "index": {"<item id>": [offset, length]}}`.
 */
import { objectField } from '../../formats/fields';
import { describeValue, formatProblem } from '../../formats/formatProblem';
import { ForwardReader } from '../../formats/forwardReader';
import { MAX_PICTURE_BYTES, pictureType } from '../../formats/pictures';
import { decodeText, readBytes } from '../../formats/readBytes';
import { type JsonValue, parseJsonObject } from '../../formats/strictJson';
import { splitPath } from './byteSources';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import { rejectRow } from './rejects';
import type { ByteSource } from './sink';

const MAX_INDEX_BYTES = 256 * 2 ** 20;
/** Pictures between two waits for the sink. */
const PICTURES_PER_SETTLE = 64;

interface Entry {
  readonly id: string;
  readonly offset: number;
  readonly length: number;
}

/** Reads the parts `imageIndex` and `imagePack`, matched by their stem. @throws FormatError `images/missing`, `images/short` */
export async function readImagePack(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  const packs = new Map(partsOf(parts, 'imagePack').map((source) => [stemOf(source), source]));
  for (const index of partsOf(parts, 'imageIndex')) {
    const pack = packs.get(stemOf(index));
    if (pack === undefined) {
      const problem = { wanted: 'the picture file', came: 'its index only', remedy: 'add the file' };
      throw formatProblem('images/missing', { file: `${stemOf(index)}.bin` }, problem);
    }
    await readPack(pack, await readIndex(index, context), context);
  }
}

function stemOf(source: ByteSource): string {
  return splitPath(source.name).file.replace(/\.(json|bin)$/, '');
}

async function readIndex(source: ByteSource, context: ImportContext): Promise<Entry[]> {
  const file = source.name;
  const limits = { file, maxBytes: MAX_INDEX_BYTES };
  const text = decodeText(await readBytes(await context.meter.openInflated(source), limits), file);
  const root = parseJsonObject(text, { file });
  const entries: Entry[] = [];
  for (const [id, value] of Object.entries(objectField(root, 'index', { file }))) {
    try {
      entries.push(entryOf(id, value, file));
    } catch (error) {
      rejectRow(context.sink, { file, line: 1, text: `"${id}": ${JSON.stringify(value)}` }, error);
    }
  }
  return entries.sort((a, b) => a.offset - b.offset);
}

function entryOf(id: string, value: JsonValue, file: string): Entry {
  const [offset, length] = Array.isArray(value) && value.length === 2 ? (value as readonly JsonValue[]) : [];
  const isPlace = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (isPlace && typeof offset === 'number' && typeof length === 'number' && offset >= 0 && length > 0) {
    if (length <= MAX_PICTURE_BYTES) return { id, offset, length };
  }
  const problem = {
    wanted: `[offset, length], each picture at most ${MAX_PICTURE_BYTES} bytes`,
    came: describeValue(value),
    remedy: 'build the index again',
  };
  throw formatProblem('images/entry', { file, field: id }, problem);
}

/** Cuts the pack as it streams by, so that it need not offer random access; entries may share bytes. */
async function readPack(source: ByteSource, entries: readonly Entry[], context: ImportContext): Promise<void> {
  const reader = new ForwardReader(await context.meter.open(source));
  let count = 0;
  try {
    for (const entry of entries) {
      const end = entry.offset + entry.length;
      const bytes = (await reader.read(entry.offset, end)).slice();
      if (bytes.length < entry.length) throw tooShort(source, end);
      await addPicture(context, source, entry, bytes);
      if (++count % PICTURES_PER_SETTLE === 0) await context.meter.settle();
    }
  } finally {
    await reader.close();
  }
  await context.meter.settle();
}

async function addPicture(context: ImportContext, source: ByteSource, entry: Entry, bytes: Uint8Array): Promise<void> {
  const type = pictureType(bytes);
  if (type !== null) return context.sink.image(entry.id, bytes, type);
  const problem = { wanted: 'a JPEG, PNG, WebP, GIF or AVIF picture', came: 'other bytes', remedy: 'take it out' };
  const row = { file: source.name, line: 1, text: `picture of ${entry.id} at byte ${entry.offset}` };
  rejectRow(context.sink, row, formatProblem('images/kind', { file: source.name, field: entry.id }, problem));
}

function tooShort(source: ByteSource, wanted: number): Error {
  const problem = { wanted: `${wanted} bytes`, came: 'fewer', remedy: 'copy the file again' };
  return formatProblem('images/short', { file: source.name }, problem);
}
