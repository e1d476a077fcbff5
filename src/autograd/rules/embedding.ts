import { buildIndex, GATHER_ROWS, scatterRows } from '../../tensor/ops/embedding';
import { sizeAt } from '../../tensor/shape';
import { defineRule, inputAt, onlyGrad } from '../rule';

defineRule(GATHER_ROWS, (node, grads) => {
  const rows = sizeAt(inputAt(node, 0).shape, 0);
  const ids = inputAt(node, 1);
  const index = node.inputs.length > 2 ? { order: inputAt(node, 2), starts: inputAt(node, 3) } : buildIndex(ids, rows);
  return [scatterRows(onlyGrad(grads), ids, index, rows, node.attributes.paddingId), null, null, null];
});
