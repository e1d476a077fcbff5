/**
 * What a trace records: a graph of operations over symbolic tensors. Nothing here touches a GPU. A node's id is larger
 * than those of its inputs, so ascending id is a topological order.
 */
import { ShapeError } from '../base/errors';
import { type Dtype, elementCount, type Shape } from './shape';

/** Identity of an operation; `A` is the type of its attributes. */
export interface Op<A = unknown> {
  readonly name: string;
  /** The first output is the first input's storage seen differently (reshape, stop-gradient …): no kernel runs. */
  readonly isAlias: boolean;
  readonly attributesType?: A;
}

export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

export interface GraphNode<A = unknown> {
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly outputs: readonly TensorSpec[];
}

/** A symbolic tensor: one output of a node. Values exist only while a compiled program runs. */
export interface Tensor extends TensorSpec {
  readonly node: GraphNode;
  readonly output: number;
}

const opNames = new Set<string>();

/** Declares an operation. Names are global: rules and lowerings are looked up by name. */
export function defineOp<A = Record<string, never>>(name: string, options: { isAlias?: boolean } = {}): Op<A> {
  opNames.add(name);
  return { name, isAlias: options.isAlias ?? false };
}

/** Names of all declared operations; the op-table test demands a row for each. */
export function allOpNames(): string[] {
  return [...opNames].sort();
}

let nextId = 1;

/** Records a node with several outputs. */
export function recordMany<A>(
  op: Op<A>,
  inputs: readonly Tensor[],
  attributes: A,
  outputs: readonly TensorSpec[],
): Tensor[] {
  const node: GraphNode<A> = { id: nextId++, op, inputs, attributes, outputs };
  return outputs.map((spec, output) => ({ shape: spec.shape, dtype: spec.dtype, node: node as GraphNode, output }));
}

/** Records a node with one output. */
export function record<A>(
  op: Op<A>,
  inputs: readonly Tensor[],
  attributes: A,
  shape: Shape,
  dtype: Dtype = 'f32',
): Tensor {
  const [tensor] = recordMany(op, inputs, attributes, [{ shape, dtype }]);
  return tensor as Tensor;
}

/** True if `node` was recorded with `op`; narrows its attributes. */
export function isOp<A>(node: GraphNode, op: Op<A>): node is GraphNode<A> {
  return node.op.name === op.name;
}

/** @throws ShapeError `tensor/dtype` */
export function requireDtype(operation: string, tensor: Tensor, dtype: Dtype): void {
  if (tensor.dtype !== dtype)
    throw new ShapeError(
      'tensor/dtype',
      `${operation}: wanted ${dtype} elements, got ${tensor.dtype} [${tensor.shape}].`,
    );
}

/** @throws ShapeError `tensor/shape` unless `condition`; the message lists the shapes that came. */
export function requireShapes(
  operation: string,
  condition: boolean,
  wanted: string,
  ...tensors: readonly Tensor[]
): void {
  if (condition) return;
  const came = tensors.map((tensor) => `[${tensor.shape}]`).join(', ');
  throw new ShapeError('tensor/shape', `${operation}: wanted ${wanted}; got ${came}.`);
}

export function countOf(tensor: TensorSpec): number {
  return elementCount(tensor.shape);
}
