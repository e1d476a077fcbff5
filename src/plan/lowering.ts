import type { AdapterProfile } from '../gpu/device';
import type { GraphNode, Op, Tensor } from '../tensor/graph';
import type { Dispatch, Value } from './dispatch';
import type { ParameterMatrix } from './parameterPacks';

/** What a lowering may use: values of tensors, scratch memory, the adapter's profile, and a list to append launches to. */
export interface LowerContext {
  readonly profile: AdapterProfile;
  /** Value of an input tensor (aliases resolved). */
  value(tensor: Tensor): Value;
  /** Value of output `index` of the node being lowered. */
  output(index: number): Value;
  /** Memory that lives only between the launches of this node. */
  scratch(sizeBytes: number, label: string): Value;
  /** `sizeBytes` of a value from `offsetBytes` on, a multiple of 256. */
  part(value: Value, offsetBytes: number, sizeBytes: number): Value;
  /** What `make` gives, made once a program for each key; for launches whose result several nodes need. */
  memo(key: string, make: () => Value): Value;
  /** A weight matrix repacked at the start of the step; see parameterPacks.ts. */
  packParameter(matrix: ParameterMatrix): Value;
  /** Appends a launch; dropped if any group count is 0. */
  dispatch(dispatch: Dispatch): void;
}

/** Turns one node into kernel launches. */
export type Lowering<A> = (node: GraphNode<A>, context: LowerContext) => void;

const lowerings = new Map<string, Lowering<unknown>>();

export function defineLowering<A>(op: Op<A>, lowering: Lowering<A>): void {
  lowerings.set(op.name, lowering as Lowering<unknown>);
}

export function loweringFor(op: Op): Lowering<unknown> {
  const lowering = lowerings.get(op.name);
  if (!lowering) throw new Error(`plan: no lowering for ${op.name}`);
  return lowering;
}

export function nodeInput(node: GraphNode, index: number): Tensor {
  const tensor = node.inputs[index];
  if (!tensor) throw new Error(`${node.op.name}: no input ${index}`);
  return tensor;
}
