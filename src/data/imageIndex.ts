/** The index of a picture file: `{"width", "height", "format", "bytes", "index": {"<item id>": [offset, length]}}`. */
import { countField, objectField, textField } from '../formats/fields';
import { describeValue, formatProblem } from '../formats/formatProblem';
import { decodeText, readBytes } from '../formats/readBytes';
import { type JsonObject, type JsonValue, parseJsonObject } from '../formats/strictJson';
import type { DataSource } from './dataSource';
import type { Dataset, ImageIndex } from './dataset';

const MAX_INDEX_BYTES = 256 * 2 ** 20;
const MAX_IMAGE_BYTES = 2 ** 31;
const MAX_SIDE_PIXELS = 65_535;

/** Reads the index beside `<stem>.bin` from `<stem>.json`. @throws FormatError `field/*`, `images/entry`, `json/*` */
export async function readImageIndex(
  stream: ReadableStream<Uint8Array>,
  file: string,
  indexOfItem: ReadonlyMap<string, number>,
): Promise<ImageIndex> {
  const text = decodeText(await readBytes(stream, { file, maxBytes: MAX_INDEX_BYTES }), file);
  const root = parseJsonObject(text, { file });
  const format = textField(root, 'format', { file });
  const totalBytes = countField(root, 'bytes', { file });
  const entries = objectField(root, 'index', { file });
  const offset = new Float64Array(indexOfItem.size);
  const length = new Uint32Array(indexOfItem.size);
  let count = 0;
  for (const [id, entry] of Object.entries(entries)) {
    const item = indexOfItem.get(id);
    const place = { file, field: `index.${id}` };
    if (item === undefined) {
      const problem = { wanted: 'ids of known items', came: `id ${id}`, remedy: 'take the picture out of the index' };
      throw formatProblem('images/entry', place, problem);
    }
    const [start, size] = rangeOf(entry);
    if (start === undefined || size === undefined || size === 0 || start + size > totalBytes) {
      const wanted = `[offset, length] inside ${totalBytes} bytes`;
      const problem = { wanted, came: describeValue(entry), remedy: 'build the index again' };
      throw formatProblem('images/entry', place, problem);
    }
    offset[item] = start;
    length[item] = size;
    count++;
  }
  const side = (field: string): number => (field in root ? countField(root, field, { file }, MAX_SIDE_PIXELS) : 0);
  const picturesFile = file.replace(/\.json$/, '.bin');
  return { file: picturesFile, format, width: side('width'), height: side('height'), offset, length, count };
}

function rangeOf(entry: JsonValue | undefined): readonly (number | undefined)[] {
  if (!Array.isArray(entry) || entry.length !== 2) return [];
  return (entry as readonly JsonValue[]).map((value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_IMAGE_BYTES ? value : undefined,
  );
}

/**
 * All pictures of `dataset` as one array, to be cut by `imageBytes`; null if it has none.
 * @throws FormatError `images/missing`, `images/short`, `file/tooLarge`
 */
export async function loadImages(source: DataSource, dataset: Dataset): Promise<Uint8Array<ArrayBuffer> | null> {
  const { images } = dataset;
  if (images === null) return null;
  const place = { file: images.file };
  const stream = await source.open(images.file);
  if (stream === null) {
    const problem = { wanted: 'the picture file', came: 'its index only', remedy: 'add the file' };
    throw formatProblem('images/missing', place, problem);
  }
  const bytes = await readBytes(stream, { file: images.file, maxBytes: MAX_IMAGE_BYTES });
  const end = images.offset.reduce((most, start, item) => Math.max(most, start + (images.length[item] ?? 0)), 0);
  if (bytes.length < end) {
    const problem = { wanted: `${end} bytes`, came: `${bytes.length}`, remedy: 'copy the file again' };
    throw formatProblem('images/short', place, problem);
  }
  return bytes;
}

/** The encoded picture of item `index` as a view into `bytes`, or null if it has none. */
export function imageBytes(images: ImageIndex, bytes: Uint8Array, index: number): Uint8Array | null {
  const length = images.length[index] ?? 0;
  const start = images.offset[index] ?? 0;
  return length === 0 ? null : bytes.subarray(start, start + length);
}

/** Feeds `root` fields that matter to the content hash. */
export function imageIndexSummary(images: ImageIndex | null): JsonObject | null {
  if (images === null) return null;
  const { format, width, height, count } = images;
  return { format, width, height, count, length: Array.from(images.length), offset: Array.from(images.offset) };
}
