/** Turns a step function into a flat list of launches: trace, differentiate, fuse, lower. */

import { gradients, reachableNodes, trainableLeaves } from '../autograd/gradients';
import { ShapeError } from '../base/errors';
import type { AdapterProfile } from '../gpu/device';
import type { Optimizer } from '../nn/optimizers';
import { countOf, type GraphNode, isOp, type Tensor, type TensorSpec } from '../tensor/graph';
import {
  CONSTANT,
  INPUT,
  inputLeaf,
  PARAMETER,
  parameterLeaf,
  STEP_STATE,
  STEP_STATE_WORDS,
} from '../tensor/ops/leaves';
import { BYTES_PER_ELEMENT, elementCount } from '../tensor/shape';
import type { Storage } from '../tensor/storage';
import { ALIGNMENT_BYTES, accessesOf, alignUp } from './arena';
import type { Dispatch, Home, Value } from './dispatch';
import { groupsFor } from './dispatch';
import { fuse } from './fuse';
import './lower/all';
import { type LowerContext, loweringFor } from './lowering';
import { optimizerDispatches, partDispatch } from './optimizerPlan';
import { ParameterPacks } from './parameterPacks';
import { saveHalves } from './savedHalves';
import { slotOf, type VariableLayout } from './variableLayout';

export interface TraceInputs<Names extends string = string> {
  /** Symbolic parameter by name. @throws ShapeError `parameters/unknown` */
  readonly params: (name: string) => Tensor;
  /** Symbolic batch array by name. @throws ShapeError `compile/input` if the batch has none */
  readonly input: (name: string) => Tensor;
  /** Symbolic batch arrays by name. */
  readonly batch: Readonly<Record<Names, Tensor>>;
}

export interface TraceResult {
  /** The scalar to minimise; needed with an optimizer. */
  readonly loss?: Tensor;
  /** Tensors that can be read after a run. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** Scalars logged to the ring every step, at most 11. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
  /** New values of non-trainable parameters, stored after the step. */
  readonly updates?: Readonly<Record<string, Tensor>>;
}

export type StepFunction = (inputs: TraceInputs) => TraceResult;

export interface TracedProgram {
  readonly dispatches: readonly Dispatch[];
  readonly inputs: ReadonlyMap<string, { readonly value: Value; readonly spec: TensorSpec }>;
  readonly inputBytes: number;
  readonly constants: readonly { readonly value: Value; readonly data: Float32Array | Uint32Array | Int32Array }[];
  readonly constantBytes: number;
  /** Weights repacked at the start of a step. */
  readonly packedBytes: number;
  readonly outputs: ReadonlyMap<string, { readonly value: Value; readonly spec: TensorSpec }>;
  readonly metrics: ReadonlyMap<string, Value>;
  readonly updates: readonly { readonly from: Value; readonly toOffsetBytes: number; readonly sizeBytes: number }[];
  readonly loss: Value | null;
  readonly status: Value | null;
  readonly nodeCount: number;
}

export interface TraceOptions {
  readonly optimizer: Optimizer | null;
  /** The step is one part of a batch: gradients and loss are added up instead of applied. */
  readonly isPart?: boolean;
  /** How what the backward pass reads is kept, f32 by default. */
  readonly storage?: Storage;
}

export function traceProgram(
  step: StepFunction,
  inputSpecs: Readonly<Record<string, TensorSpec>>,
  variables: VariableLayout,
  profile: AdapterProfile,
  options: TraceOptions,
): TracedProgram {
  const leaves = new Map<string, Tensor>();
  const params = (name: string): Tensor => {
    const { spec } = slotOf(variables, name);
    const leaf = leaves.get(name) ?? parameterLeaf(name, spec.shape, spec.isTrainable);
    leaves.set(name, leaf);
    return leaf;
  };
  const batch = Object.fromEntries(
    Object.entries(inputSpecs).map(([name, spec]) => [name, inputLeaf(name, spec.shape, spec.dtype)]),
  );
  const input = (name: string): Tensor => {
    const tensor = batch[name];
    if (!tensor)
      throw new ShapeError(
        'compile/input',
        `compile: the batch has no "${name}"; it has ${Object.keys(batch).join(', ') || 'nothing'}.`,
      );
    return tensor;
  };
  const result = step({ params, input, batch });
  return new Lowerer(variables, profile, inputSpecs).lower(result, options);
}

