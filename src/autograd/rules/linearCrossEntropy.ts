import { ShapeError } from '../../base/errors';
import { type GraphNode, isOp, type Tensor } from '../../tensor/graph';
import { multiply } from '../../tensor/ops/elementwise';
import { CONSTANT } from '../../tensor/ops/leaves';
import { LINEAR_CROSS_ENTROPY } from '../../tensor/ops/linearCrossEntropy';
import { defineRule, outputAt } from '../rule';

defineRule(LINEAR_CROSS_ENTROPY, (node, [gradMean, gradLosses]) => {
  if (gradLosses || !gradMean || !node.attributes.hasGradient)
    throw new ShapeError(
      'gradient/rule',
      'linearCrossEntropy: only the mean has a gradient, and only with hasGradient; stop the gradient of the row losses.',
    );
  const scaled = (output: number): Tensor => {
    const gradient = outputAt(node as GraphNode, output);
    return isOne(gradMean) ? gradient : multiply(gradient, gradMean);
  };
  return [scaled(2), scaled(3), null];
});

/** The loss itself: nothing to scale by. */
function isOne({ node }: Tensor): boolean {
  return isOp(node, CONSTANT) && node.attributes.data.length === 1 && node.attributes.data[0] === 1;
}
