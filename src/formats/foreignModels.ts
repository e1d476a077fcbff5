/**
 * Model files that are never read. A pickle (PyTorch's `.bin`, `.pt`) runs code when it is opened; a foreign ONNX graph
 * may name files outside itself (external data) and ask for any amount of work. Both are known by their first bytes.
 */
import { UnsupportedError } from '../base/errors';

const startsWith = (file: Uint8Array, bytes: readonly number[]): boolean =>
  file.length >= bytes.length && bytes.every((byte, at) => file[at] === byte);

/** A safetensors header begins at byte 8; its length before it can be any bytes, also those of another format. */
const mayBeSafetensors = (file: Uint8Array): boolean => file[8] === 0x7b;
/** Opcode PROTO with version 2 to 5. */
const isPickleStream = (file: Uint8Array): boolean =>
  file[0] === 0x80 && file[1] !== undefined && file[1] >= 2 && file[1] <= 5;
/** A zip's local header: PyTorch packs its pickle so. Tessera's archives are opened elsewhere. */
const isZip = (file: Uint8Array): boolean => startsWith(file, [0x50, 0x4b, 0x03, 0x04]);

/** @throws UnsupportedError `model/pickle` if `file` is a pickle or an archive that holds one */
export function refusePickle(file: Uint8Array, name: string): void {
  if (mayBeSafetensors(file) || !(isPickleStream(file) || isZip(file))) return;
  throw new UnsupportedError(
    'model/pickle',
    `read ${name}: wanted safetensors, came a pickle, which can run code when it is opened, and is not read; save the weights as safetensors.`,
  );
}

/**
 * ONNX has no magic bytes. A ModelProto starts with field 1 (ir_version, a small varint) followed by another known field
 * of the message: 2 to 8 or 14, 20, 25.
 */
function isOnnx(file: Uint8Array): boolean {
  if (mayBeSafetensors(file) || file[0] !== 0x08 || file[1] === undefined || file[1] === 0 || file[1] > 0x40)
    return false;
  const field = (file[2] ?? 0) >> 3;
  return (field >= 2 && field <= 8) || field === 14;
}

/** @throws UnsupportedError `model/onnx` if `file` is an ONNX graph by name or content */
export function refuseOnnx(file: Uint8Array, name: string): void {
  if (!/\.(onnx|onnx_data|ort)$/i.test(name) && !isOnnx(file)) return;
  throw new UnsupportedError(
    'model/onnx',
    `read ${name}: wanted safetensors, came an ONNX graph; graphs are written here, not read, since they may point at other files. Use the safetensors of the same model.`,
  );
}
