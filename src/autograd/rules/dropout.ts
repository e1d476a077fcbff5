import { DROPOUT, dropoutWith } from '../../tensor/ops/dropout';
import { defineRule, inputAt, onlyGrad } from '../rule';

defineRule(DROPOUT, (node, grads) => [dropoutWith(onlyGrad(grads), inputAt(node, 1), node.attributes), null]);
