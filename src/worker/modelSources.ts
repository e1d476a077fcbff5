/** Opens what the Demo, the gallery and the page of codebooks look at: models and codes of the shown run, and of others beside it. */
import { ConfigError } from '../base/errors';
import { isSystem } from '../train/anyConfig';
import { JobControl } from '../train/jobControl';
import { isUtgrec } from '../train/systemConfig';
import type { UtgrecGallery } from '../train/utgrecGallery';
import { type BesideModel, openBeside } from './besideModels';
import type { CodebookSource } from './codebookDesk';
import type { DemoHost } from './demoDesk';
import type { DemoModel } from './demoModel';
import type { EngineHolder } from './engineHolder';
import { IDLE } from './host';
import type { JobHosts } from './jobHosts';
import { openDemo } from './openDemo';
import type { OpenDesk } from './openDesk';
import type { WorkerEvent } from './protocol';
import type { ShownItems } from './shownItems';
import { storeSink } from './storeSink';
import { openStoredGallery, utgrecHost } from './utgrecRuns';
import type { VaeDesk } from './vaeDesk';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

/** What the session lends. */
export interface SourcePorts {
  readonly emit: (event: WorkerEvent) => void;
  readonly engine: EngineHolder;
  readonly open: OpenDesk;
  readonly hosts: JobHosts;
  readonly shown: ShownItems;
  readonly vae: VaeDesk;
  /** @throws ConflictError `worker/busy` while something trains or is read back */
  readonly requireIdle: (wish: string) => void;
  /** @throws ConflictError `worker/busy` while something trains */
  readonly requireNoTraining: (wish: string) => void;
}

export class ModelSources {
  constructor(readonly ports: SourcePorts) {}

  /** The shown run's codes. */
  async codebooks(): Promise<CodebookSource> {
    const { open, shown } = this.ports;
    const { dataset } = open.data;
    return { store: open.store, config: await open.config(), dataset, card: (item) => shown.card(item) };
  }

  /** @throws ConfigError `run/unknown`, `codes/none` for a system without a tokenizer, `run/data` for a run on other data */
  async codebooksOf(id: string): Promise<CodebookSource> {
    const { open, shown } = this.ports;
    const { dataset } = open.data;
    const { record, config } = await open.runs.fetched(id);
    if (!isSystem(config))
      throw new ConfigError('codes/none', `code paths: ${record.name} has no tokenizer; choose a run that has one.`);
    if (record.dataHash !== dataset.contentHash)
      throw new ConfigError('run/data', `code paths: ${record.name} was trained on other data than ${dataset.name}.`);
    return { store: open.registry.view(id), config, dataset, card: (item) => shown.card(item) };
  }

  /** What the Demo asks for. */
  get demo(): DemoHost {
    const { shown } = this.ports;
    return {
      open: () => this.#demo(),
      openBeside: (id) => this.#beside(id),
      view: () => ({ dataset: shown.data.dataset, card: (item) => shown.card(item) }),
    };
  }

  async #demo(): Promise<DemoModel> {
    const { engine, open, hosts, shown, requireIdle } = this.ports;
    requireIdle('recommend');
    const { dataset } = open.data;
    const config = await open.config();
    if (!config || !(await open.hasModel(config)))
      throw new ConfigError('demo/untrained', 'recommend: there is no trained recommender yet; train one first.');
    const opened = await openDemo({
      config,
      dataset,
      engine: await engine.openOrNull(),
      sink: hosts.sink(),
      host: (own) => hosts.job(own, new JobControl()),
      utgrecHost: (utgrec, job) => hosts.utgrec(utgrec, job),
    });
    if (!opened)
      throw new ConfigError('demo/untrained', 'recommend: the recommender is not trained yet; train it first.');
    shown.take(opened.items);
    return opened.model;
  }

  /** @throws ConfigError `run/unknown`, `run/data` for a run on other data, and those of `openBeside` */
  async #beside(id: string): Promise<BesideModel> {
    const { engine, open, hosts, vae, requireIdle } = this.ports;
    requireIdle('recommend');
    const { data } = open;
    const { dataset } = data;
    const { record, config } = await open.runs.fetched(id);
    if (record.dataHash !== dataset.contentHash)
      throw new ConfigError(
        'run/data',
        `recommend: ${record.name} was trained on other data than ${dataset.name}; choose a run on the same data.`,
      );
    const view = open.registry.view(id);
    const sink = storeSink(view, CURRENT_RUN, Date.now);
    const pretrainingSink = storeSink(view, PRETRAINING_RUN, Date.now);
    return openBeside({
      name: record.name,
      config,
      dataset,
      engine: await engine.openOrNull(),
      sink,
      host: (own) => ({ ...hosts.job(own, new JobControl()), dataset, sink }),
      utgrecHost: (utgrec, job) => utgrecHost({ job, config: utgrec, data, pretrainingSink, vaeFiles: vae.files }),
    });
  }

  /** The shown run's. @throws ConfigError `gallery/system`, `gallery/untrained` */
  async gallery(): Promise<UtgrecGallery> {
    const { emit, engine, open, hosts, requireNoTraining } = this.ports;
    requireNoTraining('read items back');
    const config = await open.config();
    if (!config || !isUtgrec(config))
      throw new ConfigError('gallery/system', 'gallery: only UTGRec tokenizers read text and pictures back.');
    try {
      const host = hosts.job(await engine.open(), new JobControl());
      return await openStoredGallery(await hosts.utgrec(config, host), open.store);
    } finally {
      emit({ kind: 'progress', progress: IDLE });
    }
  }
}
