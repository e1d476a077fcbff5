import { type GraphNode, isOp, type Op, type Tensor } from '../tensor/graph';
import { AFFINE, multiply, scaleBy } from '../tensor/ops/elementwise';
import { CONSTANT } from '../tensor/ops/leaves';
import { SPREAD } from '../tensor/ops/reduce';
import { RESHAPE } from '../tensor/ops/views';
import { sameShape } from '../tensor/shape';

/**
 * Gradient rule of one op: given the node and the gradient of each output (null where none flows), the gradient of each
 * input (null where none exists). Rules record new nodes; they never run anything.
 */
export type GradientRule<A> = (
  node: GraphNode<A>,
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[];

const rules = new Map<string, GradientRule<unknown>>();

export function defineRule<A>(op: Op<A>, rule: GradientRule<A>): void {
  rules.set(op.name, rule as GradientRule<unknown>);
}

export function ruleFor(op: Op): GradientRule<unknown> | undefined {
  return rules.get(op.name);
}

/** The only output's gradient of a single-output node; rules are called only if some gradient flows. */
export function onlyGrad(gradOutputs: readonly (Tensor | null)[]): Tensor {
  const [grad] = gradOutputs;
  if (!grad) throw new Error('onlyGrad: a rule was called without a gradient');
  return grad;
}

/** An input that the op's own constructor guarantees to exist. */
export function inputAt(node: GraphNode, index: number): Tensor {
  const tensor = node.inputs[index];
  if (!tensor) throw new Error(`${node.op.name}: no input ${index}`);
  return tensor;
}

/** An output of a node as a tensor. */
export function outputAt(node: GraphNode, output: number): Tensor {
  const spec = node.outputs[output];
  if (!spec) throw new Error(`${node.op.name}: no output ${output}`);
  return { shape: spec.shape, dtype: spec.dtype, node, output };
}

/**
 * The one number that all elements of a tensor are, if the trace shows it; null if it is computed on the GPU. The
 * gradient of a loss is 1, and sums and weights of the loss keep it known.
 */
export function knownNumber(tensor: Tensor): number | null {
  const { node } = tensor;
  if (isOp(node, CONSTANT)) return node.attributes.data.length === 1 ? (node.attributes.data[0] ?? null) : null;
  if (isOp(node, RESHAPE)) return knownNumber(inputAt(node, 0));
  if (!isOp(node, AFFINE) && !isOp(node, SPREAD)) return null;
  const inner = knownNumber(inputAt(node as GraphNode, 0));
  if (inner === null) return null;
  return inner * node.attributes.scale + (isOp(node, AFFINE) ? node.attributes.offset : 0);
}

/** grad · factor element by element, without a launch where the gradient is known to be 1 and one array less where it is a known number. */
export function timesGrad(grad: Tensor, factor: Tensor): Tensor {
  const known = sameShape(grad.shape, factor.shape) ? knownNumber(grad) : null;
  if (known === null) return multiply(grad, factor);
  return known === 1 ? factor : scaleBy(factor, known);
}
