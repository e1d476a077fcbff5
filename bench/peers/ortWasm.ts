/** onnxruntime-web on the processor (wasm, one thread): what a page without WebGPU runs; more threads need cross-origin isolation. */
import * as ort from 'onnxruntime-web/wasm';
import type { BenchEngine } from '../workload';
import { openOrtGenerate } from './ortGenerate';

/** The runtime takes the cell for a browser and would fetch its file. */
async function wasmInNode(): Promise<ArrayBuffer> {
  const { readFile } = await import('node:fs/promises');
  const bytes = await readFile(new URL(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')));
  return new Uint8Array(bytes).buffer;
}

export const engine: BenchEngine = {
  isOnProcessor: true,
  async init() {
    ort.env.wasm.numThreads = 1;
    if (typeof location === 'undefined') ort.env.wasm.wasmBinary = await wasmInNode();
    else ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href;
  },
  workloads: { 'W6-generate': () => openOrtGenerate(ort, 'wasm') },
};
