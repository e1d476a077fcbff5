/** A run's live curves as a figure, for its files and its table: every point that is held, of the raw values and their average. */
import { curveOf, phaseEndsOf, type Run } from '../curves/curves';
import { numberColumn, styling } from '../figures/columns';

import { lazyTable } from '../figures/lazyTable';
import type { ColourName } from '../figures/palette';
import type { Column, DataTable, FigureSpec, Mark, PanelSpec, Row, Series } from '../figures/spec';
import { formatValue } from '../format/numbers';
import { dashOf, type Line } from './curveLines';
import type { Span } from './zoom';

export interface Figure {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Of the largest value, in tables and exports. */
const SIGNIFICANT = 6;
const MOST_DIGITS = 12;

/** @param span steps that are drawn; the tables hold all. Null for all. */
export function curvesFigure(run: Run, figures: readonly Figure[], span: Span | null): FigureSpec {
  const shown = figures.filter(({ lines }) => lines.some(({ key }) => curveOf(run, key).length > 0));
  const parts = shown.map((figure) => partOf(run, figure, span));
  const lines = shown.flatMap((figure) => figure.lines);
  const isThinned = lines.some(({ key }) => curveOf(run, key).isThinned);
  const ends = phaseEndsOf(run);
  return {
    name: `${run}-curves`,
    title: `Curves of the ${run}`,
    summary: `Last values: ${lines.map((line) => `${line.label} ${formatValue(curveOf(run, line.key).values.at(-1) ?? 0)}`).join(', ')}.`,
    note: [
      'Strong lines are averages over up to 10 points.',
      isThinned ? 'Of older points the lowest and highest of each stretch are held.' : '',
      ends.length > 0 ? `Upright lines: the next phase of training begins after step ${ends.join(', ')}.` : '',
    ]
      .filter(Boolean)
      .join(' '),
    series: shown.flatMap((figure) => figure.lines.map((line, index) => seriesOf(line, index))),
    data: parts.flatMap(({ tables }) => tables),
    rows: [{ height: 12, minWidth: 24, panels: parts.map(({ panel }) => panel) }],
    cursors: parts.flatMap(({ tables }) => tables.map(({ name }) => ({ data: name, x: 'step' }))),
  };
}

const COLOURS: readonly ColourName[] = [
  'series-1',
  'series-2',
  'series-3',
  'series-4',
  'series-5',
  'series-6',
  'series-7',
  'series-8',
];

const seriesOf = (line: Line, index: number): Series => ({
  key: line.key,
  label: line.label,
  colour: COLOURS[line.colour] ?? 'ink-3',
  pattern: 'solid',
  dash: dashOf(index),
  marker: index === 0 ? 'disc' : 'ring',
});

interface Part {
  readonly tables: readonly DataTable[];
  readonly panel: PanelSpec;
}

function partOf(run: Run, { title, lines }: Figure, span: Span | null): Part {
  const held = lines.filter(({ key }) => curveOf(run, key).length > 0);
  const groups = inSameRows(run, held);
  const stem = slug(title);
  const named = groups.map((group, at) => ({ group, name: groups.length > 1 ? `${stem}-${at + 1}` : stem }));
  const marks = named.flatMap(({ group, name }) => group.flatMap((line) => marksOf(line, name)));
  const steps = held.map(({ key }) => curveOf(run, key).steps);
  const all: Span = [Math.min(...steps.map((of) => of[0] ?? 0)), Math.max(...steps.map((of) => of.at(-1) ?? 0))];
  const [from, to] = span ?? all;
  const ranges = held.flatMap(({ key }) => curveOf(run, key).rangeOf('values', from, to) ?? []);
  const [low, high] = ranges.length > 0 ? [Math.min(...ranges), Math.max(...ranges)] : [0, 1];
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  const rules = phaseEndsOf(run)
    .filter((at) => at >= from && at <= to)
    .map((at): Mark => ({ kind: 'rule', axis: 'x', at }));
  return {
    tables: named.map(({ group, name }) => tableOf(run, group, { name, title: titleOf(title, group, groups.length) })),
    panel: {
      title,
      x: { title: 'Step', scale: { kind: 'linear', domain: from < to ? [from, to] : [from - 1, to + 1] } },
      y: { title: '', scale: { kind: 'linear', domain: [low - margin, high + margin] } },
      marks: [...marks, ...rules],
    },
  };
}

const titleOf = (title: string, group: readonly Line[], groups: number): string =>
  groups > 1 ? `${title}: ${group.map(({ label }) => label).join(', ')}` : title;

const slug = (title: string): string => title.toLowerCase().replace(/\W+/g, '-');

/** Lines whose points came in the same rows share a table. */
function inSameRows(run: Run, lines: readonly Line[]): readonly (readonly Line[])[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const { steps } = curveOf(run, line.key);
    const rows = [steps.length, steps[0], steps[steps.length >> 1], steps.at(-1)].join(' ');
    groups.set(rows, [...(groups.get(rows) ?? []), line]);
  }
  return [...groups.values()];
}

const smoothKey = (key: string): string => `${key} smooth`;
const seriesKey = (key: string): string => `${key} series`;

function marksOf(line: Line, data: string): readonly Mark[] {
  const common = { kind: 'line', data, x: 'step', series: seriesKey(line.key) } as const;
  if (!line.isSmoothed) return [{ ...common, y: line.key, isMarked: line.isMarked ?? false }];
  return [
    { ...common, y: line.key, isFaint: true },
    { ...common, y: smoothKey(line.key) },
  ];
}

function tableOf(run: Run, lines: readonly Line[], names: Pick<DataTable, 'name' | 'title'>): DataTable {
  const columns = lines.flatMap((line): Column[] => {
    const curve = curveOf(run, line.key);
    const range = curve.rangeOf('values', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ?? [0, 0];
    const digits = digitsFor(Math.max(Math.abs(range[0]), Math.abs(range[1])));
    return [
      numberColumn(line.key, line.label, digits),
      ...(line.isSmoothed ? [numberColumn(smoothKey(line.key), `${line.label}, average`, digits)] : []),
      ...styling(seriesKey(line.key)),
    ];
  });
  return lazyTable({ ...names, columns: [numberColumn('step', 'Step'), ...columns] }, () => rowsOf(run, lines));
}

const digitsFor = (largest: number): number =>
  largest === 0 ? 4 : Math.min(MOST_DIGITS, Math.max(0, SIGNIFICANT - 1 - Math.floor(Math.log10(largest))));

function rowsOf(run: Run, lines: readonly Line[]): readonly Row[] {
  const curves = lines.map(({ key, isSmoothed }) => {
    const { steps, values, smooth } = curveOf(run, key);
    return { key, steps, values, smooth: isSmoothed ? smooth : null };
  });
  return Array.from(curves[0]?.steps ?? [], (step, at) => {
    const row: Record<string, number | string> = { step };
    for (const { key, values, smooth } of curves) {
      row[key] = values[at] ?? 0;
      if (smooth) row[smoothKey(key)] = smooth[at] ?? 0;
      row[seriesKey(key)] = key;
    }
    return row;
  });
}
