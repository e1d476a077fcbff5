import type { GraphNode, Tensor } from '../../tensor/graph';
import { MATMUL, type MatmulAttributes, matmul } from '../../tensor/ops/matmul';
import { sum } from '../../tensor/ops/reduce';
import { reluGradFromOutput } from '../../tensor/ops/reluMask';
import { reshape } from '../../tensor/ops/views';
import { elementCount, sizeAt } from '../../tensor/shape';
import { defineRule, inputAt, onlyGrad, outputAt } from '../rule';

defineRule(MATMUL, (node, grads) => {
  const { epilogue, alpha, n } = node.attributes;
  const output = outputAt(node as GraphNode, 0);
  let grad = onlyGrad(grads);
  let gradAux: Tensor | null = null;
  if (epilogue === 'relu' || epilogue === 'biasRelu') grad = reluGradFromOutput(output, grad);
  if (epilogue === 'add') gradAux = reshape(grad, inputAt(node, 2).shape);
  if (epilogue === 'bias' || epilogue === 'biasRelu')
    gradAux = reshape(sum(reshape(grad, [elementCount(grad.shape) / n, n]), 0), inputAt(node, 2).shape);
  if (epilogue === 'reluMask') grad = reluGradFromOutput(inputAt(node, 2), grad);
  const gradOperands = operandGrads(node, grad, alpha);
  return node.inputs.length > 2 ? [...gradOperands, gradAux] : gradOperands;
});

/** dA = alpha · dC Bᵀ, dB = alpha · Aᵀ dC, with the transposes of the operands folded in. */
function operandGrads(node: GraphNode<MatmulAttributes>, grad: Tensor, alpha: number): [Tensor, Tensor] {
  const a = inputAt(node, 0);
  const b = inputAt(node, 1);
  const { batch, m, n, k, transposeA, transposeB } = node.attributes;
  const isFolded = batch === 1 && a.shape.length > 2;
  const a2 = isFolded ? reshape(a, transposeA ? [k, m] : [m, k]) : a;
  const g2 = isFolded ? reshape(grad, [m, n]) : grad;
  const b2 = isFolded && b.shape.length > 2 ? reshape(b, transposeB ? [n, k] : [k, n]) : b;
  const gradA = transposeA
    ? matmul(b2, g2, { transposeA: transposeB, transposeB: true, alpha })
    : matmul(g2, b2, { transposeB: !transposeB, alpha });
  const isShared = b2.shape.length === 2 && a2.shape.length > 2;
  let gradB = transposeB
    ? matmul(g2, a2, { transposeA: true, transposeB: transposeA, alpha })
    : matmul(a2, g2, { transposeA: !transposeA, alpha });
  if (isShared) gradB = sum(reshape(gradB, [batch, sizeAt(b2.shape, 0), sizeAt(b2.shape, 1)]), 0);
  return [reshape(gradA, a.shape), reshape(gradB, b.shape)];
}
