/** The exported graphs on ONNX Runtime's wasm build, where there is no WebGPU. Loaded only when asked for: it is 13 MB. */
import { UnsupportedError } from '../../base/errors';
import type { GraphSession, GraphTensor, T5Graphs } from './graphGenerator';
import type { PortableT5 } from './huggingFace';
import { DECODER_FILE, ENCODER_FILE, writeOnnx } from './onnxGraph';

/**
 * Builds the graphs of `model` and opens them.
 * @param wasmUrl where the runtime's .wasm file is served; beside its module by default (Node)
 * @throws UnsupportedError `decode/wasm` if the runtime does not start
 */
export async function openOrtGraphs(model: PortableT5, wasmUrl?: string): Promise<T5Graphs> {
  const files = writeOnnx(model);
  try {
    const runtime = await import('onnxruntime-web/wasm');
    // More threads would need SharedArrayBuffer, which no feature of the page may need.
    runtime.env.wasm.numThreads = 1;
    if (wasmUrl !== undefined) runtime.env.wasm.wasmPaths = { wasm: wasmUrl };
    const open = async (name: string): Promise<GraphSession> => {
      const session = await runtime.InferenceSession.create(files.get(name) ?? new Uint8Array(), {
        executionProviders: ['wasm'],
      });
      return {
        run: async (inputs) => {
          const feeds = Object.entries(inputs).map(([input, { data, dims }]) => [
            input,
            data instanceof Float32Array
              ? new runtime.Tensor('float32', data, dims)
              : new runtime.Tensor('int64', data, dims),
          ]);
          const results = await session.run(Object.fromEntries(feeds));
          const outputs: Record<string, GraphTensor> = {};
          for (const [output, { data, dims }] of Object.entries(results))
            if (data instanceof Float32Array) outputs[output] = { data, dims };
          return outputs;
        },
        dispose: () => session.release(),
      };
    };
    return { t5: model.t5, encoder: await open(ENCODER_FILE), decoder: await open(DECODER_FILE) };
  } catch (cause) {
    throw new UnsupportedError(
      'decode/wasm',
      `decode on wasm: the runtime did not start (${cause instanceof Error ? cause.message : String(cause)}); use a browser with WebGPU.`,
      { cause },
    );
  }
}
