/** Geometry of round panels: parts of rings in place of rectangles, and text that fits inside them. */
import { coordinate, type Sector, type Shape, textWidth } from './scene';

/** A full turn cannot be one arc; less than this apart is one. */
const WHOLE = 2 * Math.PI - 1e-6;

const pointAt = ({ centre: [x, y] }: Sector, radius: number, angle: number): readonly [number, number] => [
  x + radius * Math.sin(angle),
  y - radius * Math.cos(angle),
];

/** Outline as an SVG path; a whole ring with its hole. */
export function sectorPath(sector: Sector): string {
  const { inner, outer, from, to } = sector;
  const at = (radius: number, angle: number): string => pointAt(sector, radius, angle).map(coordinate).join(',');
  const arc = (radius: number, angle: number, isBack: boolean, isLarge: boolean): string =>
    `A${coordinate(radius)},${coordinate(radius)} 0 ${isLarge ? 1 : 0} ${isBack ? 0 : 1} ${at(radius, angle)}`;
  if (to - from >= WHOLE) {
    const ring = (radius: number, isBack: boolean): string =>
      `M${at(radius, 0)}${arc(radius, Math.PI, isBack, false)}${arc(radius, 0, isBack, false)}Z`;
    return inner > 0 ? ring(outer, false) + ring(inner, true) : ring(outer, false);
  }
  const isLarge = to - from > Math.PI;
  const back = inner > 0 ? `L${at(inner, to)}${arc(inner, from, true, isLarge)}` : `L${at(0, 0)}`;
  return `M${at(outer, from)}${arc(outer, to, false, isLarge)}${back}Z`;
}

/** A box around the middle of the ring's part, of its area, for what compares sizes. */
export function sectorBox(sector: Sector): {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
} {
  const { inner, outer, from, to } = sector;
  const isDisc = inner === 0 && to - from >= WHOLE;
  const [x, y] = pointAt(sector, isDisc ? 0 : (inner + outer) / 2, (from + to) / 2);
  const height = outer - inner;
  const width = ((to - from) * (inner + outer)) / 2;
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** Pixels from a point to the nearest place inside; 0 inside. */
export function distanceToSector(
  { centre, inner, outer, from, to }: Sector,
  point: { readonly x: number; readonly y: number },
): number {
  const [dx, dy] = [point.x - centre[0], point.y - centre[1]];
  const radius = Math.hypot(dx, dy);
  const angle = (Math.atan2(dx, -dy) + 2 * Math.PI) % (2 * Math.PI);
  const away = Math.max(inner - radius, 0, radius - outer);
  if (angle >= from && angle <= to) return away;
  const turn = (a: number, b: number): number => Math.min(Math.abs(a - b), 2 * Math.PI - Math.abs(a - b));
  return Math.hypot(away, radius * Math.min(turn(angle, from), turn(angle, to)));
}

const DEGREES = 180 / Math.PI;

/** The first of the texts that fits, along the ring or outwards, never upside down; null if none does. */
export function textInSector(sector: Sector, texts: readonly string[], em: number): Shape | null {
  const { inner, outer, from, to } = sector;
  const middle = (inner + outer) / 2;
  const angle = (from + to) / 2;
  const isDisc = inner === 0 && to - from >= WHOLE;
  for (const text of texts) {
    const room = textWidth(text, em) + em * 0.5;
    const [x, y] = isDisc ? sector.centre : pointAt(sector, middle, angle);
    const isAlong = isDisc
      ? room < 2 * outer
      : // The corners of a straight text stay inside the bend.
        Math.hypot(middle + em * 0.6, room / 2) < outer &&
        middle - em * 0.6 > inner &&
        2 * Math.atan2(room / 2, middle - em * 0.6) < to - from;
    const isOutwards = !isDisc && room < outer - inner && (to - from) * (middle - room / 2) > em * 1.1;
    if (!isAlong && !isOutwards) continue;
    const along = isDisc ? 0 : angle * DEGREES;
    const turn = isAlong ? (along > 90 && along < 270 ? along - 180 : along) : along > 180 ? along - 270 : along - 90;
    // The baseline lies under the middle of the letters, seen along the text.
    const down = em * 0.35;
    return {
      kind: 'text',
      x: x - down * Math.sin(turn / DEGREES),
      y: y + down * Math.cos(turn / DEGREES),
      text,
      size: em,
      colour: 'ink',
      anchor: 'middle',
      ...(turn % 360 === 0 ? {} : { turn: Math.round(turn * 100) / 100 }),
    };
  }
  return null;
}
