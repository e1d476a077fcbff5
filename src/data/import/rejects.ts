/** Bad rows: how an error of a reader becomes an entry of the import's list. */
import { FormatError } from '../../base/errors';
import type { ImportSink } from './sink';

const MAX_CONTENT_CHARACTERS = 200;

/** A row as the reader saw it. */
export interface RowText {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** From 1, where the reader knows it better than the error does. */
  readonly column?: number;
}

/** Tells `sink` of a bad row. Errors other than FormatError are defects or interruptions and are thrown on. */
export function rejectRow(sink: ImportSink, row: RowText, error: unknown): void {
  if (!(error instanceof FormatError)) throw error;
  const content = row.text.slice(0, MAX_CONTENT_CHARACTERS);
  const { file, line } = row;
  sink.reject({ file, line, column: row.column ?? columnOf(error, row.text), content, reason: reasonOf(error, row) });
}

/** The sentence without the file and line, which the list shows in columns of their own. */
function reasonOf(error: FormatError, row: RowText): string {
  for (const place of [`read ${row.file} line ${row.line}`, `read ${row.file}`]) {
    if (error.message.startsWith(place)) return error.message.slice(place.length).replace(/^:?\s+/, '');
  }
  return error.message;
}

/** Where the parser stopped, or where the named field begins; 0 if only the row is known. */
function columnOf(error: FormatError, text: string): number {
  const cause = error.cause instanceof Error ? error.cause.message : '';
  const position = /position (\d+)/.exec(cause)?.[1];
  if (position !== undefined) return Number(position) + 1;
  if (/end of (JSON|data)/i.test(cause)) return text.length + 1;
  const field = /^read .*? field `([^`]+)`/.exec(error.message)?.[1];
  const at = field === undefined ? -1 : text.indexOf(`"${field}"`);
  return at + 1;
}
