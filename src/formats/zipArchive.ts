/**
 * Zip archives as Tessera writes them: plain names, stored or deflated, no encryption, no zip64. The reader trusts
 * neither side of the format: the directory at the end must describe exactly the members before it, nothing may overlap, and
 * every byte that comes out is counted, so a bomb stops one piece past its limit.
 */
import { deflateSync, Inflate, zipSync } from 'fflate';
import type { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';

export interface ZipLimits {
  /** Members; default 4,096. */
  readonly maxEntries?: number;
  /** Bytes of all members unpacked; default 2 GiB. */
  readonly maxBytes?: number;
  /** Unpacked bytes for each packed one, enforced past the first MiB of a member; default 200. */
  readonly maxRatio?: number;
}

const DEFAULTS = { maxEntries: 4096, maxBytes: 2 ** 31, maxRatio: 200 };
const RATIO_GRACE_BYTES = 2 ** 20;
/** At deflate's best ratio of 1,032:1 one piece inflates to about 4 MiB: the most that can come after a limit is passed. */
const PIECE_BYTES = 4096;
/** Of deflate, for writing. */
const LEVEL = 6;

const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;
/** Names are UTF-8; the only flag accepted. */
const UTF8_FLAG = 0x0800;

/** A member's name: up to four parts of letters, digits, `.`, `_`, `-`, none of them hidden; no absolute path, no `..`. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,3}$/;
/** Fixed time stamp: when and in which time zone an archive was made is nobody's business, and bytes repeat. */
const EPOCH = new Date(1980, 0, 1);

export const isZipName = (name: string): boolean => NAME.test(name) && !name.includes('..');

/**
 * Packs files. Text is deflated; `isStored` files, already dense, are not, nor is what would look like a bomb to the reader.
 * The same files give the same bytes.
 */
export function writeZip(
  files: ReadonlyMap<string, Uint8Array>,
  isStored: (name: string) => boolean = () => false,
): Uint8Array<ArrayBuffer> {
  for (const name of files.keys())
    if (!isZipName(name))
      throw formatProblem(
        'archive/name',
        { file: 'the archive' },
        {
          wanted: 'names of letters, digits, . _ -',
          came: JSON.stringify(name.slice(0, 60)),
          remedy: 'rename the file',
        },
      );
  const entries = [...files].map(([name, bytes]) => {
    const level = isStored(name) || isSuspect(bytes) ? 0 : LEVEL;
    return [name, [bytes, { level, mtime: EPOCH }]] as const;
  });
  return new Uint8Array(zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]));
}

/** Near the reader's ratio, e.g. ranks of a model that finds nothing. */
const isSuspect = (bytes: Uint8Array): boolean =>
  bytes.length > RATIO_GRACE_BYTES &&
  deflateSync(bytes, { level: LEVEL }).length * (DEFAULTS.maxRatio / 2) < bytes.length;

type Fail = (code: string, wanted: string, came: string, remedy?: string) => FormatError;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Offset of the local header. */
  readonly at: number;
}

/**
 * Unpacks a whole archive in memory. Borrows `file`; stored members are copied.
 * @throws FormatError `archive/format`, `archive/name`, `archive/duplicate`, `archive/entries`, `archive/tooLarge`,
 *   `archive/ratio`, `archive/corrupt`, `archive/unsupported`
 */
export function readZip(file: Uint8Array, name: string, limits: ZipLimits = {}): Map<string, Uint8Array<ArrayBuffer>> {
  const { maxEntries, maxBytes, maxRatio } = { ...DEFAULTS, ...limits };
  const fail: Fail = (code, wanted, came, remedy = 'export it again') =>
    formatProblem(`archive/${code}`, { file: name }, { wanted, came, remedy });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { entries, directoryAt } = readDirectory(view, maxEntries, fail);
  const declared = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (declared > maxBytes) throw fail('tooLarge', `at most ${maxBytes} bytes unpacked`, `${declared}`, 'export less');

  let expected = 0;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of [...entries].sort((a, b) => a.at - b.at)) {
    if (entry.at !== expected)
      throw fail('format', `member ${entry.name} to begin at byte ${expected}`, `byte ${entry.at}`);
    const data = memberData(view, entry, directoryAt, fail);
    expected = data.byteOffset - file.byteOffset + data.length;
    const bytes = entry.method === STORED ? data.slice() : inflate(data, entry, maxRatio, fail);
    if (bytes.length !== entry.bytes) throw fail('corrupt', `${entry.bytes} bytes of ${entry.name}`, `${bytes.length}`);
    if (crc32(bytes) !== entry.crc) throw fail('corrupt', `${entry.name} to have its check sum`, 'another');
    files.set(entry.name, bytes);
  }
  if (expected !== directoryAt) throw fail('format', 'a directory right behind the members', 'bytes between them');
  return files;
}

