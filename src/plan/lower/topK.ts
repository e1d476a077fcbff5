import { countOf, type GraphNode } from '../../tensor/graph';
import { BEAM_TOP, TOP_K } from '../../tensor/ops/topK';
import { foldGroups, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';

/** Children of a node of the tree of maxima, and entries ranked at once: FAN and POOL of shaders/lib/top_*.wgsl. */
const FAN = 8;
const POOL = 512;

/** Lanes of the kernels that make candidates: barriers cost little on a GPU, and a row has a few hundred elements. */
export const ROW_LANES = 64;
/** Levels above elements so that at most POOL nodes are left, and the words they take. */
export function levelsFor(total: number, segments: number, width: number): { levels: number; words: number } {
  let levels = 0;
  let words = 0;
  let size = width;
  while (segments * size > POOL) {
    size = Math.ceil(size / FAN);
    levels++;
    words += total * size;
  }
  return { levels, words };
}

function descend(
  context: LowerContext,
  values: Value,
  keys: Value,
  params: Record<string, number>,
  runs: number,
): void {
  context.dispatch({
    kernel: 'top_descend',
    overrides: {},
    bind: { values, keys, best: context.output(0), indices: context.output(1) },
    params,
    groups: foldGroups(runs),
  });
}

defineLowering(TOP_K, (node, context) => {
  const scores = nodeInput(node as GraphNode, 0);
  const [total = 0, width = 0] = scores.shape;
  if (total === 0) return;
  const values = context.value(scores);
  const { levels, words } = levelsFor(total, 1, width);
  const params = { width, total, levels, base: 0, segments: 1, k: node.attributes.k };
  if (levels === 0) {
    descend(context, values, values, params, total);
    return;
  }
  const keys = context.scratch(words * 4, 'maxima');
  const spans = Math.ceil(width / POOL);
  context.dispatch({
    kernel: 'top_levels',
    overrides: { LANES: ROW_LANES },
    bind: { values, keys },
    params: { width, total, levels, base: 0, spans },
    groups: foldGroups(total * spans),
  });
  descend(context, values, keys, params, total);
});

defineLowering(BEAM_TOP, (node, context) => {
  const logits = nodeInput(node as GraphNode, 0);
  const [total = 0, width = 0] = logits.shape;
  const { levels, words } = levelsFor(total, total, width);
  const candidates = context.scratch(countOf(logits) * 4, 'candidates');
  const keys = context.scratch(Math.max(words, 1) * 4, 'maxima');
  const params = { width, total, levels, base: 0 };
  context.dispatch({
    kernel: 'beam_rows',
    overrides: { LANES: ROW_LANES },
    bind: { logits: context.value(logits), scores: context.value(nodeInput(node as GraphNode, 1)), candidates, keys },
    params,
    groups: foldGroups(total),
  });
  descend(context, candidates, keys, { ...params, segments: total, k: node.attributes.k }, 1);
});
