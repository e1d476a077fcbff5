import type uPlot from 'uplot';
import { curveOf, phaseEndsOf, type Run } from '../curves/curves';
import { formatCount, formatValue } from '../format/numbers';
import { readChartTheme } from './chartTheme';
import type { Span } from './zoom';

export interface Line {
  readonly key: string;
  readonly label: string;
  /** Index of the series colour. */
  readonly colour: number;
  /** Measured every step and noisy: shows the average, with the raw line faint behind. */
  readonly isSmoothed: boolean;
  /** Few points, each one a measurement: marked. */
  readonly isMarked?: boolean;
}

/** Dashes of a plot's lines by place, in pixels, so that they differ without colour. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

export const dashOf = (index: number): number[] => [...(DASHES[index % DASHES.length] ?? [])];

/**
 * Options of one plot. Lines beyond the first also differ by dash.
 * @param onCursor gets what the cursor points at  @param onZoom gets the steps that were dragged over, null for a double click
 */
export function chartOptions(
  run: Run,
  lines: readonly Line[],
  onCursor: (text: string) => void,
  onZoom: (span: Span | null) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const theme = readChartTheme();
  const axis = {
    stroke: theme.ink,
    font: theme.font,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      sync: { key: run },
      // The panel zooms all plots alike, and keeps the zoom when points come.
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          onZoom(null);
          return null;
        },
      },
    },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 24, gap: 4, values: (_plot, ticks) => ticks.map((tick) => formatCount(tick)) },
      { ...axis, size: 52, gap: 4, values: (_plot, ticks) => ticks.map(shortTick) },
    ],
    series: [{}, ...lines.flatMap((line, index) => seriesOf(line, index, theme.series[line.colour] ?? theme.ink))],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width === 0) return;
          onZoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [(plot) => onCursor(readoutOf(plot, lines))],
      draw: [(plot) => drawPhaseEnds(plot, phaseEndsOf(run), theme.ink)],
    },
  };
}

/** Upright dashed lines where one phase of training ends and the next begins. */
function drawPhaseEnds(plot: uPlot, ends: readonly number[], stroke: string): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales['x'] ?? {};
  const ratio = globalThis.devicePixelRatio || 1;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  for (const end of ends) {
    if (min == null || max == null || end < min || end > max) continue;
    const x = Math.round(plot.valToPos(end, 'x', true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function seriesOf(line: Line, index: number, stroke: string): uPlot.Series[] {
  const strong: uPlot.Series = {
    stroke,
    width: 1.75,
    spanGaps: true,
    // Filled on the first line, open on the others.
    points: { show: line.isMarked ?? false, size: 6, ...(index === 0 ? { fill: stroke } : {}) },
    dash: dashOf(index),
  };
  return line.isSmoothed ? [{ stroke, width: 1, alpha: 0.28, points: { show: false } }, strong] : [strong];
}

/** The curves as uPlot wants them. Lines of one plot come in the same rows, so the first one's steps serve all. */
export function chartData(run: Run, lines: readonly Line[]): uPlot.AlignedData {
  const curves = lines.map((line) => ({ line, curve: curveOf(run, line.key) }));
  const length = Math.min(...curves.map(({ curve }) => curve.length));
  const first = curves[0];
  if (!first) return [[]];
  return [
    first.curve.steps.subarray(0, length),
    ...curves.flatMap(({ line, curve }) =>
      line.isSmoothed
        ? [curve.values.subarray(0, length), curve.smooth.subarray(0, length)]
        : [curve.values.subarray(0, length)],
    ),
  ];
}

function readoutOf(plot: uPlot, lines: readonly Line[]): string {
  const index = plot.cursor.idx;
  if (index == null) return '';
  const step = plot.data[0][index];
  if (step === undefined) return '';
  let column = 0;
  const values = lines.map((line) => {
    column += line.isSmoothed ? 2 : 1;
    return plot.data[column]?.[index];
  });
  return `step ${formatCount(step)}: ${values.map((value) => (value == null ? '–' : formatValue(value))).join(' / ')}`;
}

/** Ticks are round numbers: as few digits as they need. */
const shortTick = (tick: number): string =>
  tick !== 0 && Math.abs(tick) < 1e-3 ? tick.toExponential(0) : String(Number(tick.toPrecision(4)));
