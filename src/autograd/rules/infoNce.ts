import { type GraphNode, isOp, type Tensor } from '../../tensor/graph';
import { AFFINE, multiply } from '../../tensor/ops/elementwise';
import { INFO_NCE, infoNceGrad } from '../../tensor/ops/infoNce';
import { CONSTANT } from '../../tensor/ops/leaves';
import { RESHAPE, reshape } from '../../tensor/ops/views';
import { defineRule, inputAt, onlyGrad, outputAt } from '../rule';

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

/** The value of a scalar made of constants, null if it is computed on the GPU. */
function knownNumber(tensor: Tensor): number | null {
  const { node } = tensor;
  if (isOp(node, CONSTANT)) return node.attributes.data[0] ?? null;
  if (isOp(node, RESHAPE)) return knownNumber(inputAt(node, 0));
  if (!isOp(node, AFFINE)) return null;
  const inner = knownNumber(inputAt(node as GraphNode, 0));
  return inner === null ? null : inner * node.attributes.scale + node.attributes.offset;
}
