/** What the figures of beam searches are drawn of: series, marks and axes. */
import { seriesStyle } from '../figures/palette';
import type { Mark, PanelSpec, RowFilter, Series } from '../figures/spec';

/** Items that get a card in the figure; the table has all. */
export const MOST_CARDS = 20;
/** Half a box, in columns. */
export const HALF = 0.21;

const grey = (key: string, label: string, rest: Pick<Series, 'colour' | 'pattern' | 'marker'>): Series => ({
  key,
  label,
  dash: [],
  ...rest,
});

export const SERIES: readonly Series[] = [
  { key: 'kept', label: 'kept', ...seriesStyle(0) },
  { key: 'path', label: 'path of the chosen item', ...seriesStyle(1) },
  { key: 'target', label: 'path of the true next item', ...seriesStyle(2) },
  grey('pruned', 'pruned', { colour: 'line-strong', pattern: 'diagonal', marker: 'ring' }),
  grey('impossible', 'impossible: no item has it', { colour: 'line-strong', pattern: 'solid', marker: 'square' }),
  grey('before', 'dropped by earlier steps', { colour: 'hatch', pattern: 'cross', marker: 'diamond' }),
];

/** Where a tree stands: the place of a column, and whether it grows to the right or to the left. */
export interface BeamFrame {
  at(column: number): number;
  readonly way: 1 | -1;
  /** Behind the names of its tables. */
  readonly suffix: '' | '2';
}

export const FORWARD: BeamFrame = { at: (column) => column, way: 1, suffix: '' };

export const ribbons = (data: string, where?: RowFilter): Mark => ({
  kind: 'ribbon',
  data,
  x: ['fromX', 'near'],
  from: ['fromLow', 'fromHigh'],
  to: ['low', 'high'],
  series: 'series',
  ...(where ? { where } : {}),
});

export const boxes = (data: string, label: readonly string[], where?: RowFilter): Mark => ({
  kind: 'box',
  data,
  x: ['left', 'right'],
  y: ['low', 'high'],
  label,
  ...(where ? { where } : {}),
});

/** Prefixes that a step begins with, where no edge has drawn them: the root, or in pictures of single steps. */
export const startBoxes = (data: string): Mark => ({
  kind: 'box',
  data,
  x: ['boxLeft', 'boxRight'],
  y: ['boxLow', 'boxHigh'],
  label: ['label'],
});

/** Everything of a tree but its items. @param suffix of its tables' names */
export const treeMarks = (suffix = ''): readonly Mark[] => [
  // Boxes first: where a row has a box, the cursor marks it rather than the edge to it.
  boxes(`prefixes${suffix}`, ['label', 'short']),
  startBoxes(`shares${suffix}`),
  ribbons(`shares${suffix}`),
  ribbons(`pruned${suffix}`),
  ribbons(`prefixes${suffix}`),
];

export const massMark = (suffix = ''): Mark => ({
  kind: 'rect',
  data: `mass${suffix}`,
  x: ['left', 'right'],
  y: ['low', 'high'],
  series: 'series',
});

export const digitTicks = ({ at }: Pick<BeamFrame, 'at'>, depth: number, from = 0) =>
  Array.from({ length: depth + 1 - from }, (_, step) => ({
    at: at(step + from),
    label: step + from === 0 ? 'start' : `digit ${step + from}`,
  }));

export const NO_Y: PanelSpec['y'] = { title: '', scale: { kind: 'linear', domain: [0, 1] }, ticks: [] };

/** Lengths of an item's label: the longest that fits is drawn. */
export const CUTS = [60, 46, 36, 28, 20, 12] as const;
export const cut = (label: string, length: number): string =>
  label.length <= length ? label : `${label.slice(0, length - 1).trimEnd()}…`;

/** Columns `label60`, `label46` … of a label. */
export const cuts = (label: string): Readonly<Record<string, string>> =>
  Object.fromEntries(CUTS.map((length) => [`label${length}`, cut(label, length)]));
export const CUT_KEYS: readonly string[] = CUTS.map((length) => `label${length}`);
