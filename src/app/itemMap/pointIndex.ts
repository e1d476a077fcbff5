/** Looks up points of a map: the nearest one, the next one in a direction, those inside a drawn line or a box. */
import type { MapPoints } from './mapFigure';

/** Cells along each side: with 1e5 points a few to a dozen lie in a used cell. */
const SIDE = 128;

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Points of the square from −1 to 1 by cell; makes the nearest point a matter of a few cells. O(N) to build. */
export class PointIndex {
  readonly #points: MapPoints;
  /** [SIDE² + 1] */
  readonly #starts = new Uint32Array(SIDE * SIDE + 1);
  /** Items by cell. */
  readonly #items: Uint32Array;

  constructor(points: MapPoints) {
    this.#points = points;
    const { x, y } = points;
    this.#items = new Uint32Array(x.length);
    const cells = Uint16Array.from(x, (value, item) => cellOf(y[item] ?? 0) * SIDE + cellOf(value));
    for (const cell of cells) this.#starts[cell + 1] = (this.#starts[cell + 1] ?? 0) + 1;
    for (let cell = 0; cell < SIDE * SIDE; cell++)
      this.#starts[cell + 1] = (this.#starts[cell + 1] ?? 0) + (this.#starts[cell] ?? 0);
    const next = this.#starts.slice();
    cells.forEach((cell, item) => {
      const at = next[cell] ?? 0;
      this.#items[at] = item;
      next[cell] = at + 1;
    });
  }

  /** The nearest point within `reach`, the smaller index on ties; null if none is that near. */
  nearest(px: number, py: number, reach: number): number | null {
    const { x, y } = this.#points;
    let found: number | null = null;
    let least = reach * reach;
    for (let row = cellOf(py - reach); row <= cellOf(py + reach); row++)
      for (let column = cellOf(px - reach); column <= cellOf(px + reach); column++) {
        const cell = row * SIDE + column;
        for (let at = this.#starts[cell] ?? 0; at < (this.#starts[cell + 1] ?? 0); at++) {
          const item = this.#items[at] ?? 0;
          const squares = ((x[item] ?? 0) - px) ** 2 + ((y[item] ?? 0) - py) ** 2;
          if (squares > least || (squares === least && found !== null && item > found)) continue;
          least = squares;
          found = item;
        }
      }
    return found;
  }
}

const cellOf = (value: number): number => Math.min(SIDE - 1, Math.max(0, Math.floor(((value + 1) / 2) * SIDE)));

/**
 * The nearest point that lies more along `direction` than across it; null at the edge. From no point: the one nearest to
 * the middle `from`.
 */
export function nextPoint(
  { x, y }: MapPoints,
  from: readonly [number, number],
  direction: Direction | null,
): number | null {
  let found: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let item = 0; item < x.length; item++) {
    const [dx, dy] = [(x[item] ?? 0) - from[0], (y[item] ?? 0) - from[1]];
    const along =
      direction === 'left'
        ? -dx
        : direction === 'right'
          ? dx
          : direction === 'up'
            ? dy
            : direction === 'down'
              ? -dy
              : 0;
    const squares = dx * dx + dy * dy;
    if (squares >= least) continue;
    if (direction !== null && (along <= 0 || along * along * 2 < squares)) continue;
    least = squares;
    found = item;
  }
  return found;
}

/** Items whose points lie inside a closed line (even–odd rule), ascending. @param line x, y, x, y … */
export function pointsInside({ x, y }: MapPoints, line: Float64Array): number[] {
  const corners = line.length / 2;
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let corner = 0; corner < corners; corner++) {
    left = Math.min(left, line[2 * corner] ?? 0);
    right = Math.max(right, line[2 * corner] ?? 0);
    low = Math.min(low, line[2 * corner + 1] ?? 0);
    high = Math.max(high, line[2 * corner + 1] ?? 0);
  }
  const found: number[] = [];
  for (let item = 0; item < x.length; item++) {
    const [px, py] = [x[item] ?? 0, y[item] ?? 0];
    if (px < left || px > right || py < low || py > high) continue;
    let isInside = false;
    for (let a = 0, b = corners - 1; a < corners; b = a++) {
      const [ax, ay, bx, by] = [line[2 * a] ?? 0, line[2 * a + 1] ?? 0, line[2 * b] ?? 0, line[2 * b + 1] ?? 0];
      if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) isInside = !isInside;
    }
    if (isInside) found.push(item);
  }
  return found;
}
