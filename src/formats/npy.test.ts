import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors';
import { npyElementBytes, readNpyHeader } from './npy';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** A file of version `major` with any header text and any claimed length. */
function npy(header: string, major = 1, claimed?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = claimed ?? text.length;
  const size =
    major === 1
      ? [length & 255, (length >> 8) & 255]
      : [length & 255, (length >> 8) & 255, (length >> 16) & 255, (length >>> 24) & 255];
  return Uint8Array.of(...MAGIC, major, 0, ...size, ...text);
}

const header = (descr: string, order: string, shape: string): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }          \n`;

function onlyFormatError(bytes: Uint8Array): void {
  try {
    const { dtype, shape, dataOffset } = readNpyHeader(bytes, 'v.npy');
    expect(shape.every((size) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
    expect(Number.isSafeInteger(shape.reduce((product, size) => product * size, npyElementBytes(dtype)))).toBe(true);
    expect(dataOffset).toBeLessThanOrEqual(bytes.length);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}

describe('readNpyHeader', () => {
  it('reads what NumPy writes, in every version', () => {
    for (const major of [1, 2, 3]) {
      const file = npy(header("'<f4'", 'False', '(3, 768)'), major);
      expect(readNpyHeader(file, 'v.npy')).toEqual({ dtype: '<f4', shape: [3, 768], dataOffset: file.length });
    }
    expect(readNpyHeader(npy(header("'<f8'", 'False', '()')), 'v.npy').shape).toEqual([]);
    expect(readNpyHeader(npy(header("'<f2'", 'False', '(5,)')), 'v.npy').shape).toEqual([5]);
  });

  it.each([
    ['no bytes', new Uint8Array(0), 'npy/header'],
    ['another file', new TextEncoder().encode('not numpy at all, only words'), 'npy/header'],
    ['version 9', npy(header("'<f4'", 'False', '(1, 2)'), 9), 'npy/header'],
    ['a header past the end', npy('{', 1, 60_000), 'npy/header'],
    ['a header of 4 GB', npy('{', 2, 0xffff_fff0), 'npy/header'],
    ['code instead of a dictionary', npy("__import__('os').system('x')\n"), 'npy/header'],
    ['Python objects, which would be unpickled', npy(header("'|O'", 'False', '(1, 2)')), 'npy/dtype'],
    ['big-endian floats', npy(header("'>f4'", 'False', '(1, 2)')), 'npy/dtype'],
    ['a type named like a method', npy(header("'toString'", 'False', '(1, 2)')), 'npy/dtype'],
    ['columns first', npy(header("'<f4'", 'True', '(1, 2)')), 'npy/order'],
    ['a product past 2^53', npy(header("'<f4'", 'False', '(4294967296, 4294967296)')), 'npy/shape'],
    ['a negative size', npy(header("'<f4'", 'False', '(-1, 2)')), 'npy/header'],
  ])('refuses %s', (_, file, code) => {
    expect(() => readNpyHeader(file, 'v.npy')).toThrow(FormatError);
    expect(() => readNpyHeader(file, 'v.npy')).toThrow(expect.objectContaining({ code }));
  });

  it('throws nothing but FormatError on raw bytes (20,000 cases)', () => {
    const framed = fc
      .uint8Array({ maxLength: 80 })
      .map((rest) => Uint8Array.of(...MAGIC, 1, 0, rest.length, 0, ...rest));
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), framed), onlyFormatError), { numRuns: 20_000 });
  });

  it('throws nothing but FormatError on headers of the right form with any contents (20,000 cases)', () => {
    const size = fc.oneof(
      fc.nat(99).map(String),
      fc.constantFrom('-1', '9007199254740993', '1e9', '4294967296', '0', ''),
    );
    const headers = fc
      .record({
        descr: fc.constantFrom("'<f4'", "'<f8'", "'<f2'", "'|O'", "'>f4'", "'__proto__'", "[('a', '<f4')]", '<f4'),
        order: fc.constantFrom('True', 'False', 'None'),
        shape: fc.array(size, { maxLength: 4 }).map((sizes) => `(${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`),
        claimed: fc.option(fc.nat(70_000), { nil: undefined }),
        major: fc.integer({ min: 0, max: 4 }),
      })
      .map(({ descr, order, shape, claimed, major }) => npy(header(descr, order, shape), major, claimed));
    fc.assert(fc.property(headers, onlyFormatError), { numRuns: 20_000 });
  });
});
