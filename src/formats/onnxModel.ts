/**
 * Writes ONNX graphs: the dozen protobuf messages of onnx.proto that a network needs, by field number. Graphs are not
 * read back, only their tensors (onnxTensors).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { UnsupportedError } from '../base/errors';

/** Newest operator set that onnxruntime 1.31 and onnxruntime-web 1.30 both run, and the file version that goes with it. */
export const ONNX_OPSET = 26;
const IR_VERSION = 13;
/** A protobuf message ends here; larger models would need their tensors in a file of their own. */
const MAX_BYTES = 2 ** 31 - 1;

const ELEMENT_TYPE = { float32: 1, int64: 7 } as const;
export type OnnxElement = keyof typeof ELEMENT_TYPE;

/** A dimension that is known, or the name of one that is not. */
export type OnnxDimension = number | string;
export type OnnxAttribute = number | readonly number[] | { readonly float: number };

/** Names a value of the graph. */
export type OnnxValue = string;

interface Port {
  readonly name: OnnxValue;
  readonly element: OnnxElement;
  readonly shape: readonly OnnxDimension[];
}

/** One graph while it is built; nodes must be added in the order of their values. */
export class OnnxGraph {
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #nodes: Uint8Array[] = [];
  readonly #tensors = new Map<OnnxValue, Uint8Array>();
  #count = 0;

  constructor(readonly name: string) {}

  input(name: string, element: OnnxElement, shape: readonly OnnxDimension[]): OnnxValue {
    this.#inputs.push({ name, element, shape });
    return name;
  }

  /** Gives `value` to the outside under `name`. */
  output(name: string, value: OnnxValue, element: OnnxElement, shape: readonly OnnxDimension[]): void {
    this.#addNode('Identity', [value], [name], {});
    this.#outputs.push({ name, element, shape });
  }

  /** A stored tensor; naming one twice keeps the first. */
  weight(name: string, values: Float32Array, shape: readonly number[]): OnnxValue {
    if (!this.#tensors.has(name)) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      this.#tensors.set(name, tensorProto(name, 'float32', shape, bytes));
    }
    return name;
  }

  /** A constant of whole numbers: a list, or a scalar. */
  integers(values: readonly number[] | number): OnnxValue {
    const name = `constant_${this.#count++}`;
    const list = BigInt64Array.from(typeof values === 'number' ? [values] : values, BigInt);
    const shape = typeof values === 'number' ? [] : [values.length];
    this.#tensors.set(name, tensorProto(name, 'int64', shape, new Uint8Array(list.buffer)));
    return name;
  }

  float(value: number): OnnxValue {
    return this.weight(`constant_${this.#count++}`, Float32Array.of(value), []);
  }

  /** Adds an operator with one result. */
  node(operator: string, inputs: readonly OnnxValue[], attributes: Record<string, OnnxAttribute> = {}): OnnxValue {
    const result = `${operator}_${this.#count++}`;
    this.#addNode(operator, inputs, [result], attributes);
    return result;
  }

  #addNode(
    operator: string,
    inputs: readonly OnnxValue[],
    outputs: readonly OnnxValue[],
    attributes: Record<string, OnnxAttribute>,
  ): void {
    const writer = new BinaryWriter();
    for (const input of inputs) text(writer, 1, input);
    for (const output of outputs) text(writer, 2, output);
    text(writer, 3, `node_${this.#nodes.length}`);
    text(writer, 4, operator);
    for (const [name, value] of Object.entries(attributes)) message(writer, 5, attributeProto(name, value));
    this.#nodes.push(writer.finish());
  }

  /** The whole file. @throws UnsupportedError `onnx/too-large` beyond 2 GiB */
  finish(): Uint8Array<ArrayBuffer> {
    const graph = new BinaryWriter();
    for (const node of this.#nodes) message(graph, 1, node);
    text(graph, 2, this.name);
    let total = 0;
    for (const tensor of this.#tensors.values()) {
      total += tensor.length;
      if (total > MAX_BYTES)
        throw new UnsupportedError(
          'onnx/too-large',
          'export to onnx: wanted at most 2 GiB of parameters, came more; use the hf target instead.',
        );
      message(graph, 5, tensor);
    }
    for (const port of this.#inputs) message(graph, 11, valueInfoProto(port));
    for (const port of this.#outputs) message(graph, 12, valueInfoProto(port));
    const model = new BinaryWriter();
    varint(model, 1, IR_VERSION);
    text(model, 2, 'tessera');
    message(model, 7, graph.finish());
    const opset = new BinaryWriter();
    text(opset, 1, '');
    varint(opset, 2, ONNX_OPSET);
    message(model, 8, opset.finish());
    return new Uint8Array(model.finish());
  }
}

const varint = (writer: BinaryWriter, field: number, value: number): BinaryWriter =>
  writer.tag(field, WireType.Varint).int64(value);
const text = (writer: BinaryWriter, field: number, value: string): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).string(value);
const message = (writer: BinaryWriter, field: number, bytes: Uint8Array): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);

function tensorProto(name: string, element: OnnxElement, shape: readonly number[], raw: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  for (const size of shape) varint(writer, 1, size);
  varint(writer, 2, ELEMENT_TYPE[element]);
  text(writer, 8, name);
  message(writer, 9, raw);
  return writer.finish();
}

/** AttributeProto: a float, a whole number or a list of them. */
function attributeProto(name: string, value: OnnxAttribute): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, name);
  if (typeof value === 'number') varint(varint(writer, 3, value), 20, 2);
  else if ('float' in value) varint(writer.tag(2, WireType.Bit32).float(value.float), 20, 1);
  else {
    for (const entry of value) varint(writer, 8, entry);
    varint(writer, 20, 7);
  }
  return writer.finish();
}

function valueInfoProto({ name, element, shape }: Port): Uint8Array {
  const shapeProto = new BinaryWriter();
  for (const size of shape) {
    const dimension = new BinaryWriter();
    if (typeof size === 'number') varint(dimension, 1, size);
    else text(dimension, 2, size);
    message(shapeProto, 1, dimension.finish());
  }
  const tensorType = varint(new BinaryWriter(), 1, ELEMENT_TYPE[element]);
  message(tensorType, 2, shapeProto.finish());
  const type = message(new BinaryWriter(), 1, tensorType.finish());
  const writer = new BinaryWriter();
  text(writer, 1, name);
  message(writer, 2, type.finish());
  return writer.finish();
}
