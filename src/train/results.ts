/**
 * One table of the test evaluations of one or several runs, for the command line and the page alike. Runs whose configurations
 * differ in nothing but name and seed are one row with a spread; the counting recommenders are one row each.
 */
import { ConfigError, FormatError } from '../base/errors';
import type { Protocol } from '../evaluate/protocol';
import {
  type PairedTest,
  type ResultsTable,
  type RunResult,
  requireComparable,
  resultsTable,
  type SystemResult,
} from '../evaluate/resultsTable';
import type { EvaluationDetails } from './reports';
import type { StoredEvaluation } from './runLog';

/** What a table of results shows. */
export interface ResultsRequest {
  readonly seenItems: Protocol['seenItems'];
  /** Name of the baseline; no significance without one. */
  readonly against: string | null;
  readonly test: PairedTest;
  /** Null: all of TABLE_CUTOFFS. */
  readonly cutoffs: readonly number[] | null;
}

export interface MeasuredRun {
  /** As its file has it; `name` and `seed` are read. */
  readonly config: unknown;
  readonly evaluations: readonly StoredEvaluation[];
}

/** Recall@10 of each row of the table by how popular users' targets are (UTGRec, Figure 4), seeds averaged. */
export interface GroupTable {
  readonly groups: readonly { readonly name: string; readonly users: number }[];
  readonly rows: readonly { readonly name: string; readonly recall10: readonly number[] }[];
}

export interface Results {
  readonly table: ResultsTable;
  readonly groups: GroupTable;
}

interface Row {
  readonly system: string;
  readonly runName: string;
  readonly isReference: boolean;
  readonly details: EvaluationDetails[];
  readonly runs: RunResult[];
}

/**
 * @throws FormatError `compare/none` if no run was measured so, `compare/evaluation` for evaluations of an older version;
 *   ConfigError `compare/seed`; ConfigError and ShapeError of the table
 */
export function resultsOf(measured: readonly MeasuredRun[], request: ResultsRequest): Results {
  const rows = rowsOf(measured, request.seenItems);
  if (rows.length === 0)
    throw new FormatError(
      'compare/none',
      `compare: there is no test evaluation with seen items ${request.seenItems}; train to the end or run tessera evaluate.`,
    );
  const named = withNames(rows);
  const { against, test, cutoffs } = request;
  const table = resultsTable(
    named.map(({ name, row }) => ({ name, protocol: firstOf(row.details).protocol, runs: row.runs })),
    { ...(cutoffs ? { cutoffs } : {}), ...(against === null ? {} : { family: { baseline: against, test } }) },
  );
  const remarks = named.flatMap(({ name, row }) => generationRemark(name, row.details));
  return { table: { ...table, notes: [...table.notes, ...remarks] }, groups: groupTable(named) };
}

/**
 * The rows of the table as systems, seeds together: what pairs of rows are compared by.
 * @throws as `resultsOf`
 */
export function systemsOf(measured: readonly MeasuredRun[], seenItems: Protocol['seenItems']): SystemResult[] {
  const systems = withNames(rowsOf(measured, seenItems)).map(({ name, row }) => ({
    name,
    protocol: firstOf(row.details).protocol,
    runs: row.runs,
  }));
  requireComparable(systems);
  return systems;
}

