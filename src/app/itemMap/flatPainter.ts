/** Draws a map without WebGL: small squares coloured by the group with most points in them, stronger where there are more. */
import type { MapPoints } from './mapFigure';
import { type MapPainter, unitPixels } from './painter';

/** Side of a square in CSS pixels. */
const CELL = 4;
/** A lone point. */
const FAINTEST = 0.55;

/** Null where the canvas gives no 2-D context. */
export function createFlatPainter(canvas: HTMLCanvasElement): MapPainter | null {
  const context = canvas.getContext('2d');
  if (!context) return null;
  let points: MapPoints = { x: new Float32Array(), y: new Float32Array() };
  let groups = new Uint8Array();
  let picked = new Uint8Array();
  return {
    kind: 'flat',
    setPoints(given, groupOf, flags) {
      points = given;
      groups = groupOf.slice();
      picked = flags.slice();
    },
    draw(view, style, size) {
      const { width, height, pixelRatio } = size;
      const cell = Math.max(2, Math.round(CELL * pixelRatio));
      const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
      const most = style.colours.length;
      const counts = new Uint32Array(columns * rows * most);
      const perUnit = unitPixels(size, view.zoom);
      const hasPicked = picked.includes(1);
      const isStrong = new Uint8Array(columns * rows);
      for (let item = 0; item < points.x.length; item++) {
        const column = Math.floor((width / 2 + ((points.x[item] ?? 0) - view.x) * perUnit) / cell);
        const row = Math.floor((height / 2 - ((points.y[item] ?? 0) - view.y) * perUnit) / cell);
        if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
        const at = row * columns + column;
        // A picked item decides the colour of its square.
        const weight = picked[item] === 1 ? points.x.length : 1;
        isStrong[at] = Math.max(isStrong[at] ?? 0, picked[item] ?? 0);
        const place = at * most + (groups[item] ?? 0);
        counts[place] = (counts[place] ?? 0) + weight;
      }
      context.clearRect(0, 0, width, height);
      for (let at = 0; at < columns * rows; at++) {
        const own = counts.subarray(at * most, (at + 1) * most);
        const total = own.reduce((sum, count) => sum + count, 0);
        if (total === 0) continue;
        const group = own.indexOf(Math.max(...own));
        const [red = 0, green = 0, blue = 0] = style.colours[group] ?? [];
        const strength = hasPicked ? (isStrong[at] === 1 ? 1 : 0.2) : Math.min(1, FAINTEST + 0.15 * Math.log2(total));
        context.fillStyle = `rgb(${red * 255} ${green * 255} ${blue * 255} / ${strength})`;
        context.fillRect((at % columns) * cell, Math.floor(at / columns) * cell, cell, cell);
      }
    },
    dispose() {
      context.clearRect(0, 0, canvas.width, canvas.height);
    },
  };
}
