/** One curve of several runs over steps, each in its run's colour and dash. */
import type { MetricRow, RunInfo } from '../../worker/protocol';
import { numberColumn, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { FigureSpec, Row } from '../figures/spec';
import { formatValue } from '../format/numbers';
import { metricTitle } from './runColumns';
import { groupOf, styleIndices } from './runOrder';

/** Points drawn of a curve; the table and the exports have the same. */
const MOST_POINTS = 240;

export interface OverlayData {
  readonly runs: readonly RunInfo[];
  /** All runs of the list: styles do not depend on which are chosen. */
  readonly all: readonly RunInfo[];
  readonly rows: Readonly<Record<string, readonly MetricRow[]>>;
  /** E.g. `recommender/loss`. */
  readonly metric: string;
  readonly groupBy: string;
  readonly note: string;
}

interface Point {
  readonly step: number;
  readonly value: number;
}

/** A run's values of a metric by step. */
export function pointsOf(rows: readonly MetricRow[], metric: string): Point[] {
  const [part, key = ''] = metric.split('/');
  return rows.flatMap(({ run, step, values }) => {
    const value = values[key];
    return run === part && value !== undefined && Number.isFinite(value) ? [{ step, value }] : [];
  });
}

/** Means of neighbouring points where there are too many: of all values, none left out. */
export function thinned(points: readonly Point[], most = MOST_POINTS): readonly Point[] {
  const stride = Math.ceil(points.length / most);
  if (stride <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / stride) }, (_, at) => {
    const part = points.slice(at * stride, (at + 1) * stride);
    const value = part.reduce((sum, point) => sum + point.value, 0) / part.length;
    return { step: part.at(-1)?.step ?? 0, value };
  });
}

export function overlayFigure({ runs, all, rows, metric, groupBy, note }: OverlayData): FigureSpec {
  const styles = styleIndices(all, groupBy);
  const curves = runs.map((run) => ({ run, points: pointsOf(rows[run.id] ?? [], metric) }));
  const drawn = curves.filter(({ points }) => points.length > 0);
  const table: Row[] = drawn.flatMap(({ run, points }) =>
    thinned(points).map(({ step, value }) => ({ run: run.name, step, value, series: run.id })),
  );
  const values = table.map(({ value }) => Number(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  const ends = drawn.map(({ run, points }) => `${run.name} ${formatValue(points.at(-1)?.value ?? 0)}`);
  const isThinned = drawn.some(({ points }) => points.length > MOST_POINTS);
  const title = metricTitle(metric);
  return {
    name: `runs-${metric.replace(/\W+/g, '-')}`,
    title: `Curves: ${title}`,
    summary: ends.length > 0 ? `Last ${title}: ${ends.join(', ')}.` : `None of the chosen runs has ${title}.`,
    note: [
      isThinned ? `Each point is the mean of its neighbours, at most ${MOST_POINTS} a run.` : '',
      groupBy === 'run' ? '' : `Colour and dash by ${groupBy}.`,
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: drawn.map(({ run }) => ({
      key: run.id,
      label: groupBy === 'run' ? run.name : `${run.name} (${groupOf(run, groupBy)})`,
      ...seriesStyle(styles.get(run.id) ?? 0),
    })),
    data: [
      {
        name: 'curves',
        title: 'Values by step',
        columns: [
          textColumn('run', 'Run'),
          numberColumn('step', 'Step'),
          numberColumn('value', title, 4),
          ...styling('series'),
        ],
        rows: table,
      },
    ],
    rows: [
      {
        height: 18,
        panels: [
          {
            x: {
              title: 'Step',
              scale: { kind: 'linear', domain: [0, Math.max(1, ...table.map((row) => Number(row['step'])))] },
            },
            y: {
              title,
              scale: { kind: 'linear', domain: values.length > 0 ? [low - margin, high + margin] : [0, 1] },
            },
            marks: [{ kind: 'line', data: 'curves', x: 'step', y: 'value', series: 'series' }],
          },
        ],
      },
    ],
    cursors: [{ data: 'curves', x: 'step', y: 'run' }],
  };
}
