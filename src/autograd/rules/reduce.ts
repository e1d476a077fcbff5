import { REDUCE_SUM, spread } from '../../tensor/ops/reduce';
import { defineRule, inputAt, onlyGrad } from '../rule';

defineRule(REDUCE_SUM, (node, grads) => [
  spread(onlyGrad(grads), node.attributes, node.attributes.scale, inputAt(node, 0).shape),
]);
