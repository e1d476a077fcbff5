import type { GraphNode } from '../../tensor/graph';
import { multiply } from '../../tensor/ops/elementwise';
import { INFO_NCE, infoNceGrad } from '../../tensor/ops/infoNce';
import { reshape } from '../../tensor/ops/views';
import { defineRule, knownNumber, onlyGrad, outputAt } from '../rule';

// The loss's own gradient is nearly always a number known now (1, or a weight of the loss); it then goes into the
// products for free. Only a computed one costs two more launches.
defineRule(INFO_NCE, (node, grads) => {
  const grad = onlyGrad(grads);
  const factor = knownNumber(grad);
  const weights = node.attributes.keepsWeights ? [outputAt(node as GraphNode, 1)] : [];
  const parts = infoNceGrad([...node.inputs, ...weights], node.attributes, factor ?? 1);
  const [gradA, gradB] = factor === null ? parts.map((part) => multiply(part, reshape(grad, []))) : parts;
  return [gradA ?? null, gradB ?? null, null];
});
