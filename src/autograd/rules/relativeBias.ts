import { isOp } from '../../tensor/graph';
import { CONSTANT } from '../../tensor/ops/leaves';
import { RELATIVE_BIAS, relativeBiasGrad } from '../../tensor/ops/relativeBias';
import { defineRule, inputAt, onlyGrad } from '../rule';

defineRule(RELATIVE_BIAS, (node, grads) => {
  const { node: leaf } = inputAt(node, 1);
  if (!isOp(leaf, CONSTANT) || !(leaf.attributes.data instanceof Uint32Array))
    throw new Error('relative_bias: its buckets are no u32 constant');
  return [relativeBiasGrad(onlyGrad(grads), leaf.attributes.data, node.attributes), null];
});
