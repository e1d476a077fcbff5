/**
 * One figure as data: tables, what is drawn of them, axes, legend and a sentence. The live figure, the SVG file, the table
 * on the page, CSV and LaTeX all come from this one object, so they cannot disagree. Sizes, themes and pixels belong to
 * the renderers (layout.ts).
 */
import type { ColourName, Marker, Pattern } from './palette';

export type Cell = number | string | null;
export type Row = Readonly<Record<string, Cell>>;

export interface Column {
  readonly key: string;
  readonly title: string;
  /** Digits after the point; null for text. Shown, exported and announced alike. */
  readonly digits: number | null;
  /** Only places marks (ends of a band, say): in no table and no export. */
  readonly isHidden?: boolean;
}

export interface DataTable {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export type ScaleSpec =
  | { readonly kind: 'linear' | 'log'; readonly domain: readonly [number, number] }
  | { readonly kind: 'band'; readonly domain: readonly string[]; readonly padding?: number };

export interface Tick {
  readonly at: number | string;
  readonly label: string;
}

export interface Axis {
  /** With its unit; empty only where a neighbouring panel carries it. */
  readonly title: string;
  readonly scale: ScaleSpec;
  /** Chosen by the scale if left out; an empty list draws none. */
  readonly ticks?: readonly Tick[];
}

export interface Series {
  readonly key: string;
  readonly label: string;
  readonly colour: ColourName;
  readonly pattern: Pattern;
  readonly dash: readonly number[];
  readonly marker: Marker;
  /** False where the axis already names it. */
  readonly isInLegend?: boolean;
}

/** Rows of a table, by the value of one column. */
export interface RowFilter {
  readonly column: string;
  readonly equals: Cell;
}

/** Marks name columns of one table. `series` is the column whose value is a key of the spec's series. */
export type Mark =
  /** Bands between two curves over x, one for each series: flat from `x` to `until` where that is given, smooth between. */
  | {
      readonly kind: 'area';
      readonly data: string;
      readonly x: string;
      readonly until?: string;
      readonly low: string;
      readonly high: string;
      readonly series: string;
    }
  /** Where rows crowd, only those that each column of pixels needs are drawn (drawnPoints.ts): no extreme is lost. */
  | {
      readonly kind: 'line';
      readonly data: string;
      readonly x: string;
      readonly y: string;
      readonly series: string;
      readonly isMarked?: boolean;
      /** Thin and pale: raw values behind their average. */
      readonly isFaint?: boolean;
    }
  | {
      readonly kind: 'point';
      readonly data: string;
      readonly x: string;
      readonly y: string;
      readonly series: string;
      /** Column with the text beside the point. */
      readonly label?: string;
    }
  /** From zero; the band axis decides the direction. `label` is written at the end of the bar. */
  | {
      readonly kind: 'bar';
      readonly data: string;
      readonly x: string;
      readonly y: string;
      readonly series: string;
      readonly label?: string;
    }
  /** Rectangles between x0 and x1, low and high. */
  | {
      readonly kind: 'rect';
      readonly data: string;
      readonly x: readonly [string, string];
      readonly y: readonly [string, string];
      readonly series: string;
      /** In place of the panel's. */
      readonly where?: RowFilter;
    }
  /**
   * Framed boxes with text inside: the first of the columns whose text fits. Without `label` nothing is drawn: the place
   * is only for cursor and pointer.
   */
  | {
      readonly kind: 'box';
      readonly data: string;
      readonly x: readonly [string, string];
      readonly y: readonly [string, string];
      readonly label?: readonly string[];
      /** Columns of a light ground: the series that gives its colour, and how strong it is, 0 to 1. */
      readonly tint?: { readonly series: string; readonly strength: string };
      readonly where?: RowFilter;
    }
  /** Intervals: a line from low to high with short ends. */
  | {
      readonly kind: 'whisker';
      readonly data: string;
      readonly x: string;
      readonly low: string;
      readonly high: string;
    }
  /**
   * A raster: columns from left to right, each cut into equal cells from top to bottom over the panel's height. A cell
   * holds the place of its series, or 255 for none. For densities that would be too many rows to draw one by one.
   */
  | {
      readonly kind: 'raster';
      readonly columns: readonly { readonly from: number; readonly until: number; readonly cells: Uint8Array }[];
      readonly series: readonly string[];
    }
  /** One cell of a matrix on two band axes, coloured by a value; negative cells of a diverging ramp are hatched. */
  | {
      readonly kind: 'cell';
      readonly data: string;
      readonly x: string;
      readonly y: string;
      readonly value: string;
      readonly ramp: 'sequential' | 'diverging';
      /** Values of the first and the last step. */
      readonly domain: readonly [number, number];
      readonly digits: number;
    }
  /** Curved bands from (x0, low0…high0) to (x1, low1…high1). */
  | {
      readonly kind: 'ribbon';
      readonly data: string;
      readonly x: readonly [string, string];
      readonly from: readonly [string, string];
      readonly to: readonly [string, string];
      readonly series: string;
      readonly where?: RowFilter;
    }
  /** A straight line across the panel; `band` is shaded along it. */
  | {
      readonly kind: 'rule';
      readonly axis: 'x' | 'y';
      readonly at: number;
      readonly label?: string;
      readonly band?: readonly [number, number];
    };

export interface PanelSpec {
  readonly title?: string;
  /** A number or two at the right end of the title's line: the first of these that fits beside the title. */
  readonly caption?: readonly string[];
  readonly x: Axis;
  readonly y: Axis;
  /** Rows of a table that belong to this panel, by the value of one column (small multiples). */
  readonly where?: RowFilter;
  /**
   * Bent into a disc: x goes clockwise from the top, y from the middle (the end of its domain) outwards. For `rect` and `box` on
   * linear axes, in a square row; axes are not drawn.
   */
  readonly isRound?: boolean;
  readonly marks: readonly Mark[];
}

export interface PanelRow {
  readonly panels: readonly PanelSpec[];
  /** Height of a panel's inside, in units of the text size. */
  readonly height: number;
  /** Panels narrower than this (same unit) go to a further line. */
  readonly minWidth?: number;
  /** Matrices: inside as wide as high at most. */
  readonly isSquare?: boolean;
}

/** Keys of a colour ramp in the legend. */
export interface RampKey {
  readonly title: string;
  readonly ramp: 'sequential' | 'diverging';
  readonly domain: readonly [number, number];
  readonly digits: number;
}

/** Rows of a table that the keyboard cursor visits: left and right along `x`, up and down along `y`. */
export interface CursorSpec {
  readonly data: string;
  readonly x: string;
  readonly y?: string;
}

export interface FigureSpec {
  /** Stem of exported file names. */
  readonly name: string;
  readonly title: string;
  /** One sentence with the numbers that matter. */
  readonly summary: string;
  /** Where the data come from or how they were sampled; printed under the figure, in exports too. */
  readonly note?: string;
  readonly data: readonly DataTable[];
  readonly series: readonly Series[];
  readonly ramps?: readonly RampKey[];
  readonly rows: readonly PanelRow[];
  readonly cursors: readonly CursorSpec[];
}

export const tableOf = (spec: FigureSpec, name: string): DataTable | undefined =>
  spec.data.find((table) => table.name === name);

/** Rows of a mark's table that a panel shows, with their places in the table. @param where in place of the panel's */
export function rowsIn(
  spec: FigureSpec,
  panel: PanelSpec,
  name: string,
  where: RowFilter | undefined = panel.where,
): readonly (readonly [Row, number])[] {
  const entries = (tableOf(spec, name)?.rows ?? []).map((row, index) => [row, index] as const);
  return where ? entries.filter(([row]) => row[where.column] === where.equals) : entries;
}

/** One row of one table, as a text: how marks, cursor and callers name it. */
export const rowKey = (data: string, row: number): string => `${data}:${row}`;
