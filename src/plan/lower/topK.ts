import type { AdapterProfile } from '../../gpu/device';
import { countOf, type GraphNode } from '../../tensor/graph';
import { BEAM_TOP, TOP_K } from '../../tensor/ops/topK';
import { foldGroups, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';

/** Layout of the tree of best elements: FAN, COLUMNS and SPAN of shaders/lib/top_order.wgsl. */
const FAN = 8;
const COLUMNS = 64;
const SPAN = 512;
/** Nodes of the highest level that top_select ranks without a bound. */
const TOP_NODES = 64;
const NODE_BYTES = 8;

/** Lanes of the selection kernels: a column of a span each on a GPU; on a CPU a group costs by its lanes and barriers. */
export const selectionLanes = (profile: AdapterProfile): number => (profile.isSoftware ? 8 : COLUMNS);

/** Levels above the elements so that a run of `segments` has at most TOP_NODES at the top, and the bytes of all levels. */
export function levelsFor(total: number, segments: number, width: number): { levels: number; bytes: number } {
  let levels = 0;
  let nodes = 0;
  let size = width;
  while (segments * size > TOP_NODES) {
    size = levels === 0 ? Math.floor(width / SPAN) * COLUMNS + Math.min(width % SPAN, COLUMNS) : Math.ceil(size / FAN);
    levels++;
    nodes += total * size;
  }
  return { levels, bytes: nodes * NODE_BYTES };
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
    overrides: { LANES: selectionLanes(context.profile) },
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
  const { levels, bytes } = levelsFor(total, 1, width);
  const params = { width, total, levels, base: 0, segments: 1, k: node.attributes.k };
  if (levels === 0) {
    descend(context, values, values, params, total);
    return;
  }
  const keys = context.scratch(bytes, 'tree');
  const piece = Math.max(SPAN, FAN ** levels);
  const pieces = Math.ceil(width / piece);
  context.dispatch({
    kernel: 'top_levels',
    overrides: { LANES: selectionLanes(context.profile) },
    bind: { values, keys },
    params: { width, total, levels, base: 0, pieces, piece },
    groups: foldGroups(total * pieces),
  });
  descend(context, values, keys, params, total);
});

defineLowering(BEAM_TOP, (node, context) => {
  const logits = nodeInput(node as GraphNode, 0);
  const [total = 0, width = 0] = logits.shape;
  const { levels, bytes } = levelsFor(total, total, width);
  const candidates = context.scratch(countOf(logits) * 4, 'candidates');
  const keys = context.scratch(Math.max(bytes, NODE_BYTES), 'tree');
  const params = { width, total, levels, base: 0 };
  context.dispatch({
    kernel: 'beam_rows',
    overrides: { LANES: selectionLanes(context.profile) },
    bind: { logits: context.value(logits), scores: context.value(nodeInput(node as GraphNode, 1)), candidates, keys },
    params,
    groups: foldGroups(total),
  });
  descend(context, candidates, keys, { ...params, segments: total, k: node.attributes.k }, 1);
});