function readDirectory(view: DataView, maxEntries: number, fail: Fail): { entries: Entry[]; directoryAt: number } {
  const size = view.byteLength;
  const end = size - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== SIGNATURE.end)
    throw fail('format', 'a zip archive that ends with its directory', 'something else or a part of one');
  const u16 = (at: number): number => view.getUint16(end + at, true);
  if (u16(4) !== 0 || u16(6) !== 0) throw fail('unsupported', 'one archive', 'a volume of several');
  const count = u16(10);
  if (u16(8) !== count || u16(20) !== 0) throw fail('format', 'one directory without a comment', 'another');
  if (count > maxEntries) throw fail('entries', `at most ${maxEntries} members`, `${count}`, 'export less');
  const directoryBytes = view.getUint32(end + 12, true);
  const directoryAt = view.getUint32(end + 16, true);
  if (directoryAt === 0xffff_ffff) throw fail('unsupported', 'an archive below 4 GiB', 'zip64');
  if (directoryAt + directoryBytes !== end) throw fail('format', 'a directory that ends where the file does', 'a gap');
  const entries: Entry[] = [];
  const seen = new Set<string>();
  let at = directoryAt;
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== SIGNATURE.central)
      throw fail('format', `${count} members in the directory`, `${index}`);
    const entry = readEntry(view, at, end, fail);
    const key = entry.name.toLowerCase();
    if (seen.has(key)) throw fail('duplicate', 'every name once', `${entry.name} twice`);
    seen.add(key);
    entries.push(entry);
    at += CENTRAL_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
  }
  if (at !== end) throw fail('format', `a directory of ${count} members`, 'bytes left over');
  return { entries, directoryAt };
}

function readEntry(view: DataView, at: number, end: number, fail: Fail): Entry {
  const u16 = (offset: number): number => view.getUint16(at + offset, true);
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const nameBytes = u16(28);
  if (at + CENTRAL_BYTES + nameBytes + u16(30) + u16(32) > end) throw fail('format', 'a whole directory', 'a part');
  const name = nameAt(view, at + CENTRAL_BYTES, nameBytes, fail);
  if ((u16(8) & ~UTF8_FLAG) !== 0) throw fail('unsupported', `${name} plain`, 'encryption or a streamed member');
  const method = u16(10);
  if (method !== STORED && method !== DEFLATED)
    throw fail('unsupported', `${name} stored or deflated`, `method ${method}`);
  if (u16(32) !== 0 || u16(34) !== 0) throw fail('format', `${name} without a comment`, 'one');
  const entry = { name, method, crc: u32(16), packedBytes: u32(20), bytes: u32(24), at: u32(42) };
  if (method === STORED && entry.packedBytes !== entry.bytes) throw fail('format', `one size of ${name}`, 'two');
  // Unix mode in the upper half: a symbolic link would be followed by other programs.
  if (((u32(38) >>> 16) & 0xf000) === 0xa000) throw fail('name', `${name} to be a file`, 'a link');
  return entry;
}

function nameAt(view: DataView, at: number, length: number, fail: Fail): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  const name = String.fromCharCode(...bytes.subarray(0, 512));
  if (length > 512 || !isZipName(name))
    throw fail('name', 'member names of letters, digits, . _ -', JSON.stringify(name.slice(0, 60)), 'do not open it');
  return name;
}

/** The member's packed bytes; its local header must say what the directory says. */
function memberData(view: DataView, entry: Entry, directoryAt: number, fail: Fail): Uint8Array {
  const { at, name } = entry;
  if (at + LOCAL_BYTES > directoryAt || view.getUint32(at, true) !== SIGNATURE.local)
    throw fail('format', `member ${name} at byte ${at}`, 'something else');
  const u16 = (offset: number): number => view.getUint16(at + offset, true);
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const start = at + LOCAL_BYTES + u16(26) + u16(28);
  if (start + entry.packedBytes > directoryAt) throw fail('format', `${entry.packedBytes} bytes of ${name}`, 'fewer');
  const isSame =
    nameAt(view, at + LOCAL_BYTES, u16(26), fail) === name &&
    (u16(6) & ~UTF8_FLAG) === 0 &&
    u16(8) === entry.method &&
    u32(14) === entry.crc &&
    u32(18) === entry.packedBytes &&
    u32(22) === entry.bytes;
  if (!isSame) throw fail('format', `${name} as the directory describes it`, 'another header');
  return new Uint8Array(view.buffer, view.byteOffset + start, entry.packedBytes);
}

function inflate(packed: Uint8Array, entry: Entry, maxRatio: number, fail: Fail): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let isDone = false;
  const inflater = new Inflate((part, isLast) => {
    bytes += part.length;
    isDone ||= isLast;
    parts.push(part);
  });
  for (let at = 0; at < packed.length; at += PIECE_BYTES) {
    try {
      inflater.push(packed.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= packed.length);
    } catch (cause) {
      throw fail('corrupt', `deflated bytes of ${entry.name}`, cause instanceof Error ? cause.message : 'others');
    }
    const taken = Math.min(packed.length, at + PIECE_BYTES);
    if (bytes > entry.bytes) throw fail('corrupt', `${entry.bytes} bytes of ${entry.name}`, 'more');
    if (bytes > RATIO_GRACE_BYTES && bytes > maxRatio * taken)
      throw fail(
        'ratio',
        `at most ${maxRatio} bytes from each byte`,
        `${bytes} from ${taken}`,
        'this looks like a compression bomb: check where the file comes from',
      );
  }
  if (!isDone) throw fail('corrupt', `all of ${entry.name}`, 'its beginning only');
  const whole = new Uint8Array(bytes);
  let to = 0;
  for (const part of parts) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of zip and PNG (reflected polynomial 0xedb88320). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++) crc = (CRC_TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}
