/** What the Demo decodes with: beam search on the GPU or, where there is no WebGPU, the exported graphs on wasm. */
import { ConfigError } from '../base/errors';
import type { Engine } from '../plan/engine';
import type { TokenSource } from '../recommenders/t5/batch';
import { type Generated, T5Generator } from '../recommenders/t5/generator';
import { T5GraphGenerator } from '../recommenders/t5/graphGenerator';
import { openOrtGraphs } from '../recommenders/t5/ortSessions';
import type { T5Trainer } from '../recommenders/t5/trainer';
import type { RunConfig } from '../train/config';
import { type Identifiers, tokenSource } from '../train/identifiers';
import { type RunDescription, readPortableRun } from '../train/portableRun';
import type { RecommendingModel } from '../train/recommendingModel';
import { roleOfFile } from '../train/runFolder';
import type { RunSink } from '../train/runSink';

const BEAM_WIDTH = 20;

export interface DemoModel {
  readonly backend: 'webgpu' | 'wasm';
  /** Latest items of a history that the model reads. */
  readonly historyLimit: number;
  /** Ranks items for one history, best first. */
  generate(history: readonly number[]): Promise<Generated>;
  dispose(): Promise<void>;
}

/** What a model generates, and how much of a history it reads. */
export interface DemoSource {
  readonly source: TokenSource;
  readonly historyLimit: number;
}

export const residualSource = ({ identifiers }: RecommendingModel, { recommender }: RunConfig): DemoSource => ({
  source: tokenSource(identifiers, recommender),
  historyLimit: recommender.historyLimit,
});

/** Takes the trained model. */
export function gpuDemo(engine: Engine, trainer: T5Trainer, { source, historyLimit }: DemoSource): DemoModel {
  const generator = new T5Generator(engine, trainer, source, { beamWidth: BEAM_WIDTH, historyLimit });
  return {
    backend: 'webgpu',
    historyLimit,
    generate: (history) => generator.generate([history]),
    async dispose() {
      await generator.dispose();
      await trainer.dispose();
    },
  };
}

/**
 * Opens the run's best recommender without a GPU: the same weights as ONNX graphs.
 * @throws FormatError, ConfigError for files that do not belong together; UnsupportedError `decode/wasm`
 */
export async function wasmDemo(
  run: RunDescription,
  sink: Pick<RunSink, 'loadCheckpoint'>,
): Promise<{ demo: DemoModel; identifiers: Identifiers }> {
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
  const demo: DemoModel = {
    backend: 'wasm',
    historyLimit,
    generate: (history) => generator.generate([history]),
    dispose: () => generator.dispose(),
  };
  return { demo, identifiers: portable.identifiers };
}

/** A checkpoint by its file's name in a run's folder. */
export function loadFile(sink: Pick<RunSink, 'loadCheckpoint'>, name: string): Promise<Uint8Array | null> {
  const role = roleOfFile(name);
  if (!role) throw new ConfigError('run/file', `read a run: there is no file "${name}" in a store.`);
  return sink.loadCheckpoint(role);
}
