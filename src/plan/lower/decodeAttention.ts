import type { GraphNode, Tensor } from '../../tensor/graph';
import { DECODE_ATTENTION } from '../../tensor/ops/decodeAttention';
import type { Value } from '../dispatch';
import { groupsFor } from '../dispatch';
import { defineLowering, nodeInput } from '../lowering';
import { ELEMENTWISE_LANES } from './elementwise';

/** Steps a launch can reach within eight storage buffers: decode_scores has four key bindings, decode_mix five of values. */
const KEYS_A_LAUNCH = 4;
const VALUES_A_LAUNCH = 5;

defineLowering(DECODE_ATTENTION, (node, context) => {
  const { heads, steps, scale, hasBias } = node.attributes;
  const q = nodeInput(node as GraphNode, 0);
  const [rows = 0, width = 0] = q.shape;
  const first = hasBias ? 3 : 2;
  const cached = (from: Tensor[], start: number, slots: number, prefix: string): Record<string, Value> => {
    const chosen: Record<string, Value> = {};
    for (let slot = 0; slot < slots; slot++)
      chosen[`${prefix}${slot}`] = context.value(from[Math.min(start + slot, steps - 1)] as Tensor);
    return chosen;
  };
  const keys = node.inputs.slice(first, first + steps);
  const values = node.inputs.slice(first + steps);
  const ancestors = context.value(nodeInput(node as GraphNode, 1));
  const scores = context.scratch(rows * heads * steps * 4, 'scores');
  const shared = { heads, quads: width / heads / 4, steps };
  const overrides = { LANES: ELEMENTWISE_LANES };
  for (let start = 0; start < steps; start += KEYS_A_LAUNCH) {
    const [x, y] = groupsFor(rows * heads, ELEMENTWISE_LANES);
    context.dispatch({
      kernel: 'decode_scores',
      overrides,
      bind: {
        q: context.value(q),
        ancestors,
        bias: context.value(hasBias ? nodeInput(node as GraphNode, 2) : q),
        ...cached(keys, start, KEYS_A_LAUNCH, 'key'),
        scores,
      },
      params: { ...shared, count: rows * heads, first: start, has_bias: hasBias ? 1 : 0, scale },
      groups: [x, y, Math.min(KEYS_A_LAUNCH, steps - start)],
    });
  }
  const quads = (rows * width) / 4;
  for (let start = 0; start < steps; start += VALUES_A_LAUNCH)
    context.dispatch({
      kernel: 'decode_mix',
      overrides,
      bind: { scores, ancestors, ...cached(values, start, VALUES_A_LAUNCH, 'value'), y: context.output(0) },
      params: { ...shared, count: quads, first: start, pieces: Math.min(VALUES_A_LAUNCH, steps - start) },
      groups: groupsFor(quads, ELEMENTWISE_LANES),
    });
});
