/**
 * The way back from `writeOnnx`: parameters out of the two files. Their graphs are not run; they must be, byte for byte,
 * what is written for these parameters, so a file that computes something else is refused.
 */
import { FormatError, UnsupportedError } from '../../base/errors';
import { readOnnxTensors } from '../../formats/onnxTensors';
import type { SafetensorTensor } from '../../formats/safetensors';
import { type PortableT5, parametersIn, readT5Config } from './huggingFace';
import { DECODER_FILE, ENCODER_FILE, writeOnnx } from './onnxGraph';

/**
 * Reads `config.json`, `encoder_model.onnx` and `decoder_with_past_model.onnx`.
 * @throws FormatError `onnx/missing`, `hf/tensor`, `hf/numbers` and those of `readOnnxTensors`; UnsupportedError `onnx/graph`
 */
export function readOnnx(files: ReadonlyMap<string, Uint8Array>): PortableT5 {
  const t5 = readT5Config(files);
  const tensors = new Map<string, SafetensorTensor>();
  for (const name of [ENCODER_FILE, DECODER_FILE]) {
    const file = files.get(name);
    if (!file) throw new FormatError('onnx/missing', `import a model: the folder has no ${name}; export it again.`);
    for (const [key, tensor] of readOnnxTensors(file, name)) tensors.set(key, tensor);
  }
  const model = { t5, parameters: parametersIn(tensors, t5, DECODER_FILE) };
  for (const [name, bytes] of writeOnnx(model))
    if (!isSame(bytes, files.get(name)))
      throw new UnsupportedError(
        'onnx/graph',
        `import a model: ${name} is not the graph that Tessera writes for this network: it was optimised, quantised or changed, or another version wrote it; import the hf export instead.`,
      );
  return model;
}

const isSame = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
  a.length === b?.length && a.every((byte, at) => byte === b[at]);
