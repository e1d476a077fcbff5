/** What the Demo decodes with: beam search on the GPU or, where there is no WebGPU, the exported graphs on wasm. */
import { ConfigError } from '../base/errors';
import type { Engine } from '../plan/engine';
import { type Generated, T5Generator } from '../recommenders/t5/generator';
import { T5GraphGenerator } from '../recommenders/t5/graphGenerator';
import { openOrtGraphs } from '../recommenders/t5/ortSessions';
import type { RunConfig } from '../train/config';
import { type Identifiers, tokenSource } from '../train/identifiers';
import { type RunDescription, readPortableRun } from '../train/portableRun';
import type { RecommendingModel } from '../train/recommendingModel';
import { roleOfFile } from '../train/runFolder';
import type { RunSink } from '../train/runSink';

const BEAM_WIDTH = 20;

export interface DemoModel {
  readonly backend: 'webgpu' | 'wasm';
  readonly identifiers: Identifiers;
  /** Latest items of a history that the model reads. */
  readonly historyLimit: number;
  /** Ranks items for one history, best first. */
  generate(history: readonly number[]): Promise<Generated>;
  dispose(): Promise<void>;
}

/** Takes the trained model. */
export function gpuDemo(engine: Engine, model: RecommendingModel, config: RunConfig): DemoModel {
  const { historyLimit } = config.recommender;
  const options = { beamWidth: BEAM_WIDTH, historyLimit };
  const generator = new T5Generator(engine, model.trainer, tokenSource(model.identifiers, config.recommender), options);
  return {
    backend: 'webgpu',
    identifiers: model.identifiers,
    historyLimit,
    generate: (history) => generator.generate([history]),
    async dispose() {
      await generator.dispose();
      await model.trainer.dispose();
    },
  };
}

/**
 * Opens the run's best recommender without a GPU: the same weights as ONNX graphs.
 * @throws FormatError, ConfigError for files that do not belong together; UnsupportedError `decode/wasm`
 */
export async function wasmDemo(run: RunDescription, sink: Pick<RunSink, 'loadCheckpoint'>): Promise<DemoModel> {
  const portable = await readPortableRun(run, (name) => loadFile(sink, name), null);
  const { historyLimit } = run.config.recommender;
  const generator = new T5GraphGenerator(
    await openOrtGraphs(portable),
    tokenSource(portable.identifiers, run.config.recommender),
    {
      beamWidth: BEAM_WIDTH,
      historyLimit,
    },
  );
  return {
    backend: 'wasm',
    identifiers: portable.identifiers,
    historyLimit,
    generate: (history) => generator.generate([history]),
    dispose: () => generator.dispose(),
  };
}

/** A checkpoint by its file's name in a run's folder. */
export function loadFile(sink: Pick<RunSink, 'loadCheckpoint'>, name: string): Promise<Uint8Array | null> {
  const role = roleOfFile(name);
  if (!role) throw new ConfigError('run/file', `read a run: there is no file "${name}" in a store.`);
  return sink.loadCheckpoint(role);
}
