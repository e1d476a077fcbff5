import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors';
import { readSafetensors, type SafetensorTensor, writeSafetensors } from './safetensors';
import { float32Tensor, float32Values, uint32Tensor, uint32Values } from './typedValues';

const encoder = new TextEncoder();
const RESERVED = ['__metadata__', '__proto__', 'prototype', 'constructor'];

/** A file with any header bytes, any claimed length and `dataBytes` zeros. */
function fileOf(header: string | Uint8Array, dataBytes = 0, claimed?: bigint): Uint8Array {
  const bytes = typeof header === 'string' ? encoder.encode(header) : header;
  const file = new Uint8Array(8 + bytes.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(bytes.length), true);
  file.set(bytes, 8);
  return file;
}

const tensor = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const GOOD = tensor('F32', '[2]', '[0,8]');

const HOSTILE: [claim: string, file: Uint8Array][] = [
  ['empty', new Uint8Array(0)],
  ['seven bytes', new Uint8Array(7)],
  ['no header', fileOf('')],
  ['header longer than the file', fileOf('{}', 0, 100n)],
  ['header of 2^63 bytes', fileOf('{}', 0, 1n << 63n)],
  ['header of 2^64 - 1 bytes', fileOf('{}', 0, (1n << 64n) - 1n)],
  ['header over 10 MB', fileOf(new Uint8Array(10 * 2 ** 20 + 1).fill(0x20))],
  ['header that is not UTF-8', fileOf(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))],
  ['header that is not JSON', fileOf('{"a":')],
  ['header that is a list', fileOf('[]')],
  ['header with leading space', fileOf(' {}')],
  ['header with a byte-order mark', fileOf('\ufeff{}')],
  ['duplicate tensor', fileOf(`{"a":${GOOD},"a":${GOOD}}`, 8)],
  ['duplicate tensor behind an escape', fileOf(`{"a":${GOOD},"\\u0061":${GOOD}}`, 8)],
  ['duplicate field', fileOf(`{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)],
  ['tensor named __proto__', fileOf(`{"__proto__":${GOOD}}`, 8)],
  ['tensor named __proto__ behind an escape', fileOf(`{"\\u005f_proto__":${GOOD}}`, 8)],
  ['tensor named constructor', fileOf(`{"constructor":${GOOD}}`, 8)],
  ['metadata with __proto__', fileOf('{"__metadata__":{"__proto__":"x"}}')],
  ['metadata of numbers', fileOf('{"__metadata__":{"a":1}}')],
  ['metadata that is text', fileOf('{"__metadata__":"a"}')],
  ['tensor that is null', fileOf('{"a":null}')],
  ['missing field', fileOf('{"a":{"dtype":"F32","shape":[2]}}', 8)],
  ['extra field', fileOf('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}', 8)],
  ['unknown dtype', fileOf(`{"a":${tensor('F31', '[2]', '[0,8]')}}`, 8)],
  ['dtype of the prototype', fileOf(`{"a":${tensor('toString', '[2]', '[0,8]')}}`, 8)],
  ['negative size', fileOf(`{"a":${tensor('F32', '[-2]', '[0,8]')}}`, 8)],
  ['fractional size', fileOf(`{"a":${tensor('F32', '[2.5]', '[0,10]')}}`, 10)],
  ['size as text', fileOf(`{"a":${tensor('F32', '["2"]', '[0,8]')}}`, 8)],
  ['product that overflows', fileOf(`{"a":${tensor('F32', '[4294967296,4294967296]', '[0,0]')}}`)],
  ['product that overflows and comes back', fileOf(`{"a":${tensor('F32', '[9007199254740991,2,0]', '[0,0]')}}`)],
  ['size past 2^53', fileOf(`{"a":${tensor('U8', '[1e300]', '[0,8]')}}`, 8)],
  ['shape of 17 axes', fileOf(`{"a":${tensor('U8', `[${'1,'.repeat(16)}1]`, '[0,1]')}}`, 1)],
  ['shape larger than its bytes', fileOf(`{"a":${tensor('F32', '[3]', '[0,8]')}}`, 8)],
  ['offsets backwards', fileOf(`{"a":${tensor('F32', '[2]', '[8,0]')}}`, 8)],
  ['one offset', fileOf(`{"a":${tensor('F32', '[2]', '[8]')}}`, 8)],
  ['data not from 0', fileOf(`{"a":${tensor('F32', '[2]', '[4,12]')}}`, 12)],
  ['hole', fileOf(`{"a":${GOOD},"b":${tensor('F32', '[1]', '[12,16]')}}`, 16)],
  ['overlap', fileOf(`{"a":${GOOD},"b":${tensor('F32', '[1]', '[4,8]')}}`, 8)],
  ['same range twice', fileOf(`{"a":${GOOD},"b":${GOOD}}`, 8)],
  ['data past the end', fileOf(`{"a":${GOOD}}`, 7)],
  ['bytes left over', fileOf(`{"a":${GOOD}}`, 9)],
  ['deep nesting', fileOf(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
];

function onlyFormatError(file: Uint8Array): void {
  try {
    readSafetensors(file);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}

describe('readSafetensors', () => {
  it.each(HOSTILE)('refuses a file with: %s', (_, file) => {
    expect(() => readSafetensors(file)).toThrow(FormatError);
  });

  it('reads a file laid out as the format describes, padding and metadata included', () => {
    const file = fileOf(`{"__metadata__":{"format":"pt"},"b":${tensor('U8', '[]', '[8,9]')},"a":${GOOD}}   `, 9);
    const { tensors, metadata } = readSafetensors(file);
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    expect(tensors.get('b')).toMatchObject({ dtype: 'U8', shape: [] });
    expect([...metadata]).toEqual([['format', 'pt']]);
  });

  it('throws nothing but FormatError on raw bytes (20,000 cases)', () => {
    const framed = fc.uint8Array({ maxLength: 60 }).map((header) => fileOf(header, 4));
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), framed), onlyFormatError), { numRuns: 20_000 });
  }, 60_000);

  it('throws nothing but FormatError on JSON headers (20,000 cases)', () => {
    const headers = fc.json({ maxDepth: 3 }).map((text) => fileOf(text, 8));
    fc.assert(fc.property(headers, onlyFormatError), { numRuns: 20_000 });
  }, 60_000);

  it('accepts a structured header only if its ranges tile the data (20,000 cases)', () => {
    const size = fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constantFrom(2 ** 31, 2 ** 53, 1e300, 0.5));
    const entry = fc.record({
      dtype: fc.constantFrom('F32', 'U8', 'F16', 'I64', 'XX'),
      shape: fc.array(size, { maxLength: 3 }),
      data_offsets: fc.array(fc.integer({ min: -1, max: 16 }), { minLength: 1, maxLength: 3 }),
    });
    const names = fc.constantFrom('a', 'b', '__proto__', 'constructor', '__metadata__');
    const files = fc.dictionary(names, entry, { maxKeys: 3 }).map((header) => fileOf(JSON.stringify(header), 8));
    fc.assert(
      fc.property(files, (file) => {
        try {
          const total = [...readSafetensors(file).tensors.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
          expect(total).toBe(8);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  }, 60_000);
});

describe('writeSafetensors', () => {
  it('round-trips any tensors and metadata, aligned to their elements', () => {
    const dtypes = fc.constantFrom(
      ...([
        ['F32', 4],
        ['U8', 1],
        ['F16', 2],
        ['I64', 8],
        ['BF16', 2],
        ['I32', 4],
        ['BOOL', 1],
      ] as const),
    );
    const anyTensor = fc.tuple(dtypes, fc.array(fc.nat(4), { maxLength: 3 })).map(([[dtype, size], shape]) => {
      const bytes = new Uint8Array(shape.reduce((product, length) => product * length, size));
      return { dtype, shape, bytes: bytes.map((_, i) => (i * 37) & 255) } satisfies SafetensorTensor;
    });
    const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !RESERVED.includes(text));
    const tensorLists = fc.uniqueArray(fc.tuple(name, anyTensor), { selector: ([text]) => text, maxLength: 6 });
    fc.assert(
      fc.property(tensorLists, fc.dictionary(name, fc.string()), (list, metadata) => {
        const file = writeSafetensors(new Map(list), new Map(Object.entries(metadata)));
        const read = readSafetensors(file);
        expect(read.metadata).toEqual(new Map(Object.entries(metadata)));
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...list].sort()));
        for (const { dtype, bytes } of read.tensors.values()) {
          if (dtype === 'I64') expect(bytes.byteOffset % 8).toBe(0);
          if (dtype === 'F32') expect(bytes.byteOffset % 4).toBe(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses reserved names and shapes that do not fit', () => {
    const one = float32Tensor(Float32Array.of(1), [1]);
    for (const name of RESERVED) {
      expect(() => writeSafetensors(new Map([[name, one]]))).toThrow(FormatError);
    }
    expect(() => writeSafetensors(new Map([['a', { ...one, shape: [2] }]]))).toThrow('[2]');
    expect(() => writeSafetensors(new Map([['a', { ...one, shape: [-1, -1] }]]))).toThrow(FormatError);
  });

  it('gives values back through typed views', () => {
    const values = Float32Array.of(1.5, -0.25, Number.NaN);
    const tensors = new Map([
      ['f', float32Tensor(values, [3])],
      ['u', uint32Tensor(Uint32Array.of(7, 0xffff_ffff), [2])],
    ]);
    const read = readSafetensors(writeSafetensors(tensors)).tensors;
    const [f, u] = [read.get('f'), read.get('u')];
    if (f === undefined || u === undefined) throw new Error('tensors expected');
    expect(float32Values(f, 'f')).toEqual(values);
    expect([...uint32Values(u, 'u')]).toEqual([7, 0xffff_ffff]);
    const halves = Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00, 0x8000);
    const half: SafetensorTensor = { dtype: 'F16', shape: [5], bytes: new Uint8Array(halves.buffer) };
    expect([...float32Values(half, 'h')]).toEqual([1, -2.5, 2 ** -24, Number.POSITIVE_INFINITY, -0]);
    expect([...float32Values({ ...half, dtype: 'BF16' }, 'b')][0]).toBe(0.0078125);
    expect(() => float32Values(u, 'u')).toThrow(FormatError);
  });
});
