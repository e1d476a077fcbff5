import { countOf, type GraphNode } from '../../tensor/graph';
import { BEAM_ANCESTORS, BEAM_ITEMS, BEAM_STEP } from '../../tensor/ops/beam';
import { foldGroups, groupsFor } from '../dispatch';
import { defineLowering, nodeInput } from '../lowering';
import { ELEMENTWISE_LANES } from './elementwise';
import { levelsFor, selectionLanes } from './topK';

defineLowering(BEAM_STEP, (node, context) => {
  const { beams, maxChildren, vocabulary } = node.attributes;
  const input = (index: number) => context.value(nodeInput(node as GraphNode, index));
  const [users = 0, segments = 0] = nodeInput(node as GraphNode, 1).shape;
  const total = users * segments;
  if (total === 0) return;
  const stride = nodeInput(node as GraphNode, 0).shape[1] ?? 0;
  const { levels, bytes } = levelsFor(total, segments, maxChildren);
  const candidates = context.scratch(total * maxChildren * 4, 'candidates');
  const keys = context.scratch(total * 8 + bytes, 'tree');
  const params = { width: maxChildren, total, levels, base: total };
  context.dispatch({
    kernel: 'beam_candidates',
    overrides: { LANES: selectionLanes(context.profile) },
    bind: {
      logits: input(0),
      scores: input(1),
      nodes: input(2),
      child_start: input(3),
      child_count: input(4),
      child_token: input(5),
      candidates,
      keys,
    },
    params: { ...params, stride, vocabulary, segments },
    groups: foldGroups(total),
  });
  context.dispatch({
    kernel: 'beam_select',
    overrides: { LANES: selectionLanes(context.profile) },
    bind: {
      values: candidates,
      keys,
      child_token: input(5),
      child_node: input(6),
      next_scores: context.output(0),
      tokens: context.output(1),
      next_nodes: context.output(2),
      parents: context.output(3),
    },
    params: { ...params, segments, k: beams },
    groups: foldGroups(users),
  });
});

defineLowering(BEAM_ANCESTORS, (node, context) => {
  const { beams, previousBeams, steps } = node.attributes;
  const count = countOf(nodeInput(node as GraphNode, 0)) * (steps + 1);
  context.dispatch({
    kernel: 'beam_ancestors',
    overrides: { LANES: ELEMENTWISE_LANES },
    bind: {
      parents: context.value(nodeInput(node as GraphNode, 0)),
      previous: context.value(nodeInput(node as GraphNode, 1)),
      table: context.output(0),
    },
    params: { count, beams, previous_beams: previousBeams, steps },
    groups: groupsFor(count, ELEMENTWISE_LANES),
  });
});

defineLowering(BEAM_ITEMS, (node, context) => {
  const nodes = nodeInput(node as GraphNode, 0);
  context.dispatch({
    kernel: 'beam_items',
    overrides: { LANES: ELEMENTWISE_LANES },
    bind: {
      nodes: context.value(nodes),
      item_of_leaf: context.value(nodeInput(node as GraphNode, 1)),
      items: context.output(0),
    },
    params: { count: countOf(nodes) },
    groups: groupsFor(countOf(nodes), ELEMENTWISE_LANES),
  });
});
