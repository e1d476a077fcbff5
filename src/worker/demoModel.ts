/** What the Demo decodes with: beam search on the GPU or, where there is no WebGPU, the exported graphs on wasm. */
import { ConfigError } from '../base/errors';
import type { InspectedSearch } from '../decode/openedSearch';
import type { Engine } from '../plan/engine';
import type { TokenSource } from '../recommenders/t5/batch';
import { BeamInspector } from '../recommenders/t5/beamInspector';
import { type Generated, T5Generator } from '../recommenders/t5/generator';
import { T5GraphGenerator } from '../recommenders/t5/graphGenerator';
import { ItemScorer } from '../recommenders/t5/itemScorer';
import { openOrtGraphs } from '../recommenders/t5/ortSessions';
import type { T5Trainer } from '../recommenders/t5/trainer';
import type { RunConfig } from '../train/config';
import { type Identifiers, tokenSource } from '../train/identifiers';
import { type RunDescription, readPortableRun } from '../train/portableRun';
import type { RecommendingModel } from '../train/recommendingModel';
import { roleOfFile } from '../train/runFolder';
import type { RunSink } from '../train/runSink';
import type { SearchSettings } from './protocol/demo';

const BEAM_WIDTH = 20;

/** Identifiers' digits that may be scored for one full ranking: about 2 s on either backend. */
const SCORED_DIGITS = { webgpu: 400_000, wasm: 20_000 } as const;

export interface DemoModel {
  readonly backend: 'webgpu' | 'wasm';
  /** Latest items of a history that the model reads. */
  readonly historyLimit: number;
  /** Tokens of every item's identifier. */
  readonly source: TokenSource;
  /** Ranks items for one history, best first. */
  generate(history: readonly number[]): Promise<Generated>;
  /** The same with every kept and pruned child, searched as the page wishes. @throws ConfigError `demo/knobs`, `decode/beams` */
  inspect(history: readonly number[], settings: SearchSettings): Promise<InspectedSearch>;
  /** Exact log-probabilities [histories, items]. */
  score(histories: readonly (readonly number[])[], items: ArrayLike<number>): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/** Whether the model can score all of its catalogue for one user in reasonable time. */
export function canScoreAll({ backend, source: { vocabulary, tokens } }: DemoModel): boolean {
  return (tokens.length / vocabulary.digits) * vocabulary.digits <= SCORED_DIGITS[backend];
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
  const scorer = new ItemScorer(engine, trainer, source, historyLimit);
  // A width is a program of its own; the page changes it rarely, so the last one is kept.
  let inspector: BeamInspector | null = null;
  return {
    backend: 'webgpu',
    historyLimit,
    source,
    generate: (history) => generator.generate([history]),
    async inspect(history, { beamWidth, temperature, lengthPenalty }) {
      if (inspector?.options.beamWidth !== beamWidth) {
        await inspector?.dispose();
        inspector = new BeamInspector(engine, trainer, source, { beamWidth, historyLimit });
      }
      return inspector.inspect(history, { temperature, lengthPenalty });
    },
    score: (histories, items) => scorer.score(histories, items),
    async dispose() {
      await inspector?.dispose();
      await scorer.dispose();
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
  const source = tokenSource(portable.identifiers, run.config.recommender);
  const generator = new T5GraphGenerator(await openOrtGraphs(portable), source, {
    beamWidth: BEAM_WIDTH,
    historyLimit,
  });
  const demo: DemoModel = {
    backend: 'wasm',
    historyLimit,
    source,
    generate: (history) => generator.generate([history]),
    inspect: (history, { beamWidth, temperature, lengthPenalty }) =>
      generator.inspect(history, beamWidth, { temperature, lengthPenalty }),
    async score(histories, items) {
      const scores = new Float64Array(histories.length * items.length);
      for (const [row, history] of histories.entries())
        scores.set(await generator.score(history, items), row * items.length);
      return scores;
    },
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
