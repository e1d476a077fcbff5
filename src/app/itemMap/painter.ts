/** What draws the points of a map onto a canvas. */
import type { Marker } from '../figures/palette';
import type { MapPoints } from './mapFigure';

export interface MapStyle {
  /** By group: red, green, blue from 0 to 1. */
  readonly colours: readonly (readonly [number, number, number])[];
  readonly markers: readonly Marker[];
}

export interface MapView {
  /** Middle of the view, in coordinates of the points. */
  readonly x: number;
  readonly y: number;
  /** 1 shows all points. */
  readonly zoom: number;
}

export interface MapPainter {
  readonly kind: 'webgl' | 'flat';
  /** Borrows the arrays until the next call. @param flags u8 [N]: 1 for picked items */
  setPoints(points: MapPoints, groupOf: Uint8Array, flags: Uint8Array): void;
  draw(view: MapView, style: MapStyle, size: MapSize): void;
  dispose(): void;
}

/** Of the canvas, in device pixels. */
export interface MapSize {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** Diameter of a point in CSS pixels: smaller for more points, larger when zoomed in. */
export const pointSize = (count: number, zoom: number): number =>
  Math.min(14, Math.max(2.5, (count > 20_000 ? 2.5 : count > 3000 ? 4 : 7) * zoom ** 0.35));

/** Device pixels per unit of the points. */
export const unitPixels = ({ width, height }: MapSize, zoom: number): number =>
  (Math.min(width, height) / 2) * 0.97 * zoom;
