/**
 * Model files that are never read: a pickle (PyTorch's `.bin`, `.pt`) runs code when it is opened. It is known by its first
 * bytes. ONNX files are looked at for their tensors only (onnxTensors).
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
