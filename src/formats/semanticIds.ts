/**
 * Item codes as other projects publish them: JSON lines `{"id": 0, "tokens": ["<a_12>", "<b_3>", …]}`, one token a level, the
 * letter naming the level (a = 0). Collisions are kept as they are.
 */
import { idField } from './fields';
import { describeValue, formatProblem, type Place } from './formatProblem';
import { type InflateOptions, inflateIfGzip } from './gzip';
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
 * Reads plain or gzipped codes. Takes the stream.
 * @throws FormatError `codes/tokens`, `codes/levels`, `codes/duplicate`, `codes/none`, and those of gzip and JSON lines
 */
export async function readSemanticIds(
  stream: ReadableStream<Uint8Array>,
  options: InflateOptions,
): Promise<SemanticIds> {
  const { file } = options;
  const seen = new Set<string>();
  const codes: number[] = [];
  const entryCounts: number[] = [];
  for await (const { line, value } of readJsonLines(await inflateIfGzip(stream, options), { file })) {
    const place = { file, line };
    const id = idField(value, 'id', place);
    if (seen.has(id)) {
      const problem = { wanted: 'every item once', came: `id ${id} again`, remedy: 'remove one of the two lines' };
      throw formatProblem('codes/duplicate', { ...place, field: 'id' }, problem);
    }
    const own = codeTokens(value.tokens, { ...place, field: 'tokens' });
    if (seen.size > 0 && own.length !== entryCounts.length) {
      const problem = { wanted: `${entryCounts.length} tokens`, came: `${own.length}`, remedy: 'use one length' };
      throw formatProblem('codes/levels', { ...place, field: 'tokens' }, problem);
    }
    seen.add(id);
    own.forEach((code, level) => {
      codes.push(code);
      entryCounts[level] = Math.max(entryCounts[level] ?? 0, code + 1);
    });
  }
  if (seen.size === 0) {
    throw formatProblem(
      'codes/none',
      { file },
      { wanted: 'at least one item', came: 'none', remedy: 'check the file' },
    );
  }
  return { ids: [...seen], levelCount: entryCounts.length, codes: Uint16Array.from(codes), entryCounts };
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
