/**
 * The entries of one JSON object that may be gigabytes long, as a stream: `all_item_seqs.json` is one object with a list for
 * every user. The scanner only tracks strings and nesting to find where an entry ends; each entry is then parsed by itself, so
 * memory is bounded by the longest entry. With `depth: 2` it gives the entries of the objects and lists inside the object.
 */
import { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';
import { type JsonObject, type JsonValue, parseLineObject } from './strictJson';

export interface JsonEntry {
  /** depth 2: key of the object or list that has the entry; '' at depth 1. */
  readonly parent: string;
  /** Key of the entry; '' inside a list. */
  readonly key: string;
  readonly value: JsonValue;
  /** Place of the entry, from 1; columns are bytes. */
  readonly line: number;
  readonly column: number;
}

export interface JsonEntriesOptions {
  readonly file: string;
  readonly depth?: 1 | 2;
  /** depth 2: which of the inner objects and lists to read; default all. */
  readonly wants?: (parent: string) => boolean;
  /** Longest entry; default 16 MiB (a user of a million interactions). */
  readonly maxEntryBytes?: number;
  /** May throw FormatError. */
  readonly onEntry: (entry: JsonEntry) => void;
  /** Called for a bad entry; default: throw. */
  readonly onBad?: (error: FormatError, line: number, column: number, text: string) => void;
  /** Awaited after every chunk of the stream. */
  readonly settle?: () => Promise<void>;
}

const DEFAULT_MAX_ENTRY_BYTES = 16 * 2 ** 20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LINE_FEED = 10;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/**
 * Reads `stream` to its end. Takes it.
 * @throws FormatError `json/object` if it is not one object, `json/truncated`, `json/tooLong`
 */
export async function readJsonEntries(stream: ReadableStream<Uint8Array>, options: JsonEntriesOptions): Promise<void> {
  const scanner = new EntryScanner(options);
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      scanner.push(value);
      if (options.settle !== undefined) await options.settle();
    }
    scanner.finish();
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

class EntryScanner {
  readonly #options: JsonEntriesOptions;
  readonly #depth: number;
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Bytes of the current entry that came in earlier chunks. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #nesting = 0;
  #isInString = false;
  #isEscaped = false;
  #hasEnded = false;
  #parent = '';
  #isParentList = false;
  #isParentWanted = true;
  #line = 1;
  /** Bytes before the current line and, over all chunks, before the current chunk. */
  #lineStart = 0;
  #chunkStart = 0;
  #entryLine = 1;
  #entryColumn = 1;

  constructor(options: JsonEntriesOptions) {
    this.#options = options;
    this.#depth = options.depth ?? 1;
    this.#maxBytes = options.maxEntryBytes ?? DEFAULT_MAX_ENTRY_BYTES;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInString = false;
        continue;
      }
      if (byte === QUOTE) {
        this.#isInString = true;
        if (this.#nesting === 0) throw this.#notAnObject();
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        this.#openBracket(byte, chunk.subarray(from, at));
        if (this.#nesting <= this.#depth) from = this.#startEntry(at + 1);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (this.#nesting <= this.#depth) {
          this.#endEntry(chunk.subarray(from, at), byte);
          from = this.#startEntry(at + 1);
        }
        this.#closeBracket(byte);
      } else if (byte === COMMA && this.#nesting <= this.#depth) {
        this.#endEntry(chunk.subarray(from, at), byte);
        from = this.#startEntry(at + 1);
      } else if (byte === LINE_FEED) {
        this.#line++;
        this.#lineStart = this.#chunkStart + at + 1;
      } else if (this.#nesting === 0 && !this.#isOutside(byte, this.#chunkStart + at)) {
        throw this.#notAnObject();
      }
    }
    this.#hold(chunk.subarray(from));
    this.#chunkStart += chunk.length;
  }

  /** @throws FormatError `json/truncated` */
  finish(): void {
    if (this.#hasEnded) return;
    const problem = { wanted: 'one whole JSON object', came: 'its beginning only', remedy: 'copy the file again' };
    throw formatProblem('json/truncated', { file: this.#options.file }, problem);
  }

  /** White space, or a byte-order mark at the very beginning. */
  #isOutside(byte: number | undefined, position: number): boolean {
    if (position < 3 && byte === [0xef, 0xbb, 0xbf][position]) return true;
    return byte === 0x20 || byte === 0x09 || byte === 0x0d;
  }

  #notAnObject(): FormatError {
    const came = this.#hasEnded ? 'more after its end' : 'something else';
    const problem = { wanted: 'one JSON object { … }', came, remedy: 'check that this is the right file' };
    return formatProblem('json/object', { file: this.#options.file, line: this.#line }, problem);
  }

  #openBracket(byte: number, before: Uint8Array): void {
    if (this.#nesting === 0 && (byte !== OPEN_OBJECT || this.#hasEnded)) throw this.#notAnObject();
    if (this.#nesting === 1 && this.#depth === 2) {
      // `"user2id": ` stands before the bracket; completed to an entry it can be parsed like any other.
      const text = this.#textOf(before);
      this.#parent = Object.keys(this.#parse(`${text}0`))[0] ?? '';
      this.#isParentList = byte === OPEN_LIST;
      this.#isParentWanted = this.#options.wants?.(this.#parent) ?? true;
    }
    this.#nesting++;
  }

  #closeBracket(byte: number): void {
    this.#nesting--;
    if (this.#nesting > 0 && this.#nesting !== this.#depth - 1) return;
    const isList = this.#nesting === 1 && this.#isParentList;
    if (this.#nesting < 0 || (byte === CLOSE_LIST) !== isList) throw this.#notAnObject();
    this.#hasEnded = this.#nesting === 0;
  }

  /** The next entry begins at `position` of the chunk. */
  #startEntry(position: number): number {
    this.#held = [];
    this.#heldBytes = 0;
    this.#entryLine = this.#line;
    this.#entryColumn = this.#chunkStart + position - this.#lineStart + 1;
    return position;
  }

  #hold(rest: Uint8Array): void {
    if (rest.length === 0) return;
    this.#heldBytes += rest.length;
    if (this.#heldBytes > this.#maxBytes) throw this.#tooLong();
    this.#held.push(rest);
  }

  #tooLong(): FormatError {
    const problem = { wanted: `entries of at most ${this.#maxBytes} bytes`, came: 'a longer one', remedy: 'split it' };
    return formatProblem('json/tooLong', { file: this.#options.file, line: this.#entryLine }, problem);
  }

  /** Between two commas or brackets at the wanted depth there is an entry, or, before a closing bracket, nothing. */
  #endEntry(rest: Uint8Array, end: number): void {
    if (this.#nesting < this.#depth || !this.#isParentWanted) return;
    if (this.#heldBytes + rest.length > this.#maxBytes) throw this.#tooLong();
    const { onEntry, onBad } = this.#options;
    let line = this.#entryLine;
    let column = this.#entryColumn;
    let text = '';
    try {
      text = this.#textOf(rest);
      // White space before the entry is not its place.
      const space = text.slice(0, text.length - text.trimStart().length);
      const lineFeed = space.lastIndexOf('\n');
      column = lineFeed < 0 ? column + space.length : space.length - lineFeed;
      line += space.split('\n').length - 1;
      if (text.trim() === '' && end !== COMMA) return;
      const isInList = this.#depth === 2 && this.#isParentList;
      const [key = '', value = null] = Object.entries(this.#parse(isInList ? `"":${text}` : text))[0] ?? [];
      onEntry({ parent: this.#parent, key, value, line, column });
    } catch (error) {
      if (!(error instanceof FormatError) || onBad === undefined) throw error;
      onBad(error, line, column, text);
    }
  }

  #parse(entry: string): JsonObject {
    return parseLineObject(`{${entry}}`, { file: this.#options.file, line: this.#entryLine });
  }

  #textOf(rest: Uint8Array): string {
    let bytes = rest;
    if (this.#held.length > 0) {
      bytes = new Uint8Array(this.#heldBytes + rest.length);
      let at = 0;
      for (const part of [...this.#held, rest]) {
        bytes.set(part, at);
        at += part.length;
      }
    }
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      const problem = { wanted: 'UTF-8 text', came: 'other bytes', remedy: 'save the file as UTF-8', cause };
      throw formatProblem('file/utf8', { file: this.#options.file, line: this.#entryLine }, problem);
    }
  }
}
