/** A laid-out figure: shapes in drawing order, ready for the page (SceneView) or a file (svgText). */
import type { ColourName, Pattern } from './palette';

export interface Fill {
  readonly colour: ColourName;
  readonly pattern: Pattern;
  readonly opacity?: number;
}

interface Drawn {
  readonly fill?: Fill;
  readonly stroke?: ColourName;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
  /** Of the stroke; 1 if left out. */
  readonly strokeOpacity?: number;
  /** Which row (rowKey) or which series a pointer on this shape means. */
  readonly row?: string;
  readonly series?: string;
  /** Numbers in words, for screen readers and viewers of the file. */
  readonly label?: string;
}

export type Shape =
  | (Drawn & { readonly kind: 'path'; readonly d: string })
  | (Drawn & {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    })
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly colour: ColourName;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly isBold?: boolean;
      /** Turned about its place, in degrees clockwise; -90 reads upwards. */
      readonly turn?: number;
    };

/** A part of a ring: angles in radians clockwise from the top. */
export interface Sector {
  readonly centre: readonly [x: number, y: number];
  readonly inner: number;
  readonly outer: number;
  readonly from: number;
  readonly to: number;
}

/** Where a row of the data stands: the keyboard cursor marks it, pointers find the nearest. */
export interface Anchor {
  readonly row: string;
  readonly series: string | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of round panels: the outline in place of the box, which then is around its middle. */
  readonly sector?: Sector;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  readonly anchors: ReadonlyMap<string, Anchor>;
  /** Further places of rows that several panels show: a code in every domain. */
  readonly echoes?: ReadonlyMap<string, readonly Anchor[]>;
}

/** Coordinates to a hundredth: enough for print, and files stay small. */
export const coordinate = (value: number): string => String(Math.round(value * 100) / 100);

/** Roughly the width of a text; figures are drawn without measuring fonts. */
export const textWidth = (text: string, size: number): number => text.length * size * 0.54;
