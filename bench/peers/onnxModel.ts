/** A minimal ONNX writer: just enough protobuf for one-graph models (opset 17, IR 8). */

const INT64 = 7;
const encoder = new TextEncoder();

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return bytes;
}

const field = (number: number, bytes: readonly number[]): number[] => [
  ...varint((number << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const integer = (number: number, value: number): number[] => [...varint(number << 3), ...varint(value)];
const text = (number: number, value: string): number[] => field(number, [...encoder.encode(value)]);
const float = (number: number, value: number): number[] => [
  ...varint((number << 3) | 5),
  ...new Uint8Array(new Float32Array([value]).buffer),
];

export type OnnxAttribute =
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly int: number };

/** AttributeProto: name 1, f 2, i 3, ints 8, type 20 (FLOAT 1, INT 2, INTS 7). */
function attribute(name: string, value: OnnxAttribute): number[] {
  const head = text(1, name);
  if ('ints' in value) return [...head, ...value.ints.flatMap((x) => integer(8, x)), ...integer(20, 7)];
  if ('float' in value) return [...head, ...float(2, value.float), ...integer(20, 1)];
  return [...head, ...integer(3, value.int), ...integer(20, 2)];
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5. */
export function onnxNode(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): number[] {
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, operator),
    ...Object.entries(attributes).flatMap(([name, value]) => field(5, attribute(name, value))),
  ];
}

export interface OnnxValue {
  readonly name: string;
  readonly dtype: 'float32' | 'int64';
  readonly shape: readonly number[];
}

/** ValueInfoProto with a static tensor type. */
function valueInfo({ name, dtype, shape }: OnnxValue): number[] {
  const axes = shape.flatMap((size) => field(1, integer(1, size)));
  const tensorType = [...integer(1, dtype === 'float32' ? 1 : INT64), ...field(2, axes)];
  return [...text(1, name), ...field(2, field(1, tensorType))];
}

export interface OnnxGraph {
  readonly nodes: readonly (readonly number[])[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** int64 vectors by name. */
  readonly constants?: Readonly<Record<string, readonly number[]>>;
}

/** The bytes of a model. */
export function onnxModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const constants = Object.entries(graph.constants ?? {}).map(([name, values]) => [
    ...integer(1, values.length),
    ...integer(2, INT64),
    ...text(8, name),
    ...field(9, [...new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer)]),
  ]);
  const body = [
    ...graph.nodes.flatMap((node) => field(1, node)),
    ...text(2, 'graph'),
    ...constants.flatMap((constant) => field(5, constant)),
    ...graph.inputs.flatMap((value) => field(11, valueInfo(value))),
    ...graph.outputs.flatMap((value) => field(12, valueInfo(value))),
  ];
  const opset = [...text(1, ''), ...integer(2, 17)];
  return new Uint8Array([...integer(1, 8), ...field(8, opset), ...field(7, body)]);
}
