import { countOf, type GraphNode } from '../../tensor/graph';
import { AFFINE, BINARY, BINARY_KINDS, UNARY, UNARY_GRAD, UNARY_KINDS } from '../../tensor/ops/elementwise';
import { RELU_MASK } from '../../tensor/ops/reluMask';
import { groupsFor } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';

/** Lanes of a group in the element-wise kernels: fits every adapter, short enough to fill small tensors evenly. */
export const ELEMENTWISE_LANES = 64;

/** Lanes of a group on software adapters: one vector of the processor. More run one after another and cost bookkeeping. */
export const SOFTWARE_LANES = 8;

/** Elements a lane takes: a group's start costs software adapters as much as many elements; real GPUs want more lanes. */
const runOf = (count: number, context: Pick<LowerContext, 'profile'>): number =>
  context.profile.isSoftware ? 128 : count >= 1 << 20 ? 4 : 1;

/** Groups of a kernel that takes RUN elements a lane. */
export function elementwiseLaunch(
  count: number,
  context: Pick<LowerContext, 'profile'>,
): { overrides: { LANES: number; RUN: number }; groups: [number, number, number] } {
  const run = runOf(count, context);
  const lanes = context.profile.isSoftware ? SOFTWARE_LANES : ELEMENTWISE_LANES;
  return { overrides: { LANES: lanes, RUN: run }, groups: groupsFor(count, lanes * run) };
}

const elements = (node: GraphNode): number => countOf(nodeInput(node, 0));

defineLowering(UNARY, (node, context) => {
  const count = elements(node as GraphNode);
  const { overrides, groups } = elementwiseLaunch(count, context);
  context.dispatch({
    kernel: 'unary',
    overrides: { ...overrides, KIND: UNARY_KINDS.indexOf(node.attributes.kind) },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { count },
    groups,
  });
});

defineLowering(UNARY_GRAD, (node, context) => {
  const count = elements(node as GraphNode);
  const { overrides, groups } = elementwiseLaunch(count, context);
  context.dispatch({
    kernel: 'unary_grad',
    overrides: { ...overrides, KIND: UNARY_KINDS.indexOf(node.attributes.kind) },
    bind: {
      x: context.value(nodeInput(node as GraphNode, 0)),
      dy: context.value(nodeInput(node as GraphNode, 1)),
      dx: context.output(0),
    },
    params: { count },
    groups,
  });
});

defineLowering(RELU_MASK, (node, context) => {
  const [y, dy] = [nodeInput(node as GraphNode, 0), nodeInput(node as GraphNode, 1)];
  const count = countOf(dy);
  const isHalf = y.dtype === 'u32';
  const { overrides, groups } = elementwiseLaunch(isHalf ? Math.ceil(count / 4) : count, context);
  context.dispatch({
    kernel: isHalf ? 'relu_mask_half' : 'relu_mask',
    overrides,
    bind: { y: context.value(y), dy: context.value(dy), dx: context.output(0) },
    params: { count },
    groups,
  });
});

defineLowering(BINARY, (node, context) => {
  const count = elements(node as GraphNode);
  const { overrides, groups } = elementwiseLaunch(count, context);
  const { kind, middle, inner } = node.attributes;
  const reach = middle === count && inner === 1 ? 1 : middle === 1 ? 2 : inner === 1 ? 3 : 0;
  context.dispatch({
    kernel: 'binary',
    overrides: { ...overrides, KIND: BINARY_KINDS.indexOf(kind), REACH: reach },
    bind: {
      a: context.value(nodeInput(node as GraphNode, 0)),
      b: context.value(nodeInput(node as GraphNode, 1)),
      y: context.output(0),
    },
    params: { count, middle, inner },
    groups,
  });
});

defineLowering(AFFINE, (node, context) => {
  const count = elements(node as GraphNode);
  const { overrides, groups } = elementwiseLaunch(count, context);
  const { scale, offset } = node.attributes;
  context.dispatch({
    kernel: 'affine',
    overrides,
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { count, scale, offset },
    groups,
  });
});
