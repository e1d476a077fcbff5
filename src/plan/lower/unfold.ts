import type { GraphNode } from '../../tensor/graph';
import { FOLD, UNFOLD, type WindowAttributes } from '../../tensor/ops/unfold';
import { elementCount } from '../../tensor/shape';
import { groupsFor } from '../dispatch';
import { defineLowering, nodeInput } from '../lowering';
import { ELEMENTWISE_LANES } from './elementwise';

const LANES = ELEMENTWISE_LANES;

const windowParams = ({ height, width, channels, rows, columns, kernel, stride, padding }: WindowAttributes) => ({
  height,
  width,
  channels,
  rows,
  columns,
  kernel,
  stride,
  padding,
});

defineLowering(UNFOLD, (node, context) => {
  const { channels } = node.attributes;
  const taps = elementCount(node.outputs[0]?.shape ?? []) / Math.max(1, channels);
  context.dispatch({
    kernel: 'unfold',
    overrides: { LANES },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { taps, ...windowParams(node.attributes) },
    groups: groupsFor(taps, LANES),
  });
});

defineLowering(FOLD, (node, context) => {
  const windows = nodeInput(node as GraphNode, 0);
  const count = elementCount(node.outputs[0]?.shape ?? []);
  context.dispatch({
    kernel: 'fold',
    overrides: { LANES },
    bind: { y: context.value(windows), x: context.output(0) },
    params: { count, ...windowParams(node.attributes) },
    groups: groupsFor(count, LANES),
  });
});
