/** Shapes and anchors of one mark in one panel. */
import { area, curveBumpX } from 'd3-shape';
import { plainNumber } from './cells';
import { lines, points } from './lineShapes';
import {
  anchorAt,
  bySeries,
  type Context,
  type Entry,
  labelOf,
  type MarkDrawing,
  type MarkOf,
  type PanelFrame,
  seriesOf,
} from './markContext';
import { type ColourName, DIVERGING, RAMP } from './palette';
import { rampColour } from './scales';
import { type Anchor, coordinate, type Sector, type Shape, textWidth } from './scene';
import { sectorBox, sectorPath, textInSector } from './sectors';
import { type FigureSpec, type Mark, type PanelSpec, type Row, rowKey, rowsIn } from './spec';

export function drawMark(spec: FigureSpec, panel: PanelSpec, mark: Mark, frame: PanelFrame): MarkDrawing {
  if (mark.kind === 'rule') return rule(mark, frame);
  if (mark.kind === 'raster') return { shapes: rasterShapes(mark, spec, frame), anchors: [] };
  const where = 'where' in mark ? mark.where : undefined;
  const context: Context = { spec, frame, data: mark.data, entries: rowsIn(spec, panel, mark.data, where) };
  switch (mark.kind) {
    case 'area':
      return areas(mark, context);
    case 'line':
      return lines(mark, context);
    case 'point':
      return points(mark, context);
    case 'bar':
      return bars(mark, context);
    case 'rect':
      return rects(mark, context);
    case 'box':
      return boxes(mark, context);
    case 'cell':
      return cells(mark, context);
    case 'whisker':
      return whiskers(mark, context);
    case 'ribbon':
      return ribbons(mark, context);
  }
}

/** Bands bend to the next stage's within this share of the shortest stage on either side of the boundary. */
const BEND = 0.14;

function areas(mark: MarkOf<'area'>, context: Context): MarkDrawing {
  const { x, y } = context.frame;
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [series, entries] of bySeries(context, mark.series)) {
    const corners: { x: number; low: number; high: number }[] = [];
    const widthOf = ([row]: Entry): number =>
      mark.until === undefined ? 0 : x.at(row[mark.until]) - x.at(row[mark.x]);
    const bend = Math.min(...entries.map(widthOf)) * BEND;
    for (const [place, [row, index]] of entries.entries()) {
      const from = x.at(row[mark.x]);
      const until = mark.until === undefined ? from : x.at(row[mark.until]);
      const [low, high] = [y.at(row[mark.low]), y.at(row[mark.high])];
      corners.push({ x: place === 0 ? from : from + bend, low, high });
      if (until > from) corners.push({ x: place === entries.length - 1 ? until : until - bend, low, high });
      anchors.push(
        anchorAt(context, index, series.key, {
          x: (from + until) / 2,
          y: (low + high) / 2,
          width: 0,
          height: Math.abs(low - high),
        }),
      );
    }
    const path = area<(typeof corners)[number]>(
      (corner) => corner.x,
      (corner) => corner.low,
      (corner) => corner.high,
    )
      .curve(curveBumpX)
      .digits(2);
    shapes.push({
      kind: 'path',
      d: path(corners) ?? '',
      fill: { colour: series.colour, pattern: series.pattern },
      stroke: 'panel',
      strokeWidth: 0.6,
      series: series.key,
      label: series.label,
    });
  }
  return { shapes, anchors };
}

function bars(mark: MarkOf<'bar'>, context: Context): MarkDrawing {
  const { x, y, em } = context.frame;
  const isUpright = x.band > 0;
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [row, index] of context.entries) {
    const series = seriesOf(context, row, mark.series);
    const [px, py] = [x.at(row[mark.x]), y.at(row[mark.y])];
    if (!series || !Number.isFinite(px + py)) continue;
    const zero = isUpright ? y.at(0) : x.at(0);
    const box = isUpright
      ? { x: px - x.band / 2, y: Math.min(py, zero), width: x.band, height: Math.abs(py - zero) }
      : { x: Math.min(px, zero), y: py - y.band / 2, width: Math.abs(px - zero), height: y.band };
    shapes.push({
      kind: 'rect',
      ...box,
      fill: { colour: series.colour, pattern: series.pattern },
      row: rowKey(context.data, index),
      ...labelOf(context, row),
    });
    const label = mark.label === undefined ? null : row[mark.label];
    if (label != null)
      shapes.push({
        kind: 'text',
        x: isUpright ? px : box.x + box.width + em * 0.4,
        y: isUpright ? box.y - em * 0.35 : py + em * 0.35,
        text: String(label),
        size: em,
        colour: 'ink-2',
        anchor: isUpright ? 'middle' : 'start',
      });
    anchors.push(anchorAt(context, index, series.key, box));
  }
  return { shapes, anchors };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The rectangle of a row between two columns of each axis, and its part of the ring if round; null if it is not on the axes. */
