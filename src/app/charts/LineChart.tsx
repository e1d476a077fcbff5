import { useEffect, useId, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { curveOf, type Run, useCurveVersion } from '../curves/curves';
import { formatValue } from '../format/numbers';
import { useTheme } from '../stores/theme';
import { chartData, chartOptions, dashOf, type Line } from './lineOptions';
import type { Span } from './zoom';

interface LineChartProps {
  readonly run: Run;
  readonly title: string;
  readonly lines: readonly Line[];
  /** Pixels of the plot with its axis. */
  readonly height: number;
  /** Steps that are shown; null for all, and those that come. */
  readonly span: Span | null;
  /** Told what was dragged over, null for a double click. */
  readonly onZoom: (span: Span | null) => void;
}

/** Live curves of one run over its steps: the raw line faint, the smoothed line strong; the cursor is shared. */
export function LineChart({ run, title, lines, height, span, onZoom }: LineChartProps) {
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const version = useCurveVersion();
  const theme = useTheme((state) => state.shown);

  // The plot's colours are drawn, not styled: another theme is another plot.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    element.dataset['theme'] = theme;
    const onCursor = (text: string): void => {
      if (readout.current) readout.current.textContent = text;
    };
    const made = new uPlot(
      { ...chartOptions(run, lines, onCursor, (wanted) => zoom.current(wanted)), width: element.clientWidth, height },
      chartData(run, lines),
      element,
    );
    const onScale = (scaled: uPlot, key: string): void => {
      const { min, max } = scaled.scales['x'] ?? {};
      if (key === 'x') element.dataset['steps'] = `${min ?? ''}-${max ?? ''}`;
    };
    made.hooks.setScale = [onScale];
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [run, lines, theme, height]);

  const [from, to] = span ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the curves' contents; another theme or height is another plot
  useEffect(() => {
    const data = chartData(run, lines);
    const isZoomed = from !== undefined && to !== undefined && data[0].length > 0;
    plot.current?.setData(data, !isZoomed);
    if (isZoomed) plot.current?.setScale('x', { min: from, max: to });
  }, [version, run, lines, from, to, theme, height]);

  const curves = lines.map((line) => ({ line, curve: curveOf(run, line.key) }));
  const isEmpty = curves.every(({ curve }) => curve.length === 0);
  const stride = Math.max(...curves.map(({ curve }) => curve.stride));
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption id={id}>
        <span className="chart-title">{title}</span>
        {curves.map(({ line, curve }, index) => (
          <span key={line.key} className="chart-latest" data-curve={line.key}>
            {lines.length > 1 && <LineKey line={line} index={index} />}
            {lines.length > 1 && <span>{line.label} </span>}
            {curve.length > 0 && <Change values={line.isSmoothed ? curve.smooth : curve.values} />}
          </span>
        ))}
        <span ref={readout} className="chart-readout" aria-hidden="true" />
      </figcaption>
      <div ref={host} className={`chart-host ${isEmpty ? 'is-empty' : ''}`} style={{ height }} />
      {isEmpty && <p className="chart-empty">no points yet</p>}
      {stride > 1 && <p className="chart-note">1 of {stride} points drawn; smoothing uses all</p>}
    </figure>
  );
}

/** The line as it is drawn, beside its name. */
function LineKey({ line, index }: { readonly line: Line; readonly index: number }) {
  return (
    <svg className="chart-key" width="18" height="4" aria-hidden="true">
      <line
        x2="18"
        y1="2"
        y2="2"
        strokeDasharray={dashOf(index).join(' ')}
        style={{ stroke: `var(--series-${line.colour + 1})` }}
      />
    </svg>
  );
}

function Change({ values }: { readonly values: Float64Array }) {
  return (
    <>
      {values.length > 1 && (
        <>
          <span className="visually-hidden">from </span>
          <span className="chart-first">{formatValue(values[0] ?? 0)}</span>
          <span aria-hidden="true"> → </span>
          <span className="visually-hidden"> to </span>
        </>
      )}
      <span className="chart-last">{formatValue(values.at(-1) ?? 0)}</span>
    </>
  );
}
