import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { readChartTheme } from '../charts/chartTheme';
import { steppedTo } from '../charts/curveCursor';
import { CurvePlot } from '../charts/curvePlot';
import { ZoomBar } from '../charts/ZoomBar';
import type { Span } from '../charts/zoom';
import type { CurveBuffer } from '../curves/curveBuffer';
import { Readout } from '../figures/Readout';
import type { FigureSpec, Series } from '../figures/spec';
import { usePoliteText } from '../figures/usePoliteText';
import { formatCount, formatValue } from '../format/numbers';
import { useTheme } from '../stores/theme';
import { LineKey } from './StyleKey';

interface OverlayPlotProps {
  readonly spec: FigureSpec;
  /** By key of the spec's series. */
  readonly curves: ReadonlyMap<string, CurveBuffer>;
  /** First and last step of all; null before there are two. */
  readonly all: Span | null;
  readonly span: Span | null;
  readonly onZoom: (span: Span | null) => void;
}

const HEIGHT = 240;
const HINT = 'Arrow keys move the data cursor, dragging or Control with the wheel zooms.';

/** The curves of a figure on a canvas: however many points, a frame costs by the pixels. */
export function OverlayPlot({ spec, curves, all, span, onZoom }: OverlayPlotProps) {
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<CurvePlot | null>(null);
  const latest = useRef({ onZoom, span });
  latest.current = { onZoom, span };
  const cursor = useRef<number | null>(null);
  const [sentence, setSentence] = useState('');
  const polite = usePoliteText(sentence);
  const theme = useTheme((state) => state.shown);
  const { series } = spec;
  const styles = JSON.stringify(series);

  // The plot's colours are drawn, not styled: another theme is another plot.
  // biome-ignore lint/correctness/useExhaustiveDependencies: styles stand for the series, which are made anew with every zoom
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    element.dataset['theme'] = theme;
    const colours = readChartTheme();
    const made = new CurvePlot(element, {
      lines: series.flatMap(({ key, colour, dash }) => {
        const curve = curves.get(key);
        const stroke = colours.series[Number(colour.replace('series-', '')) - 1] ?? colours.ink;
        const style = { stroke, width: 1.75, alpha: 1, dash, marker: 'none', isRead: true } as const;
        return curve ? [{ ...style, curve, column: 'values' as const }] : [];
      }),
      height: HEIGHT,
      syncKey: id,
      onCursor: (step) => setSentence(step === null ? '' : sentenceAt(series, curves, step)),
      onZoom: (wanted) => latest.current.onZoom(wanted),
    });
    plot.current = made;
    made.draw(latest.current.span);
    const observer = new ResizeObserver(() => made.resize(element.clientWidth));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [styles, curves, theme, id]);

  const [from, to] = span ?? [];
  useEffect(() => plot.current?.draw(from === undefined || to === undefined ? null : [from, to]), [from, to]);

  const point = (step: number | null): void => {
    cursor.current = step;
    plot.current?.point(step);
    setSentence(step === null ? '' : sentenceAt(series, curves, step));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') point(null);
    else {
      // Of the run with the most points: no other has a point between two of its own for long.
      const longest = [...curves.values()].reduce((best, curve) => (curve.length > best.length ? curve : best));
      const shown = { span: latest.current.span, least: plot.current?.stepsAPixel ?? 0 };
      const next = steppedTo(longest.steps, cursor.current, event.key, shown);
      if (next === null) return;
      point(next);
    }
    event.preventDefault();
  };
  return (
    <>
      <ZoomBar span={span} all={all} onZoom={onZoom} />
      <div
        ref={host}
        className="chart chart-host"
        style={{ height: HEIGHT }}
        role="application"
        aria-label={`Data cursor of ${spec.title}`}
        aria-describedby={`${id}-hint`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => point(null)}
      />
      <ul className="overlay-key">
        {series.map((one) => (
          <li key={one.key}>
            <LineKey series={one} />
            {one.label}
          </li>
        ))}
      </ul>
      <Readout id={`${id}-hint`} sentence={sentence} hint={HINT} polite={polite} />
      {spec.note && <p className="figure-hint">{spec.note}</p>}
    </>
  );
}

/** "Step 1,200: amber-otter 0.3, blue-heron 0.4": of each run the point nearest to the cursor. */
function sentenceAt(series: readonly Series[], curves: ReadonlyMap<string, CurveBuffer>, step: number): string {
  const parts = series.flatMap(({ key, label }) => {
    const curve = curves.get(key);
    const at = curve ? curve.nearest(step) : -1;
    return curve && at >= 0
      ? [`${label} ${formatValue(curve.values[at] ?? 0)} at step ${formatCount(curve.steps[at] ?? 0)}`]
      : [];
  });
  return parts.join(', ');
}
