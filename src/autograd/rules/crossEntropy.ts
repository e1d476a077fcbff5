import { ShapeError } from '../../base/errors';
import type { GraphNode } from '../../tensor/graph';
import { CROSS_ENTROPY, crossEntropyGrad, MEAN_COUNTED } from '../../tensor/ops/crossEntropy';
import { spread } from '../../tensor/ops/reduce';
import { SOFTMAX, softmaxGrad } from '../../tensor/ops/softmax';
import { elementCount } from '../../tensor/shape';
import { defineRule, inputAt, onlyGrad, outputAt, timesGrad } from '../rule';

defineRule(CROSS_ENTROPY, (node, grads) => {
  const [gradLosses, gradLse] = grads;
  if (gradLse || !gradLosses)
    throw new ShapeError('gradient/rule', 'crossEntropy: only the losses have a gradient; stop the gradient of lse.');
  return [
    crossEntropyGrad(inputAt(node, 0), inputAt(node, 1), outputAt(node as GraphNode, 1), gradLosses, node.attributes),
    null,
  ];
});

// Ignored rows get a gradient here and lose it in the cross-entropy's own.
defineRule(MEAN_COUNTED, (node, grads) => {
  const { shape } = inputAt(node, 0);
  const each = timesGrad(onlyGrad(grads), outputAt(node as GraphNode, 1));
  return [spread(each, { outer: 1, middle: elementCount(shape), inner: 1 }, 1, shape), null];
});

defineRule(SOFTMAX, (node, grads) => [
  softmaxGrad(outputAt(node as GraphNode, 0), onlyGrad(grads), node.attributes.isLog),
]);
