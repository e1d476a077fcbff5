/** The tables of figure V4: every number of a beam search, and where each row is drawn. */
import { type BeamTree, prefixOf, stepMasses } from '../../evaluate/beamTree';
import type { BeamReply } from '../../worker/protocol';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import type { Cell, DataTable, Row } from '../figures/spec';
import type { BeamLayout, Span } from './beamLayout';
import { type BeamFrame, CUT_KEYS, cuts, HALF } from './beamParts';
import { codeOf, pathOf, prefixCodes, targetPlaces } from './beamPaths';

export interface TableView {
  /** Steps drawn, from 0 (only the root) to their number; items stand behind the last one. */
  readonly shown: number;
  /** Place of the item whose path is drawn strongly; null for none. */
  readonly item: number | null;
  /** Every step as a picture of its own, instead of one tree that grows. */
  readonly isMultiples: boolean;
}

/** Columns of a box and of the ribbon that leads to it. */
export const PLACED = [
  ...placing('left', 'right', 'near', 'low', 'high', 'fromX', 'fromLow', 'fromHigh'),
  ...styling('series'),
];
const NOWHERE_BOX: Row = { left: null, right: null, near: null, low: null, high: null };
export const NOWHERE: Row = { ...NOWHERE_BOX, fromX: null, fromLow: null, fromHigh: null };

export class BeamTables {
  readonly #tree: BeamTree;
  readonly #path: readonly number[];
  readonly #target: readonly number[];

