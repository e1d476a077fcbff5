/**
 * onnxruntime-web on WebGPU: inference only, so there are no gradients and W3 to W5 are absent. Runs in browsers only. W2 and W6
 * read their small result back in the step: the arg-min and top-k operators end on the CPU.
 */
import * as ort from 'onnxruntime-web/webgpu';
import * as data from '../data';
import { openedDevice, queueIdle } from '../gpuCounters';
import { beamCheck, matmulCheck, nearestCheck } from '../references';
import type { BenchEngine, Workload } from '../workload';
import { type OnnxGraph, onnxModel, onnxNode } from './onnxModel';
import { openOrtGenerate } from './ortGenerate';

const openSession = (graph: OnnxGraph, preferredOutputLocation: 'gpu-buffer' | 'cpu'): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(onnxModel(graph), {
    executionProviders: ['webgpu'],
    preferredOutputLocation,
    graphOptimizationLevel: 'all',
  });

function gpuTensor(values: Float32Array<ArrayBuffer>, dims: readonly number[]): ort.Tensor {
  const device = openedDevice();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffer = device.createBuffer({ size: Math.ceil(values.byteLength / 16) * 16, usage });
  device.queue.writeBuffer(buffer, 0, values);
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [...dims] });
}

interface Job {
  readonly session: ort.InferenceSession;
  readonly feeds: Readonly<Record<string, ort.Tensor>>;
  readonly output: string;
  readonly flops?: number;
  readonly check: (values: ArrayLike<number | bigint>) => string;
}

function workload({ session, feeds, output, flops, check }: Job): Workload {
  const run = async (): Promise<ort.Tensor> => {
    const tensor = (await session.run(feeds))[output];
    if (!tensor) throw new Error(`onnxruntime-web: no output ${output}`);
    return tensor;
  };
  return {
    ...(flops === undefined ? {} : { flops }),
    async step() {
      const tensor = await run();
      await queueIdle();
      tensor.dispose();
    },
    async check() {
      const tensor = await run();
      const line = check((await tensor.getData()) as ArrayLike<number | bigint>);
      tensor.dispose();
      return line;
    },
  };
}

async function product(
  w: { a: Float32Array<ArrayBuffer>; b: Float32Array<ArrayBuffer>; flops: number },
  shape: number[],
  offset: number,
): Promise<Workload> {
  const value = (name: string) => ({ name, dtype: 'float32', shape }) as const;
  const graph = {
    nodes: [onnxNode('MatMul', ['a', 'b'], ['c'])],
    inputs: [value('a'), value('b')],
    outputs: [value('c')],
  };
  const session = await openSession(graph, 'gpu-buffer');
  return workload({
    session,
    feeds: { a: gpuTensor(w.a, shape), b: gpuTensor(w.b, shape) },
    output: 'c',
    flops: w.flops,
    check: (c) => matmulCheck(w.a, w.b, c as ArrayLike<number>, shape.at(-1) ?? 0, offset),
  });
}

const square = (size: number): Promise<Workload> => product(data.squareMatmul(size), [size, size], 0);

function batched(): Promise<Workload> {
  const w = data.batchedMatmul();
  return product(w, [w.batch, w.size, w.size], 5 * w.size * w.size);
}

async function nearest(): Promise<Workload> {
  const w = data.codebookLookup();
  const session = await openSession(
    {
      nodes: [
        onnxNode('ReduceSumSquare', ['e'], ['norms'], { axes: { ints: [1] }, keepdims: { int: 0 } }),
        onnxNode('Gemm', ['x', 'e', 'norms'], ['d'], { alpha: { float: -2 }, transB: { int: 1 } }),
        onnxNode('ArgMin', ['d'], ['code'], { axis: { int: 1 }, keepdims: { int: 0 } }),
      ],
      inputs: [
        { name: 'x', dtype: 'float32', shape: [w.rows, w.width] },
        { name: 'e', dtype: 'float32', shape: [w.entries, w.width] },
      ],
      outputs: [{ name: 'code', dtype: 'int64', shape: [w.rows] }],
    },
    'cpu',
  );
  const feeds = { x: gpuTensor(w.x, [w.rows, w.width]), e: gpuTensor(w.codebook, [w.entries, w.width]) };
  return workload({ session, feeds, output: 'code', flops: w.flops, check: (code) => nearestCheck(w, code) });
}

async function beam(): Promise<Workload> {
  const w = data.beamStepData();
  const session = await openSession(
    {
      nodes: [
        onnxNode('LogSoftmax', ['l'], ['logProbs'], { axis: { int: 1 } }),
        onnxNode('Add', ['logProbs', 's'], ['total']),
        onnxNode('Reshape', ['total', 'shape'], ['flat']),
        onnxNode('TopK', ['flat', 'k'], ['values', 'indices'], { axis: { int: 0 } }),
      ],
      inputs: [
        { name: 'l', dtype: 'float32', shape: [w.beams, w.vocabulary] },
        { name: 's', dtype: 'float32', shape: [w.beams, 1] },
      ],
      outputs: [
        { name: 'values', dtype: 'float32', shape: [w.k] },
        { name: 'indices', dtype: 'int64', shape: [w.k] },
      ],
      constants: { shape: [w.beams * w.vocabulary], k: [w.k] },
    },
    'cpu',
  );
  const feeds = { l: gpuTensor(w.logits, [w.beams, w.vocabulary]), s: gpuTensor(w.scores, [w.beams, 1]) };
  return workload({ session, feeds, output: 'indices', check: (indices) => beamCheck(w, indices) });
}

export const engine: BenchEngine = {
  async init() {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href;
  },
  workloads: {
    'W1-512': () => square(512),
    'W1-1024': () => square(1024),
    'W1-batch': batched,
    'W2-argmin': nearest,
    'W6-beam': beam,
    'W6-generate': () => openOrtGenerate(ort, 'webgpu'),
  },
};
