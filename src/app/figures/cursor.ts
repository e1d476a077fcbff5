/** Where the keyboard cursor goes: left and right along one column's values, up and down along another's. */
import type { Anchor, Scene } from './scene';
import { distanceToSector } from './sectors';
import { type Cell, type CursorSpec, type FigureSpec, type Row, rowKey, tableOf } from './spec';

export type Move = 'left' | 'right' | 'up' | 'down' | 'first' | 'last' | 'nextGroup' | 'previousGroup';

interface Stop {
  readonly row: string;
  readonly cursor: number;
  readonly x: number;
  readonly y: number;
}

/** All rows that the cursor visits, in reading order. */
export function stopsOf(spec: FigureSpec, scene: Pick<Scene, 'anchors'>): readonly Stop[] {
  return spec.cursors.flatMap((cursor, index) => stopsOfCursor(spec, scene, cursor, index));
}

function stopsOfCursor(
  spec: FigureSpec,
  scene: Pick<Scene, 'anchors'>,
  cursor: CursorSpec,
  index: number,
): readonly Stop[] {
  const rows = tableOf(spec, cursor.data)?.rows ?? [];
  const xs = placesOf(rows, cursor.x);
  const ys = cursor.y === undefined ? null : placesOf(rows, cursor.y);
  const stops: Stop[] = [];
  for (const [place, row] of rows.entries()) {
    const key = rowKey(cursor.data, place);
    if (!scene.anchors.has(key)) continue;
    const y = cursor.y === undefined ? 0 : (ys?.get(row[cursor.y]) ?? -1);
    stops.push({ row: key, cursor: index, x: xs.get(row[cursor.x]) ?? -1, y });
  }
  return stops;
}

/** Different values of a column, each with its place among them. */
function placesOf(rows: readonly Row[], column: string): ReadonlyMap<Cell | undefined, number> {
  const places = new Map<Cell | undefined, number>();
  for (const row of rows) if (!places.has(row[column])) places.set(row[column], places.size);
  return places;
}

/** The row after a move; the same row where there is none further. Starts at the first stop. */
export function moved(stops: readonly Stop[], from: string | null, wanted: Move): string | null {
  const at = stops.find(({ row }) => row === from);
  if (!at) return stops[0]?.row ?? null;
  const group = stops.filter(({ cursor }) => cursor === at.cursor);
  // A list has one direction: all arrows follow it.
  const isList = group.every(({ y }) => y === at.y);
  const move = isList && wanted === 'up' ? 'left' : isList && wanted === 'down' ? 'right' : wanted;
  const nearest = (candidates: readonly Stop[], distance: (stop: Stop) => number): string =>
    candidates.reduce<Stop | null>((best, stop) => (!best || distance(stop) < distance(best) ? stop : best), null)
      ?.row ?? at.row;
  const apart = (stop: Stop): number => Math.abs(stop.x - at.x) * 1000 + Math.abs(stop.y - at.y);
  const across = (stop: Stop): number => Math.abs(stop.y - at.y) * 1000 + Math.abs(stop.x - at.x);
  switch (move) {
    case 'left':
      return nearest(
        group.filter(({ x }) => x < at.x),
        apart,
      );
    case 'right':
      return nearest(
        group.filter(({ x }) => x > at.x),
        apart,
      );
    case 'up':
      return nearest(
        group.filter(({ x, y }) => y < at.y && x === at.x),
        across,
      );
    case 'down':
      return nearest(
        group.filter(({ x, y }) => y > at.y && x === at.x),
        across,
      );
    case 'first':
      return group[0]?.row ?? at.row;
    case 'last':
      return group.at(-1)?.row ?? at.row;
    case 'nextGroup':
      return stops.find(({ cursor }) => cursor > at.cursor)?.row ?? at.row;
    case 'previousGroup':
      return stops.find(({ cursor }) => cursor === Math.max(0, at.cursor - 1))?.row ?? at.row;
  }
}

/** The stop that a point of the drawing means: the nearest anchor, of one series if the pointer is on it. */
export function nearestRow(
  scene: Pick<Scene, 'anchors' | 'echoes'>,
  stops: readonly Stop[],
  point: { readonly x: number; readonly y: number; readonly series: string | null },
): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  let size = Number.POSITIVE_INFINITY;
  const consider = (row: string, anchor: Anchor | undefined): void => {
    if (!anchor || (point.series !== null && anchor.series !== point.series)) return;
    const distance = distanceTo(anchor, point);
    const area = anchor.width * anchor.height;
    // Of boxes within each other the inner one is meant.
    if (distance < least || (distance === least && area < size)) {
      least = distance;
      size = area;
      best = row;
    }
  };
  for (const { row } of stops) {
    consider(row, scene.anchors.get(row));
    for (const echo of scene.echoes?.get(row) ?? []) consider(row, echo);
  }
  return best;
}

function distanceTo(anchor: Anchor, point: { readonly x: number; readonly y: number }): number {
  if (anchor.sector) return distanceToSector(anchor.sector, point);
  const outside = (at: number, from: number, size: number): number => Math.max(from - at, 0, at - from - size);
  const top = anchor.width === 0 ? anchor.y - anchor.height / 2 : anchor.y;
  return Math.hypot(outside(point.x, anchor.x, anchor.width), outside(point.y, top, anchor.height));
}

/** The sentence of a row is built from its table: `data:index`. */
export function rowOf(spec: FigureSpec, key: string): { readonly data: string; readonly index: number } | null {
  const split = key.lastIndexOf(':');
  const data = key.slice(0, split);
  const index = Number(key.slice(split + 1));
  return tableOf(spec, data)?.rows[index] ? { data, index } : null;
}