/** The update that follows a batch run in parts: norm, clipping, finite check and optimizer over the running sums. */
export function traceUpdate(variables: VariableLayout, profile: AdapterProfile, optimizer: Optimizer): TracedProgram {
  return new Lowerer(variables, profile, {}).lowerUpdate(optimizer);
}

class Lowerer {
  readonly #dispatches: Dispatch[] = [];
  readonly #values = new Map<string, Value>();
  readonly #constants: { value: Value; data: Float32Array | Uint32Array | Int32Array }[] = [];
  readonly #inputs = new Map<string, { value: Value; spec: TensorSpec }>();
  readonly #stepState: Value;
  readonly #packs: ParameterPacks;
  readonly #memo = new Map<string, Value>();
  #constantBytes = 0;
  #inputBytes = 0;
  #nextValue = 0;

  constructor(
    readonly variables: VariableLayout,
    readonly profile: AdapterProfile,
    inputSpecs: Readonly<Record<string, TensorSpec>>,
  ) {
    this.#packs = new ParameterPacks(this.#make.bind(this), profile);
    this.#stepState = this.#input('step state', STEP_STATE_WORDS * BYTES_PER_ELEMENT);
    for (const [name, spec] of Object.entries(inputSpecs))
      this.#inputs.set(name, { value: this.#input(name, elementCount(spec.shape) * BYTES_PER_ELEMENT), spec });
  }

  #make(label: string, sizeBytes: number, home: Home | null): Value {
    return { id: this.#nextValue++, sizeBytes, label, home, isKept: false };
  }

