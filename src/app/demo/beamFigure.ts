/**
 * Figure V4: a beam search through the trie of identifiers. Columns are digits; a box is a prefix that was kept, as high as its
 * share of the probability that the step kept; what leaves a box on the right adds up to it: kept children, pruned ones (faded
 * stubs) and tokens that no item has there (grey). Below, where all probability went, step by step.
 */
import { type BeamTree, prefixOf, stepMasses } from '../../evaluate/beamTree';
import type { BeamReply } from '../../worker/protocol';
import { seriesStyle } from '../figures/palette';
import type { Cell, Column, DataTable, FigureSpec, Mark, PanelSpec, Row, Series } from '../figures/spec';
import { formatCount, formatProbability } from '../format/numbers';
import { type BeamLayout, beamLayout, type Span } from './beamLayout';

export interface BeamView {
  /** Steps drawn, from 0 (only the root) to their number; items stand behind the last one. */
  readonly shown: number;
  /** Place of the item whose path is drawn strongly; null for none. */
  readonly item: number | null;
  /** Every step as a picture of its own, instead of one tree that grows. */
  readonly isMultiples: boolean;
}

/** Items that get a card in the figure; the table has all. */
const MOST_CARDS = 20;
/** Half a box, in columns. */
const HALF = 0.21;

export const SERIES: readonly Series[] = [
  { key: 'kept', label: 'kept', ...seriesStyle(0) },
  { key: 'path', label: 'path of the chosen item', ...seriesStyle(1) },
  { key: 'target', label: 'path of the true next item', ...seriesStyle(2) },
  { key: 'pruned', label: 'pruned', colour: 'line-strong', pattern: 'diagonal', dash: [], marker: 'ring' },
  {
    key: 'impossible',
    label: 'impossible: no item has it',
    colour: 'line-strong',
    pattern: 'solid',
    dash: [],
    marker: 'square',
  },
];
const BEFORE: Series = {
  key: 'before',
  label: 'dropped by earlier steps',
  colour: 'hatch',
  pattern: 'cross',
  dash: [],
  marker: 'diamond',
};

export const codeOf = ({ firstTokens }: Pick<BeamReply, 'firstTokens'>, digit: number, token: number): number =>
  token - (firstTokens[digit] ?? 0);

/** "12 · 7 · 255" */
export const prefixCodes = (reply: BeamReply, tokens: readonly number[]): string =>
  tokens.map((token, digit) => codeOf(reply, digit, token)).join(' · ');

/** Places of the kept prefixes on the way to a leaf, from the first step on. */
export function pathOf({ steps }: Pick<BeamTree, 'steps'>, place: number): number[] {
  const path: number[] = [];
  let at = place;
  for (let t = steps.length - 1; t >= 0; t--) {
    path.unshift(at);
    at = steps[t]?.nodes[at]?.parent ?? 0;
  }
  return path;
}

/** Places of the kept prefixes of the true next item, until it was lost. */
export function targetPlaces({ steps, target }: BeamTree): number[] {
  const places: number[] = [];
  let parent = 0;
  for (const [t, token] of (target?.tokens ?? []).entries()) {
    const place = steps[t]?.nodes.findIndex((node) => node.parent === parent && node.token === token) ?? -1;
    if (place < 0) break;
    places.push(place);
    parent = place;
  }
  return places;
}

export function beamFigure(reply: BeamReply, view: BeamView, note = ''): FigureSpec {
  const { tree } = reply;
  const depth = tree.steps.length;
  const cards = Math.min(MOST_CARDS, reply.leaves.length);
  const layout = beamLayout(tree, cards);
  const parts = new BeamTables(reply, view, layout);
  const masses = massTable(reply, view);
  const hasTarget = tree.target !== null;
  const series = [...SERIES, BEFORE].filter(
    ({ key }) => (key !== 'target' || hasTarget) && (key !== 'path' || view.item !== null),
  );
  return {
    name: 'beam',
    title: 'Beam through the trie',
    summary: summaryOf(reply),
    note: ['Boxes are as high as their share of the probability that the step kept.', note].filter(Boolean).join(' '),
    series,
    data: [parts.prefixes(), parts.pruned(), parts.parents(), parts.items(), masses],
    rows: [
      view.isMultiples
        ? {
            height: Math.max(18, cards * 0.9),
            minWidth: 26,
            panels: tree.steps.map((_, step) => stepPanel(step, depth)),
          }
        : { height: Math.max(20, cards * 1.5), panels: [treePanel(depth)] },
      { height: 7, panels: [massPanel(depth, view.isMultiples)] },
    ],
    cursors: [
      { data: 'prefixes', x: 'step', y: 'place' },
      { data: 'items', x: 'step', y: 'rank' },
      { data: 'pruned', x: 'step', y: 'rank' },
      { data: 'mass', x: 'step', y: 'order' },
    ],
  };
}