function boxOf(
  mark: MarkOf<'rect' | 'box'>,
  { frame }: Context,
  row: Row,
): (Box & { readonly sector?: Sector }) | null {
  const { x, y } = frame;
  const [left, right] = [x.at(row[mark.x[0]]), x.at(row[mark.x[1]])];
  const [low, high] = [y.at(row[mark.y[0]]), y.at(row[mark.y[1]])];
  if (!Number.isFinite(left + right + low + high)) return null;
  const box: Box = {
    x: Math.min(left, right),
    y: Math.min(low, high),
    width: Math.abs(right - left),
    height: Math.abs(high - low),
  };
  if (!frame.isRound) return box;
  // The panel's top is the middle of the disc, its bottom the rim.
  const turn = (2 * Math.PI) / frame.width;
  const sector: Sector = {
    centre: [frame.left + frame.width / 2, frame.top + frame.height / 2],
    inner: (box.y - frame.top) / 2,
    outer: (box.y + box.height - frame.top) / 2,
    from: (box.x - frame.left) * turn,
    to: (box.x + box.width - frame.left) * turn,
  };
  return { ...sectorBox(sector), sector };
}

/** What is drawn at a place: a rectangle, or its part of the ring. */
const outlineOf = ({ sector, ...box }: Box & { readonly sector?: Sector }) =>
  sector ? ({ kind: 'path', d: sectorPath(sector) } as const) : ({ kind: 'rect', ...box } as const);

function rects(mark: MarkOf<'rect'>, context: Context): MarkDrawing {
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [row, index] of context.entries) {
    const series = seriesOf(context, row, mark.series);
    const box = boxOf(mark, context, row);
    if (!series || !box) continue;
    shapes.push({
      ...outlineOf(box),
      fill: { colour: series.colour, pattern: series.pattern },
      row: rowKey(context.data, index),
      ...labelOf(context, row),
    });
    anchors.push(anchorAt(context, index, series.key, box));
  }
  return { shapes, anchors };
}

function boxes(mark: MarkOf<'box'>, context: Context): MarkDrawing {
  const { em } = context.frame;
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [row, index] of context.entries) {
    const box = boxOf(mark, context, row);
    if (!box) continue;
    anchors.push(anchorAt(context, index, null, box));
    if (!mark.label) continue;
    const tint = mark.tint && seriesOf(context, row, mark.tint.series);
    const opacity = mark.tint && row[mark.tint.strength];
    shapes.push({
      ...outlineOf(box),
      fill:
        tint && typeof opacity === 'number'
          ? { colour: tint.colour, pattern: 'solid', opacity }
          : { colour: 'panel', pattern: 'solid' },
      stroke: 'line-strong',
      strokeWidth: 0.6,
      row: rowKey(context.data, index),
      ...labelOf(context, row),
    });
    const candidates = mark.label.map((column) => String(row[column] ?? '')).filter((text) => text !== '');
    if (box.sector) {
      const fitting = textInSector(box.sector, candidates, em);
      if (fitting) shapes.push(fitting);
      continue;
    }
    const text = candidates.find((candidate) => textWidth(candidate, em) + em * 0.5 < box.width);
    if (text !== undefined && em * 1.2 < box.height)
      shapes.push({
        kind: 'text',
        x: box.x + box.width / 2,
        y: box.y + box.height / 2 + em * 0.35,
        text,
        size: em,
        colour: 'ink',
        anchor: 'middle',
      });
  }
  return { shapes, anchors };
}

/** One path a series; equal neighbours of a column are one rectangle. */
function rasterShapes(mark: MarkOf<'raster'>, spec: FigureSpec, { top, height, x }: PanelFrame): readonly Shape[] {
  const paths = mark.series.map((): string[] => []);
  for (const { from, until, cells } of mark.columns) {
    const [left, right] = [coordinate(x.at(from)), coordinate(x.at(until))];
    const y = (cell: number): string => coordinate(top + (cell * height) / cells.length);
    for (let first = 0; first < cells.length; ) {
      let end = first + 1;
      while (end < cells.length && cells[end] === cells[first]) end++;
      paths[cells[first] ?? 0]?.push(`M${left},${y(first)}H${right}V${y(end)}H${left}Z`);
      first = end;
    }
  }
  return mark.series.flatMap((key, place): Shape[] => {
    const series = spec.series.find((one) => one.key === key);
    const path = paths[place];
    if (!series || !path || path.length === 0) return [];
    return [
      { kind: 'path', d: path.join(''), fill: { colour: series.colour, pattern: series.pattern }, label: series.label },
    ];
  });
}

