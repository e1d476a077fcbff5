/**
 * A canvas with curves over steps. uPlot keeps axes, scales, selection and a cursor shared between plots; the lines are
 * painted here from the curves' own arrays, only the points that a column of pixels needs, so that a frame costs by the width
 * of the plot and not by the length of the run. Nothing is copied: a redraw shows what the curves hold at that moment.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CurveBuffer, CurveColumn } from '../curves/curveBuffer';
import { drawnPoints } from '../curves/drawnPoints';
import { formatCount } from '../format/numbers';

import { readChartTheme } from './chartTheme';
import { type ColumnSpans, columnSpans, isDashOn } from './columnSpans';
import type { Span } from './zoom';

export interface PlotLine {
  readonly curve: CurveBuffer;
  readonly column: CurveColumn;
  /** As the canvas takes it. */
  readonly stroke: string;
  /** CSS pixels, as of the dash. */
  readonly width: number;
  readonly alpha: number;
  readonly dash: readonly number[];
  /** Few points, each one a measurement, are marked where there is room. */
  readonly marker: 'none' | 'filled' | 'open';
  /** Whether the cursor shows where it is on this line. */
  readonly isRead: boolean;
}

interface CurvePlotOptions {
  readonly lines: readonly PlotLine[];
  readonly height: number;
  /** Plots with the same key share the cursor. */
  readonly syncKey: string;
  /** Steps marked by an upright dashed line. */
  readonly marks?: () => readonly number[];
  /** The step under the cursor; null for none. */
  readonly onCursor: (step: number | null) => void;
  /** Steps that were dragged over or turned to with the wheel; null for a double click: all. */
  readonly onZoom: (span: Span | null) => void;
}

const MARK_RADIUS = 3;
/** Canvas pixels to a point below which a line is drawn as upright strokes (columnSpans.ts). */
const CROWDED_PIXELS = 4;
/** Height of a line within a column up to which it is level. */
const LEVEL_PIXELS = 2;
/** Marks closer than this would be a band. */
const MARK_PIXELS = 8;
/** Of the values' height, above and below. */
const MARGIN = 0.06;

/** Owns a canvas in `host` until `destroy`. Draws nothing by itself: call `draw`. */
export class CurvePlot {
  readonly #plot: uPlot;
  readonly #options: CurvePlotOptions;
  readonly #host: HTMLElement;
  readonly #dots: readonly (readonly [PlotLine, HTMLElement])[];
  #span: Span | null = null;

  constructor(host: HTMLElement, options: CurvePlotOptions) {
    this.#host = host;
    this.#options = options;
    this.#plot = new uPlot(this.#plotOptions(), NO_DATA, host);
    this.#dots = options.lines.filter(({ isRead }) => isRead).map((line) => [line, this.#dot(line)]);
    this.#plot.over.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
  }

