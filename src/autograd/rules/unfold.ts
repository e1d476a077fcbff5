import { FOLD, fold, UNFOLD, unfold } from '../../tensor/ops/unfold';
import { defineRule, onlyGrad } from '../rule';

defineRule(UNFOLD, (node, grads) => [fold(onlyGrad(grads), node.attributes)]);

defineRule(FOLD, (node, grads) => {
  const { kernel, stride, padding } = node.attributes;
  return [unfold(onlyGrad(grads), { kernel, stride, padding })];
});
