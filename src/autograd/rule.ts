import type { GraphNode, Op, Tensor } from '../tensor/graph';

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
