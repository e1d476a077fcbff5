/** The legend, drawn into the figure: what leaves the page keeps it. */
import { plainNumber } from './cells';
import { markerPath } from './lineShapes';
import { DIVERGING, RAMP } from './palette';
import { coordinate, type Shape, textWidth } from './scene';
import type { FigureSpec, RampKey, Series } from './spec';

interface LegendPlace {
  readonly width: number;
  readonly top: number;
  readonly em: number;
}

interface Entry {
  readonly width: number;
  draw(x: number, y: number): readonly Shape[];
}

/** Entries from left to right, on as many lines as they need. */
export function drawLegend(
  spec: FigureSpec,
  { width, top, em }: LegendPlace,
): { readonly shapes: readonly Shape[]; readonly bottom: number } {
  const kinds = kindsOf(spec);
  const entries = [
    ...spec.series
      .filter(({ isInLegend }) => isInLegend !== false)
      .map((series) => seriesEntry(series, kinds.get(series.key) ?? 'fill', em)),
    ...(spec.ramps ?? []).map((ramp) => rampEntry(ramp, em)),
  ];
  const shapes: Shape[] = [];
  const lineHeight = em * 1.6;
  let x = 0;
  let y = top;
  for (const entry of entries) {
    if (x > 0 && x + entry.width > width) {
      x = 0;
      y += lineHeight;
    }
    shapes.push(...entry.draw(x, y + lineHeight / 2));
    x += entry.width + em * 2;
  }
  return { shapes, bottom: entries.length > 0 ? y + lineHeight : top };
}

type Kind = 'fill' | 'line' | 'lineMarked' | 'point';

/** What each series looks like, by the marks that draw it. */
function kindsOf(spec: FigureSpec): ReadonlyMap<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const { panels } of spec.rows)
    for (const { marks } of panels)
      for (const mark of marks) {
        if (!('data' in mark) || !('series' in mark)) continue;
        const kind: Kind =
          mark.kind === 'line' ? (mark.isMarked ? 'lineMarked' : 'line') : mark.kind === 'point' ? 'point' : 'fill';
        const rows = spec.data.find(({ name }) => name === mark.data)?.rows ?? [];
        for (const row of rows) {
          const key = row[mark.series];
          if (typeof key === 'string' && !kinds.has(key)) kinds.set(key, kind);
        }
      }
  return kinds;
}

function seriesEntry(series: Series, kind: Kind, em: number): Entry {
  const swatch = em * 1.8;
  return {
    width: swatch + em * 0.5 + textWidth(series.label, em),
    draw(x, y) {
      const text: Shape = {
        kind: 'text',
        x: x + swatch + em * 0.5,
        y: y + em * 0.35,
        text: series.label,
        size: em,
        colour: 'ink-2',
        anchor: 'start',
      };
      const fill: Shape = {
        kind: 'rect',
        x,
        y: y - em * 0.45,
        width: swatch,
        height: em * 0.9,
        fill: { colour: series.colour, pattern: series.pattern },
        series: series.key,
      };
      const stroke: Shape = {
        kind: 'path',
        d: `M${coordinate(x)},${coordinate(y)}H${coordinate(x + swatch)}`,
        stroke: series.colour,
        strokeWidth: em * 0.15,
        dash: series.dash.map((length) => length * em * 0.09),
      };
      const marker: Shape = {
        kind: 'path',
        d: markerPath(series.marker, x + swatch / 2, y, em * 0.32),
        fill: { colour: series.marker === 'ring' ? 'panel' : series.colour, pattern: 'solid' },
        stroke: series.colour,
        strokeWidth: em * 0.13,
      };
      if (kind === 'fill') return [fill, text];
      if (kind === 'point') return [marker, text];
      return kind === 'lineMarked' ? [stroke, marker, text] : [stroke, text];
    },
  };
}

function rampEntry({ title, ramp, domain, digits }: RampKey, em: number): Entry {
  const steps = ramp === 'diverging' ? DIVERGING : RAMP;
  const [low, high] = domain.map((end) => plainNumber(end, digits));
  const lead = `${title}  ${low}`;
  const leadWidth = textWidth(lead, em) + em * 0.4;
  const step = em * 0.9;
  return {
    width: leadWidth + step * steps.length + em * 0.4 + textWidth(high ?? '', em),
    draw: (x, y) => [
      { kind: 'text', x, y: y + em * 0.35, text: lead, size: em, colour: 'ink-2', anchor: 'start' },
      ...steps.map(
        (colour, index): Shape => ({
          kind: 'rect',
          x: x + leadWidth + index * step,
          y: y - em * 0.45,
          width: step,
          height: em * 0.9,
          fill: { colour, pattern: 'solid' },
        }),
      ),
      {
        kind: 'text',
        x: x + leadWidth + step * steps.length + em * 0.4,
        y: y + em * 0.35,
        text: high ?? '',
        size: em,
        colour: 'ink-2',
        anchor: 'start',
      },
    ],
  };
}
