/** Shapes and anchors of lines and points, and the markers of both. */
import { line } from 'd3-shape';
import { type Drawable, drawnPoints } from '../curves/drawnPoints';
import { Extremes } from '../curves/extremes';
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
import type { Marker } from './palette';
import { type Anchor, coordinate, type Shape } from './scene';
import { type Row, rowKey, type Series } from './spec';

export function lines(mark: MarkOf<'line'>, context: Context): MarkDrawing {
  const { x, y, em } = context.frame;
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [series, all] of bySeries(context, mark.series)) {
    const entries = drawnEntries(all, mark, context.frame);
    const path = line<Place | null>(
      (place) => place?.[0] ?? 0,
      (place) => place?.[1] ?? 0,
    )
      .defined((place) => place !== null)
      .digits(2);
    const placeOf = ([row]: Entry): Place | null =>
      typeof row[mark.y] === 'number' ? [x.at(row[mark.x]), y.at(row[mark.y])] : null;
    const [before, after] = atTheEdges(all.map(placeOf), context.frame);
    shapes.push({
      kind: 'path',
      d: path([...before, ...entries.map(placeOf), ...after]) ?? '',
      stroke: series.colour,
      ...(mark.isFaint
        ? { strokeWidth: em * 0.09, strokeOpacity: FAINT }
        : { strokeWidth: em * 0.15, dash: series.dash.map((length) => length * em * 0.09) }),
      series: series.key,
      label: series.label,
    });
    for (const [row, index] of entries) {
      const [px, py] = [x.at(row[mark.x]), y.at(row[mark.y])];
      if (!Number.isFinite(py)) continue;
      if (mark.isMarked) shapes.push(markerAt(context, series, px, py, row, index));
      anchors.push(anchorAt(context, index, series.key, { x: px, y: py, width: 0, height: 0 }));
    }
  }
  return { shapes, anchors };
}

/** A point this far beyond the frame stands on its edge. */
const ROUNDING = 0.01;
/** Position in the drawing. */
type Place = readonly [x: number, y: number];

/**
 * Where a line enters and leaves the frame of a zoomed figure: its points beyond the frame are not drawn, the pieces that lead to
 * them are. @param places of a line along x; null where it has a gap
 */
export function atTheEdges(
  places: readonly (Place | null)[],
  { left, width }: Pick<PanelFrame, 'left' | 'width'>,
): readonly [enters: readonly Place[], leaves: readonly Place[]] {
  const crossing = (edge: number): Place[] => {
    const next = places.findIndex((place) => place !== null && place[0] > edge + ROUNDING);
    const [a, b] = [places[next - 1], places[next]];
    if (!a || !b || a[0] >= edge - ROUNDING) return [];
    return [[edge, a[1] + ((b[1] - a[1]) * (edge - a[0])) / (b[0] - a[0])]];
  };
  return [crossing(left), crossing(left + width)];
}

const FAINT = 0.3;
/** Columns that are told apart in a unit of the drawing: a pixel of a dense screen, or 216 dots an inch in print. */
const COLUMNS_A_UNIT = 3;

/** Rows of a line within the frame; where they crowd and follow each other along x, those that each column needs. */
function drawnEntries(all: readonly Entry[], mark: MarkOf<'line'>, { x, left, width }: PanelFrame): readonly Entry[] {
  const columns = Math.ceil(width * COLUMNS_A_UNIT);
  // Files do not cut off what lies beyond the frame.
  const isBeyond = (at: number): boolean => at < left - ROUNDING || at > left + width + ROUNDING;
  const entries = all.filter(([row]) => !isBeyond(x.at(row[mark.x])));
  if (entries.length <= 4 * columns) return entries;
  const held = entries.filter(([row]) => typeof row[mark.y] === 'number');
  const across = Float64Array.from(held, ([row]) => x.at(row[mark.x]));
  if (!across.every((at, index) => index === 0 || at > (across[index - 1] ?? 0))) return entries;
  const column = Float64Array.from(held, ([row]) => Number(row[mark.y]));
  const extremes = new Extremes();
  for (let length = 1; length <= column.length; length++) extremes.grew(column, length);
  const find: Drawable['find'] = (from, until, ends) => extremes.find(column, from, until, ends);
  const drawn = drawnPoints({ steps: across, find }, { from: left - ROUNDING, to: left + width + ROUNDING, columns });
  return drawn.flatMap((index) => held.slice(index, index + 1));
}

export function points(mark: MarkOf<'point'>, context: Context): MarkDrawing {
  const { x, y, em } = context.frame;
  const shapes: Shape[] = [];
  const anchors: Anchor[] = [];
  for (const [row, index] of context.entries) {
    const series = seriesOf(context, row, mark.series);
    const [px, py] = [x.at(row[mark.x]), y.at(row[mark.y])];
    if (!series || !Number.isFinite(px + py)) continue;
    shapes.push(markerAt(context, series, px, py, row, index));
    const label = mark.label === undefined ? null : row[mark.label];
    if (label != null)
      shapes.push({
        kind: 'text',
        x: px + em * 0.7,
        y: py + em * 0.35,
        text: String(label),
        size: em,
        colour: 'ink-2',
        anchor: 'start',
      });
    anchors.push(anchorAt(context, index, series.key, { x: px, y: py, width: 0, height: 0 }));
  }
  return { shapes, anchors };
}

function markerAt(context: Context, series: Series, x: number, y: number, row: Row, index: number): Shape {
  const isOpen = series.marker === 'ring';
  return {
    kind: 'path',
    d: markerPath(series.marker, x, y, context.frame.em * 0.32),
    fill: { colour: isOpen ? 'panel' : series.colour, pattern: 'solid' },
    stroke: series.colour,
    strokeWidth: context.frame.em * 0.13,
    row: rowKey(context.data, index),
    ...labelOf(context, row),
  };
}

export function markerPath(marker: Marker, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number): string => `${coordinate(x + dx * r)},${coordinate(y + dy * r)}`;
  if (marker === 'square') return `M${at(-0.9, -0.9)}L${at(0.9, -0.9)}L${at(0.9, 0.9)}L${at(-0.9, 0.9)}Z`;
  if (marker === 'diamond') return `M${at(0, -1.25)}L${at(1.25, 0)}L${at(0, 1.25)}L${at(-1.25, 0)}Z`;
  if (marker === 'triangle') return `M${at(0, -1.15)}L${at(1.1, 0.85)}L${at(-1.1, 0.85)}Z`;
  const radius = coordinate(r);
  return `M${at(-1, 0)}A${radius},${radius} 0 1 1 ${at(1, 0)}A${radius},${radius} 0 1 1 ${at(-1, 0)}Z`;
}
