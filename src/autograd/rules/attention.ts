import type { GraphNode } from '../../tensor/graph';
import { ATTENTION, attentionGrad } from '../../tensor/ops/attention';
import { defineRule, onlyGrad, outputAt } from '../rule';

// The log-sum-exp is saved for this rule alone; nobody outside holds it, so no gradient reaches it.
defineRule(ATTENTION, (node, grads) => {
  const any = node as GraphNode;
  const [dq, dk, dv, dBias] = attentionGrad(
    node.inputs,
    outputAt(any, 0),
    outputAt(any, 1),
    onlyGrad(grads),
    node.attributes,
  );
  return [dq ?? null, dk ?? null, dv ?? null, dBias ?? null, null, null];
});
