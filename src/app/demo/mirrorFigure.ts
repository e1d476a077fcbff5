/**
 * Figure V4 of two models: their searches on the same history, mirrored on one axis of items. The first tree grows to the right,
 * the second to the left; an item that both found has a ribbon from either side. Codes are each model's own.
 */
import type { BeamReply } from '../../worker/protocol';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { DataTable, FigureSpec, Mark, Row, Series } from '../figures/spec';
import { formatCount, formatProbability } from '../format/numbers';
import { fateOf } from './beamFigure';
import { beamLayout } from './beamLayout';
import {
  type BeamFrame,
  boxes,
  CUT_KEYS,
  cuts,
  digitTicks,
  FORWARD,
  HALF,
  MOST_CARDS,
  massMark,
  NO_Y,
  ribbons,
  SERIES,
  treeMarks,
} from './beamParts';
import { BeamTables } from './beamTables';

export interface MirroredSearch {
  readonly name: string;
  readonly beam: BeamReply;
}

export interface MirrorView {
  /** Steps drawn of both. */
  readonly shown: number;
  /** Index of the item whose paths are drawn strongly; null for none. */
  readonly item: number | null;
}

/** Between the last prefixes and the items, and the items' own width, in columns. */
const AIR = 0.45;
const WIDE = 1.9;

/** An item that one search or both found, by its places (from 0). */
export interface SharedLeaf {
  readonly item: number;
  readonly title: string;
  readonly domain: string | null;
  readonly popularity: number;
  readonly places: readonly [number | null, number | null];
  readonly logProbabilities: readonly [number | null, number | null];
}

/** Items of both searches: the better of its two places decides, items of both before those of one. */
export function sharedLeaves(first: BeamReply, second: BeamReply): readonly SharedLeaf[] {
  const found = new Map<number, SharedLeaf>();
  for (const [side, { leaves }] of [first, second].entries())
    for (const [place, { item, title, domain, popularity, logProbability }] of leaves.entries()) {
      const known = found.get(item);
      found.set(item, {
        item,
        title,
        domain,
        popularity,
        places: side === 0 ? [place, null] : [known?.places[0] ?? null, place],
        logProbabilities: side === 0 ? [logProbability, null] : [known?.logProbabilities[0] ?? null, logProbability],
      });
    }
  const best = ({ places }: SharedLeaf): number =>
    Math.min(places[0] ?? Number.POSITIVE_INFINITY, places[1] ?? Number.POSITIVE_INFINITY);
  const isShared = ({ places }: SharedLeaf): number => Number(places[0] !== null && places[1] !== null);
  return [...found.values()].sort((a, b) => best(a) - best(b) || isShared(b) - isShared(a) || a.item - b.item);
}

