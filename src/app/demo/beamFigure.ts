/**
 * Figure V4: a beam search through the trie of identifiers. Columns are digits; a box is a prefix that was kept, as high as its
 * share of the probability that the step kept; what leaves a box on the right adds up to it: kept children, pruned ones (faded
 * stubs) and tokens that no item has there (grey). Below, where all probability went, step by step.
 */
import { stepMasses } from '../../evaluate/beamTree';
import type { BeamReply } from '../../worker/protocol';
import type { FigureSpec, PanelSpec } from '../figures/spec';
import { formatCount, formatProbability } from '../format/numbers';
import { beamLayout } from './beamLayout';
import {
  boxes,
  CUT_KEYS,
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
import { targetPlaces } from './beamPaths';
import { BeamTables, type TableView } from './beamTables';

export type BeamView = TableView;

export function beamFigure(reply: BeamReply, view: BeamView, note = ''): FigureSpec {
  const { tree } = reply;
  const depth = tree.steps.length;
  const cards = Math.min(MOST_CARDS, reply.leaves.length);
  const tables = new BeamTables(reply, view, beamLayout(tree, cards), FORWARD);
  const hasTarget = tree.target !== null;
  return {
    name: 'beam',
    title: 'Beam through the trie',
    summary: summaryOf(reply),
    note: ['Boxes are as high as their share of the probability that the step kept.', note].filter(Boolean).join(' '),
    series: SERIES.filter(({ key }) => (key !== 'target' || hasTarget) && (key !== 'path' || view.item !== null)),
    data: [tables.prefixes(), tables.pruned(), tables.parents(), tables.items(), tables.masses()],
    rows: [
      view.isMultiples
        ? {
            height: Math.max(20, cards * 1.5),
            minWidth: 19,
            panels: [...tree.steps.map((_, step) => stepPanel(step, depth)), itemsPanel(depth)],
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

function treePanel(depth: number): PanelSpec {
  return {
    x: {
      title: '',
      scale: { kind: 'linear', domain: [-HALF, depth + 2] },
      ticks: [...digitTicks(FORWARD, depth), { at: depth + 1.25, label: 'items' }],
    },
    y: NO_Y,
    marks: [...treeMarks(), boxes('items', ['label', ...CUT_KEYS]), ribbons('items')],
  };
}

/** One step: what it began with at the left, what it kept at the right. */
function stepPanel(step: number, depth: number): PanelSpec {
  return {
    title: `Step ${step + 1} of ${depth}`,
    x: {
      title: '',
      scale: { kind: 'linear', domain: [step - HALF, step + 1 + HALF] },
      ticks: digitTicks(FORWARD, step + 1, step),
    },
    y: NO_Y,
    where: { column: 'step', equals: step + 1 },
    marks: treeMarks(),
  };
}

/** What the last step kept, and the items that it is. */
function itemsPanel(depth: number): PanelSpec {
  const last = { column: 'step', equals: depth } as const;
  return {
    title: 'Items',
    x: {
      title: '',
      scale: { kind: 'linear', domain: [depth - HALF, depth + 2] },
      ticks: [
        { at: depth, label: `digit ${depth}` },
        { at: depth + 1.25, label: 'items' },
      ],
    },
    y: NO_Y,
    marks: [boxes('prefixes', ['short'], last), boxes('items', ['label', ...CUT_KEYS]), ribbons('items')],
  };
}

function massPanel(depth: number, isMultiples: boolean): PanelSpec {
  return {
    title: 'Where the probability went',
    x: {
      title: '',
      scale: { kind: 'linear', domain: isMultiples ? [0.5, depth + 0.5] : [-HALF, depth + 2] },
      ticks: digitTicks(FORWARD, depth, 1),
    },
    y: { title: 'Share', scale: { kind: 'linear', domain: [0, 1] } },
    marks: [massMark()],
  };
}

function summaryOf(reply: BeamReply): string {
  const { tree, leaves, items } = reply;
  const last = stepMasses(tree).at(-1);
  const first = leaves[0];
  const kept = last ? formatProbability(last.kept) : '0%';
  const best = first ? ` The first, ${first.title}, has ${formatProbability(Math.exp(first.logProbability))}.` : '';
  const fate = fateOf(reply);
  return `The search kept ${leaves.length} of ${formatCount(items)} items with ${kept} of the model’s probability.${best}${fate === '' ? '' : ` The true next item ${fate}.`}`;
}

/** "was pruned at step 2, as candidate 31 of 80 for 20 places"; empty where it is not known. */
export function fateOf({ tree, settings }: BeamReply): string {
  const { target } = tree;
  if (target === null) return '';
  if (target.lostAt === null) return `came through at place ${(targetPlaces(tree).at(-1) ?? 0) + 1}`;
  return `was pruned at step ${target.lostAt + 1}, as candidate ${target.ranks.at(-1)} of ${formatCount(tree.steps[target.lostAt]?.candidates ?? 0)} for ${settings.beamWidth} places`;
}
