/**
 * Peephole fusion on the graph: a ReLU or an addition that is the only user of a matrix product moves into its epilogue,
 * and so does the ReLU mask of a backward product; an addition to a norm's gradient moves into that gradient's kernel.
 * Reading order: `single-use producer → consumer` pairs, one pass.
 */
import { type GraphNode, isOp, record, type Tensor } from '../tensor/graph';
import { BINARY, UNARY } from '../tensor/ops/elementwise';
import { MATMUL, type MatmulAttributes } from '../tensor/ops/matmul';
import { LAYER_NORM_GRAD, RMS_NORM_GRAD } from '../tensor/ops/norm';
import { RELU_MASK } from '../tensor/ops/reluMask';
import { elementCount } from '../tensor/shape';

const keyOf = (tensor: Tensor): string => `${tensor.node.id}:${tensor.output}`;

export interface Fused {
  /** Nodes to lower, in order. */
  readonly nodes: readonly GraphNode[];
  /** Tensors whose producer was replaced. */
  readonly replacements: ReadonlyMap<string, Tensor>;
}

export function fuse(nodes: readonly GraphNode[], roots: readonly Tensor[]): Fused {
  const users = new Map<string, number>();
  const isRoot = new Set(roots.map(keyOf));
  for (const node of nodes)
    for (const input of node.inputs) users.set(keyOf(input), (users.get(keyOf(input)) ?? 0) + 1);
  const replacements = new Map<string, Tensor>();
  const dropped = new Set<number>();
  const inserted = new Map<number, GraphNode>();

  /** The product behind `tensor` through reshapes, if nobody else uses any link of the chain. */
  const soleProduct = (tensor: Tensor): GraphNode<MatmulAttributes> | null => {
    if ((users.get(keyOf(tensor)) ?? 0) !== 1 || isRoot.has(keyOf(tensor))) return null;
    const { node } = tensor;
    if (node.op.name === 'reshape') return soleProduct(node.inputs[0] as Tensor);
    return isOp(node, MATMUL) && node.attributes.epilogue === 'none' && !dropped.has(node.id) ? node : null;
  };
  const replace = (
    node: GraphNode,
    product: GraphNode<MatmulAttributes>,
    epilogue: MatmulAttributes['epilogue'],
    aux?: Tensor,
  ): void => {
    const [a, b] = product.inputs as [Tensor, Tensor];
    const fused = record(
      MATMUL,
      aux ? [a, b, aux] : [a, b],
      { ...product.attributes, epilogue },
      (node.outputs[0] as { shape: readonly number[] }).shape,
    );
    dropped.add(product.id);
    inserted.set(node.id, fused.node);
    replacements.set(`${node.id}:0`, fused);
  };
  /** The norm gradient behind `tensor` through reshapes, if nobody else uses it and it adds nothing yet. */
  const soleNormGrad = (tensor: Tensor): GraphNode | null => {
    if ((users.get(keyOf(tensor)) ?? 0) !== 1 || isRoot.has(keyOf(tensor))) return null;
    const { node } = tensor;
    if (node.op.name === 'reshape') return soleNormGrad(node.inputs[0] as Tensor);
    return (isOp(node, RMS_NORM_GRAD) || isOp(node, LAYER_NORM_GRAD)) &&
      node.inputs.length === 4 &&
      !dropped.has(node.id)
      ? node
      : null;
  };
  const addToNormGrad = (node: GraphNode, norm: GraphNode, residual: Tensor): void => {
    const fused = record(
      norm.op,
      [...norm.inputs, residual],
      {},
      (node.outputs[0] as { shape: readonly number[] }).shape,
    );
    dropped.add(norm.id);
    inserted.set(node.id, fused.node);
    replacements.set(`${node.id}:0`, fused);
  };

  for (const node of nodes) {
    const [first, second] = node.inputs;
    if (!first) continue;
    if (isOp(node, UNARY) && node.attributes.kind === 'relu') {
      const product = soleProduct(first);
      if (product) replace(node as GraphNode, product, 'relu');
    } else if (isOp(node, RELU_MASK) && second) {
      const product = soleProduct(second);
      if (product) replace(node as GraphNode, product, 'reluMask', first);
    } else if (
      isOp(node, BINARY) &&
      node.attributes.kind === 'add' &&
      second &&
      elementCount(first.shape) === elementCount(second.shape) &&
      keyOf(first) !== keyOf(second)
    ) {
      const left = soleProduct(first);
      const product = left ?? soleProduct(second);
      const leftNorm = product ? null : soleNormGrad(first);
      const norm = product ? null : (leftNorm ?? soleNormGrad(second));
      if (product) replace(node as GraphNode, product, 'add', left ? second : first);
      else if (norm) addToNormGrad(node as GraphNode, norm, leftNorm ? second : first);
    }
  }
  const kept = nodes.filter((node) => !dropped.has(node.id)).map((node) => inserted.get(node.id) ?? node);
  return { nodes: kept, replacements };
}
