import { countOf, type GraphNode } from '../../tensor/graph';
import { AFFINE, BINARY, BINARY_KINDS, UNARY, UNARY_GRAD, UNARY_KINDS } from '../../tensor/ops/elementwise';
import { RELU_MASK } from '../../tensor/ops/reluMask';
import { groupsFor } from '../dispatch';
import { defineLowering, nodeInput } from '../lowering';

/** Lanes of a group in the element-wise kernels: fits every adapter, short enough to fill small tensors evenly. */
export const ELEMENTWISE_LANES = 64;

const elements = (node: GraphNode): number => countOf(nodeInput(node, 0));

defineLowering(UNARY, (node, context) => {
  const count = elements(node as GraphNode);
  context.dispatch({
    kernel: 'unary', overrides: { LANES: ELEMENTWISE_LANES, KIND: UNARY_KINDS.indexOf(node.attributes.kind) },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { count }, groups: groupsFor(count, ELEMENTWISE_LANES),
  });
});

defineLowering(UNARY_GRAD, (node, context) => {
  const count = elements(node as GraphNode);
  context.dispatch({
    kernel: 'unary_grad', overrides: { LANES: ELEMENTWISE_LANES, KIND: UNARY_KINDS.indexOf(node.attributes.kind) },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), dy: context.value(nodeInput(node as GraphNode, 1)), dx: context.output(0) },
    params: { count }, groups: groupsFor(count, ELEMENTWISE_LANES),
  });
});

defineLowering(RELU_MASK, (node, context) => {
  const count = elements(node as GraphNode);
  context.dispatch({
    kernel: 'relu_mask', overrides: { LANES: ELEMENTWISE_LANES },
    bind: { y: context.value(nodeInput(node as GraphNode, 0)), dy: context.value(nodeInput(node as GraphNode, 1)), dx: context.output(0) },
    params: { count }, groups: groupsFor(count, ELEMENTWISE_LANES),
  });
});

defineLowering(BINARY, (node, context) => {
  const count = elements(node as GraphNode);
  const { kind, middle, inner } = node.attributes;
  context.dispatch({
    kernel: 'binary', overrides: { LANES: ELEMENTWISE_LANES, KIND: BINARY_KINDS.indexOf(kind) },
    bind: { a: context.value(nodeInput(node as GraphNode, 0)), b: context.value(nodeInput(node as GraphNode, 1)), y: context.output(0) },
    params: { count, middle, inner }, groups: groupsFor(count, ELEMENTWISE_LANES),
  });
});

defineLowering(AFFINE, (node, context) => {
  const count = elements(node as GraphNode);
  const { scale, offset } = node.attributes;
  context.dispatch({
    kernel: 'affine', overrides: { LANES: ELEMENTWISE_LANES },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { count, scale, offset }, groups: groupsFor(count, ELEMENTWISE_LANES),
  });
});