  /** Shows the steps of a span, or all, as the curves are now. */
  draw(span: Span | null): void {
    this.#span = span;
    const [from, to] = span ?? this.#allSteps();
    const [low, high] = this.#valueRange(from, to);
    this.#plot.batch(() => {
      this.#plot.setScale('x', { min: from, max: to });
      this.#plot.setScale('y', { min: low, max: high });
      // Also where neither scale has changed: there may be other points.
      this.#plot.redraw(false, true);
    });
    this.#host.dataset['steps'] = `${from}-${to}`;
  }

  resize(width: number): void {
    this.#plot.setSize({ width, height: this.#options.height });
    this.draw(this.#span);
  }

  /** Steps of one pixel. */
  get stepsAPixel(): number {
    const { min, max } = this.#plot.scales['x'] ?? {};
    return ((max ?? 1) - (min ?? 0)) / Math.max(1, this.#plot.over.clientWidth);
  }

  /** Puts the cursor on a step, or away. */
  point(step: number | null): void {
    const left = step === null ? AWAY : this.#plot.valToPos(step, 'x');
    this.#plot.setCursor({ left, top: step === null ? AWAY : 1 });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #plotOptions(): uPlot.Options {
    const { syncKey, onZoom } = this.#options;
    const theme = readChartTheme();
    const axis = {
      stroke: theme.ink,
      font: theme.font,
      grid: { stroke: theme.grid, width: 1 },
      ticks: { show: false },
    };
    return {
      width: Math.max(1, this.#host.clientWidth),
      height: this.#options.height,
      // Half of a tick's "1,000,000" stands right of the last one.
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        sync: { key: syncKey },
        // The caller zooms all plots alike, and keeps the zoom when points come.
        drag: { x: true, y: false, setScale: false },
        bind: {
          dblclick: () => () => {
            onZoom(null);
            return null;
          },
        },
      },
      scales: { x: { time: false, auto: false, range: asGiven }, y: { auto: false, range: asGiven } },
      axes: [
        { ...axis, size: 24, gap: 4, values: (_plot, ticks) => ticks.map((tick) => formatCount(tick)) },
        { ...axis, size: 52, gap: 4, space: TICK_SPACE, values: (_plot, ticks) => ticks.map(shortTick) },
      ],
      series: [{}, { show: false }],
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width === 0) return;
            onZoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [() => this.#onCursor()],
        draw: [() => this.#paint(theme.ink)],
      },
    };
  }

  #allSteps(): Span {
    const curves = this.#options.lines.map(({ curve }) => curve).filter(({ length }) => length > 0);
    if (curves.length === 0) return [0, 1];
    const first = Math.min(...curves.map(({ steps }) => steps[0] ?? 0));
    const last = Math.max(...curves.map(({ steps }) => steps.at(-1) ?? 0));
    return first < last ? [first, last] : [first - 1, last + 1];
  }

  #valueRange(from: number, to: number): Span {
    const ranges = this.#options.lines.flatMap(({ curve, column }) => {
      const range = curve.rangeOf(column, from, to);
      return range ? [range] : [];
    });
    if (ranges.length === 0) return [0, 1];
    const low = Math.min(...ranges.map(([least]) => least));
    const high = Math.max(...ranges.map(([, most]) => most));
    const margin = (high - low || Math.abs(high) || 1) * MARGIN;
    return [low - margin, high + margin];
  }

  #paint(ink: string): void {
    const { ctx, bbox, scales } = this.#plot;
    const [x, y] = [scales['x'], scales['y']];
    if (x?.min == null || x.max == null || y?.min == null || y.max == null) return;
    const ratio = globalThis.devicePixelRatio || 1;
    const frame: Frame = { ctx, bbox, ratio, from: x.min, to: x.max, low: y.min, high: y.max };
    ctx.save();
    for (const line of this.#options.lines) paintLine(frame, line);
    paintMarks(frame, this.#options.marks?.() ?? [], ink);
    ctx.restore();
  }

  #dot(line: PlotLine): HTMLElement {
    const dot = document.createElement('i');
    dot.className = 'chart-dot';
    dot.style.background = line.stroke;
    dot.hidden = true;
    this.#plot.over.append(dot);
    return dot;
  }

  #onCursor(): void {
    const { left = AWAY } = this.#plot.cursor;
    const step = left < 0 ? null : this.#plot.posToVal(left, 'x');
    for (const [{ curve, column }, dot] of this.#dots) {
      const at = step === null ? -1 : curve.nearest(step);
      dot.hidden = at < 0;
      if (at < 0) continue;
      const [px, py] = [
        this.#plot.valToPos(curve.steps[at] ?? 0, 'x'),
        this.#plot.valToPos(curve[column][at] ?? 0, 'y'),
      ];
      dot.style.translate = `${px}px ${py}px`;
    }
    this.#options.onCursor(step);
  }

  /** With Control: zooms about the pointer. Sideways: moves along, where there is more than is shown. */
  #onWheel(event: WheelEvent): void {
    const { min, max } = this.#plot.scales['x'] ?? {};
    if (min == null || max == null) return;
    const along = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(event.deltaY / 400);
      const middle = this.#plot.posToVal(this.#plot.cursor.left ?? 0, 'x');
      event.preventDefault();
      this.#options.onZoom([middle - (middle - min) * factor, middle + (max - middle) * factor]);
    } else if (this.#span && Math.abs(along) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      const [first, last] = this.#allSteps();
      const by = Math.min(Math.max(along * this.stepsAPixel, first - min), last - max);
      event.preventDefault();
      if (by !== 0) this.#options.onZoom([min + by, max + by]);
    }
  }
}

