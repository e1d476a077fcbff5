/**
 * Tables of results as papers print them: rows are systems, columns metrics, the best of a column bold and the second
 * underlined, mean ± standard deviation over seeds. Every number is rounded once, here; the formats only dress the same
 * texts. Statistics never depend on what is shown: significance is computed for a declared family, corrected over all of it.
 */
import { ConfigError, ShapeError } from '../base/errors';
import { METRIC_KINDS, type Metric, type MetricKind, metricsFromRanks, TABLE_CUTOFFS } from './metrics';
import { type PairedTest, pairedP, TEST_NAMES } from './pairedTests';
import { type Protocol, protocolCard, protocolDifferences } from './protocol';
import { holmAdjusted } from './significance';

/** One run of a system: the rank of every user's target. */
export interface RunResult {
  readonly seed: number;
  readonly users: Uint32Array;
  readonly ranks: Uint32Array;
  /** Whole-run numbers by `label@cutoff`, such as `Cov@10`: shown at the table's cut-offs, never ranked or tested. */
  readonly whole?: Readonly<Record<string, number>>;
}

export interface SystemResult {
  readonly name: string;
  readonly protocol: Protocol;
  /** One for each seed, all on the same users. */
  readonly runs: readonly RunResult[];
}

export type { PairedTest } from './pairedTests';

/** Declaring a family: every other system against `baseline` on every column, Holm-corrected together. */
export interface Family {
  readonly baseline: string;
  readonly test: PairedTest;
  /** Adjusted p below this gets a marker; 0.05 by default. */
  readonly level?: number;
}

export interface TableOptions {
  readonly cutoffs?: readonly number[];
  readonly kinds?: readonly MetricKind[];
  readonly family?: Family;
  /** Digits after the point. */
  readonly digits?: number;
  /** Of the randomisation test, fixed so that a table repeats. */
  readonly seed?: number;
}

export interface Cell {
  readonly mean: number;
  /** Sample standard deviation over seeds; null for one seed. */
  readonly deviation: number | null;
  /** `mean` (and `deviation`) with the table's digits. */
  readonly text: string;
  readonly deviationText: string | null;
  /** 1 best, 2 second, by the printed number: equal texts share a place. */
  readonly place: 1 | 2 | null;
  /** Holm-adjusted p against the baseline; null outside a family. */
  readonly adjustedP: number | null;
  /** `*` if significantly better than the baseline, `†` if significantly worse. */
  readonly marker: '' | '*' | '†';
}

export interface ResultsTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly seeds: number; readonly cells: readonly Cell[] }[];
  /** The protocol card, then what the marks mean. */
  readonly notes: readonly string[];
}

/**
 * @throws ConfigError `table/empty`, `table/baseline`, `table/protocol` naming the fields that differ; ShapeError `table/users`
 * naming users that only one of two runs has
 */
export function resultsTable(systems: readonly SystemResult[], options: TableOptions = {}): ResultsTable {
  const { cutoffs = TABLE_CUTOFFS, kinds = METRIC_KINDS, digits = 4, family } = options;
  const first = systems[0];
  if (!first || systems.some(({ runs }) => runs.length === 0))
    throw new ConfigError('table/empty', 'results table: wanted at least one system with a run; give a trained run.');
  requireComparable(systems);
  const metrics = systems.map(({ runs }) => runs.map(({ ranks }) => metricsFromRanks(ranks, cutoffs, kinds)));
  const columns = metrics[0]?.[0]?.map(({ label }) => label) ?? [];
  const statistics = metrics.map((runs) =>
    columns.map((_, column) => acrossSeeds(runs.map((run) => run[column]?.mean ?? 0))),
  );
  const wholeColumns = [
    ...new Set(systems.flatMap(({ runs }) => runs.flatMap(({ whole }) => Object.keys(whole ?? {})))),
  ].filter((label) => cutoffs.includes(Number(label.split('@')[1])));
  const adjusted = family ? familyP(systems, metrics, family, options.seed ?? 1) : null;
  const rows = systems.map(({ name, runs }, row) => ({
    name,
    seeds: runs.length,
    cells: [
      ...columns.map((_, column): Cell => {
        const { mean, deviation } = statistics[row]?.[column] ?? { mean: 0, deviation: null };
        const texts = statistics.map((each) => (each[column]?.mean ?? 0).toFixed(digits));
        const p = adjusted?.p[row]?.[column] ?? null;
        const baseline = adjusted ? (statistics[adjusted.baselineRow]?.[column]?.mean ?? 0) : 0;
        const isMarked = p !== null && p < (family?.level ?? 0.05);
        return {
          mean,
          deviation,
          text: mean.toFixed(digits),
          deviationText: deviation === null ? null : deviation.toFixed(digits),
          place: systems.length > 1 ? placeOf(texts, row) : null,
          adjustedP: p,
          marker: isMarked ? (mean > baseline ? '*' : '†') : '',
        };
      }),
      ...wholeColumns.map((label) => wholeCell(runs, label, digits)),
    ],
  }));
  const notes = notesOf(systems, family, adjusted?.size ?? 0);
  if (wholeColumns.length > 0) notes.push(WHOLE_NOTE);
  return { columns: [...columns, ...wholeColumns], rows, notes };
}

const WHOLE_NOTE =
  'lists: Cov@k, share of the catalogue in at least one top k; Pop@k, mean training popularity of the top k over that of the targets';