const number = (key: string, title: string, digits = 0): Column => ({ key, title, digits });
const text = (key: string, title: string): Column => ({ key, title, digits: null });
const hidden = (...keys: readonly string[]): Column[] =>
  keys.map((key) => ({
    key,
    title: key,
    digits: key === 'series' || key === 'label' || key === 'short' ? null : 3,
    isHidden: true,
  }));

/** Columns of a box and of the ribbon that leads to it. */
const PLACED = hidden('left', 'right', 'low', 'high', 'fromX', 'fromLow', 'fromHigh', 'series');

class BeamTables {
  readonly #tree: BeamTree;
  readonly #path: readonly number[];
  readonly #target: readonly number[];

  constructor(
    readonly reply: BeamReply,
    readonly view: BeamView,
    readonly layout: BeamLayout,
  ) {
    this.#tree = reply.tree;
    this.#path = view.item === null ? [] : pathOf(reply.tree, view.item);
    this.#target = targetPlaces(reply.tree);
  }

  /** Kept prefixes; each is drawn with the edge that led to it. */
  prefixes(): DataTable {
    const rows = this.#tree.steps.flatMap(({ nodes }, step) =>
      nodes.map((node, place): Row => {
        const code = codeOf(this.reply, step, node.token);
        return {
          step: step + 1,
          place: place + 1,
          prefix: prefixCodes(this.reply, prefixOf(this.#tree, step, place)),
          code,
          token: node.tokenLogProbability,
          logProbability: node.logProbability,
          probability: Math.exp(node.logProbability),
          score: node.score,
          label: `${code}  ${node.tokenLogProbability.toFixed(2).replace('-', '−')}`,
          short: String(code),
          series: this.#seriesOf(step, place),
          ...this.#box(step + 1, this.layout.columns[step + 1]?.[place]),
          ...this.#from(step, this.layout.edges[step]?.kept[place]),
        };
      }),
    );
    return {
      name: 'prefixes',
      title: 'Kept prefixes',
      columns: [
        number('step', 'Step'),
        number('place', 'Place'),
        text('prefix', 'Codes'),
        number('token', 'log p of the code', 4),
        number('logProbability', 'log p', 4),
        number('probability', 'Probability', 6),
        number('score', 'Score', 4),
        ...hidden('code', 'label', 'short'),
        ...PLACED,
      ],
      rows,
    };
  }

  /** The best pruned children, and the true next item's if it is among neither these nor the kept ones. */
  pruned(): DataTable {
    const { target } = this.#tree;
    const rows = this.#tree.steps.flatMap(({ stubs, parents }, step) => {
      const lost = target?.lostAt === step ? target.stub : null;
      const known = stubs.some(({ rank }) => rank === lost?.rank);
      return [...stubs, ...(lost && !known ? [lost] : [])].map((stub): Row => {
        const isLost = lost?.rank === stub.rank;
        const edge = this.layout.edges[step]?.pruned[stub.parent];
        const whole = parents[stub.parent]?.pruned ?? 1;
        // A stub is a part of its prefix' pruned share; the parts lie from top to bottom in order.
        const before = stubs
          .filter(({ parent, rank }) => parent === stub.parent && rank < stub.rank)
          .reduce((sum, { tokenLogProbability }) => sum + Math.exp(tokenLogProbability), 0);
        const own = edge && part(edge, before / whole, Math.exp(stub.tokenLogProbability) / whole);
        return {
          step: step + 1,
          rank: stub.rank,
          prefix: prefixCodes(this.reply, [
            ...(step > 0 ? prefixOf(this.#tree, step - 1, stub.parent) : []),
            stub.token,
          ]),
          token: stub.tokenLogProbability,
          logProbability: stub.logProbability,
          score: stub.score,
          what: isLost ? 'the true next item' : '',
          parent: stub.parent,
          series: isLost ? 'target' : 'pruned',
          ...this.#stub(step, own, isLost ? 0.5 : 0.34),
        };
      });
    });
    return {
      name: 'pruned',
      title: 'Best pruned children',
      columns: [
        number('step', 'Step'),
        number('rank', 'Rank'),
        text('prefix', 'Codes'),
        number('token', 'log p of the code', 4),
        number('logProbability', 'log p', 4),
        number('score', 'Score', 4),
        text('what', 'Note'),
        ...hidden('parent'),
        ...PLACED,
      ],
      rows,
    };
  }

  /** What each prefix' next digit is split into; the shares of a row add up to 1. */
  parents(): DataTable {
    const rows = this.#tree.steps.flatMap(({ parents }, step) =>
      parents.map((shares, place): Row => {
        const tokens = step > 0 ? prefixOf(this.#tree, step - 1, place) : [];
        const edges = this.layout.edges[step];
        const impossible = this.#stub(step, edges?.impossible[place], 0.2);
        const box = this.#box(step, this.layout.columns[step]?.[place]);
        const isDrawn = this.view.isMultiples || step === 0;
        return {
          step: step + 1,
          prefix: tokens.length > 0 ? prefixCodes(this.reply, tokens) : 'start',
          kept: shares.kept,
          pruned: shares.pruned,
          prunedCount: shares.prunedCount,
          impossible: shares.impossible,
          entropy: shares.entropy,
          label: tokens.length > 0 ? String(codeOf(this.reply, step - 1, tokens.at(-1) ?? 0)) : 'start',
          series: 'impossible',
          ...impossible,
          ...(isDrawn
            ? {
                boxLeft: box['left'] ?? null,
                boxRight: box['right'] ?? null,
                boxLow: box['low'] ?? null,
                boxHigh: box['high'] ?? null,
              }
            : { boxLeft: null, boxRight: null, boxLow: null, boxHigh: null }),
        };
      }),
    );
    return {
      name: 'shares',
      title: 'Next digit of each prefix',
      columns: [
        number('step', 'Step'),
        text('prefix', 'After'),
        number('kept', 'Kept', 4),
        number('pruned', 'Pruned', 4),
        number('prunedCount', 'Pruned children'),
        number('impossible', 'Impossible', 4),
        number('entropy', 'Entropy (nats)', 3),
        ...hidden('label', 'boxLeft', 'boxRight', 'boxLow', 'boxHigh'),
        ...PLACED,
      ],
      rows,
    };
  }

  items(): DataTable {
    const depth = this.#tree.steps.length;
    const last = this.layout.columns[depth] ?? [];
    const isShown = this.view.shown >= depth && !this.view.isMultiples;
    const rows = this.reply.leaves.map((leaf, place): Row => {
      const slot = this.layout.slots[place];
      const from = last[place];
      const label = `${place + 1}  ${leaf.title}`;
      return {
        step: depth + 1,
        rank: place + 1,
        title: leaf.title,
        domain: leaf.domain ?? '',
        logProbability: leaf.logProbability,
        probability: Math.exp(leaf.logProbability),
        score: leaf.score,
        popularity: leaf.popularity,
        label,
        ...Object.fromEntries(CUTS.map((length) => [`label${length}`, cut(label, length)])),
        series: this.#seriesOf(depth - 1, place),
        ...(isShown && slot && from
          ? {
              left: depth + 0.5,
              right: depth + 2,
              low: slot.low,
              high: slot.high,
              fromX: depth + HALF,
              fromLow: from.low,
              fromHigh: from.high,
            }
          : NOWHERE),
      };
    });
    return {
      name: 'items',
      title: 'Items',
      columns: [
        number('rank', 'Rank'),
        text('title', 'Item'),
        text('domain', 'Domain'),
        number('logProbability', 'log p', 4),
        number('probability', 'Probability', 6),
        number('score', 'Score', 4),
        number('popularity', 'Training interactions'),
        { ...number('step', 'Step'), isHidden: true },
        ...hidden('label'),
        ...CUTS.map((length): Column => ({ key: `label${length}`, title: '', digits: null, isHidden: true })),
        ...PLACED,
      ],
      rows,
    };
  }

  #seriesOf(step: number, place: number): string {
    if (this.#path[step] === place) return 'path';
    return this.#target[step] === place ? 'target' : 'kept';
  }

  /** A box in column `column`; nowhere before its step is shown. */
  #box(column: number, span: Span | undefined): Row {
    if (!span || column > this.view.shown) return NOWHERE_BOX;
    return { left: column - HALF, right: column + HALF, low: span.low, high: span.high };
  }

