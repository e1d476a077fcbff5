/** Opens the current run's recommender for the Demo: on the GPU, or on wasm where there is none. */
import { UnsupportedError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../plan/engine';
import type { JobHost } from '../train/context';
import { openModel } from '../train/recommendingModel';
import type { RunSink } from '../train/runSink';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { openUtgrec, type UtgrecRunHost } from '../train/utgrecJob';
import { type DemoModel, gpuDemo, residualSource, wasmDemo } from './demoModel';
import { type ItemCodes, ofCodes, ofIdentifiers } from './itemCodes';

export interface DemoPorts {
  readonly config: SystemConfig;
  readonly dataset: Dataset;
  /** Null without WebGPU. */
  readonly engine: Engine | null;
  readonly sink: RunSink;
  readonly host: (engine: Engine) => JobHost;
  readonly utgrecHost: (config: UtgrecConfig, job: JobHost) => Promise<UtgrecRunHost>;
}

/** A model and the identifiers it generates; the caller disposes. */
export interface OpenedDemo {
  readonly model: DemoModel;
  readonly items: ItemCodes;
}

/** @returns null if the recommender is not trained yet @throws UnsupportedError `demo/gpu`, `decode/wasm` and those of checkpoints */
export async function openDemo(ports: DemoPorts): Promise<OpenedDemo | null> {
  const { config, dataset, engine, sink, host } = ports;
  if (isUtgrec(config)) return openUtgrecDemo(ports, config);
  if (engine) {
    const opened = await openModel({ ...host(engine), config });
    if (!opened) return null;
    const model = gpuDemo(engine, opened.trainer, residualSource(opened, config));
    return { model, items: ofIdentifiers(dataset, opened.identifiers) };
  }
  const data = { name: dataset.name, hash: dataset.contentHash };
  const { demo, identifiers } = await wasmDemo({ config, data }, sink);
  return { model: demo, items: ofIdentifiers(dataset, identifiers) };
}

async function openUtgrecDemo(
  { engine, host, utgrecHost }: DemoPorts,
  config: UtgrecConfig,
): Promise<OpenedDemo | null> {
  if (!engine)
    throw new UnsupportedError('demo/gpu', 'recommend: a run of UTGRec needs WebGPU; open the GPU page for help.');
  const found = await openUtgrec(await utgrecHost(config, host(engine)));
  if (!found) return null;
  const { historyLimit } = config.recommender;
  return {
    model: gpuDemo(engine, found.trainer, { source: found.source, historyLimit }),
    items: ofCodes(found.host.dataset, found.tokenizer.codes, config.tokenizer.quantiser.levels),
  };
}
