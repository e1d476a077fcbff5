import { useEffect, useRef } from 'react';
import { useTheme } from '../stores/theme';
import { readChartTheme } from './chartTheme';

interface CodeStripProps {
  /** Items on each code. */
  readonly counts: readonly number[];
  /** Which code stands at each place. */
  readonly order: readonly number[];
  /** Place to mark, or null. */
  readonly marked: number | null;
  readonly label: string;
  readonly onPoint: (place: number | null) => void;
}

const HEIGHT = 22;

/** One cell a code, brighter with the logarithm of its items; codes without items are hatched, so dead is not rare. */
export function CodeStrip({ counts, order, marked, label, onPoint }: CodeStripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme((state) => state.shown);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    element.dataset['theme'] = theme;
    const draw = (): void => paint(element, counts, order, marked);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [counts, order, marked, theme]);
  const placeAt = (event: React.PointerEvent<HTMLCanvasElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(order.length - 1, Math.floor(((event.clientX - left) / width) * order.length)));
  };
  return (
    <canvas
      ref={canvas}
      className="code-strip"
      role="img"
      aria-label={label}
      onPointerMove={(event) => onPoint(placeAt(event))}
      onPointerLeave={() => onPoint(null)}
    />
  );
}

function paint(
  canvas: HTMLCanvasElement,
  counts: readonly number[],
  order: readonly number[],
  marked: number | null,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { ramp, hatch, panel, ink } = readChartTheme();
  const ratio = globalThis.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.round(HEIGHT * ratio);
  canvas.width = width;
  canvas.height = height;
  context.fillStyle = panel;
  context.fillRect(0, 0, width, height);
  hatchAll(context, width, height, hatch, ratio);
  const most = Math.log1p(Math.max(...counts, 1));
  order.forEach((code, place) => {
    const count = counts[code] ?? 0;
    if (count === 0) return;
    const left = Math.floor((place * width) / order.length);
    const right = Math.max(left + 1, Math.floor(((place + 1) * width) / order.length));
    context.fillStyle = ramp[Math.min(ramp.length - 1, Math.floor((Math.log1p(count) / most) * ramp.length))] ?? ink;
    context.fillRect(left, 0, right - left, height);
  });
  if (marked === null) return;
  context.fillStyle = ink;
  const at = ((marked + 0.5) * width) / order.length;
  context.fillRect(Math.round(at - ratio / 2), 0, Math.max(1, ratio), height);
}

/** Diagonals over the whole strip; living codes paint over them. */
function hatchAll(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  colour: string,
  ratio: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = ratio;
  context.beginPath();
  for (let x = -height; x < width; x += 5 * ratio) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
}