  #from(step: number, span: Span | undefined): Row {
    if (!span || step + 1 > this.view.shown) return { fromX: null, fromLow: null, fromHigh: null };
    return { fromX: step + HALF, fromLow: span.low, fromHigh: span.high };
  }

  /** A stub that ends `reach` columns behind its prefix. */
  #stub(step: number, span: Span | undefined, reach: number): Row {
    if (!span || step + 1 > this.view.shown) return NOWHERE;
    return { ...this.#from(step, span), left: step + HALF + reach, right: null, low: span.low, high: span.high };
  }
}

const NOWHERE_BOX: Row = { left: null, right: null, low: null, high: null };
const NOWHERE: Row = { ...NOWHERE_BOX, fromX: null, fromLow: null, fromHigh: null };

/** Lengths of an item's label: the longest that fits is drawn. */
const CUTS = [60, 46, 36, 28, 20, 12] as const;
const cut = (label: string, length: number): string =>
  label.length <= length ? label : `${label.slice(0, length - 1).trimEnd()}…`;

const part = ({ low, high }: Span, from: number, size: number): Span => ({
  high: high - (high - low) * Math.min(1, from),
  low: high - (high - low) * Math.min(1, from + size),
});

const ribbons = (data: string): Mark => ({
  kind: 'ribbon',
  data,
  x: ['fromX', 'left'],
  from: ['fromLow', 'fromHigh'],
  to: ['low', 'high'],
  series: 'series',
});
const boxes = (data: string, label: readonly string[]): Mark => ({
  kind: 'box',
  data,
  x: ['left', 'right'],
  y: ['low', 'high'],
  label,
});
const START: Mark = {
  kind: 'box',
  data: 'shares',
  x: ['boxLeft', 'boxRight'],
  y: ['boxLow', 'boxHigh'],
  label: ['label'],
};

