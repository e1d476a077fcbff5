/** One curve of several runs over steps, each in its run's colour and dash. */
import type { RunInfo } from '../../worker/protocol';
import type { RunCurve } from '../../worker/protocol/runs';
import type { Span } from '../charts/zoom';
import { CurveBuffer } from '../curves/curveBuffer';
import { numberColumn, styling, textColumn } from '../figures/columns';
import { lazyTable } from '../figures/lazyTable';
import { seriesStyle } from '../figures/palette';
import type { FigureSpec, Row } from '../figures/spec';
import { formatValue } from '../format/numbers';
import { metricTitle } from './runColumns';
import { groupOf, styleIndices } from './runOrder';

export interface OverlayData {
  readonly runs: readonly RunInfo[];
  /** All runs of the list: styles do not depend on which are chosen. */
  readonly all: readonly RunInfo[];
  readonly curves: ReadonlyMap<string, CurveBuffer>;
  /** E.g. `recommender/loss`. */
  readonly metric: string;
  /** Steps that are drawn; the table holds all. Null for all. */
  readonly span: Span | null;
  readonly groupBy: string;
  readonly note: string;
}

/** What the worker answered, ready to be drawn. */
export function bufferOf({ steps, values }: RunCurve): CurveBuffer {
  const buffer = new CurveBuffer();
  for (const [at, step] of steps.entries()) buffer.append(step, values[at] ?? Number.NaN);
  return buffer;
}

/** First and last step of curves; null before there are two. */
export function stepsOf(curves: readonly CurveBuffer[]): Span | null {
  const ends = curves.filter(({ length }) => length > 0).map(({ steps }): Span => [steps[0] ?? 0, steps.at(-1) ?? 0]);
  const [first, last] = [Math.min(...ends.map(([from]) => from)), Math.max(...ends.map(([, to]) => to))];
  return last > first ? [first, last] : null;
}

export function overlayFigure({ runs, all, curves, metric, span, groupBy, note }: OverlayData): FigureSpec {
  const styles = styleIndices(all, groupBy);
  const drawn = runs.flatMap((run) => {
    const curve = curves.get(run.id);
    return curve && curve.length > 0 ? [{ run, curve }] : [];
  });
  const shown = span ?? stepsOf(drawn.map(({ curve }) => curve));
  const values = drawn.flatMap(
    ({ curve }) =>
      curve.rangeOf('values', shown?.[0] ?? Number.NEGATIVE_INFINITY, shown?.[1] ?? Number.POSITIVE_INFINITY) ?? [],
  );
  const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  const ends = drawn.map(({ run, curve }) => `${run.name} ${formatValue(curve.values.at(-1) ?? 0)}`);
  const isThinned = drawn.some(({ curve }) => curve.isThinned);
  const rows = (): Row[] =>
    drawn.flatMap(({ run, curve: { steps, values } }) =>
      Array.from(steps, (step, at) => ({ run: run.name, step, value: values[at] ?? 0, series: run.id })),
    );
  const title = metricTitle(metric);
  return {
    name: `runs-${metric.replace(/\W+/g, '-')}`,
    title: `Curves: ${title}`,
    summary: ends.length > 0 ? `Last ${title}: ${ends.join(', ')}.` : `None of the chosen runs has ${title}.`,
    note: [
      isThinned ? 'Of older points the lowest and highest of each stretch are held.' : '',
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
      lazyTable(
        {
          name: 'curves',
          title: 'Values by step',
          columns: [
            textColumn('run', 'Run'),
            numberColumn('step', 'Step'),
            numberColumn('value', title, 4),
            ...styling('series'),
          ],
        },
        rows,
      ),
    ],
    rows: [
      {
        height: 18,
        panels: [
          {
            x: {
              title: 'Step',
              scale: { kind: 'linear', domain: shown ?? [0, 1] },
            },
            y: {
              title,
              scale: { kind: 'linear', domain: [low - margin, high + margin] },
            },
            marks: [{ kind: 'line', data: 'curves', x: 'step', y: 'value', series: 'series' }],
          },
        ],
      },
    ],
    cursors: [{ data: 'curves', x: 'step', y: 'run' }],
  };
}