/** Text of a number that was not measured. */
export const NOT_MEASURED = '–';

function wholeCell(runs: readonly RunResult[], label: string, digits: number): Cell {
  const values = runs.map(({ whole }) => whole?.[label] ?? Number.NaN);
  const { mean, deviation } = acrossSeeds(values);
  const unranked = { place: null, adjustedP: null, marker: '' } as const;
  if (Number.isNaN(mean)) return { mean, deviation: null, text: NOT_MEASURED, deviationText: null, ...unranked };
  return {
    mean,
    deviation,
    text: mean.toFixed(digits),
    deviationText: deviation?.toFixed(digits) ?? null,
    ...unranked,
  };
}

/** Mean and sample standard deviation; one value has no deviation. */
export function acrossSeeds(values: readonly number[]): { mean: number; deviation: number | null } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function placeOf(texts: readonly string[], row: number): 1 | 2 | null {
  const distinct = [...new Set(texts)].sort((a, b) => Number(b) - Number(a));
  if (texts[row] === distinct[0]) return 1;
  return texts[row] === distinct[1] ? 2 : null;
}

/** Per-user values of each system with its seeds averaged first, compared with the baseline's. */
function familyP(
  systems: readonly SystemResult[],
  metrics: readonly (readonly (readonly Metric[])[])[],
  family: Family,
  seed: number,
): { p: (number | null)[][]; baselineRow: number; size: number } {
  const baselineRow = systems.findIndex(({ name }) => name === family.baseline);
  if (baselineRow < 0)
    throw new ConfigError(
      'table/baseline',
      `results table: there is no "${family.baseline}" to compare with; choose one of ${systems.map(({ name }) => name).join(', ')}.`,
    );
  const averaged = metrics.map((runs) =>
    (runs[0] ?? []).map((metric, column) =>
      Float64Array.from(metric.perUser, (_, user) => {
        const sum = runs.reduce((total, run) => total + (run[column]?.perUser[user] ?? 0), 0);
        return sum / runs.length;
      }),
    ),
  );
  const tests: { row: number; column: number; p: number }[] = [];
  averaged.forEach((columns, row) => {
    if (row === baselineRow) return;
    columns.forEach((values, column) => {
      const against = averaged[baselineRow]?.[column] ?? new Float64Array();
      tests.push({ row, column, p: pairedP(family.test, values, against, seed) });
    });
  });
  const holm = holmAdjusted(tests.map(({ p }) => p));
  const p: (number | null)[][] = averaged.map((columns) => columns.map(() => null));
  tests.forEach(({ row, column }, at) => {
    const target = p[row];
    if (target) target[column] = holm[at] ?? null;
  });
  return { p, baselineRow, size: tests.length };
}

/** @throws as `resultsTable` for systems that were measured differently or on other users */
export function requireComparable(systems: readonly SystemResult[]): void {
  const [first] = systems;
  const reference = first?.runs[0];
  if (!first || !reference) return;
  for (const { name, protocol, runs } of systems) {
    const differences = protocolDifferences(first.protocol, protocol);
    if (differences.length > 0)
      throw new ConfigError(
        'table/protocol',
        `results table: ${first.name} and ${name} were measured differently (${differences.join('; ')}); measure them alike.`,
      );
    for (const run of runs) requireSameUsers(first.name, reference.users, name, run);
  }
}

function requireSameUsers(firstName: string, users: Uint32Array, name: string, run: RunResult): void {
  const isSame = run.users.length === users.length && run.users.every((user, at) => user === users[at]);
  if (isSame && run.ranks.length === users.length) return;
  const known = new Set(users);
  const own = new Set(run.users);
  const only = [
    ...[...own].filter((user) => !known.has(user)).map((user) => `user ${user} only in ${name}`),
    ...[...known].filter((user) => !own.has(user)).map((user) => `user ${user} only in ${firstName}`),
  ];
  const shown = only.slice(0, 3).join(', ');
  const what = only.length > 0 ? `${only.length} users differ: ${shown}` : 'the order or number of users differs';
  throw new ShapeError(
    'table/users',
    `results table: ${firstName} and ${name} (seed ${run.seed}) were not measured on the same users (${what}); evaluate both on one split.`,
  );
}

function notesOf(systems: readonly SystemResult[], family: Family | undefined, size: number): string[] {
  const protocols = systems.map(({ name, protocol }) => ({ name, lines: protocolCard(protocol) }));
  const notes = [...(protocols[0]?.lines ?? [])];
  const rankingAt = 2;
  for (const { name, lines } of protocols.slice(1))
    if (lines[rankingAt] !== notes[rankingAt]) notes.push(`${name} – ${lines[rankingAt]}`);
  const counts = [...new Set(systems.map(({ runs }) => runs.length))];
  if (counts.some((count) => count > 1)) {
    const each = systems.map(({ name, runs }) => `${name} ${runs.length}`).join(', ');
    notes.push(`seeds: mean ± sample standard deviation over seeds (${each}); one seed has no ±`);
  } else notes.push('seeds: one each, so no ± is given');
  if (systems.length > 1) notes.push('marks: bold best, underlined second of a column, by the printed digits');
  if (family)
    notes.push(
      `significance: ${TEST_NAMES[family.test]} against ${family.baseline} on per-user values, seeds averaged first; Holm over a family of ${size}; * better, † worse at ${family.level ?? 0.05}`,
    );
  return notes;
}
