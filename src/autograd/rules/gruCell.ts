import type { GraphNode } from '../../tensor/graph';
import { GRU_CELL, gruCellGrad } from '../../tensor/ops/gruCell';
import { defineRule, inputAt, onlyGrad, outputAt } from '../rule';

defineRule(GRU_CELL, (node, grads) =>
  gruCellGrad(inputAt(node, 1), inputAt(node, 2), outputAt(node as GraphNode, 1), onlyGrad(grads)),
);
