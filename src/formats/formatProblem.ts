import { FormatError } from '../base/errors';

/** Where in foreign input a problem sits. */
export interface Place {
  readonly file: string;
  /** Line number from 1. */
  readonly line?: number;
  readonly field?: string;
}

/** What was wanted, what came, what the reader of the message should do. */
export interface Problem {
  readonly wanted: string;
  readonly came: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

/** Builds the one message form of this folder: "read items.jsonl.gz line 3 field `id`: wanted …, came …; do …". */
export function formatProblem(code: string, place: Place, problem: Problem): FormatError {
  const line = place.line === undefined ? '' : ` line ${place.line}`;
  const field = place.field === undefined ? '' : ` field \`${place.field}\``;
  const message = `read ${place.file}${line}${field}: wanted ${problem.wanted}, came ${problem.came}; ${problem.remedy}`;
  return new FormatError(code, message, problem.cause === undefined ? {} : { cause: problem.cause });
}

/** Names a value by its kind, never by its content beyond 40 characters (item text stays out of logs). */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return value.length === 0 ? 'empty text' : `text of ${value.length} characters`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return `${value}`;
  return 'an object';
}
