/**
 * NumPy's `.npy`: magic, version, a header that is a Python dictionary literal, then the elements. The header is matched against
 * the one shape NumPy writes, never evaluated. Matrices are read row by row, so a file may be larger than memory.
 */
import { formatProblem } from './formatProblem';

export interface NpyHeader {
  readonly dtype: NpyDtype;
  readonly shape: readonly number[];
  /** Bytes before the first element. */
  readonly dataOffset: number;
}

/** Bytes of one element. */
const ELEMENT_BYTES = { '<f4': 4, '<f8': 8, '<f2': 2 } as const;
export type NpyDtype = keyof typeof ELEMENT_BYTES;

/** Most bytes that `readNpyHeader` needs to see: version 2 headers may be longer, but not those of one matrix. */
export const NPY_HEAD_BYTES = 65_536;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const HEADER = /^\{'descr': '([^']{1,8})', 'fortran_order': (True|False), 'shape': \((\d+(?:, ?\d+)*)?,?\),? ?\}\s*$/;

/** Whether `bytes` begin like a `.npy` file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** Parses the header. `bytes` is the beginning of the file. @throws FormatError `npy/header`, `npy/dtype`, `npy/order`, `npy/shape` */
export function readNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  const fail = (code: string, wanted: string, came: string) =>
    formatProblem(`npy/${code}`, { file }, { wanted, came, remedy: "save it with numpy.save, as float32, order 'C'" });
  const major = bytes[6] ?? 0;
  if (!isNpy(bytes) || major < 1 || major > 3) throw fail('header', 'a .npy file of version 1 to 3', 'something else');
  const lengthBytes = major === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw fail('header', 'a whole header', 'its beginning only');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length || length > NPY_HEAD_BYTES) {
    throw fail('header', `a header of at most ${NPY_HEAD_BYTES} bytes`, `${length}, or a file that ends before`);
  }
  const match = HEADER.exec(new TextDecoder().decode(bytes.subarray(start, start + length)));
  if (match === null) throw fail('header', "{'descr': …, 'fortran_order': …, 'shape': …}", 'something else');
  const [, descr = '', order, sizes = ''] = match;
  if (!isDtype(descr)) throw fail('dtype', 'float32, float64 or float16, little-endian', descr);
  if (order === 'True') throw fail('order', 'rows one after the other', 'columns one after the other');
  const shape = sizes === '' ? [] : sizes.split(',').map(Number);
  const bytesInAll = shape.reduce((product, size) => product * size, ELEMENT_BYTES[descr]);
  if (![...shape, bytesInAll].every(Number.isSafeInteger))
    throw fail('shape', 'a shape below 2^53 bytes', 'a larger product');
  return { dtype: descr, shape, dataOffset: start + length };
}

function isDtype(text: string): text is NpyDtype {
  return Object.hasOwn(ELEMENT_BYTES, text);
}

/** Bytes of one element of `dtype`. */
export function npyElementBytes(dtype: NpyDtype): number {
  return ELEMENT_BYTES[dtype];
}
