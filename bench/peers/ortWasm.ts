/** onnxruntime-web on the processor (wasm), with as many threads as the host has processors: what a page without a GPU runs. */
import * as ort from 'onnxruntime-web/wasm';
import type { BenchEngine } from '../workload';
import { openOrtGenerate } from './ortGenerate';

export const engine: BenchEngine = {
  isOnProcessor: true,
  async init() {
    ort.env.wasm.numThreads = navigator.hardwareConcurrency;
    if (typeof location !== 'undefined') ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href;
  },
  workloads: { 'W6-generate': () => openOrtGenerate(ort, 'wasm') },
};
