/**
 * A report without what names its authors: names of runs and data, paths, addresses, the GPU, the time zone, free notes. Names
 * that are known are replaced wherever they occur (a run named in a text becomes the same letter as in the table); what only
 * looks like a path, an address or an e-mail is taken out.
 */
import type { DataTable, FigureSpec } from '../figures/spec';
import type { Block, Report } from './report';

export interface Secrets {
  /** Names of data sets. */
  readonly data: readonly string[];
  /** Names of runs that may be mentioned without standing in a run set. */
  readonly runs: readonly string[];
  /** Adapter, browser, time zone, and whatever else must not be read. */
  readonly others: readonly string[];
}

const REMOVED = '[removed]';
/** Shorter names occur in ordinary words. */
const LEAST_LENGTH = 3;
const PATTERNS: readonly RegExp[] = [
  // E-mails and addresses before paths, which are parts of them.
  /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\b(?:https?|file|ftp):\/\/[^\s"'<>)]+/gi,
  /(?<![\w/])~?\/(?:[\w.@-]+\/)+[\w.@-]*/g,
  /\b[A-Za-z]:\\[^\s"'<>]*/g,
  /\\\\[\w.-]+\\[^\s"'<>]*/g,
];

const letterOf = (index: number): string =>
  index < 26 ? String.fromCharCode(65 + index) : `${letterOf(Math.floor(index / 26) - 1)}${letterOf(index % 26)}`;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Every name with what stands in its place, longest first so that a part never wins over the whole. */
function replacements(report: Report, secrets: Secrets): readonly (readonly [RegExp, string])[] {
  const reported = report.blocks.flatMap((block) => (block.kind === 'runs' ? block.runs : []));
  const unique = (names: readonly string[]): string[] => [...new Set(names.filter((one) => one !== ''))];
  const named = [
    ...unique([...reported.map(({ name }) => name), ...secrets.runs]).map(
      (name, at) => [name, `run ${letterOf(at)}`] as const,
    ),
    ...unique([...reported.map(({ data }) => data), ...secrets.data]).map(
      (name, at) => [name, `data set ${letterOf(at)}`] as const,
    ),
    ...unique(secrets.others).map((name) => [name, REMOVED] as const),
  ].filter(([name]) => name.length >= LEAST_LENGTH);
  return named
    .sort(([a], [b]) => b.length - a.length)
    .map(([name, instead]) => [new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'giu'), instead]);
}

export function anonymised(report: Report, secrets: Secrets): Report {
  const names = replacements(report, secrets);
  const clean = (text: string): string => {
    const named = names.reduce((now, [pattern, instead]) => now.replace(pattern, instead), text);
    return PATTERNS.reduce((now, pattern) => now.replace(pattern, REMOVED), named);
  };
  return {
    id: 'report',
    title: clean(report.title),
    blocks: report.blocks.map((block) => cleaned(block, clean)),
  };
}

function cleaned(block: Block, clean: (text: string) => string): Block {
  switch (block.kind) {
    case 'text':
      return { ...block, text: clean(block.text) };
    case 'table':
      return { ...block, table: cleanTable(block.table, clean), caption: clean(block.caption) };
    case 'figure':
      return { ...block, spec: cleanFigure(block.spec, clean), caption: clean(block.caption) };
    case 'runs':
      return {
        ...block,
        caption: clean(block.caption),
        runs: block.runs.map((run) => ({
          ...run,
          name: clean(run.name),
          data: clean(run.data),
          config: Object.fromEntries(
            Object.entries(run.config)
              .filter(([key]) => !/(^|\.)(name|notes?|path|author)$/i.test(key))
              .map(([key, value]) => [key, clean(value)]),
          ),
        })),
      };
  }
}

/** Equal texts stay equal, so marks, columns, series and domains still find each other. */
function cleanFigure(spec: FigureSpec, clean: (text: string) => string): FigureSpec {
  const { data, name, ...rest } = spec;
  return {
    ...deepClean(rest, clean),
    name: clean(name) === name ? name : 'figure',
    data: data.map((table) => cleanTable(table, clean)),
  };
}

const cleanTable = ({ rows, ...table }: DataTable, clean: (text: string) => string): DataTable => ({
  ...deepClean(table, clean),
  rows: rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [clean(key), typeof value === 'string' ? clean(value) : value]),
    ),
  ),
});

/** Values of these keys are words of the figure's own language. */
const OWN_WORDS: ReadonlySet<string> = new Set(['kind', 'colour', 'pattern', 'marker', 'ramp', 'axis']);

/** Every text of a value. Keys of these objects are the figure's own. */
function deepClean<T>(value: T, clean: (text: string) => string): T;
function deepClean(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value);
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((part) => deepClean(part, clean));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, OWN_WORDS.has(key) ? part : deepClean(part, clean)]),
  );
}