export function mirrorFigure(
  first: MirroredSearch,
  second: MirroredSearch,
  { shown, item }: MirrorView,
  note = '',
): FigureSpec {
  const [depth, otherDepth] = [first.beam.tree.steps.length, second.beam.tree.steps.length];
  const leaves = sharedLeaves(first.beam, second.beam);
  const cards = Math.min(MOST_CARDS, leaves.length);
  const end = depth + HALF + AIR + WIDE + AIR + HALF + otherDepth;
  const mirrored: BeamFrame = { at: (column) => end - column, way: -1, suffix: '2' };
  const placeOf = ({ leaves: own }: BeamReply): number | null => {
    const place = own.findIndex((leaf) => leaf.item === item);
    return place < 0 ? null : place;
  };
  const tablesOf = ({ beam }: MirroredSearch, frame: BeamFrame): BeamTables =>
    new BeamTables(beam, { shown, item: placeOf(beam), isMultiples: false }, beamLayout(beam.tree, cards), frame);
  const left = tablesOf(first, FORWARD);
  const right = tablesOf(second, mirrored);
  const isShown = shown >= Math.max(depth, otherDepth);
  const items = itemTable(leaves, [first.name, second.name], [left, right], { depth, isShown });
  const hasTarget = first.beam.tree.target !== null;
  const domain = [-HALF, end + HALF] as const;
  return {
    name: 'beams-mirrored',
    title: 'Beam through the trie',
    summary: summaryOf(first, second, leaves),
    note: [
      `${first.name} at the left, ${second.name} at the right; codes are each model’s own. Boxes are as high as their share of the probability that the step kept; items on a tinted ground were found by both.`,
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: [...SERIES.filter(({ key }) => (key !== 'target' || hasTarget) && (key !== 'path' || item !== null)), BOTH],
    data: [
      items,
      named(left.prefixes(), first.name),
      named(right.prefixes(), second.name),
      named(left.pruned(), first.name),
      named(right.pruned(), second.name),
      named(left.parents(), first.name),
      named(right.parents(), second.name),
      named(left.masses(), first.name),
      named(right.masses(), second.name),
    ],
    rows: [
      {
        height: Math.max(20, cards * 1.6),
        panels: [
          {
            title: first.name,
            caption: [second.name],
            x: {
              title: '',
              scale: { kind: 'linear', domain },
              ticks: [
                ...digitTicks(FORWARD, depth),
                { at: depth + HALF + AIR + WIDE / 2, label: 'items' },
                ...digitTicks(mirrored, otherDepth),
              ],
            },
            y: NO_Y,
            marks: [
              ...treeMarks(),
              ...treeMarks('2'),
              {
                ...boxes('items', ['label', ...CUT_KEYS]),
                tint: { series: 'ground', strength: 'strength' },
              } as Mark,
              ribbons('items'),
              FROM_THE_RIGHT,
            ],
          },
        ],
      },
      {
        height: 6,
        panels: [
          {
            title: 'Where the probability went',
            x: {
              title: '',
              scale: { kind: 'linear', domain },
              ticks: [...digitTicks(FORWARD, depth, 1), ...digitTicks(mirrored, otherDepth, 1)],
            },
            y: { title: '', scale: { kind: 'linear', domain: [0, 1] }, ticks: [] },
            marks: [massMark(), massMark('2')],
          },
        ],
      },
    ],
    cursors: [
      { data: 'items', x: 'step', y: 'order' },
      { data: 'prefixes', x: 'step', y: 'place' },
      { data: 'prefixes2', x: 'step', y: 'place' },
      { data: 'pruned', x: 'step', y: 'rank' },
      { data: 'pruned2', x: 'step', y: 'rank' },
      { data: 'mass', x: 'step', y: 'order' },
      { data: 'mass2', x: 'step', y: 'order' },
    ],
  };
}

const BOTH: Series = { key: 'both', label: 'found by both', ...seriesStyle(0), isInLegend: false };

const FROM_THE_RIGHT: Mark = {
  kind: 'ribbon',
  data: 'items',
  x: ['fromX2', 'near2'],
  from: ['fromLow2', 'fromHigh2'],
  to: ['low', 'high'],
  series: 'series2',
};

const named = (table: DataTable, name: string): DataTable => ({ ...table, title: `${table.title}: ${name}` });

const prefixed = (row: Row): Row => ({
  fromX2: row['fromX'] ?? null,
  fromLow2: row['fromLow'] ?? null,
  fromHigh2: row['fromHigh'] ?? null,
});

function itemTable(
  leaves: readonly SharedLeaf[],
  names: readonly [string, string],
  [left, right]: readonly [BeamTables, BeamTables],
  { depth, isShown }: { readonly depth: number; readonly isShown: boolean },
): DataTable {
  const from = depth + HALF + AIR;
  const rankText = (place: number | null): string => (place === null ? '–' : String(place + 1));
  const depthOf = ({ reply }: BeamTables): number => reply.tree.steps.length;
  const rows = leaves.map((leaf, order): Row => {
    const slot = isShown ? left.layout.slots[order] : undefined;
    const [first, second] = leaf.places;
    const label = `${rankText(first)} | ${leaf.title} | ${rankText(second)}`;
    return {
      title: leaf.title,
      domain: leaf.domain ?? '',
      rank: first === null ? null : first + 1,
      rank2: second === null ? null : second + 1,
      logProbability: leaf.logProbabilities[0],
      logProbability2: leaf.logProbabilities[1],
      popularity: leaf.popularity,
      item: leaf.item,
      order,
      step: depth + 1,
      label,
      ...cuts(label),
      ground: 'both',
      strength: first !== null && second !== null ? 0.22 : 0,
      left: slot ? from : null,
      right: slot ? from + WIDE : null,
      near: from,
      near2: from + WIDE,
      low: slot?.low ?? null,
      high: slot?.high ?? null,
      series: first === null ? 'kept' : left.seriesOf(depthOf(left) - 1, first),
      series2: second === null ? 'kept' : right.seriesOf(depthOf(right) - 1, second),
      ...(slot && first !== null ? left.leaf(first) : { fromX: null, fromLow: null, fromHigh: null }),
      ...prefixed(slot && second !== null ? right.leaf(second) : {}),
    };
  });
  return {
    name: 'items',
    title: 'Items of both',
    columns: [
      textColumn('title', 'Item'),
      textColumn('domain', 'Domain'),
      numberColumn('rank', `Rank in ${names[0]}`),
      numberColumn('rank2', `Rank in ${names[1]}`),
      numberColumn('logProbability', `log p in ${names[0]}`, 4),
      numberColumn('logProbability2', `log p in ${names[1]}`, 4),
      numberColumn('popularity', 'Training interactions'),
      ...placing('item', 'order', 'step', 'strength', 'left', 'right', 'near', 'near2', 'low', 'high'),
      ...placing('fromX', 'fromLow', 'fromHigh', 'fromX2', 'fromLow2', 'fromHigh2'),
      ...styling('label', ...CUT_KEYS, 'ground', 'series', 'series2'),
    ],
    rows,
  };
}

function summaryOf(first: MirroredSearch, second: MirroredSearch, leaves: readonly SharedLeaf[]): string {
  const both = leaves.filter(({ places }) => places[0] !== null && places[1] !== null).length;
  const bestOf = ({ name, beam }: MirroredSearch): string => {
    const [best] = beam.leaves;
    return best ? `${name} puts ${best.title} first (${formatProbability(Math.exp(best.logProbability))})` : name;
  };
  const fates = [first, second].flatMap(({ name, beam }) => {
    const fate = fateOf(beam);
    return fate === '' ? [] : [`in ${name} it ${fate}`];
  });
  const target = fates.length > 0 ? ` The true next item: ${fates.join('; ')}.` : '';
  return `${formatCount(both)} of ${formatCount(leaves.length)} items were found by both. ${bestOf(first)}, ${bestOf(second)}.${target}`;
}
