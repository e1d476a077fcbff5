/**
 * JSON lines: bytes -> lines -> one object a line, with constant memory and linear time. Accepts a leading byte-order mark,
 * LF and CR LF, blank lines and a missing last line end. Text must be strict UTF-8.
 */
import { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';
import { type JsonObject, parseJsonObject } from './strictJson';

export interface JsonLinesOptions {
  /** Name for messages. */
  readonly file: string;
  /** Longest line accepted; default 4 MiB (the longest real item description seen is 40 KB). */
  readonly maxLineBytes?: number;
  /** Called for a bad line; return to skip it, throw to stop. Default: throw the error. */
  readonly onBadLine?: (error: FormatError, line: number) => void;
}

export interface JsonLine {
  /** Line number from 1, blank lines counted. */
  readonly line: number;
  readonly value: JsonObject;
}

const DEFAULT_MAX_LINE_BYTES = 4 * 2 ** 20;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Objects of `stream`, in order. Takes the stream and cancels it when the loop is left early.
 * @throws FormatError `lines/tooLong`, `lines/utf8`, `json/syntax`, `json/object`, `json/key`, `json/depth`
 */
export async function* readJsonLines(
  stream: ReadableStream<Uint8Array>,
  options: JsonLinesOptions,
): AsyncGenerator<JsonLine, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const report = options.onBadLine ?? rethrow;
  for await (const { line, bytes } of splitLines(stream, options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES)) {
    try {
      if (bytes === null) throw tooLong(options, line);
      const text = decodeLine(decoder, bytes, options.file, line);
      if (text.trim() === '') continue;
      yield { line, value: parseJsonObject(text, { file: options.file, line }) };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      report(error, line);
    }
  }
}

function rethrow(error: FormatError): void {
  throw error;
}

function tooLong(options: JsonLinesOptions, line: number): FormatError {
  const wanted = `lines of at most ${options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES} bytes`;
  const remedy = 'write one object a line';
  return formatProblem('lines/tooLong', { file: options.file, line }, { wanted, came: 'a longer one', remedy });
}

function decodeLine(decoder: TextDecoder, bytes: Uint8Array, file: string, line: number): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const remedy = 'save the file as UTF-8';
    throw formatProblem('lines/utf8', { file, line }, { wanted: 'UTF-8 text', came: 'other bytes', remedy, cause });
  }
}

/** Lines without their ends; `bytes` is null for one over the cap, whose content is dropped as it streams by. */
async function* splitLines(
  stream: ReadableStream<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<{ line: number; bytes: Uint8Array | null }, void, undefined> {
  const reader = stream.getReader();
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let line = 1;
  const keep = (part: Uint8Array): void => {
    heldBytes += part.length;
    if (heldBytes <= maxLineBytes) parts.push(part);
    else parts = [];
  };
  const take = (): { line: number; bytes: Uint8Array | null } => {
    const bytes = heldBytes > maxLineBytes ? null : withoutMarks(join(parts, heldBytes), line === 1);
    parts = [];
    heldBytes = 0;
    return { line: line++, bytes };
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      let start = 0;
      for (let end = value.indexOf(LINE_FEED); end >= 0; end = value.indexOf(LINE_FEED, start)) {
        keep(value.subarray(start, end));
        start = end + 1;
        yield take();
      }
      if (start < value.length) keep(value.slice(start));
    }
    if (heldBytes > 0) yield take();
  } finally {
    // Also reached when the consumer leaves its loop: the source must learn that nobody reads on.
    await reader.cancel().catch(() => undefined);
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function withoutMarks(bytes: Uint8Array, isFirstLine: boolean): Uint8Array {
  const hasMark = isFirstLine && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const hasReturn = bytes.at(-1) === CARRIAGE_RETURN;
  return hasMark || hasReturn ? bytes.subarray(hasMark ? 3 : 0, bytes.length - (hasReturn ? 1 : 0)) : bytes;
}
