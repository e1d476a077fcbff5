/**
 * safetensors: 8 bytes header length (u64 little-endian), a JSON header naming dtype, shape and byte range of each tensor, then
 * the data. The reader trusts nothing: the format's own rules (ranges contiguous from 0, no hole, no overlap, end = file end)
 * are checked, and our header cap is 10 MB where the format allows 100.
 */
import { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';
import { decodeText } from './readBytes';
import { findDuplicateKey, isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from './strictJson';

/** Bytes of one element; the known types are exactly these. */
// biome-ignore format: a table
const ELEMENT_BYTES = {
  F64: 8, I64: 8, U64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1,
} as const;

export type SafetensorDtype = keyof typeof ELEMENT_BYTES;

export interface SafetensorTensor {
  readonly dtype: SafetensorDtype;
  readonly shape: readonly number[];
  /** Little-endian elements; a view into the file when read. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  /** By name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, SafetensorTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 10 * 2 ** 20;
const MAX_RANK = 16;
const METADATA_KEY = '__metadata__';

/** Where a tensor lies in its file. */
export interface SafetensorPlace {
  readonly name: string;
  readonly dtype: SafetensorDtype;
  readonly shape: readonly number[];
  /** Bytes [begin, end) from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Parses a whole file. Borrows `file`: tensors are views into it. `name` is for messages.
 * @throws FormatError `safetensors/length`, `/header`, `/name`, `/dtype`, `/shape`, `/range`, `/metadata`, or `json/*`, `file/utf8`
 */
export function readSafetensors(file: Uint8Array, name = 'the safetensors file'): SafetensorsFile {
  const { entries, metadata } = readSafetensorsHeader(file, file.length, name);
  const tensors = new Map<string, SafetensorTensor>();
  for (const { name: tensorName, dtype, shape, begin, end } of entries) {
    tensors.set(tensorName, { dtype, shape, bytes: file.subarray(begin, end) });
  }
  return { tensors, metadata };
}

/** Bytes that tell how long the header is: `safetensorsHeadBytes` of them are the whole beginning. */
export const SAFETENSORS_LENGTH_BYTES = LENGTH_BYTES;

/** How many bytes of the file `readSafetensorsHeader` needs. @throws FormatError `safetensors/length` */
export function safetensorsHeadBytes(start: Uint8Array, fileBytes: number, name: string): number {
  return LENGTH_BYTES + headerLength(start, fileBytes, failureOf(name));
}

/**
 * The tensors of a file of `fileBytes` bytes, in the order of their data, from its beginning `head`.
 * @throws FormatError as `readSafetensors`
 */
export function readSafetensorsHeader(
  head: Uint8Array,
  fileBytes: number,
  name: string,
): { entries: SafetensorPlace[]; metadata: ReadonlyMap<string, string> } {
  const fail = failureOf(name);
  const headerBytes = headerLength(head, fileBytes, fail);
  const dataStart = LENGTH_BYTES + headerBytes;
  if (head[LENGTH_BYTES] !== 0x7b) throw fail('header', 'a header that starts with {', 'other bytes');
  const text = decodeText(head.subarray(LENGTH_BYTES, dataStart), name);
  const header = parseJsonObject(text, { file: name });
  const repeated = findDuplicateKey(text);
  if (repeated !== null) throw fail('name', 'every name once', `${describeName(repeated)} twice`);

  const entries = Object.entries(header)
    .filter(([key]) => key !== METADATA_KEY)
    .map(([key, value]) => entryOf(key, value, fail))
    // Empty tensors share their offset with a neighbour; they come first so that the chain below holds.
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const entry of entries) {
    if (entry.begin !== expected) {
      throw fail('range', `${describeName(entry.name)} to begin at byte ${expected}`, `byte ${entry.begin}`);
    }
    expected = entry.end;
  }
  if (expected !== fileBytes - dataStart) {
    throw fail('range', `${expected} bytes of data`, `${fileBytes - dataStart}`);
  }
  const inFile = entries.map((entry) => ({ ...entry, begin: dataStart + entry.begin, end: dataStart + entry.end }));
  return { entries: inFile, metadata: metadataOf(header, fail) };
}

const failureOf =
  (name: string): Fail =>
  (code, wanted, came) =>
    formatProblem(`safetensors/${code}`, { file: name }, { wanted, came, remedy: 'export the file again' });

type Fail = (code: string, wanted: string, came: string) => FormatError;

function headerLength(head: Uint8Array, fileBytes: number, fail: Fail): number {
  if (head.length < LENGTH_BYTES) throw fail('length', 'at least 8 bytes', `${head.length}`);
  const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw fail('length', `a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`);
  if (Number(length) > fileBytes - LENGTH_BYTES) {
    throw fail('length', `a header inside the ${fileBytes} bytes of the file`, `${length} bytes`);
  }
  return Number(length);
}

function entryOf(name: string, value: JsonValue, fail: Fail): SafetensorPlace {
  const label = describeName(name);
  if (!isJsonObject(value)) throw fail('header', `an object for ${label}`, 'something else');
  const fields = Object.keys(value);
  if (fields.length !== 3)
    throw fail('header', `dtype, shape and data_offsets for ${label}`, `${fields.length} fields`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isDtype(dtype)) {
    throw fail('dtype', `one of ${Object.keys(ELEMENT_BYTES).join(', ')} for ${label}`, 'an unknown type');
  }
  if (!isSizeList(shape) || shape.length > MAX_RANK) {
    throw fail('shape', `at most ${MAX_RANK} whole numbers for ${label}`, 'something else');
  }
  if (!isSizeList(offsets) || offsets.length !== 2)
    throw fail('range', `two byte offsets for ${label}`, 'something else');
  const [begin = 0, end = 0] = offsets;
  const wantedBytes = byteLength(dtype, shape);
  if (wantedBytes === null) throw fail('shape', `a shape of ${label} below 2^53 bytes`, 'a larger product');
  if (end - begin !== wantedBytes) throw fail('range', `${wantedBytes} bytes for ${label}`, `${end - begin}`);
  return { name, dtype, shape, begin, end };
}

function isDtype(text: string): text is SafetensorDtype {
  return Object.hasOwn(ELEMENT_BYTES, text);
}

function isSizeList(value: JsonValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0));
}

/** Bytes of a tensor, or null when any partial product passes 2^53 (even if a later 0 would bring it back). */
function byteLength(dtype: SafetensorDtype, shape: readonly number[]): number | null {
  let bytes: number = ELEMENT_BYTES[dtype];
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes)) return null;
  }
  return bytes;
}

