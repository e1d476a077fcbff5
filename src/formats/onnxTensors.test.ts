import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, TesseraError, UnsupportedError } from '../base/errors';
import { OnnxGraph } from './onnxModel';
import { readOnnxTensors } from './onnxTensors';

const GOOD = (() => {
  const graph = new OnnxGraph('small');
  const x = graph.input('x', 'float32', ['batch', 2]);
  const product = graph.node('MatMul', [x, graph.weight('w', Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])]);
  const sum = graph.node('Add', [product, graph.float(0.5)]);
  graph.output('y', graph.node('Reshape', [sum, graph.integers([-1, 3])]), 'float32', ['batch', 3]);
  return graph.finish();
})();

type Write = (writer: BinaryWriter) => unknown;
const message =
  (field: number, write: Write): Write =>
  (writer) => {
    const inner = new BinaryWriter();
    write(inner);
    writer.tag(field, WireType.LengthDelimited).bytes(inner.finish());
  };
const text =
  (field: number, value: string): Write =>
  (writer) =>
    writer.tag(field, WireType.LengthDelimited).string(value);
const number =
  (field: number, value: number | bigint): Write =>
  (writer) =>
    writer.tag(field, WireType.Varint).int64(value);
const all =
  (...parts: Write[]): Write =>
  (writer) => {
    for (const part of parts) part(writer);
  };
const raw =
  (bytes: number): Write =>
  (writer) =>
    writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(bytes));
const file = (...graph: Write[]): Uint8Array => {
  const writer = new BinaryWriter();
  all(number(1, 13), message(7, all(...graph)))(writer);
  return writer.finish();
};
const tensor = (...parts: Write[]): Write => message(5, all(...parts));
const external = (location: string): Uint8Array =>
  file(tensor(text(8, 'w'), number(2, 1), number(1, 1), message(13, all(text(1, 'location'), text(2, location)))));

const HOSTILE: readonly (readonly [what: string, code: string, bytes: Uint8Array])[] = [
  ['nothing', 'onnx/format', new Uint8Array()],
  ['text', 'onnx/format', new TextEncoder().encode('{"not": "onnx"}')],
  ['a cut end', 'onnx/format', GOOD.slice(0, -9)],
  ['no graph', 'onnx/format', new BinaryWriter().tag(1, WireType.Varint).int64(13).finish()],
  [
    'two graphs',
    'onnx/format',
    (() => {
      const writer = new BinaryWriter();
      all(message(7, number(1, 1)), message(7, number(1, 1)))(writer);
      return writer.finish();
    })(),
  ],
  ...[
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\weights.bin',
    'model.onnx_data',
    'link/../../x',
    'file:///etc/passwd',
  ].map((location) => [`tensors in ${location}`, 'onnx/external', external(location)] as const),
  ['a location of another kind', 'onnx/external', file(tensor(text(8, 'w'), number(2, 1), number(14, 1), raw(0)))],
  ['a tensor without a name', 'onnx/tensor', file(tensor(number(2, 1), number(1, 1), raw(4)))],
  [
    'a name of 9,000 letters',
    'onnx/tensor',
    file(tensor(text(8, 'w'.repeat(9000)), number(2, 1), number(1, 1), raw(4))),
  ],
  ['fewer bytes than the shape', 'onnx/tensor', file(tensor(text(8, 'w'), number(2, 1), number(1, 2), raw(4)))],
  ['no bytes', 'onnx/tensor', file(tensor(text(8, 'w'), number(2, 1), number(1, 2)))],
  ['a negative axis', 'onnx/tensor', file(tensor(text(8, 'w'), number(2, 1), number(1, -1), number(1, -1), raw(4)))],
  [
    'a shape that overflows',
    'onnx/tensor',
    file(tensor(text(8, 'w'), number(2, 1), number(1, 2n ** 33n), number(1, 2n ** 33n), raw(0))),
  ],
  ['nine axes', 'onnx/tensor', file(tensor(text(8, 'w'), number(2, 1), ...Array(9).fill(number(1, 1)), raw(4)))],
  [
    'a tensor twice',
    'onnx/duplicate',
    file(
      tensor(text(8, 'w'), number(2, 1), number(1, 1), raw(4)),
      tensor(text(8, 'w'), number(2, 1), number(1, 1), raw(4)),
    ),
  ],
  ['numbers as a list', 'onnx/unsupported', file(tensor(text(8, 'w'), number(2, 1), number(1, 1), number(4, 1)))],
  ['sparse tensors', 'onnx/unsupported', file(message(15, number(1, 1)))],
  ['20,001 nodes', 'onnx/entries', file(...Array(20_001).fill(message(1, text(4, 'Add'))))],
];

const codeOf = (bytes: Uint8Array): string => {
  try {
    readOnnxTensors(bytes, 'x.onnx');
  } catch (error) {
    if (error instanceof FormatError || error instanceof UnsupportedError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('readOnnxTensors', () => {
  it('gives the float tensors of a graph, their bytes and shapes', () => {
    const tensors = readOnnxTensors(GOOD, 'x.onnx');
    expect(tensors.get('w')?.shape).toEqual([2, 3]);
    expect([...new Float32Array(tensors.get('w')?.bytes.slice().buffer ?? new ArrayBuffer(0))]).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    // The constant 0.5 beside it; the shape of the reshape is not a float.
    expect(tensors.size).toBe(2);
  });

  it('reads an axis list in either encoding', () => {
    const packed: Write = (writer) => writer.tag(1, WireType.LengthDelimited).bytes(Uint8Array.of(2, 3));
    const [stored] = readOnnxTensors(file(tensor(text(8, 'w'), number(2, 1), packed, raw(24))), 'x').values();
    expect(stored?.shape).toEqual([2, 3]);
  });

  it.each(HOSTILE)('refuses %s (%s)', (_, code, bytes) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it('throws nothing but typed errors on raw and on changed bytes (20,000 cases)', () => {
    const changed = fc
      .array(fc.tuple(fc.nat(GOOD.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = GOOD.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    const cut = fc.nat(GOOD.length).map((length) => GOOD.slice(0, length));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), changed, cut), (bytes) => {
        try {
          readOnnxTensors(bytes, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(TesseraError);
        }
      }),
      { numRuns: 20_000 },
    );
  }, 60_000);
});
