/** W6-generate on onnxruntime-web: the exported graphs, beams chosen on the host within the same trie, user after user. */
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { Generated } from '../../src/recommenders/t5/generator';
import { type GraphSession, type GraphTensor, T5GraphGenerator } from '../../src/recommenders/t5/graphGenerator';
import { DECODER_FILE, ENCODER_FILE, writeOnnx } from '../../src/recommenders/t5/onnxGraph';
import { SEARCH, searchCheck, searchTask } from '../generateSetup';
import type { Workload } from '../workload';

/** The part of a build of the runtime that is used here. */
export interface OrtRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: typeof Tensor;
}

export async function openOrtGenerate(runtime: OrtRuntime, provider: 'wasm' | 'webgpu'): Promise<Workload> {
  const task = searchTask();
  const files = writeOnnx(task.model);
  const open = async (name: string): Promise<GraphSession> => {
    const session = await runtime.InferenceSession.create(files.get(name) ?? new Uint8Array(), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
    });
    return {
      async run(inputs) {
        const feeds = Object.entries(inputs).map(([input, { data, dims }]) => [
          input,
          data instanceof Float32Array
            ? new runtime.Tensor('float32', data, dims)
            : new runtime.Tensor('int64', data, dims),
        ]);
        const outputs: Record<string, GraphTensor> = {};
        for (const [output, { data, dims }] of Object.entries(await session.run(Object.fromEntries(feeds))))
          if (data instanceof Float32Array) outputs[output] = { data, dims };
        return outputs;
      },
      dispose: () => session.release(),
    };
  };
  const graphs = { t5: task.model.t5, encoder: await open(ENCODER_FILE), decoder: await open(DECODER_FILE) };
  const options = { beamWidth: SEARCH.beamWidth, historyLimit: SEARCH.history };
  const generator = new T5GraphGenerator(graphs, task.source, options);
  let first: Generated | undefined;
  return {
    async step() {
      const results: Generated[] = [];
      for (const history of task.histories) results.push(await generator.generate([history]));
      [first] = results;
    },
    check: () => searchCheck(task, first),
  };
}