const digitTicks = (depth: number, from = 0) =>
  Array.from({ length: depth + 1 - from }, (_, at) => ({
    at: at + from,
    label: at + from === 0 ? 'start' : `digit ${at + from}`,
  }));

const NO_Y = { title: '', scale: { kind: 'linear', domain: [0, 1] }, ticks: [] } as const;

function treePanel(depth: number): PanelSpec {
  return {
    x: {
      title: '',
      scale: { kind: 'linear', domain: [-HALF, depth + 2] },
      ticks: [...digitTicks(depth), { at: depth + 1.25, label: 'items' }],
    },
    y: NO_Y,
    marks: [
      ribbons('shares'),
      ribbons('pruned'),
      ribbons('prefixes'),
      ribbons('items'),
      START,
      boxes('prefixes', ['label', 'short']),
      boxes('items', ['label', ...CUTS.map((length) => `label${length}`)]),
    ],
  };
}

/** One step: what it began with at the left, what it kept at the right. */
function stepPanel(step: number, depth: number): PanelSpec {
  return {
    title: `Step ${step + 1} of ${depth}`,
    x: {
      title: '',
      scale: { kind: 'linear', domain: [step - HALF, step + 1 + HALF] },
      ticks: digitTicks(step + 1, step),
    },
    y: NO_Y,
    where: { column: 'step', equals: step + 1 },
    marks: [ribbons('shares'), ribbons('pruned'), ribbons('prefixes'), START, boxes('prefixes', ['label', 'short'])],
  };
}

function massPanel(depth: number, isMultiples: boolean): PanelSpec {
  return {
    title: 'Where the probability went',
    x: {
      title: '',
      scale: { kind: 'linear', domain: isMultiples ? [0.5, depth + 0.5] : [-HALF, depth + 2] },
      ticks: digitTicks(depth, 1),
    },
    y: { title: 'Share', scale: { kind: 'linear', domain: [0, 1] } },
    marks: [{ kind: 'rect', data: 'mass', x: ['left', 'right'], y: ['low', 'high'], series: 'series' }],
  };
}

const PARTS = [
  { key: 'kept', title: 'kept' },
  { key: 'pruned', title: 'pruned' },
  { key: 'impossible', title: 'impossible' },
  { key: 'before', title: 'dropped by earlier steps' },
] as const;

/** The shares of a step add up to 1. */
function massTable({ tree }: BeamReply, { shown }: BeamView): DataTable {
  const rows = stepMasses(tree).flatMap((mass, step): Row[] => {
    let low = 0;
    return PARTS.map(({ key, title }, order) => {
      const share = mass[key];
      low += share;
      const place: Record<string, Cell> =
        step < shown
          ? { left: step + 1 - 0.32, right: step + 1 + 0.32, low: low - share, high: low }
          : { left: null, right: null, low: null, high: null };
      return { step: step + 1, what: title, share, order, series: key, ...place };
    });
  });
  return {
    name: 'mass',
    title: 'Where the probability went',
    columns: [
      number('step', 'Step'),
      text('what', 'Part'),
      number('share', 'Share of all', 6),
      ...hidden('order', 'left', 'right', 'low', 'high', 'series'),
    ],
    rows,
  };
}

function summaryOf({ tree, leaves, items, settings }: BeamReply): string {
  const last = stepMasses(tree).at(-1);
  const first = leaves[0];
  const kept = last ? formatProbability(last.kept) : '0%';
  const best = first ? ` The first, ${first.title}, has ${formatProbability(Math.exp(first.logProbability))}.` : '';
  const { target } = tree;
  const fate =
    target === null
      ? ''
      : target.lostAt === null
        ? ` The true next item came through at place ${(targetPlaces(tree).at(-1) ?? 0) + 1}.`
        : ` The true next item was pruned at step ${target.lostAt + 1}, as candidate ${target.ranks.at(-1)} of ${formatCount(tree.steps[target.lostAt]?.candidates ?? 0)} for ${settings.beamWidth} places.`;
  return `The search kept ${leaves.length} of ${formatCount(items)} items with ${kept} of the model’s probability.${best}${fate}`;
}
