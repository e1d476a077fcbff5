/** The map of items as a figure: its tables name every item; files draw points, or for many items the commonest group of each cell. */
import type { ItemMapReply, MapSource } from '../../worker/protocol/codebooks';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import type { FigureSpec, Mark, Row } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';
import type { MapGroups } from './mapGroups';

/** A file with more marks than this is slow to open everywhere. */
const MOST_POINTS = 4000;
/** Cells along each side beyond that. */
const CELLS = 160;
const NO_GROUP = 255;

/** Coordinates between −1 and 1 around the middle of all points, the same scale on both axes. */
export interface MapPoints {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export function normalisedPoints({ x, y }: Pick<ItemMapReply, 'x' | 'y'>): MapPoints {
  const [left, right] = extent(x);
  const [low, high] = extent(y);
  const half = Math.max(right - left, high - low, Number.MIN_VALUE) / 2;
  const centred = (values: Float32Array, middle: number): Float32Array =>
    values.map((value) => (value - middle) / half);
  return { x: centred(x, (left + right) / 2), y: centred(y, (low + high) / 2) };
}

function extent(values: Float32Array): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? [0, 0] : [least, most];
}

/** Rows of the table of items; the same for every colouring. */
export function itemRows(map: ItemMapReply): readonly Row[] {
  const { codes, levels, ids, titles, domainOfItem, domainNames, popularity, sharing, x, y } = map;
  return Array.from(
    x,
    (value, item): Row => ({
      item,
      id: ids[item] ?? '',
      title: titles[item] ?? '',
      domain: domainOfItem ? (domainNames[domainOfItem[item] ?? 0] ?? '') : '',
      codes: codes.subarray(item * levels, (item + 1) * levels).join(' · '),
      popularity: popularity[item] ?? 0,
      sharing: sharing[item] ?? 0,
      x: value,
      y: y[item] ?? 0,
    }),
  );
}

interface MapFigureData {
  readonly map: ItemMapReply;
  readonly points: MapPoints;
  readonly groups: MapGroups;
  readonly rows: readonly Row[];
  readonly picked: number;
  readonly note?: string;
}

export function mapFigure({
  map,
  points,
  groups: { title, groups, groupOf },
  rows,
  picked,
  note = '',
}: MapFigureData): FigureSpec {
  const isDrawnOneByOne = rows.length <= MOST_POINTS;
  const mark: Mark = isDrawnOneByOne
    ? { kind: 'point', data: 'points', x: 'x', y: 'y', series: 'series' }
    : { kind: 'raster', series: groups.map(({ key }) => key), columns: cellColumns(points, groupOf) };
  const axis = (name: string) => ({
    title: name,
    scale: { kind: 'linear' as const, domain: [-1.03, 1.03] as const },
    ticks: [],
  });
  const largest = groups.toSorted((a, b) => b.items - a.items)[0];
  return {
    name: `item-map-${title.toLowerCase().replaceAll(' ', '-')}`,
    title: 'Map of items',
    summary: `${formatCount(rows.length)} items, all drawn, coloured by ${title.toLowerCase()}: ${groups.length} groups, the largest “${largest?.label ?? ''}” with ${formatCount(largest?.items ?? 0)} items (${formatShare((largest?.items ?? 0) / Math.max(1, rows.length))}).${picked > 0 ? ` ${formatCount(picked)} ${picked === 1 ? 'is' : 'are'} picked.` : ''}`,
    note: [
      SOURCE_NOTES[map.source],
      map.explainedShare === null ? '' : `Both together carry ${formatShare(map.explainedShare)} of the variance.`,
      isDrawnOneByOne ? '' : `In files each of ${CELLS} × ${CELLS} cells shows the group with most items in it.`,
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: groups.map(({ items, ...series }) => ({ ...series, label: `${series.label}: ${formatCount(items)}` })),
    data: [
      {
        name: 'items',
        title: 'Items',
        columns: [
          numberColumn('item', 'Number'),
          textColumn('id', 'Id'),
          textColumn('title', 'Title'),
          ...(map.domainOfItem ? [textColumn('domain', 'Domain')] : []),
          textColumn('codes', 'Codes'),
          numberColumn('popularity', 'Interactions'),
          numberColumn('sharing', 'Items on its identifier'),
          numberColumn('x', 'First axis', 4),
          numberColumn('y', 'Second axis', 4),
        ],
        rows,
      },
      {
        name: 'groups',
        title: `Items by ${title.toLowerCase()}`,
        columns: [textColumn('label', title), numberColumn('items', 'Items'), numberColumn('share', 'Share', 4)],
        rows: groups.map(({ label, items }) => ({ label, items, share: items / Math.max(1, rows.length) })),
      },
      ...(isDrawnOneByOne ? [pointTable(points, groupOf)] : []),
    ],
    rows: [{ height: 40, isSquare: true, panels: [{ x: axis('First axis'), y: axis('Second axis'), marks: [mark] }] }],
    cursors: [],
  };
}

const SOURCE_NOTES: Readonly<Record<MapSource, string>> = {
  whitened:
    'Axes: the two leading principal components of the item embeddings, each scaled to unit variance, as the tokenizer reads them.',
  content:
    'Axes: the two leading principal components of the vectors that the tokenizer quantises, all levels side by side.',
  entries:
    'Axes: the two leading principal components of the sums of each identifier’s codebook entries; items of one identifier share a point. The run keeps no vectors: it is of an older version, or has too many items.',
};

/** Places only: their numbers stand in the table of items. */
const pointTable = ({ x, y }: MapPoints, groupOf: Uint8Array) => ({
  name: 'points',
  title: 'Points',
  columns: [...placing('x', 'y'), ...styling('series')],
  rows: Array.from(x, (value, item): Row => ({ x: value, y: y[item] ?? 0, series: `g${groupOf[item] ?? 0}` })),
});

/** The group with most points in each cell of the square from −1 to 1, the first among equals. */
export function cellColumns({ x, y }: MapPoints, groupOf: Uint8Array) {
  const most = Math.max(0, ...groupOf) + 1;
  const counts = new Uint32Array(CELLS * CELLS * most);
  const cellOf = (value: number): number => Math.min(CELLS - 1, Math.max(0, Math.floor(((value + 1) / 2) * CELLS)));
  for (let item = 0; item < x.length; item++) {
    const at = (cellOf(x[item] ?? 0) * CELLS + cellOf(-(y[item] ?? 0))) * most + (groupOf[item] ?? 0);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return Array.from({ length: CELLS }, (_, column) => ({
    from: -1 + (2 * column) / CELLS,
    until: -1 + (2 * (column + 1)) / CELLS,
    cells: Uint8Array.from({ length: CELLS }, (_unused, row) => {
      const start = (column * CELLS + row) * most;
      let best = NO_GROUP;
      for (let group = 0; group < most; group++)
        if ((counts[start + group] ?? 0) > (best === NO_GROUP ? 0 : (counts[start + best] ?? 0))) best = group;
      return best;
    }),
  }));
}
