/**
 * Events on their way into columns `user`, `item`, `time`, `rating`, and back. Chunks of times and ratings take as few bytes a
 * row as their values allow: none if all are unknown, whole seconds 4 (else 8), ratings that are halves up to 127 take 1 (else 4).
 */
import type { ListedRecords } from '../../storage/columnStorage';
import { bytesOf, CHUNK_ROWS, type Columns, readChunk, rowCount, valuesOf } from './columns';
import type { TreeWriter } from './treeWriter';

/** All events of a domain in the order of the source; `time` and `rating` are NaN where unknown, null if all are. */
export interface EventTable {
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly time: Float64Array | null;
  readonly rating: Float32Array | null;
}

export class EventWriter {
  readonly #user = new Uint32Array(CHUNK_ROWS);
  readonly #item = new Uint32Array(CHUNK_ROWS);
  readonly #time = new Float64Array(CHUNK_ROWS);
  readonly #rating = new Float32Array(CHUNK_ROWS);
  #held = 0;
  #total = 0;

  constructor(readonly writer: TreeWriter) {}

  get total(): number {
    return this.#total;
  }

  push(user: number, item: number, time: number, rating: number): void {
    const at = this.#held++;
    this.#user[at] = user;
    this.#item[at] = item;
    this.#time[at] = time;
    this.#rating[at] = rating;
    this.#total++;
    if (this.#held === CHUNK_ROWS) this.flush();
  }

  flush(): void {
    const rows = this.#held;
    if (rows === 0) return;
    this.writer.add('user', 'u32', { rows, bytes: bytesOf(this.#user.subarray(0, rows)) });
    this.writer.add('item', 'u32', { rows, bytes: bytesOf(this.#item.subarray(0, rows)) });
    this.writer.add('time', 'f64', { rows, bytes: packTimes(this.#time.subarray(0, rows)) });
    this.writer.add('rating', 'f32', { rows, bytes: packRatings(this.#rating.subarray(0, rows)) });
    this.#held = 0;
  }
}

/** As few bytes as the values allow; see above. */
export function packTimes(times: Float64Array): Uint8Array<ArrayBuffer> {
  if (times.every(Number.isNaN)) return new Uint8Array(0);
  const areSeconds = times.every((time) => time >= 0 && time <= 0xffffffff && Number.isInteger(time));
  return bytesOf(areSeconds ? Uint32Array.from(times) : times);
}

function packRatings(ratings: Float32Array): Uint8Array<ArrayBuffer> {
  if (ratings.every(Number.isNaN)) return new Uint8Array(0);
  const areHalves = ratings.every((rating) => rating >= 0 && rating <= 127 && Number.isInteger(2 * rating));
  return bytesOf(areHalves ? Uint8Array.from(ratings, (rating) => 2 * rating) : ratings);
}

/** @throws FormatError `workspace/damaged` */
export async function readEvents(records: ListedRecords, tree: string, columns: Columns): Promise<EventTable> {
  const count = rowCount(columns['user']);
  const has = (name: string): boolean => (columns[name]?.bytes ?? []).some((bytes) => bytes > 0);
  const table = {
    user: new Uint32Array(count),
    item: new Uint32Array(count),
    time: has('time') ? new Float64Array(count).fill(Number.NaN) : null,
    rating: has('rating') ? new Float32Array(count).fill(Number.NaN) : null,
  };
  for (const name of ['user', 'item', 'time', 'rating'] as const) {
    const column = columns[name];
    const into = table[name];
    if (column === undefined || into === null) continue;
    let at = 0;
    for (const [index, rows] of column.rows.entries()) {
      const bytes = await readChunk(records, tree, name, column, index);
      if (bytes.length > 0) into.set(unpacked(name, bytes, rows), at);
      at += rows;
    }
  }
  return table;
}

function unpacked(name: 'user' | 'item' | 'time' | 'rating', bytes: Uint8Array, rows: number) {
  const width = bytes.length / rows;
  if (name === 'time') return valuesOf(width === 4 ? 'u32' : 'f64', bytes);
  if (name === 'rating') return width === 1 ? Float32Array.from(bytes, (halves) => halves / 2) : valuesOf('f32', bytes);
  return valuesOf('u32', bytes);
}
