import { RESHAPE, reshape, STOP_GRADIENT, STRAIGHT_THROUGH } from '../../tensor/ops/views';
import { defineRule, inputAt, onlyGrad } from '../rule';

defineRule(RESHAPE, (node, grads) => [reshape(onlyGrad(grads), inputAt(node, 0).shape)]);
defineRule(STOP_GRADIENT, () => [null]);
defineRule(STRAIGHT_THROUGH, (_node, grads) => [null, onlyGrad(grads)]);
