/**
 * Delimited text (RFC 4180 and its relatives), line by line. Own code instead of a library: rows must come with their line
 * number, and an unclosed quote must cost at most `MAX_RECORD_LINES` lines of memory and linear time, where the usual
 * streaming parser keeps the rest of the file and scans it again with every chunk.
 *
 * A quote counts only at the beginning of a field; inside a quoted field `""` is a quote, and line ends are text. A record that
 * never closes its quote is given up: its first line is bad, the lines held with it are read again, each by itself.
 */
import { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';

export interface CsvOptions {
  readonly file: string;
  /** One character; without quotes it may be several (`::`). */
  readonly delimiter: string;
  /** False for formats that quote nothing (RecBole, tab-separated exports): quotes are text then. Default true. */
  readonly hasQuotes?: boolean;
  /** Called with every record; `line` is its first one. May throw FormatError. */
  readonly onRecord: (fields: readonly string[], line: number, text: string) => void;
  /** Called for a record that breaks the format or that `onRecord` refused. */
  readonly onBad: (error: FormatError, line: number, text: string) => void;
}

const QUOTE = '"';
/** The longest quoted field seen in public data has some 200 lines (a product description). */
const MAX_RECORD_LINES = 1000;
const MAX_RECORD_CHARACTERS = 2 ** 20;
const MAX_FIELDS = 4096;

/** A record whose quoted field goes on in the next line. */
interface OpenRecord {
  readonly firstLine: number;
  readonly fields: string[];
  /** What the open field holds so far. */
  readonly pieces: string[];
  readonly lines: string[];
  characters: number;
}

export class CsvRecords {
  readonly #options: CsvOptions;
  readonly #hasQuotes: boolean;
  #open: OpenRecord | null = null;

  constructor(options: CsvOptions) {
    this.#options = options;
    this.#hasQuotes = options.hasQuotes ?? true;
  }

  /** Takes the next line, without its end. Blank lines outside quotes are skipped. */
  push(text: string, line: number): void {
    if (this.#open !== null) this.#goOn(this.#open, text);
    else if (text.trim() === '') return;
    // Most lines of most files: nothing quoted.
    else if (!this.#hasQuotes || !text.includes(QUOTE)) this.#emit(text.split(this.#options.delimiter), line, text);
    else this.#parse({ firstLine: line, fields: [], pieces: [], lines: [text], characters: text.length }, text, false);
  }

  /** After the last line. */
  finish(): void {
    if (this.#open !== null) this.#giveUp(this.#open);
  }

  #goOn(record: OpenRecord, text: string): void {
    record.lines.push(text);
    record.characters += text.length + 1;
    if (record.lines.length > MAX_RECORD_LINES || record.characters > MAX_RECORD_CHARACTERS) this.#giveUp(record);
    else this.#parse(record, text, true);
  }

  /** Reads one line into `record`; emits it, or keeps it open. */
  #parse(record: OpenRecord, text: string, startsInQuotes: boolean): void {
    const { delimiter } = this.#options;
    this.#open = null;
    let at = 0;
    let isQuoted = startsInQuotes;
    for (;;) {
      if (!isQuoted && text[at] === QUOTE) {
        isQuoted = true;
        at++;
      }
      if (isQuoted) {
        const end = text.indexOf(QUOTE, at);
        if (end < 0) {
          record.pieces.push(text.slice(at), '\n');
          this.#open = record;
          return;
        }
        record.pieces.push(text.slice(at, end));
        if (text[end + 1] === QUOTE) {
          record.pieces.push(QUOTE);
          at = end + 2;
          continue;
        }
        record.fields.push(record.pieces.join(''));
        record.pieces.length = 0;
        isQuoted = false;
        at = end + 1;
        if (at === text.length) break;
        if (text[at] !== delimiter) {
          this.#refuse(record, text, at);
          return;
        }
        at++;
      } else {
        const end = text.indexOf(delimiter, at);
        record.fields.push(text.slice(at, end < 0 ? text.length : end));
        if (end < 0) break;
        at = end + 1;
      }
    }
    this.#emit(record.fields, record.firstLine, record.lines.length === 1 ? text : record.lines.join('\n'));
  }

  #emit(fields: readonly string[], line: number, text: string): void {
    const { file, onRecord, onBad } = this.#options;
    try {
      if (fields.length > MAX_FIELDS) {
        const wanted = `at most ${MAX_FIELDS} fields`;
        const problem = { wanted, came: `${fields.length}`, remedy: 'check the delimiter' };
        throw formatProblem('csv/fields', { file, line }, problem);
      }
      onRecord(fields, line, text);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      onBad(error, line, text);
    }
  }

  #refuse(record: OpenRecord, text: string, at: number): void {
    const { file, onBad } = this.#options;
    const wanted = 'the delimiter or the end of the line after a closing quote';
    const came = `other text at column ${at + 1}`;
    const problem = { wanted, came, remedy: 'double the quotes inside a quoted field' };
    onBad(formatProblem('csv/quote', { file, line: record.firstLine }, problem), record.firstLine, text);
  }

  #giveUp(record: OpenRecord): void {
    const { file, onBad } = this.#options;
    this.#open = null;
    const [first = '', ...others] = record.lines;
    const line = record.firstLine;
    const wanted = `a closing quote within ${MAX_RECORD_LINES} lines`;
    const problem = { wanted, came: 'none', remedy: 'close the quoted field, or double the quote' };
    onBad(formatProblem('csv/open', { file, line }, problem), line, first);
    others.forEach((text, index) => {
      this.push(text, line + 1 + index);
      // Each line stands alone now, or one stray quote after the other would hold the whole file.
      if (this.#open !== null) {
        const alone = this.#open;
        this.#open = null;
        onBad(formatProblem('csv/open', { file, line: alone.firstLine }, problem), alone.firstLine, text);
      }
    });
  }
}

/** The character among tab, comma, semicolon and bar that splits the first line into most fields, and at least half of all lines into as many. */
export function sniffDelimiter(lines: readonly string[]): string | null {
  let best: string | null = null;
  let bestFields = 1;
  for (const delimiter of ['\t', ',', ';', '|']) {
    const counts: number[] = [];
    const keep = (fields: readonly string[]): void => {
      counts.push(fields.length);
    };
    const records = new CsvRecords({ file: '', delimiter, onRecord: keep, onBad: () => undefined });
    lines.forEach((line, index) => {
      records.push(line, index + 1);
    });
    const [first = 1] = counts;
    const isEven = counts.filter((count) => count === first).length >= 0.5 * counts.length;
    if (isEven && first > bestFields) {
      best = delimiter;
      bestFields = first;
    }
  }
  return best;
}