  #input(label: string, sizeBytes: number): Value {
    const value = this.#make(label, sizeBytes, { buffer: 'inputs', offsetBytes: this.#inputBytes });
    this.#inputBytes += alignUp(sizeBytes);
    return value;
  }

  lower(result: TraceResult, { optimizer, isPart = false, storage = 'f32' }: TraceOptions): TracedProgram {
    const { loss } = result;
    if (optimizer && !loss)
      throw new ShapeError(
        'compile/loss',
        'compile: an optimizer needs a loss; return { loss } from the step function.',
      );
    const roots: Tensor[] = [
      ...Object.values(result.outputs ?? {}),
      ...Object.values(result.metrics ?? {}),
      ...Object.values(result.updates ?? {}),
    ];
    let grads: { name: string; grad: Tensor }[] = [];
    if (loss) roots.push(loss);
    const forward = [...roots];
    if (optimizer && loss) {
      grads = this.#gradients(loss);
      roots.push(...grads.map(({ grad }) => grad));
    }
    const { nodes: fused, replacements } = fuse(reachableNodes(roots), roots);
    const resolve = (tensor: Tensor): Tensor => replacements.get(`${tensor.node.id}:${tensor.output}`) ?? tensor;
    const nodes = storage === 'f16' && grads.length > 0 ? saveHalves(fused, forward, resolve) : fused;
    for (const node of nodes) if (!this.#isLeafOrAlias(node)) this.#lowerNode(node, resolve);
    const placed = grads.map(({ name, grad }) => ({ name, value: this.#valueOf(resolve(grad), resolve) }));
    for (const { name, value } of placed)
      this.#placeGradient(name, value, placed.filter((other) => other.value === value).length > 1);
    const keep = (tensor: Tensor): Value => {
      const value = this.#valueOf(resolve(tensor), resolve);
      value.isKept = true;
      return value;
    };
    const lossValue = loss ? keep(loss) : null;
    let status: Value | null = null;
    if (isPart && lossValue) {
      if (Object.keys(result.updates ?? {}).length > 0)
        throw new ShapeError(
          'compile/part',
          'compile: a step with updates of its own cannot be run in parts; run it on whole batches.',
        );
      const { trainableBytes } = this.variables;
      this.#dispatches.push(partDispatch(trainableBytes, lossValue, this.#stepState, this.#make.bind(this)));
    } else if (optimizer && lossValue) {
      const tail = optimizerDispatches(optimizer, this.variables, lossValue, this.#stepState, this.#make.bind(this));
      this.#dispatches.push(...tail.dispatches);
      status = tail.status;
    }
    const packing = this.#packs.dispatch(this.variables.totalBytes, (data) => this.#constant(data));
    return {
      dispatches: packing ? [packing, ...this.#dispatches] : this.#dispatches,
      packedBytes: this.#packs.sizeBytes,
      inputs: this.#inputs,
      inputBytes: this.#inputBytes,
      constants: this.#constants,
      constantBytes: this.#constantBytes,
      outputs: new Map(
        Object.entries(result.outputs ?? {}).map(([name, tensor]) => [name, { value: keep(tensor), spec: tensor }]),
      ),
      metrics: new Map(Object.entries(result.metrics ?? {}).map(([name, tensor]) => [name, keep(tensor)])),
      updates: Object.entries(result.updates ?? {}).map(([name, tensor]) => this.#update(name, tensor, keep(tensor))),
      loss: isPart ? null : lossValue,
      status,
      nodeCount: nodes.length,
    };
  }

  lowerUpdate(optimizer: Optimizer): TracedProgram {
    const { trainableBytes } = this.variables;
    const loss = this.#make('summed loss', BYTES_PER_ELEMENT, { buffer: 'gradientSum', offsetBytes: trainableBytes });
    const { dispatches, status } = optimizerDispatches(
      optimizer,
      this.variables,
      loss,
      this.#stepState,
      this.#make.bind(this),
      'gradientSum',
    );
    return {
      dispatches,
      packedBytes: 0,
      inputs: this.#inputs,
      inputBytes: this.#inputBytes,
      constants: [],
      constantBytes: 0,
      outputs: new Map(),
      metrics: new Map(),
      updates: [],
      loss,
      status,
      nodeCount: 0,
    };
  }

  #gradients(loss: Tensor): { name: string; grad: Tensor }[] {
    const leaves = trainableLeaves([loss]);
    const unused = [...this.variables.slots.values()].filter(
      ({ spec }) => spec.isTrainable && !leaves.some(({ name }) => name === spec.name),
    );
    if (unused.length > 0)
      throw new ShapeError(
        'compile/unused-parameter',
        `compile: the loss does not depend on ${unused.map(({ spec }) => spec.name).join(', ')}; declare them not trainable or leave them out.`,
      );
    const grads = gradients(
      loss,
      leaves.map(({ leaf }) => leaf),
    );
    return leaves.map(({ name }, index) => {
      const grad = grads[index];
      if (!grad)
        throw new ShapeError(
          'compile/no-gradient',
          `compile: no gradient reaches "${name}"; declare it not trainable.`,
        );
      return { name, grad };
    });
  }

  #update(name: string, tensor: Tensor, from: Value): { from: Value; toOffsetBytes: number; sizeBytes: number } {
    const slot = slotOf(this.variables, name);
    if (slot.spec.isTrainable || slot.sizeBytes !== countOf(tensor) * BYTES_PER_ELEMENT)
      throw new ShapeError(
        'compile/update',
        `compile: update of "${name}" wants a non-trainable parameter of [${tensor.shape}], it is [${slot.spec.shape}].`,
      );
    return { from, toOffsetBytes: slot.offsetBytes, sizeBytes: slot.sizeBytes };
  }

  #isLeafOrAlias(node: GraphNode): boolean {
    return node.inputs.length === 0 || node.op.isAlias;
  }

  /** The memory behind a tensor: leaves have homes, aliases share their first input's. */
  #valueOf(tensor: Tensor, resolve: (tensor: Tensor) => Tensor): Value {
    const { node } = tensor;
    if (node.op.isAlias) return this.#valueOf(resolve(node.inputs[0] as Tensor), resolve);
    const key = `${node.id}:${tensor.output}`;
    const known = this.#values.get(key);
    if (known) return known;
    const value =
      this.#leafValue(node) ??
      this.#make(`${node.op.name}#${node.id}.${tensor.output}`, countOf(tensor) * BYTES_PER_ELEMENT, null);
    this.#values.set(key, value);
    return value;
  }

  #leafValue(node: GraphNode): Value | null {
    if (isOp(node, STEP_STATE)) return this.#stepState;
    if (isOp(node, INPUT)) return this.#inputs.get(node.attributes.name)?.value ?? null;
    if (isOp(node, PARAMETER)) {
      const slot = slotOf(this.variables, node.attributes.name);
      return this.#make(node.attributes.name, slot.sizeBytes, { buffer: 'parameters', offsetBytes: slot.offsetBytes });
    }
    if (isOp(node, CONSTANT)) {
      return this.#constant(node.attributes.data);
    }
    return null;
  }

  #constant(data: Float32Array | Uint32Array | Int32Array): Value {
    const value = this.#make('constant', data.byteLength, { buffer: 'constants', offsetBytes: this.#constantBytes });
    this.#constantBytes += alignUp(data.byteLength);
    this.#constants.push({ value, data });
    return value;
  }

  #lowerNode(node: GraphNode, resolve: (tensor: Tensor) => Tensor): void {
    const context: LowerContext = {
      profile: this.profile,
      value: (tensor) => this.#valueOf(resolve(tensor), resolve),
      output: (output) => {
        const spec = node.outputs[output];
        if (!spec) throw new Error(`${node.op.name}: no output ${output}`);
        return this.#valueOf({ shape: spec.shape, dtype: spec.dtype, node, output }, resolve);
      },
      scratch: (sizeBytes, label) => ({
        ...this.#make(`${node.op.name}#${node.id} ${label}`, sizeBytes, null),
        isScratch: true,
      }),
      part: (of, offsetBytes, sizeBytes) => {
        if (offsetBytes % ALIGNMENT_BYTES !== 0) throw new Error(`plan: part of ${of.label} at ${offsetBytes}`);
        if (offsetBytes === 0 && sizeBytes === of.sizeBytes) return of;
        return { ...this.#make(`part of ${of.label}`, sizeBytes, null), part: { of, offsetBytes } };
      },
      memo: (key, make) => {
        const value = this.#memo.get(key) ?? make();
        this.#memo.set(key, value);
        return value;
      },
      packParameter: (matrix) => this.#packs.pack(matrix),
      dispatch: (dispatch) => {
        if (dispatch.groups.every((count) => count > 0)) this.#dispatches.push(dispatch);
      },
    };
    loweringFor(node.op)(node, context);
  }

  /** Lets the gradient's last producer write straight into the gradient arena, or copies it there. */
  #placeGradient(name: string, value: Value, isShared: boolean): void {
    const slot = slotOf(this.variables, name);
    const home: Home = { buffer: 'gradients', offsetBytes: slot.offsetBytes };
    const isRead = this.#dispatches.some((dispatch) => accessesOf(dispatch).reads.includes(value));
    if (!value.home && !isRead && !isShared) {
      value.home = home;
      return;
    }
    const count = slot.sizeBytes / BYTES_PER_ELEMENT;
    this.#dispatches.push({
      kernel: 'affine',
      overrides: { LANES: 64 },
      bind: { x: value, y: this.#make(`gradient of ${name}`, slot.sizeBytes, home) },
      params: { count, scale: 1, offset: 0 },
      groups: groupsFor(count, 64),
    });
  }
}
