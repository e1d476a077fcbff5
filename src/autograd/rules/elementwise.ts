import type { GraphNode, Tensor } from '../../tensor/graph';
import {
  AFFINE,
  affine,
  BINARY,
  broadcastBlock,
  divide,
  multiply,
  negate,
  square,
  UNARY,
  unaryGrad,
} from '../../tensor/ops/elementwise';
import { sumToBlock } from '../../tensor/ops/reduce';
import { reluGradFromOutput } from '../../tensor/ops/reluMask';
import { sameShape } from '../../tensor/shape';
import { defineRule, inputAt, onlyGrad, outputAt, timesGrad } from '../rule';

// A ReLU's gradient comes from its output, so that the forward product is free to fuse with the ReLU.
defineRule(UNARY, (node, grads) =>
  node.attributes.kind === 'relu'
    ? [reluGradFromOutput(outputAt(node as GraphNode, 0), onlyGrad(grads))]
    : [unaryGrad(node.attributes.kind, inputAt(node, 0), onlyGrad(grads))],
);

defineRule(AFFINE, (node, grads) => [affine(onlyGrad(grads), node.attributes.scale)]);

defineRule(BINARY, (node, grads) => {
  const grad = onlyGrad(grads);
  const a = inputAt(node, 0);
  const b = inputAt(node, 1);
  const toB = (full: Tensor): Tensor =>
    sameShape(a.shape, b.shape) ? full : sumToBlock(full, broadcastBlock(a.shape, b.shape), b.shape);
  switch (node.attributes.kind) {
    case 'add':
      return [grad, toB(grad)];
    case 'subtract':
      return [grad, toB(negate(grad))];
    case 'multiply':
      return [timesGrad(grad, b), toB(timesGrad(grad, a))];
    case 'divide':
      return [divide(grad, b), toB(negate(divide(multiply(grad, a), square(b))))];
  }
});