function cells(mark: MarkOf<'cell'>, context: Context): MarkDrawing {
  const { x, y, em } = context.frame;
  const isDiverging = mark.ramp === 'diverging';
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [row, index] of context.entries) {
    const value = row[mark.value];
    const [px, py] = [x.at(row[mark.x]), y.at(row[mark.y])];
    if (typeof value !== 'number' || !Number.isFinite(px + py)) continue;
    const colour = rampColour(value, mark.domain, isDiverging ? DIVERGING : RAMP);
    const box = { x: px - x.band / 2, y: py - y.band / 2, width: x.band, height: y.band };
    shapes.push({
      kind: 'rect',
      ...box,
      fill: { colour, pattern: 'solid' },
      stroke: 'panel',
      strokeWidth: 0.5,
      row: rowKey(context.data, index),
      ...labelOf(context, row),
    });
    const text = plainNumber(value, mark.digits);
    const onColour = `on-${colour}` as const;
    if (textWidth(text, em) < x.band && em * 1.1 < y.band)
      shapes.push({ kind: 'text', x: px, y: py + em * 0.35, text, size: em, colour: onColour, anchor: 'middle' });
    // Below zero carries a stroke as well as a colour.
    else if (isDiverging && value < 0) shapes.push(minusAt(px, py, Math.min(x.band, y.band), onColour));
    anchors.push(anchorAt(context, index, null, box));
  }
  return { shapes, anchors };
}

function whiskers(mark: MarkOf<'whisker'>, context: Context): MarkDrawing {
  const { x, y, em } = context.frame;
  const shapes = context.entries.flatMap(([row, index]): Shape[] => {
    const [at, low, high] = [x.at(row[mark.x]), y.at(row[mark.low]), y.at(row[mark.high])];
    if (!Number.isFinite(at + low + high)) return [];
    const end = em * 0.4;
    const [l, m, r, a, b] = [at - end, at, at + end, low, high].map(coordinate);
    return [
      {
        kind: 'path',
        d: `M${l},${a}H${r}M${m},${a}V${b}M${l},${b}H${r}`,
        stroke: 'ink',
        strokeWidth: em * 0.11,
        row: rowKey(context.data, index),
      },
    ];
  });
  return { shapes, anchors: [] };
}

const minusAt = (x: number, y: number, size: number, stroke: ColourName): Shape => ({
  kind: 'path',
  d: `M${coordinate(x - size * 0.22)},${coordinate(y)}H${coordinate(x + size * 0.22)}`,
  stroke,
  strokeWidth: Math.max(0.5, size * 0.09),
});

function ribbons(mark: MarkOf<'ribbon'>, context: Context): MarkDrawing {
  const { x, y } = context.frame;
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [row, index] of context.entries) {
    const series = seriesOf(context, row, mark.series);
    const [left, right] = [x.at(row[mark.x[0]]), x.at(row[mark.x[1]])];
    const ends = [...mark.from, ...mark.to].map((column) => y.at(row[column]));
    const [fromLow = 0, fromHigh = 0, toLow = 0, toHigh = 0] = ends;
    if (!series || !Number.isFinite(left + right + fromLow + fromHigh + toLow + toHigh)) continue;
    const middle = coordinate((left + right) / 2);
    const [l, r] = [coordinate(left), coordinate(right)];
    const [a, b, c, d] = [fromLow, fromHigh, toLow, toHigh].map(coordinate);
    shapes.push({
      kind: 'path',
      d: `M${l},${a}C${middle},${a} ${middle},${c} ${r},${c}L${r},${d}C${middle},${d} ${middle},${b} ${l},${b}Z`,
      fill: { colour: series.colour, pattern: series.pattern, opacity: 0.55 },
      row: rowKey(context.data, index),
      ...labelOf(context, row),
    });
    anchors.push(
      anchorAt(context, index, series.key, {
        x: (left + right) / 2,
        y: (fromLow + fromHigh + toLow + toHigh) / 4,
        width: 0,
        height: Math.abs(fromLow - fromHigh),
      }),
    );
  }
  return { shapes, anchors };
}

function rule(mark: MarkOf<'rule'>, { left, top, width, height, x, y, em }: PanelFrame): MarkDrawing {
  const at = mark.axis === 'x' ? x.at(mark.at) : y.at(mark.at);
  const d =
    mark.axis === 'x'
      ? `M${coordinate(at)},${coordinate(top)}V${coordinate(top + height)}`
      : `M${coordinate(left)},${coordinate(at)}H${coordinate(left + width)}`;
  const shapes: Shape[] = [{ kind: 'path', d, stroke: 'line-strong', strokeWidth: 0.8, dash: [2, 2] }];
  if (mark.band) {
    const [from, until] = mark.band.map((end) => (mark.axis === 'x' ? x.at(end) : y.at(end)));
    const [first, last] = [Math.min(from ?? at, until ?? at), Math.max(from ?? at, until ?? at)];
    const box =
      mark.axis === 'x'
        ? { x: first, y: top, width: last - first, height }
        : { x: left, y: first, width, height: last - first };
    shapes.unshift({ kind: 'rect', ...box, fill: { colour: 'ink', pattern: 'solid', opacity: 0.18 } });
  }
  if (mark.label !== undefined)
    shapes.push(
      mark.axis === 'x'
        ? { kind: 'text', x: at + em * 0.3, y: top + em, text: mark.label, size: em, colour: 'ink-3', anchor: 'start' }
        : {
            kind: 'text',
            x: left + width - em * 0.3,
            y: at - em * 0.3,
            text: mark.label,
            size: em,
            colour: 'ink-3',
            anchor: 'end',
          },
    );
  return { shapes, anchors: [] };
}
