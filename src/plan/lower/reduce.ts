import type { GraphNode } from '../../tensor/graph';
import { REDUCE_MAX, REDUCE_SUM, SPREAD } from '../../tensor/ops/reduce';
import { foldGroups, groupsFor } from '../dispatch';
import { defineLowering, nodeInput } from '../lowering';
import { ELEMENTWISE_LANES, elementwiseLaunch } from './elementwise';

/** Middle axes longer than this are first cut into pieces, so that one column is not one lane's long loop. */
const COLUMN_PIECE = 256;

defineLowering(REDUCE_SUM, (node, context) => {
  const { outer, middle, inner, scale } = node.attributes;
  const outputs = outer * inner;
  const x = context.value(nodeInput(node as GraphNode, 0));
  // A group for each of many short rows costs software adapters more than the sums; a lane each does.
  const isLaneEach = context.profile.isSoftware && middle <= ELEMENTWISE_LANES;
  if (inner === 1 && !isLaneEach) {
    context.dispatch({
      kernel: 'reduce_sum',
      overrides: { LANES: 64 },
      bind: { x, y: context.output(0) },
      params: { outputs, middle, inner, scale },
      groups: foldGroups(outputs),
    });
    return;
  }
  const columns = (from: typeof x, to: typeof x, outerCount: number, length: number, factor: number): void =>
    context.dispatch({
      kernel: 'reduce_columns',
      overrides: { LANES: ELEMENTWISE_LANES },
      bind: { x: from, y: to },
      params: { outputs: outerCount * inner, middle: length, inner, scale: factor },
      groups: groupsFor(outerCount * inner, ELEMENTWISE_LANES),
    });
  const pieces = largestDivisor(middle, Math.ceil(middle / COLUMN_PIECE));
  if (pieces === 1) columns(x, context.output(0), outer, middle, scale);
  else {
    const partial = context.scratch(outer * pieces * inner * 4, 'reduce partials');
    columns(x, partial, outer * pieces, middle / pieces, 1);
    columns(partial, context.output(0), outer, pieces, scale);
  }
});

/** Smallest divisor of `length` that is at least `wanted` and at most 64 times it; 1 if there is none. */
function largestDivisor(length: number, wanted: number): number {
  if (wanted <= 1) return 1;
  for (let pieces = wanted; pieces <= Math.min(length, wanted * 64); pieces++) if (length % pieces === 0) return pieces;
  return 1;
}

defineLowering(REDUCE_MAX, (node, context) => {
  const { outer, middle, inner } = node.attributes;
  context.dispatch({
    kernel: 'reduce_max',
    overrides: { LANES: 64 },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { outputs: outer * inner, middle, inner },
    groups: foldGroups(outer * inner),
  });
});

defineLowering(SPREAD, (node, context) => {
  const { outer, middle, inner, scale } = node.attributes;
  const count = outer * middle * inner;
  const { overrides, groups } = elementwiseLaunch(count, context);
  const reach = outer === 1 && inner === 1 ? 1 : inner === 1 ? 2 : outer === 1 ? 3 : 0;
  context.dispatch({
    kernel: 'spread',
    overrides: { ...overrides, REACH: reach },
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { count, middle, inner, scale },
    groups,
  });
});
