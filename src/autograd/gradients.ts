import { ShapeError } from '../base/errors';
import { type GraphNode, isOp, type Tensor } from '../tensor/graph';
import { add } from '../tensor/ops/elementwise';
import { constant, PARAMETER } from '../tensor/ops/leaves';
import { elementCount } from '../tensor/shape';
import { outputAt, ruleFor } from './rule';
import './rules/all';

/** Nodes that `roots` depend on, inputs before users. */
export function reachableNodes(roots: readonly Tensor[]): GraphNode[] {
  const seen = new Map<number, GraphNode>();
  const stack = roots.map((root) => root.node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node.id)) continue;
    seen.set(node.id, node);
    for (const input of node.inputs) stack.push(input.node);
  }
  return [...seen.values()].sort((a, b) => a.id - b.id);
}

/**
 * Reverse-mode differentiation of the scalar `loss` on the traced graph.
 * Contributions of several uses are added in descending order of the using node, which fixes the sum's order.
 * @returns gradient of `loss` for each of `targets`, null where the loss does not depend on one.
 * @throws ShapeError `gradient/scalar`, `gradient/rule`
 */
export function gradients(loss: Tensor, targets: readonly Tensor[]): (Tensor | null)[] {
  if (elementCount(loss.shape) !== 1)
    throw new ShapeError(
      'gradient/scalar',
      `gradients: the loss must be one number, got [${loss.shape}]; reduce it first.`,
    );
  const nodes = reachableNodes([loss]);
  const needed = nodesLeadingTo(nodes, targets);
  const gradOf = new Map<string, Tensor>();
  const key = (tensor: Tensor): string => `${tensor.node.id}:${tensor.output}`;
  gradOf.set(key(loss), constant(new Float32Array([1]), loss.shape));
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as GraphNode;
    if (!needed.has(node.id) || node.inputs.length === 0) continue;
    const gradOutputs = node.outputs.map((_, output) => gradOf.get(key(outputAt(node, output))) ?? null);
    if (gradOutputs.every((grad) => grad === null)) continue;
    const rule = ruleFor(node.op);
    if (!rule)
      throw new ShapeError('gradient/rule', `gradients: ${node.op.name} has no gradient; stop the gradient before it.`);
    const gradInputs = rule(node, gradOutputs);
    node.inputs.forEach((input, index) => {
      const grad = gradInputs[index];
      if (!grad || !needed.has(input.node.id)) return;
      const held = gradOf.get(key(input));
      gradOf.set(key(input), held ? add(held, grad) : grad);
    });
  }
  return targets.map((target) => gradOf.get(key(target)) ?? null);
}

/** Ids of nodes from which some target is reachable, targets included. */
function nodesLeadingTo(nodes: readonly GraphNode[], targets: readonly Tensor[]): Set<number> {
  const needed = new Set(targets.map((target) => target.node.id));
  for (const node of nodes) if (node.inputs.some((input) => needed.has(input.node.id))) needed.add(node.id);
  return needed;
}

/** Trainable parameter leaves under `roots`, by ascending name. */
export function trainableLeaves(roots: readonly Tensor[]): { name: string; leaf: Tensor }[] {
  const found = new Map<string, Tensor>();
  for (const node of reachableNodes(roots))
    if (isOp(node, PARAMETER) && node.attributes.isTrainable)
      found.set(node.attributes.name, outputAt(node as GraphNode, 0));
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, leaf]) => ({ name, leaf }));
}
