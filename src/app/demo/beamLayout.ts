/** Where the parts of a beam search stand in figure V4: heights are shares of probability, order follows the tree. */
import type { BeamStep, BeamTree } from '../../evaluate/beamTree';

/** From `low` (below) to `high`, in a column of height 1. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface BeamLayout {
  /** Prefixes by column and place; column 0 is the root, column t what step t − 1 kept. */
  readonly columns: readonly (readonly Span[])[];
  /** Where the edges of each step leave their prefix: the prefix' height split by its shares. */
  readonly edges: readonly StepEdges[];
  /** Equal slots for the first items, best on top. */
  readonly slots: readonly Span[];
}

export interface StepEdges {
  /** By place of the kept child. */
  readonly kept: readonly Span[];
  /** By place of the parent. */
  readonly pruned: readonly Span[];
  readonly impossible: readonly Span[];
}

/** Air between the prefixes of a column, in all. */
const GAPS = 0.22;
const MOST_GAP = 0.02;

export function beamLayout({ steps }: Pick<BeamTree, 'steps'>, itemSlots: number): BeamLayout {
  const columns: Span[][] = [[{ low: 0, high: 1 }]];
  const edges: StepEdges[] = [];
  for (const step of steps) {
    const parents = columns.at(-1) ?? [];
    const order = orderOf(step, parents);
    columns.push(stacked(step, order));
    edges.push(edgesOf(step, parents, order));
  }
  const height = 1 / Math.max(1, itemSlots);
  const slots = Array.from({ length: itemSlots }, (_, slot) => ({
    low: 1 - (slot + 0.93) * height,
    high: 1 - (slot + 0.07) * height,
  }));
  return { columns, edges, slots };
}

/** Places of the kept children from top to bottom: under their parents, likelier ones first. */
function orderOf({ nodes }: BeamStep, parents: readonly Span[]): number[] {
  const top = (place: number): number => parents[nodes[place]?.parent ?? 0]?.high ?? 0;
  const likely = (place: number): number => nodes[place]?.logProbability ?? 0;
  return nodes.map((_, place) => place).sort((a, b) => top(b) - top(a) || likely(b) - likely(a));
}

/** Heights in proportion to the probability of the prefixes, together the whole column. */
function stacked({ nodes }: BeamStep, order: readonly number[]): Span[] {
  const gap = Math.min(MOST_GAP, GAPS / Math.max(1, nodes.length));
  const room = 1 - gap * Math.max(0, nodes.length - 1);
  const most = Math.max(...nodes.map(({ logProbability }) => logProbability));
  const mass = nodes.map(({ logProbability }) => Math.exp(logProbability - most));
  const total = mass.reduce((sum, value) => sum + value, 0);
  const spans: Span[] = [];
  let high = 1;
  for (const place of order) {
    const low = high - (room * (mass[place] ?? 0)) / total;
    spans[place] = { low, high };
    high = low - gap;
  }
  return spans;
}

/** Of each parent, from top to bottom: its kept children, the pruned ones, the impossible tokens. */
function edgesOf(step: BeamStep, parents: readonly Span[], order: readonly number[]): StepEdges {
  const kept: Span[] = [];
  const pruned: Span[] = [];
  const impossible: Span[] = [];
  parents.forEach(({ low: bottom, high: top }, parent) => {
    const height = top - bottom;
    let high = top;
    const cut = (share: number): Span => {
      const span = { low: high - share * height, high };
      high = span.low;
      return span;
    };
    for (const place of order) {
      const node = step.nodes[place];
      if (node?.parent === parent) kept[place] = cut(Math.exp(node.tokenLogProbability));
    }
    pruned[parent] = cut(step.parents[parent]?.pruned ?? 0);
    impossible[parent] = cut(step.parents[parent]?.impossible ?? 0);
  });
  return { kept, pruned, impossible };
}
