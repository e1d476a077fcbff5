/**
 * Peephole fusion on the graph: a ReLU or an addition that is the only user of a matrix product moves into its epilogue,
 * and so does the ReLU mask of a backward product; an addition to a norm's gradient moves into that gradient's kernel;
 * a sum of products with looked-up rows never stores the rows.
 * Reading order: `single-use producer → consumer` pairs, one pass.
 */
import { type GraphNode, isOp, record, type Tensor } from '../tensor/graph';
import { BINARY, UNARY } from '../tensor/ops/elementwise';
import { GATHER_DOT, GATHER_ROWS } from '../tensor/ops/embedding';
import { MATMUL, type MatmulAttributes } from '../tensor/ops/matmul';
import { LAYER_NORM_GRAD, RMS_NORM_GRAD } from '../tensor/ops/norm';
import { REDUCE_SUM } from '../tensor/ops/reduce';
import { RELU_MASK } from '../tensor/ops/reluMask';
import { elementCount, sizeAt } from '../tensor/shape';

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

  /** The node behind `tensor` through reshapes, if nobody else uses any link of the chain. */
  const soleProducer = (tensor: Tensor): GraphNode | null => {
    if ((users.get(keyOf(tensor)) ?? 0) !== 1 || isRoot.has(keyOf(tensor))) return null;
    const { node } = tensor;
    if (node.op.name === 'reshape') return soleProducer(node.inputs[0] as Tensor);
    return dropped.has(node.id) || inserted.has(node.id) ? null : node;
  };
  /** Σ table[ids] · x, over rows or over everything, without storing the look-up. */
  const gatherDot = (node: GraphNode<{ outer: number; middle: number; inner: number; scale: number }>): void => {
    const { outer, middle, inner, scale } = node.attributes;
    const product = inner === 1 && node.inputs[0] ? soleProducer(node.inputs[0]) : null;
    if (!product || !isOp(product, BINARY) || product.attributes.kind !== 'multiply') return;
    const [left, right] = product.inputs as [Tensor, Tensor];
    if (elementCount(left.shape) !== elementCount(right.shape)) return;
    for (const [looked, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const gather = soleProducer(looked);
      if (!gather || !isOp(gather, GATHER_ROWS)) continue;
      const [table, ids] = gather.inputs as [Tensor, Tensor];
      const [rows, width, count] = [sizeAt(table.shape, 0), sizeAt(table.shape, 1), elementCount(ids.shape)];
      const isRowwise = outer === count && middle === width;
      if (rows * width * count === 0 || width % 4 !== 0 || !(isRowwise || outer === 1)) continue;
      const fused = record(
        GATHER_DOT,
        [table, ids, other],
        { isRowwise, scale },
        (node.outputs[0] as { shape: readonly number[] }).shape,
      );
      dropped.add(product.id).add(gather.id);
      inserted.set(node.id, fused.node);
      replacements.set(`${node.id}:0`, fused);
      return;
    }
  };

  for (const node of nodes) {
    const [first, second] = node.inputs;
    if (!first) continue;
    if (isOp(node, REDUCE_SUM)) gatherDot(node);
    else if (isOp(node, UNARY) && node.attributes.kind === 'relu') {
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