/** CSS pixels between two values of the upright axis at least: low plots need two to be read. */
const TICK_SPACE = 22;
/** Outside the plot. */
const AWAY = -10;
/** uPlot's scales and cursor need something to stand on; what is drawn does not come from here. */
const NO_DATA: uPlot.AlignedData = [
  [0, 1],
  [0, 0],
];
const asGiven = (_plot: uPlot, min: number | null, max: number | null): [number, number] => [min ?? 0, max ?? 1];

/** Ticks are round numbers: as few digits as they need. */
const shortTick = (tick: number): string =>
  tick !== 0 && Math.abs(tick) < 1e-3 ? tick.toExponential(0) : String(Number(tick.toPrecision(4)));

interface Frame {
  readonly ctx: CanvasRenderingContext2D;
  readonly bbox: uPlot.BBox;
  /** Canvas pixels of one CSS pixel. */
  readonly ratio: number;
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

function paintLine(frame: Frame, line: PlotLine): void {
  const { ctx, bbox, ratio, from, to, low, high } = frame;
  const source = line.curve.drawable(line.column);
  const columns = Math.max(1, Math.round(bbox.width));
  const drawn = drawnPoints(source, { from, to, columns });
  const values = line.curve[line.column];
  const [acrossEach, upEach] = [bbox.width / (to - from), bbox.height / (high - low)];
  const xOf = (at: number): number => ((source.steps[drawn[at] ?? 0] ?? 0) - from) * acrossEach;
  const yOf = (at: number): number => bbox.height - ((values[drawn[at] ?? 0] ?? 0) - low) * upEach;
  ctx.save();
  ctx.translate(bbox.left, bbox.top);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineJoin = 'round';
  ctx.globalAlpha = line.alpha;
  ctx.strokeStyle = line.stroke;
  const isCrowded = drawn.length * CROWDED_PIXELS > columns;
  if (isCrowded) paintColumns(frame, line, columnSpans(drawn.length, xOf, yOf, columns));
  else {
    ctx.lineWidth = line.width * ratio;
    ctx.setLineDash(line.dash.map((length) => length * ratio));
    ctx.beginPath();
    for (let at = 0; at < drawn.length; at++) ctx.lineTo(xOf(at), yOf(at));
    ctx.stroke();
  }
  ctx.restore();
  // Not clipped: the first and the last one stand on the frame.
  const inside = (at: number): boolean => xOf(at) >= 0 && xOf(at) <= bbox.width;
  if (line.marker !== 'none' && drawn.length * MARK_PIXELS * ratio <= columns)
    for (const at of drawn.keys()) if (inside(at)) paintMarker(frame, line, xOf(at), yOf(at));
  ctx.restore();
}

function paintColumns({ ctx, ratio }: Frame, { width, dash }: PlotLine, { tops, bottoms }: ColumnSpans): void {
  const half = (width * ratio) / 2;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.beginPath();
  for (let column = 0; column < tops.length; column++) {
    const top = tops[column] ?? Number.POSITIVE_INFINITY;
    const bottom = bottoms[column] ?? top;
    if (top > bottom) continue;
    // A dash leaves out where the line is level, never a spike.
    if (bottom - top <= LEVEL_PIXELS * ratio && !isDashOn(dash, column / ratio)) continue;
    ctx.moveTo(column + 0.5, top - half);
    ctx.lineTo(column + 0.5, bottom + half);
  }
  ctx.stroke();
}

function paintMarker({ ctx, ratio }: Frame, { marker, stroke, width }: PlotLine, x: number, y: number): void {
  ctx.strokeStyle = stroke;
  ctx.fillStyle = stroke;
  ctx.lineWidth = width * ratio;
  ctx.beginPath();
  ctx.arc(x, y, MARK_RADIUS * ratio, 0, 2 * Math.PI);
  if (marker === 'filled') ctx.fill();
  ctx.stroke();
}

/** Upright dashed lines where one phase of training ends and the next begins. */
function paintMarks({ ctx, bbox, ratio, from, to }: Frame, steps: readonly number[], stroke: string): void {
  ctx.globalAlpha = 1;
  ctx.strokeStyle = stroke;
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  for (const step of steps) {
    if (step < from || step > to) continue;
    const x = Math.round(bbox.left + ((step - from) / (to - from)) * bbox.width);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
}
