import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { curveOf, onCurveFrame, phaseEndsOf, type Run, useCurveVersion } from '../curves/curves';
import { usePoliteText } from '../figures/usePoliteText';
import { formatCount, formatValue } from '../format/numbers';
import { useTheme } from '../stores/theme';
import { steppedTo } from './curveCursor';
import { dashOf, type Line, plotLines } from './curveLines';
import { CurvePlot } from './curvePlot';
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
  const plot = useRef<CurvePlot | null>(null);
  const latest = useRef({ onZoom, span });
  latest.current = { onZoom, span };
  const [said, setSaid] = useState('');
  const polite = usePoliteText(said);
  const theme = useTheme((state) => state.shown);
  useCurveVersion();

  // The plot's colours are drawn, not styled: another theme is another plot.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    element.dataset['theme'] = theme;
    const made = new CurvePlot(element, {
      lines: plotLines(run, lines),
      height,
      syncKey: run,
      marks: () => phaseEndsOf(run),
      onCursor: (step) => {
        if (readout.current) readout.current.textContent = step === null ? '' : readoutOf(run, lines, step);
      },
      onZoom: (wanted) => latest.current.onZoom(wanted),
    });
    plot.current = made;
    made.draw(latest.current.span);
    const observer = new ResizeObserver(() => made.resize(element.clientWidth));
    observer.observe(element);
    const stop = onCurveFrame(() => made.draw(latest.current.span));
    return () => {
      stop();
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [run, lines, theme, height]);

  const [from, to] = span ?? [];
  useEffect(() => plot.current?.draw(from === undefined || to === undefined ? null : [from, to]), [from, to]);

  const cursor = useRef<number | null>(null);
  const point = (step: number | null): void => {
    cursor.current = step;
    plot.current?.point(step);
    setSaid(step === null ? '' : readoutOf(run, lines, step));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') point(null);
    else {
      const curve = curveOf(run, lines[0]?.key ?? '');
      const next = steppedTo(curve.steps, cursor.current, event.key, {
        span: latest.current.span,
        least: plot.current?.stepsAPixel ?? 0,
      });
      if (next === null) return;
      point(next);
    }
    event.preventDefault();
  };

  const curves = lines.map((line) => ({ line, curve: curveOf(run, line.key) }));
  const isEmpty = curves.every(({ curve }) => curve.length === 0);
  const thinned = curves.find(({ curve }) => curve.isThinned)?.curve;
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
      <div
        ref={host}
        className={`chart-host ${isEmpty ? 'is-empty' : ''}`}
        style={{ height }}
        role="application"
        aria-label={`Data cursor of ${title}: arrow keys move it`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => point(null)}
      />
      <p className="visually-hidden" aria-live="polite">
        {polite}
      </p>
      {isEmpty && <p className="chart-empty">no points yet</p>}
      {thinned && (
        <p className="chart-note">
          {formatCount(thinned.length)} points held: of older ones the lowest and highest of each stretch; smoothing
          used all
        </p>
      )}
    </figure>
  );
}

/** "step 1,200: 0.3 / 0.4": the points nearest to a step. */
function readoutOf(run: Run, lines: readonly Line[], step: number): string {
  const curves = lines.map((line) => {
    const curve = curveOf(run, line.key);
    return { at: curve.nearest(step), steps: curve.steps, values: line.isSmoothed ? curve.smooth : curve.values };
  });
  const first = curves.find(({ at }) => at >= 0);
  if (!first) return '';
  const values = curves.map(({ at, values: of }) => (at < 0 ? '–' : formatValue(of[at] ?? 0)));
  return `step ${formatCount(first.steps[first.at] ?? 0)}: ${values.join(' / ')}`;
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