  constructor(
    readonly reply: BeamReply,
    readonly view: TableView,
    readonly layout: BeamLayout,
    readonly frame: BeamFrame,
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
          series: this.seriesOf(step, place),
          ...this.#box(step + 1, this.layout.columns[step + 1]?.[place]),
          ...this.#from(step, this.layout.edges[step]?.kept[place]),
        };
      }),
    );
    return {
      name: `prefixes${this.frame.suffix}`,
      title: 'Kept prefixes',
      columns: [
        numberColumn('step', 'Step'),
        numberColumn('place', 'Place'),
        textColumn('prefix', 'Codes'),
        numberColumn('token', 'log p of the code', 4),
        numberColumn('logProbability', 'log p', 4),
        numberColumn('probability', 'Probability', 6),
        numberColumn('score', 'Score', 4),
        ...placing('code'),
        ...styling('label', 'short'),
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
      name: `pruned${this.frame.suffix}`,
      title: 'Best pruned children',
      columns: [
        numberColumn('step', 'Step'),
        numberColumn('rank', 'Rank'),
        textColumn('prefix', 'Codes'),
        numberColumn('token', 'log p of the code', 4),
        numberColumn('logProbability', 'log p', 4),
        numberColumn('score', 'Score', 4),
        textColumn('what', 'Note'),
        ...placing('parent'),
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
          ...this.#stub(step, edges?.impossible[place], 0.2),
          boxLeft: isDrawn ? (box['left'] ?? null) : null,
          boxRight: isDrawn ? (box['right'] ?? null) : null,
          boxLow: isDrawn ? (box['low'] ?? null) : null,
          boxHigh: isDrawn ? (box['high'] ?? null) : null,
        };
      }),
    );
    return {
      name: `shares${this.frame.suffix}`,
      title: 'Next digit of each prefix',
      columns: [
        numberColumn('step', 'Step'),
        textColumn('prefix', 'After'),
        numberColumn('kept', 'Kept', 4),
        numberColumn('pruned', 'Pruned', 4),
        numberColumn('prunedCount', 'Pruned children'),
        numberColumn('impossible', 'Impossible', 4),
        numberColumn('entropy', 'Entropy (nats)', 3),
        ...styling('label'),
        ...placing('boxLeft', 'boxRight', 'boxLow', 'boxHigh'),
        ...PLACED,
      ],
      rows,
    };
  }

  items(): DataTable {
    const depth = this.#tree.steps.length;
    const isShown = this.view.shown >= depth;
    const rows = this.reply.leaves.map((leaf, place): Row => {
      const slot = this.layout.slots[place];
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
        ...cuts(label),
        series: this.seriesOf(depth - 1, place),
        ...(isShown && slot
          ? {
              left: depth + 0.5,
              right: depth + 2,
              near: depth + 0.5,
              low: slot.low,
              high: slot.high,
              ...this.leaf(place),
            }
          : NOWHERE),
      };
    });
    return {
      name: 'items',
      title: 'Items',
      columns: [
        numberColumn('rank', 'Rank'),
        textColumn('title', 'Item'),
        textColumn('domain', 'Domain'),
        numberColumn('logProbability', 'log p', 4),
        numberColumn('probability', 'Probability', 6),
        numberColumn('score', 'Score', 4),
        numberColumn('popularity', 'Training interactions'),
        ...placing('step'),
        ...styling('label', ...CUT_KEYS),
        ...PLACED,
      ],
      rows,
    };
  }

  /** The shares of a step add up to 1. */
  masses(): DataTable {
    const { at, suffix } = this.frame;
    const rows = stepMasses(this.#tree).flatMap((mass, step): Row[] => {
      let low = 0;
      return PARTS.map(({ key, title }, order) => {
        const share = mass[key];
        low += share;
        const x = at(step + 1);
        const place: Record<string, Cell> =
          step < this.view.shown
            ? { left: x - 0.32, right: x + 0.32, low: low - share, high: low }
            : { left: null, right: null, low: null, high: null };
        return { step: step + 1, what: title, share, order, series: key, ...place };
      });
    });
    return {
      name: `mass${suffix}`,
      title: 'Where the probability went',
      columns: [
        numberColumn('step', 'Step'),
        textColumn('what', 'Part'),
        numberColumn('share', 'Share of all', 6),
        ...placing('order', 'left', 'right', 'low', 'high'),
        ...styling('series'),
      ],
      rows,
    };
  }

  /** Of the prefix at a place after a step. */
  seriesOf(step: number, place: number): string {
    if (this.#path[step] === place) return 'path';
    return this.#target[step] === place ? 'target' : 'kept';
  }

  /** Where the ribbon to a found item begins. */
  leaf(place: number): Row {
    const depth = this.#tree.steps.length;
    const span = this.layout.columns[depth]?.[place];
    if (!span) return { fromX: null, fromLow: null, fromHigh: null };
    return { fromX: this.#side(depth, 1), fromLow: span.low, fromHigh: span.high };
  }

  /** The edge of a column's boxes that the tree grows from (1) or to (−1). */
  #side(column: number, end: 1 | -1): number {
    const { at, way } = this.frame;
    return at(column) + end * way * HALF;
  }

  /** A box in column `column`; nowhere before its step is shown. */
  #box(column: number, span: Span | undefined): Row {
    if (!span || column > this.view.shown) return NOWHERE_BOX;
    const x = this.frame.at(column);
    return { left: x - HALF, right: x + HALF, near: this.#side(column, -1), low: span.low, high: span.high };
  }

  #from(step: number, span: Span | undefined): Row {
    if (!span || step + 1 > this.view.shown) return { fromX: null, fromLow: null, fromHigh: null };
    return { fromX: this.#side(step, 1), fromLow: span.low, fromHigh: span.high };
  }

  /** A stub that ends `reach` columns behind its prefix. */
  #stub(step: number, span: Span | undefined, reach: number): Row {
    if (!span || step + 1 > this.view.shown) return NOWHERE;
    const near = this.#side(step, 1) + this.frame.way * reach;
    return { ...this.#from(step, span), left: null, right: null, near, low: span.low, high: span.high };
  }
}

const part = ({ low, high }: Span, from: number, size: number): Span => ({
  high: high - (high - low) * Math.min(1, from),
  low: high - (high - low) * Math.min(1, from + size),
});

const PARTS = [
  { key: 'kept', title: 'kept' },
  { key: 'pruned', title: 'pruned' },
  { key: 'impossible', title: 'impossible' },
  { key: 'before', title: 'dropped by earlier steps' },
] as const;
