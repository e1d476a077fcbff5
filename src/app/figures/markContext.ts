/** What the drawings of all marks share: the panel, the rows, their series, labels and anchors. */
import { sentenceOf } from './cells';
import type { Scale } from './scales';
import type { Anchor, Shape } from './scene';
import { type FigureSpec, type Mark, type Row, rowKey, type Series, tableOf } from './spec';

export interface PanelFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Scale;
  readonly y: Scale;
  /** Text size. */
  readonly em: number;
  /** Bent into a disc; see PanelSpec. */
  readonly isRound?: boolean;
}

export interface MarkDrawing {
  readonly shapes: readonly Shape[];
  readonly anchors: readonly Anchor[];
}

/** A row with its index in the table. */
export type Entry = readonly [Row, number];
export type MarkOf<K extends Mark['kind']> = Extract<Mark, { readonly kind: K }>;

/** A mark's rows in its panel. */
export interface Context {
  readonly spec: FigureSpec;
  readonly frame: PanelFrame;
  readonly data: string;
  readonly entries: readonly Entry[];
}

export const seriesOf = ({ spec }: Context, row: Row, column: string): Series | undefined =>
  spec.series.find(({ key }) => key === row[column]);

export const labelOf = ({ spec, data }: Context, row: Row): { readonly label?: string } => {
  const table = tableOf(spec, data);
  return table ? { label: sentenceOf(table, row) } : {};
};

export const anchorAt = (
  context: Context,
  index: number,
  series: string | null,
  box: Omit<Anchor, 'row' | 'series'>,
): Anchor => ({
  row: rowKey(context.data, index),
  series,
  ...box,
});

export function* bySeries(context: Context, column: string): Iterable<readonly [Series, readonly Entry[]]> {
  for (const series of context.spec.series) {
    const entries = context.entries.filter(([row]) => row[column] === series.key);
    if (entries.length > 0) yield [series, entries];
  }
}