function metadataOf(header: JsonObject, fail: Fail): Map<string, string> {
  const value = header[METADATA_KEY];
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) throw fail('metadata', `an object for ${METADATA_KEY}`, 'something else');
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== 'string') throw fail('metadata', `text for ${describeName(key)}`, 'something else');
      return [key, text];
    }),
  );
}

function describeName(name: string): string {
  return `\`${name.length > 60 ? `${name.slice(0, 60)}…` : name}\``;
}

/**
 * Writes a file that `readSafetensors` accepts. Data are laid out by falling element size, so every tensor is aligned to its
 * own elements; the header is padded with spaces to 8 bytes.
 * @throws FormatError when a name is reserved, a shape does not fit its bytes, or the header passes 10 MB
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const refuse = (code: string, wanted: string, came: string): FormatError =>
    new FormatError(`safetensors/${code}`, `write safetensors: wanted ${wanted}, came ${came}; correct the tensor`);
  const parts: string[] = [];
  if (metadata.size > 0) parts.push(`${JSON.stringify(METADATA_KEY)}:${jsonOfMap(metadata, refuse)}`);
  const sorted = [...tensors].sort(([, a], [, b]) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of sorted) {
    checkName(name, refuse);
    if (byteLength(dtype, shape) !== bytes.length || !isSizeList(shape) || shape.length > MAX_RANK) {
      throw refuse(
        'shape',
        `bytes that fill ${dtype} [${shape.join(', ')}] for ${describeName(name)}`,
        `${bytes.length}`,
      );
    }
    const entry = { dtype, shape, data_offsets: [at, at + bytes.length] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    at += bytes.length;
  }
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) throw refuse('length', `a header of ${MAX_HEADER_BYTES} bytes`, `${headerBytes}`);
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  file.set(json, LENGTH_BYTES);
  let to = LENGTH_BYTES + headerBytes;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, to);
    to += bytes.length;
  }
  return file;
}

function jsonOfMap(metadata: ReadonlyMap<string, string>, refuse: Fail): string {
  const parts = [...metadata].map(([key, text]) => {
    checkName(key, refuse);
    return `${JSON.stringify(key)}:${JSON.stringify(text)}`;
  });
  return `{${parts.join(',')}}`;
}

function checkName(name: string, refuse: Fail): void {
  const reserved = ['__proto__', 'prototype', 'constructor', METADATA_KEY];
  if (reserved.includes(name)) throw refuse('name', 'an ordinary name', describeName(name));
}
