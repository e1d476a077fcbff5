/**
 * Item codes as other projects publish them. JSON lines: `{"id": 0, "tokens": ["<a_12>", "<b_3>", …]}`, one token a level, the
 * letter naming the level (a = 0). `.sem_ids` of the UTGRec and MTGRec repositories: one object, item id → list of whole
 * numbers. Collisions are kept as they are.
 */
import { idField } from './fields';
import { describeValue, formatProblem, type Place } from './formatProblem';
import { type InflateOptions, inflateIfGzip } from './gzip';
import { readJsonEntries } from './jsonEntries';
import { readJsonLines } from './jsonLines';
import type { JsonValue } from './strictJson';

export interface SemanticIds {
  /** Item ids in file order. */
  readonly ids: readonly string[];
  /** Codes per item, L. */
  readonly levelCount: number;
  /** [N, L] row-major. */
  readonly codes: Uint16Array;
  /** Largest code of each level plus one [L]. */
  readonly entryCounts: readonly number[];
}

const TOKEN = /^<([a-z])_(\d{1,5})>$/;
const MAX_LEVELS = 26;
const MAX_CODE = 0xffff;

/**
 * Reads plain or gzipped JSON lines. Takes the stream.
 * @throws FormatError `codes/tokens`, `codes/levels`, `codes/duplicate`, `codes/none`, and those of gzip and JSON lines
 */
export async function readSemanticIds(
  stream: ReadableStream<Uint8Array>,
  options: InflateOptions,
): Promise<SemanticIds> {
  const { file } = options;
  const table = new CodeTable();
  for await (const { line, value } of readJsonLines(await inflateIfGzip(stream, options), { file })) {
    const place = { file, line };
    const id = idField(value, 'id', place);
    table.add(id, codeTokens(value.tokens, { ...place, field: 'tokens' }), place);
  }
  return table.finish(file);
}

/**
 * Reads a plain or gzipped `.sem_ids` file. Takes the stream.
 * @throws FormatError `codes/numbers`, `codes/levels`, `codes/duplicate`, `codes/none`, and those of gzip and JSON
 */
export async function readSemanticIdObject(
  stream: ReadableStream<Uint8Array>,
  options: InflateOptions,
): Promise<SemanticIds> {
  const { file } = options;
  const table = new CodeTable();
  await readJsonEntries(await inflateIfGzip(stream, options), {
    file,
    onEntry: ({ key, value, line }) => table.add(key, codeNumbers(value, { file, line, field: key }), { file, line }),
  });
  return table.finish(file);
}

class CodeTable {
  readonly #seen = new Set<string>();
  readonly #codes: number[] = [];
  readonly #entryCounts: number[] = [];

  add(id: string, own: readonly number[], place: Place): void {
    if (this.#seen.has(id)) {
      const problem = { wanted: 'every item once', came: `id ${id} again`, remedy: 'remove one of the two lines' };
      throw formatProblem('codes/duplicate', { ...place, field: 'id' }, problem);
    }
    if (this.#seen.size > 0 && own.length !== this.#entryCounts.length) {
      const problem = { wanted: `${this.#entryCounts.length} codes`, came: `${own.length}`, remedy: 'use one length' };
      throw formatProblem('codes/levels', { ...place, field: id }, problem);
    }
    this.#seen.add(id);
    own.forEach((code, level) => {
      this.#codes.push(code);
      this.#entryCounts[level] = Math.max(this.#entryCounts[level] ?? 0, code + 1);
    });
  }

  finish(file: string): SemanticIds {
    if (this.#seen.size === 0) {
      const problem = { wanted: 'at least one item', came: 'none', remedy: 'check the file' };
      throw formatProblem('codes/none', { file }, problem);
    }
    const entryCounts = this.#entryCounts;
    return { ids: [...this.#seen], levelCount: entryCounts.length, codes: Uint16Array.from(this.#codes), entryCounts };
  }
}

function codeNumbers(value: JsonValue, place: Place): number[] {
  const isCode = (code: JsonValue): code is number =>
    typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= MAX_CODE;
  if (Array.isArray(value) && value.length > 0 && value.length <= MAX_LEVELS && value.every(isCode)) return [...value];
  const wanted = `a list of 1 to ${MAX_LEVELS} whole numbers up to ${MAX_CODE}`;
  throw formatProblem('codes/numbers', place, {
    wanted,
    came: describeValue(value),
    remedy: 'write one code a level',
  });
}

/** The codes of one item from its tokens, one a level [L]. @throws FormatError `codes/tokens` */
export function codeTokens(tokens: JsonValue | undefined, place: Place): number[] {
  const wanted = 'tokens like "<a_12>", their letters in the order a, b, c, …';
  const remedy = 'write one token a level';
  if (!Array.isArray(tokens) || tokens.length === 0 || tokens.length > MAX_LEVELS) {
    throw formatProblem('codes/tokens', place, { wanted, came: describeValue(tokens), remedy });
  }
  return (tokens as readonly JsonValue[]).map((token, level) => {
    const match = typeof token === 'string' ? TOKEN.exec(token) : null;
    const code = Number(match?.[2] ?? Number.NaN);
    if (match?.[1] === String.fromCharCode(97 + level) && code <= MAX_CODE) return code;
    const came = `${describeValue(token)} at position ${level}`;
    throw formatProblem('codes/tokens', place, { wanted, came, remedy });
  });
}
