/**
 * Zip archives by random access: the directory at the end first, then any member, inflated as a stream by the platform. Reading
 * from the directory (not from the local headers, as streaming readers do) is what the format prescribes, and needs no search
 * for the end of members whose size was not known when they were written.
 * Refused: encryption, methods other than stored and deflate, members outside the file or over each other, zip64 sizes past 2^53.
 */
import type { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';
import { guarded, type InflateOptions } from './gzip';

export interface ZipInput {
  readonly file: string;
  readonly sizeBytes: number;
  slice(from: number, to: number): Promise<Uint8Array>;
}

export interface ZipMember {
  /** Path inside the archive, `/` between folders. A label: it is never used as a path on disk. */
  readonly name: string;
  /** Unpacked, as the directory says. */
  readonly sizeBytes: number;
  readonly packedBytes: number;
  readonly method: 'stored' | 'deflate';
  /** Where its local header begins. */
  readonly headerOffset: number;
}

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const DIRECTORY_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCAL_SIGNATURE = 0x04034b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** The 32-bit value that says "see the zip64 field". */
const IN_ZIP64 = 0xffffffff;
/** Enough for a million pictures with names of 200 bytes. */
const MAX_DIRECTORY_BYTES = 512 * 2 ** 20;
const MAX_MEMBERS = 2_000_000;
const SLICE_BYTES = 2 ** 18;

/** Whether `bytes` begin like a zip archive (or an empty one). */
export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5) && bytes[3] === (bytes[2] ?? 0) + 1
  );
}

/** Files of the archive, folders left out, by place. @throws FormatError `zip/corrupt`, `zip/unsupported`, `zip/tooLarge` */
export async function readZipDirectory(input: ZipInput): Promise<ZipMember[]> {
  const { start, bytes, count } = await locateDirectory(input);
  if (bytes > MAX_DIRECTORY_BYTES || count > MAX_MEMBERS) {
    const problem = { wanted: `at most ${MAX_MEMBERS} files`, came: `${count}`, remedy: 'split the archive' };
    throw formatProblem('zip/tooLarge', { file: input.file }, problem);
  }
  if (start + bytes > input.sizeBytes) throw corrupt(input, 'a directory inside the file');
  const directory = await input.slice(start, start + bytes);
  if (directory.length < bytes) throw corrupt(input, 'a whole directory');
  const members: ZipMember[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const entry = directoryEntry(input, directory, at);
    at = entry.next;
    if (entry.member !== null) members.push(entry.member);
  }
  members.sort((a, b) => a.headerOffset - b.headerOffset);
  checkPlaces(input, members, start);
  return members;
}

/** Members that overlap are how a small archive unpacks to petabytes. */
function checkPlaces(input: ZipInput, members: readonly ZipMember[], directoryStart: number): void {
  let end = 0;
  for (const { headerOffset, packedBytes, name } of members) {
    if (headerOffset < end) throw corrupt(input, `files one after the other (${shortName(name)})`);
    end = headerOffset + LOCAL_BYTES + packedBytes;
    if (end > directoryStart) throw corrupt(input, `files before the directory (${shortName(name)})`);
  }
}

async function locateDirectory(input: ZipInput): Promise<{ start: number; bytes: number; count: number }> {
  const tailFrom = Math.max(0, input.sizeBytes - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await input.slice(tailFrom, input.sizeBytes);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) !== tail.length) continue;
    const count = view.getUint16(at + 10, true);
    const bytes = view.getUint32(at + 12, true);
    const start = view.getUint32(at + 16, true);
    if (count !== 0xffff && bytes !== IN_ZIP64 && start !== IN_ZIP64) return { start, bytes, count };
    return locateDirectory64(input, tailFrom + at);
  }
  throw corrupt(input, 'the directory at its end');
}

async function locateDirectory64(
  input: ZipInput,
  endAt: number,
): Promise<{ start: number; bytes: number; count: number }> {
  const locator = viewOf(await input.slice(Math.max(0, endAt - 20), endAt));
  if (locator.byteLength < 20 || locator.getUint32(0, true) !== LOCATOR_SIGNATURE)
    throw corrupt(input, 'a zip64 locator');
  const recordAt = wide(input, locator, 8);
  if (recordAt + 56 > input.sizeBytes) throw corrupt(input, 'a zip64 record inside the file');
  const record = viewOf(await input.slice(recordAt, recordAt + 56));
  if (record.byteLength < 56 || record.getUint32(0, true) !== END64_SIGNATURE) throw corrupt(input, 'a zip64 record');
  return { count: wide(input, record, 32), bytes: wide(input, record, 40), start: wide(input, record, 48) };
}

