/**
 * The stored tensors of an ONNX file, and nothing else of it: no graph from outside is ever run. A model may name other files
 * for its tensors (external data, a known way to read what lies elsewhere on a disk) and nest without end; both are refused.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { TesseraError, UnsupportedError } from '../base/errors';
import { formatProblem } from './formatProblem';
import type { SafetensorTensor } from './safetensors';
import { float32Tensor } from './typedValues';

const MAX_TENSORS = 4096;
const MAX_NODES = 20_000;
const MAX_NAME = 256;
const MAX_AXES = 8;

const FLOAT = 1;
/** Fields of ModelProto, GraphProto and TensorProto that are looked at. */
const MODEL = { graph: 7, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 } as const;
const TENSOR = { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;

/**
 * Float tensors by name; tensors of other types are passed over. Copies.
 * @throws FormatError `onnx/format`, `onnx/tensor`, `onnx/duplicate`, `onnx/entries`; UnsupportedError `onnx/external`, `onnx/unsupported`
 */
export function readOnnxTensors(file: Uint8Array, name: string): Map<string, SafetensorTensor> {
  try {
    return tensorsOf(file, name);
  } catch (error) {
    if (error instanceof TesseraError) throw error;
    // The reader throws plain errors at the end of the bytes and at impossible tags.
    throw problem('format', name, 'an ONNX file', error instanceof Error ? error.message : 'something else', error);
  }
}

function tensorsOf(file: Uint8Array, name: string): Map<string, SafetensorTensor> {
  let graph: Uint8Array | null = null;
  for (const { field, wire, reader } of fieldsOf(file)) {
    if (field === MODEL.functions) throw unsupported(name, 'functions');
    if (field !== MODEL.graph || wire !== WireType.LengthDelimited) reader.skip(wire, field);
    else if (graph) throw problem('format', name, 'one graph', 'two');
    else graph = reader.bytes();
  }
  if (!graph) throw problem('format', name, 'an ONNX file with a graph', 'none');
  const tensors = new Map<string, SafetensorTensor>();
  let nodes = 0;
  for (const { field, wire, reader } of fieldsOf(graph)) {
    if (field === GRAPH.sparseInitializer) throw unsupported(name, 'sparse tensors');
    if (field === GRAPH.node && ++nodes > MAX_NODES)
      throw problem('entries', name, `at most ${MAX_NODES} nodes`, 'more');
    if (field !== GRAPH.initializer || wire !== WireType.LengthDelimited) {
      reader.skip(wire, field);
      continue;
    }
    const stored = tensorOf(reader.bytes(), name);
    if (tensors.has(stored.name)) throw problem('duplicate', name, 'every tensor once', `"${stored.name}" twice`);
    if (stored.tensor) tensors.set(stored.name, stored.tensor);
    if (tensors.size > MAX_TENSORS) throw problem('entries', name, `at most ${MAX_TENSORS} tensors`, 'more');
  }
  return tensors;
}

function tensorOf(bytes: Uint8Array, file: string): { name: string; tensor: SafetensorTensor | null } {
  const shape: number[] = [];
  let dataType = 0;
  let name = '';
  let raw: Uint8Array | null = null;
  for (const { field, wire, reader } of fieldsOf(bytes)) {
    if (field === TENSOR.externalData || (field === TENSOR.dataLocation && reader.int32() !== 0))
      throw new UnsupportedError(
        'onnx/external',
        `read ${file}: wanted tensors inside the file, came one that lies in another file, which is never opened; export it again as one file.`,
      );
    if (field === TENSOR.dataLocation) continue;
    if (field === TENSOR.dims && wire === WireType.Varint) shape.push(Number(reader.int64()));
    else if (field === TENSOR.dims && wire === WireType.LengthDelimited) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end && shape.length <= MAX_AXES) shape.push(Number(reader.int64()));
    } else if (field === TENSOR.dataType && wire === WireType.Varint) dataType = reader.int32();
    else if (field === TENSOR.name && wire === WireType.LengthDelimited) name = reader.string();
    else if (field === TENSOR.rawData && wire === WireType.LengthDelimited) raw = reader.bytes();
    else if (field === TENSOR.floatData) throw unsupported(file, 'tensors as lists of numbers');
    else reader.skip(wire, field);
    if (shape.length > MAX_AXES) throw problem('tensor', file, `at most ${MAX_AXES} axes`, 'more');
  }
  if (name === '' || name.length > MAX_NAME)
    throw problem('tensor', file, 'named tensors', 'one without a usable name');
  if (dataType !== FLOAT) return { name, tensor: null };
  const size = shape.reduce((product, axis) => product * axis, 1);
  const isShape = shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0) && Number.isSafeInteger(size);
  if (!isShape || raw?.length !== size * 4)
    throw problem('tensor', file, `"${name}" [${shape}] of 4 bytes each`, `${raw?.length ?? 0} bytes`);
  return { name, tensor: float32Tensor(new Float32Array(raw.slice().buffer), shape) };
}

interface Field {
  readonly field: number;
  readonly wire: WireType;
  readonly reader: BinaryReader;
}

/** The fields of one message; whoever takes one must read or skip it. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    yield { field, wire, reader };
  }
}

const problem = (code: string, file: string, wanted: string, came: string, cause?: unknown) =>
  formatProblem(`onnx/${code}`, { file }, { wanted, came, remedy: 'export it again', cause });

const unsupported = (file: string, what: string): UnsupportedError =>
  new UnsupportedError(
    'onnx/unsupported',
    `read ${file}: wanted a graph as Tessera writes it, came one with ${what}; use the safetensors of the same model.`,
  );
