/** Typed views of tensors that came from a file, and back. All hosts we run on are little-endian, as the format is. */
import { formatProblem } from './formatProblem';
import type { SafetensorTensor } from './safetensors';

/** A tensor of float32 values. Borrows `values`. */
export function float32Tensor(values: Float32Array, shape: readonly number[]): SafetensorTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** A tensor of uint32 values. Borrows `values`. */
export function uint32Tensor(values: Uint32Array, shape: readonly number[]): SafetensorTensor {
  return { dtype: 'U32', shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** The values of an F32, F64, F16 or BF16 tensor as float32, copied. @throws FormatError `safetensors/dtype` for others */
export function float32Values(tensor: SafetensorTensor, name: string): Float32Array<ArrayBuffer> {
  const bytes = tensor.bytes.slice();
  switch (tensor.dtype) {
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(bytes.buffer));
    case 'F16':
      return Float32Array.from(new Uint16Array(bytes.buffer), halfToNumber);
    case 'BF16': {
      const words = Uint32Array.from(new Uint16Array(bytes.buffer), (half) => half << 16);
      return new Float32Array(words.buffer);
    }
    default: {
      const problem = { wanted: 'floating-point values', came: tensor.dtype, remedy: 'check the tensor' };
      throw formatProblem('safetensors/dtype', { file: name }, problem);
    }
  }
}

/** The values of a U32 tensor, copied. @throws FormatError `safetensors/dtype` */
export function uint32Values(tensor: SafetensorTensor, name: string): Uint32Array<ArrayBuffer> {
  if (tensor.dtype === 'U32') return new Uint32Array(tensor.bytes.slice().buffer);
  const problem = { wanted: 'U32 values', came: tensor.dtype, remedy: 'check the tensor' };
  throw formatProblem('safetensors/dtype', { file: name }, problem);
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
