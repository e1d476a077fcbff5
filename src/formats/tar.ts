/**
 * Tar archives (ustar, GNU long names, pax names and sizes) as a stream: `next()` gives one file after the other, and its
 * content can be read until the next one is asked for. Links, devices and folders are stepped over. Names are labels only.
 */
import { formatProblem } from './formatProblem';

export interface TarMember {
  readonly name: string;
  readonly sizeBytes: number;
}

const BLOCK_BYTES = 512;
const MAX_NAME_BYTES = 65_536;
const MAX_MEMBERS = 2_000_000;

/** Whether `bytes`, at least 512 of them, begin like a tar archive: the checksum of the first header is right. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK_BYTES && bytes[0] !== 0 && hasRightSum(bytes.subarray(0, BLOCK_BYTES));
}

export class TarReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #file: string;
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes of the current member, and of its padding, that have not been read. */
  #contentLeft = 0;
  #paddingLeft = 0;
  #memberCount = 0;

  /** Takes `stream`, inflated. */
  constructor(stream: ReadableStream<Uint8Array>, file: string) {
    this.#reader = stream.getReader();
    this.#file = file;
  }

  /** The next file, or null after the last. What is left of the one before is stepped over. @throws FormatError `tar/corrupt` */
  async next(): Promise<TarMember | null> {
    let longName: string | null = null;
    let paxSize: number | null = null;
    for (;;) {
      await this.#skip(this.#contentLeft + this.#paddingLeft);
      this.#contentLeft = 0;
      this.#paddingLeft = 0;
      const header = await this.#take(BLOCK_BYTES);
      // Two blocks of zeros end an archive; some writers leave them out.
      if (header.length === 0 || header.every((byte) => byte === 0)) return null;
      if (header.length < BLOCK_BYTES || !hasRightSum(header)) throw this.#corrupt('a file header');
      if (++this.#memberCount > MAX_MEMBERS) throw this.#corrupt(`at most ${MAX_MEMBERS} files`);
      const kind = String.fromCharCode(header[156] ?? 0);
      const size = paxSize ?? this.#sizeOf(header);
      this.#contentLeft = size;
      this.#paddingLeft = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
      if (kind === 'L' || kind === 'x') {
        if (size > MAX_NAME_BYTES) throw this.#corrupt(`names of at most ${MAX_NAME_BYTES} bytes`);
        const bytes = await this.#take(size);
        this.#contentLeft = 0;
        if (kind === 'L') longName = textOf(bytes);
        else {
          const fields = paxFields(bytes);
          longName = fields.get('path') ?? longName;
          paxSize = fields.has('size') ? this.#checkedSize(Number(fields.get('size'))) : paxSize;
        }
        continue;
      }
      if (kind === '0' || kind === '\0' || kind === '7') {
        return { name: (longName ?? ustarName(header)).replace(/^(\.\/)+/, ''), sizeBytes: size };
      }
      longName = null;
      paxSize = null;
    }
  }

  /** A piece of the current file, or null at its end. @throws FormatError `tar/corrupt` when the archive ends inside it */
  async readContent(): Promise<Uint8Array | null> {
    if (this.#contentLeft === 0) return null;
    if (this.#held.length === 0 && !(await this.#fill())) throw this.#corrupt('the rest of a file');
    const piece = this.#held.subarray(0, this.#contentLeft);
    this.#held = this.#held.subarray(piece.length);
    this.#contentLeft -= piece.length;
    return piece;
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      if (value.length === 0) continue;
      this.#held = value;
      return true;
    }
  }

  async #skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#fill())) throw this.#corrupt('the rest of a file');
      const step = Math.min(left, this.#held.length);
      this.#held = this.#held.subarray(step);
      left -= step;
    }
  }

  /** `count` bytes, fewer at the end of the stream. */
  async #take(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let length = 0;
    while (length < count) {
      if (this.#held.length === 0 && !(await this.#fill())) break;
      const part = this.#held.subarray(0, count - length);
      bytes.set(part, length);
      length += part.length;
      this.#held = this.#held.subarray(part.length);
    }
    return bytes.subarray(0, length);
  }

  #sizeOf(header: Uint8Array): number {
    const field = header.subarray(124, 136);
    // GNU writes sizes past 8 GiB as a binary number, marked by the highest bit.
    if (((field[0] ?? 0) & 0x80) === 0) return this.#checkedSize(octal(field));
    return this.#checkedSize(field.subarray(1).reduce((size, byte) => size * 256 + byte, 0));
  }

  #checkedSize(size: number): number {
    if (Number.isSafeInteger(size) && size >= 0) return size;
    throw this.#corrupt('a size');
  }

  #corrupt(wanted: string): Error {
    const problem = { wanted, came: 'something else', remedy: 'copy or download the archive again' };
    return formatProblem('tar/corrupt', { file: this.#file }, problem);
  }
}

/** The checksum counts its own field as spaces. */
function hasRightSum(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  return sum === octal(header.subarray(148, 156));
}

function octal(field: Uint8Array): number {
  const text = textOf(field).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** Up to the first NUL. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function ustarName(header: Uint8Array): string {
  const name = textOf(header.subarray(0, 100));
  const prefix = textOf(header.subarray(257, 262)) === 'ustar' ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records of the form "<bytes in all> <key>=<value>\n". */
function paxFields(bytes: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  for (const record of new TextDecoder().decode(bytes).split('\n')) {
    const match = /^\d+ ([^=]+)=(.*)$/s.exec(record);
    if (match?.[1] !== undefined && match[2] !== undefined) fields.set(match[1], match[2]);
  }
  return fields;
}
