import type { GraphNode } from '../../tensor/graph';
import { RELATIVE_BIAS, RELATIVE_BIAS_GRAD } from '../../tensor/ops/relativeBias';
import { foldGroups, groupsFor } from '../dispatch';
import { defineLowering, nodeInput } from '../lowering';

const LANES = 64;

defineLowering(RELATIVE_BIAS, (node, context) => {
  const { heads, pairs } = node.attributes;
  context.dispatch({
    kernel: 'relative_bias',
    overrides: { LANES },
    bind: {
      table: context.value(nodeInput(node as GraphNode, 0)),
      bucket: context.value(nodeInput(node as GraphNode, 1)),
      y: context.output(0),
    },
    params: { heads, pairs },
    groups: groupsFor(heads * pairs, LANES),
  });
});

defineLowering(RELATIVE_BIAS_GRAD, (node, context) => {
  const { buckets, heads, pairs } = node.attributes;
  context.dispatch({
    kernel: 'relative_bias_grad',
    overrides: { LANES },
    bind: {
      dy: context.value(nodeInput(node as GraphNode, 0)),
      sorted: context.value(nodeInput(node as GraphNode, 1)),
      starts: context.value(nodeInput(node as GraphNode, 2)),
      d_table: context.output(0),
    },
    params: { heads, pairs, outputs: buckets * heads },
    groups: foldGroups(buckets * heads),
  });
});