function directoryEntry(
  input: ZipInput,
  directory: Uint8Array,
  at: number,
): { next: number; member: ZipMember | null } {
  const view = viewOf(directory);
  if (at + ENTRY_BYTES > directory.length || view.getUint32(at, true) !== DIRECTORY_SIGNATURE) {
    throw corrupt(input, 'one directory entry a file');
  }
  const flags = view.getUint16(at + 8, true);
  const methodNumber = view.getUint16(at + 10, true);
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const commentBytes = view.getUint16(at + 32, true);
  const next = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
  if (next > directory.length) throw corrupt(input, 'a whole directory');
  const nameEnd = at + ENTRY_BYTES + nameBytes;
  // Names without the flag are of code page 437 by the letter of the format, in practice UTF-8 or plain.
  const name = new TextDecoder().decode(directory.subarray(at + ENTRY_BYTES, nameEnd)).replaceAll('\\', '/');
  if (name.endsWith('/')) return { next, member: null };
  const method = methodNumber === 0 ? 'stored' : methodNumber === 8 ? 'deflate' : null;
  if ((flags & 1) !== 0 || method === null) {
    const came = (flags & 1) !== 0 ? 'an encrypted one' : `method ${methodNumber}`;
    const wanted = `a file packed by deflate (${shortName(name)})`;
    throw formatProblem(
      'zip/unsupported',
      { file: input.file },
      { wanted, came, remedy: 'unpack the archive yourself' },
    );
  }
  const sizes = wideSizes(input, directory.subarray(nameEnd, nameEnd + extraBytes), {
    sizeBytes: view.getUint32(at + 24, true),
    packedBytes: view.getUint32(at + 20, true),
    headerOffset: view.getUint32(at + 42, true),
  });
  return { next, member: { name, method, ...sizes } };
}

type Sizes = Pick<ZipMember, 'sizeBytes' | 'packedBytes' | 'headerOffset'>;

/** The zip64 field has, in this order, those of the three that did not fit 32 bits. */
function wideSizes(input: ZipInput, extra: Uint8Array, sizes: Sizes): Sizes {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && end <= extra.length) {
      let from = at + 4;
      const take = (value: number): number => {
        if (value !== IN_ZIP64) return value;
        if (from + 8 > end) throw corrupt(input, 'whole zip64 sizes');
        from += 8;
        return wide(input, view, from - 8);
      };
      return {
        sizeBytes: take(sizes.sizeBytes),
        packedBytes: take(sizes.packedBytes),
        headerOffset: take(sizes.headerOffset),
      };
    }
    at = end;
  }
  return sizes;
}

/**
 * The content of `member`. Errors with FormatError `zip/corrupt` when it is shorter or longer than the directory says, and with
 * those of inflating under `options`' caps.
 */
export async function openZipMember(
  input: ZipInput,
  member: ZipMember,
  options: Omit<InflateOptions, 'file'> = {},
): Promise<ReadableStream<Uint8Array>> {
  const header = viewOf(await input.slice(member.headerOffset, member.headerOffset + LOCAL_BYTES));
  if (header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL_SIGNATURE)
    throw corrupt(input, 'a file header');
  const from = member.headerOffset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const to = from + member.packedBytes;
  if (to > input.sizeBytes) throw corrupt(input, `the whole of ${shortName(member.name)}`);
  const packed = slices(input, from, to);
  const file = `${input.file}/${member.name}`;
  const content = member.method === 'stored' ? packed : guarded(packed, 'deflate-raw', { ...options, file });
  return exactly(content, member, file);
}

function slices(input: ZipInput, from: number, to: number): ReadableStream<Uint8Array> {
  let at = from;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (at >= to) return controller.close();
        const bytes = await input.slice(at, Math.min(to, at + SLICE_BYTES));
        if (bytes.length === 0) throw corrupt(input, 'more bytes');
        at += bytes.length;
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Passes on a stream that must have the size that the directory gives. */
function exactly(stream: ReadableStream<Uint8Array>, member: ZipMember, file: string): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let seen = 0;
  const wrong = (): FormatError => {
    const problem = { wanted: `${member.sizeBytes} bytes`, came: 'another number', remedy: 'pack it again' };
    return formatProblem('zip/corrupt', { file }, problem);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        seen += value?.length ?? 0;
        if (done ? seen !== member.sizeBytes : seen > member.sizeBytes) {
          await reader.cancel().catch(() => undefined);
          throw wrong();
        }
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function wide(input: ZipInput, view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw corrupt(input, 'sizes below 2^53');
  return value;
}

const shortName = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

function corrupt(input: ZipInput, wanted: string): FormatError {
  const problem = { wanted, came: 'something else', remedy: 'copy or download the archive again' };
  return formatProblem('zip/corrupt', { file: input.file }, problem);
}