function rowsOf(measured: readonly MeasuredRun[], seenItems: Protocol['seenItems']): Row[] {
  const rows = new Map<string, Row>();
  for (const { config, evaluations } of measured) {
    const { name: runName, seed, ...rest } = isRecord(config) ? config : {};
    for (const { report, users, ranks } of evaluations) {
      if (report.split !== 'test') continue;
      const { details } = report;
      if (!details)
        throw new FormatError(
          'compare/evaluation',
          `compare: ${report.name} has no protocol (it is of an older version); measure the run again (tessera evaluate).`,
        );
      if (details.protocol.seenItems !== seenItems) continue;
      const isReference = report.kind === 'reference';
      const key = isReference ? details.system : `${details.system}\n${JSON.stringify(sorted(rest))}`;
      const row = rows.get(key) ?? {
        system: details.system,
        runName: typeof runName === 'string' ? runName : '',
        isReference,
        details: [],
        runs: [],
      };
      rows.set(key, row);
      if (isReference && row.runs.length > 0) continue;
      const run = { seed: typeof seed === 'number' ? seed : 0, users, ranks, whole: wholeOf(details) };
      if (row.runs.some((other) => other.seed === run.seed))
        throw new ConfigError(
          'compare/seed',
          `compare: two runs of ${details.system} have the same configuration and seed ${run.seed}; leave one out.`,
        );
      row.runs.push(run);
      row.details.push(details);
    }
  }
  // Counting recommenders by name: the order in which a store or a folder lists them is not the same everywhere.
  const byName = (a: Row, b: Row): number => (a.system < b.system ? -1 : a.system > b.system ? 1 : 0);
  return [...rows.values()].sort(
    (a, b) => Number(b.isReference) - Number(a.isReference) || (a.isReference ? byName(a, b) : 0),
  );
}

/** Systems of several configurations get their runs' names. */
function withNames(rows: readonly Row[]): { name: string; row: Row }[] {
  const isShared = (system: string): boolean => rows.filter((row) => row.system === system).length > 1;
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const name = isShared(row.system) && row.runName !== '' ? `${row.system}, ${row.runName}` : row.system;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { name: count > 1 ? `${name} (${count})` : name, row };
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value with the keys of all objects in order, so that equal configurations have equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function firstOf(details: readonly EvaluationDetails[]): EvaluationDetails {
  const [first] = details;
  if (!first) throw new Error('results: a row without evaluations');
  return first;
}

const wholeOf = ({ lists }: EvaluationDetails): Record<string, number> =>
  Object.fromEntries(
    lists.flatMap(({ cutoff, coverage, popularityBias }) => [
      [`Cov@${cutoff}`, coverage],
      [`Pop@${cutoff}`, popularityBias],
    ]),
  );

function generationRemark(name: string, details: readonly EvaluationDetails[]): string[] {
  const counts = details.flatMap(({ generation }) => (generation ? [generation] : []));
  if (counts.length === 0) return [];
  const sum = (field: 'results' | 'invalid' | 'repeated'): number =>
    counts.reduce((total, each) => total + each[field], 0);
  const share = (part: number): string => `${((100 * part) / Math.max(1, sum('results'))).toFixed(1)} %`;
  return [
    `${name}: of ${sum('results')} results ${share(sum('invalid'))} are no item (they keep their rank), ${share(sum('repeated'))} repeat one`,
  ];
}

function groupTable(named: readonly { name: string; row: Row }[]): GroupTable {
  const groups = named[0] ? firstOf(named[0].row.details).groups.map(({ name, users }) => ({ name, users })) : [];
  const rows = named.map(({ name, row }) => ({
    name,
    recall10: groups.map(({ name: group }) => {
      const values = row.details.map((each) => each.groups.find((own) => own.name === group)?.recall10 ?? 0);
      return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    }),
  }));
  return { groups, rows };
}

/** The groups as aligned text, one line a recommender. */
export function groupText({ groups, rows }: GroupTable): string {
  const head = 'R@10 by target popularity';
  const width = Math.max(head.length, ...rows.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(width)}  ${cells.map((cell) => cell.padEnd(9)).join('  ')}`.trimEnd();
  return [
    line(
      head,
      groups.map(({ name }) => name),
    ),
    line(
      'users',
      groups.map(({ users }) => String(users)),
    ),
    ...rows.map(({ name, recall10 }) =>
      line(
        name,
        recall10.map((value) => value.toFixed(4)),
      ),
    ),
  ].join('\n');
}
