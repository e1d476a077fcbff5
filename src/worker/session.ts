/**
 * One page's session: data set, device, current run, running job. The training loop is paced by GPU completion, never by
 * timers, so it goes on in a hidden tab.
 */
import { ConfigError, ConflictError, UnsupportedError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../plan/engine';
import { runsInTraining } from '../storage/browserRunStore';
import type { RunRecord, RunStore } from '../storage/runStore';
import { isSystem } from '../train/anyConfig';
import type { JobHost } from '../train/context';
import { JobControl } from '../train/jobControl';
import type { MeasuredRun } from '../train/results';
import type { RunSink } from '../train/runSink';
import { checkSystemConfig, isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { UtgrecConfig } from '../train/utgrecConfig';
import type { UtgrecGallery } from '../train/utgrecGallery';
import type { UtgrecRunHost } from '../train/utgrecJob';
import { type BesideModel, openBeside } from './besideModels';
import { searchItems, summaryOf } from './catalogue';
import { CodebookDesk, type CodebookSource } from './codebookDesk';
import { compareAnswer } from './compareDesk';
import { DemoDesk } from './demoDesk';
import type { DemoModel } from './demoModel';
import { DriftDesk } from './driftDesk';
import { EngineHolder } from './engineHolder';
import { costOf } from './estimateDesk';
import { GalleryDesk } from './galleryDesk';
import { adapterReport, fetchBytes, IDLE } from './host';
import { openDemo } from './openDemo';
import {
  type AdapterReport,
  type DataSummary,
  type ErrorReport,
  type HelloReply,
  PROTOCOL_VERSION,
  type Request,
  type RestoredState,
  type SavedRun,
  type WorkerEvent,
} from './protocol';
import type { QueueEntry } from './protocol/queue';
import { QueueDesk, type QueuedEnd } from './queueDesk';
import { browserQueueHost } from './queueHost';
import { type Books, restoredRun } from './restoredRuns';
import { ResultsDesk } from './resultsDesk';
import { hasModelOf, RunDesk } from './runDesk';
import { readRunFiles } from './runFiles';
import { RunRegistry } from './runRegistry';
import { openStore } from './runStart';
import { dataOfRun } from './runTransfer';
import { ShippedRuns } from './shippedRuns';
import { ShownItems } from './shownItems';
import { measuredEvaluations, storeSink } from './storeSink';
import { type Part, TrainingDesk, timeLimit } from './trainingDesk';
import { openStoredGallery, recommenderDataset, tokenizerPlace, utgrecBooks, utgrecHost } from './utgrecRuns';
import { VaeDesk } from './vaeDesk';
import {
  CURRENT_RUN,
  type DataOrigin,
  forgetData,
  type OpenData,
  openDomains,
  openFiles,
  openOrigin,
  openSample,
  PRETRAINING_RUN,
  recallConfig,
  recallData,
  rememberData,
} from './workspace';

export class Session {
  #baseUrl = '';
  #runs: RunDesk | null = null;
  readonly #engine = new EngineHolder((message) => {
    // A job in progress tells of the loss itself.
    if (this.#training.part === null) this.emit({ kind: 'deviceLost', message });
  });
  #data: OpenData | null = null;
  readonly #shown = new ShownItems(() => this.#openedData());
  readonly #gallery = new GalleryDesk();
  readonly #vae = new VaeDesk();
  readonly #drift = new DriftDesk();
  readonly #codebooks = new CodebookDesk();
  readonly #demo = new DemoDesk();
  readonly #results = new ResultsDesk();
  readonly #training = new TrainingDesk({
    emit: (event) => this.emit(event),
    reportError: (error) => this.reportError(error),
    engine: this.#engine,
    shown: this.#shown,
    demo: this.#demo,
    gallery: this.#gallery,
    drift: this.#drift,
    registry: () => this.#runDesk().registry,
    dataset: () => this.#openedData().dataset,
    host: (engine, control) => this.#host(engine, control),
    utgrecHost: (config, job) => this.#utgrecHost(config, job),
    watched: (sink, dataset, books) => this.#watched(sink, dataset, books),
    forgetTokenizer: () => this.#forgetTokenizer(),
    forgetModel: () => this.#forgetModel(),
  });
  #queue: QueueDesk | null = null;

  constructor(
    readonly emit: (event: WorkerEvent) => void,
    readonly reportError: (error: unknown) => ErrorReport,
  ) {}

  /** @throws ConfigError, ConflictError, FormatError, UnsupportedError … as the request's work does */
  async answer(request: Request): Promise<unknown> {
    switch (request.kind) {
      case 'hello':
        return this.#hello(request.version, request.baseUrl);
      case 'openSample':
        return this.#openData(() => openSample(this.#baseUrl), { kind: 'sample' });
      case 'openFiles':
        return this.#openData(() => openFiles(request.files, request.name), request.files);
      case 'openDomains': {
        const { workspace, domains, name } = request;
        return this.#openData(() => openDomains(workspace, domains, name), {
          kind: 'domains',
          workspace,
          domains,
          name,
        });
      }
      case 'openRun':
        return this.#openRun(request.files);
      case 'showRun':
        return this.#showRun(request.id);
      case 'saveRun':
        return this.#saveRun(request.id, request.isAnonymous);
      case 'listRuns':
      case 'renameRun':
      case 'putBackRun':
      case 'runRows':
        return this.#runDesk().answer(request);
      case 'compareTable':
      case 'compareMatrix':
      case 'comparePair':
      case 'compareTail':
      case 'compareTailUsers':
        return compareAnswer(request, this.#runDesk(), this.#data?.dataset ?? null);
      case 'deleteRun': {
        const wasShown = await this.#runDesk().answer(request);
        if (wasShown) await this.#forgetTokenizer();
        return wasShown;
      }
      case 'startTokenizer':
        return this.#start('tokenizer', request);
      case 'startRecommender':
        return this.#start('recommender', request);
      case 'pause':
        this.#training.pause();
        return null;
      case 'resume':
        this.#training.resume();
        return null;
      case 'step':
        this.#training.step();
        return null;
      case 'stop':
        await this.#queueDesk().holdWaiting('training was stopped');
        await this.#training.stop();
        return null;
      case 'estimateRun': {
        const engine = await this.#engine.openOrNull();
        const config = checkSystemConfig(request.config, 'configuration');
        const { dataset } = this.#openedData();
        return engine && costOf(config, dataset, this.#runDesk().registry, engine.device.profile);
      }
      case 'queue':
      case 'checkRuns':
      case 'enqueue':
      case 'moveInQueue':
      case 'removeFromQueue':
      case 'putBackInQueue':
      case 'retryInQueue':
      case 'holdQueue':
      case 'releaseQueue':
      case 'skipInQueue':
        return this.#queueDesk().answer(request, () => void this.#training.stop());
      case 'items':
        return this.#shown.cards(request.items);
      case 'searchItems':
        return this.#shown.cards(searchItems(this.#shown.data, request.query, request.limit));
      case 'codeWall':
      case 'codePaths':
      case 'prefixItems':
      case 'codeNeighbours':
        return this.#shown.codes.answer(request, async (item, codes) => ({ ...(await this.#shown.card(item)), codes }));
      case 'collisions':
      case 'collisionBucket':
      case 'neighbourSharing':
      case 'residualStaircase':
      case 'sharedCodes':
      case 'codeItems':
      case 'besidePaths':
      case 'pathItems':
      case 'itemMap':
      case 'itemCards':
        return this.#codebooks.answer(request, await this.#codebookSource(), (run) => this.#codebookSourceOf(run));
      case 'gallery':
        return this.#gallery
          .answer(
            request,
            () => this.#openGallery(),
            () => ({ dataset: this.#shown.data.dataset, card: (item) => this.#shown.card(item) }),
          )
          .finally(() => this.#queue?.pump());
      case 'pictureVae':
        await this.#gallery.close();
        return this.#vae.take(request);
      case 'driftSummary':
      case 'driftItems':
        return this.#drift.answer(request, this.#openedData().dataset.items);
      case 'results':
        return this.#results.table(await this.#measured(), request.table);
      case 'compareWith': {
        const { dataset } = this.#openedData();
        const data = { name: dataset.name, hash: dataset.contentHash };
        return this.#results.add(request.files, await this.#measured(), data);
      }
      case 'compareNoMore':
        this.#results.clear();
        return null;
      case 'recommend':
      case 'beam':
      case 'beamBranches':
      case 'beamItems':
      case 'targetRank':
      case 'why':
      case 'demoUsers':
      case 'drawUser':
      case 'userAfter':
      case 'userHistory':
      case 'referenceTop':
      case 'besideTop':
        return this.#demo.answer(request, {
          open: () => this.#openDemo(),
          openBeside: (id) => this.#openBeside(id),
          view: () => ({ dataset: this.#shown.data.dataset, card: (item) => this.#shown.card(item) }),
        });
      case 'clear':
        return this.#clear();
    }
  }

  /** The current run as far as it was measured. */
  async #measured(): Promise<MeasuredRun | null> {
    const config = this.#data && (await recallConfig(this.#store, this.#data.dataset));
    return config ? { config, evaluations: await measuredEvaluations(this.#store, CURRENT_RUN) } : null;
  }

  async #hello(version: number, baseUrl: string): Promise<HelloReply> {
    if (version !== PROTOCOL_VERSION)
      throw new ConfigError(
        'worker/version',
        `worker: the page speaks protocol ${version}, the worker ${PROTOCOL_VERSION}; reload the page.`,
      );
    this.#baseUrl = baseUrl;
    const registry = await RunRegistry.open(await openStore(), { nowMs: Date.now, busyRuns: runsInTraining });
    this.#runs = new RunDesk(registry, new ShippedRuns(baseUrl));
    let adapter: AdapterReport | null = null;
    let adapterProblem: string | null = null;
    try {
      adapter = adapterReport((await this.#engine.open()).device);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      adapterProblem = error.message;
    }
    this.#data = await recallData(this.#store, this.#baseUrl);
    const restored = this.#data && (await this.#restore());
    this.#queue = new QueueDesk(
      browserQueueHost({
        registry,
        isIdle: () => adapter !== null && !this.#training.isBusy,
        dataset: () => this.#openedData().dataset,
        adapter: adapter?.name ?? null,
        train: (entry, became) => this.#trainQueued(entry, became),
        tell: (state) => this.emit({ kind: 'queue', state }),
        errorReport: this.reportError,
      }),
    );
    this.#queue.pump();
    return { version: PROTOCOL_VERSION, adapter, adapterProblem, restored };
  }

  /** The shown run as far as it is, on the open data. */
  async #restore(): Promise<RestoredState> {
    const data = this.#openedData();
    const config = await recallConfig(this.#store, data.dataset);
    const summary = summaryOf(data);
    if (!config)
      return {
        data: summary,
        run: null,
        config: null,
        tokenizer: { isDone: false, rows: [], codebook: null, drift: [], quality: null },
        recommender: { isDone: false, hasModel: false, rows: [], evaluations: [], curriculum: [] },
      };
    const run = await restoredRun(this.#store, config, data.dataset);
    await this.#shown.recall(run, this.#store);
    const drift = this.#drift.reset(run.drift);
    const record = await this.#store.getRun(CURRENT_RUN);
    return {
      data: summary,
      run: record ? { id: record.id, name: record.name } : null,
      config,
      tokenizer: { ...run.tokenizer, drift },
      recommender: { ...run.recommender, hasModel: run.items !== null && (await this.#hasModel(config)) },
    };
  }

  async #openData(open: () => Promise<OpenData>, from: DataOrigin | readonly File[]): Promise<DataSummary> {
    this.#requireIdle('open another data set');
    const data = await open();
    if (data.dataset.userCount === 0)
      throw new ConfigError('data/no-users', 'open data: there are items but no sequences; add sequences.jsonl.gz.');
    await rememberData(this.#store, data, from, Date.now());
    await this.#runDesk().registry.show(null);
    this.#results.clear();
    await this.#forgetTokenizer();
    this.#data = data;
    return summaryOf(data);
  }

  async #hasModel(config: SystemConfig): Promise<boolean> {
    const entries = await this.#store.listCheckpoints(CURRENT_RUN);
    return hasModelOf(config, new Set(entries.map(({ name }) => name)));
  }

  /** Adds the run of a file or folder and shows it; nothing is kept if one of its files does not fit. */
  async #openRun(files: readonly File[]): Promise<RestoredState> {
    this.#requireIdle('open a run');
    const run = await readRunFiles(files);
    const data = await dataOfRun(run, this.#data, () => openSample(this.#baseUrl));
    await this.#enter(data, { kind: 'sample' });
    return this.#showRun(await this.#runDesk().add(run, files));
  }

  /** Makes a run the one that the pages show, with its data. @throws ConfigError `run/unknown`, `run/show`, `run/data` */
  async #showRun(id: string): Promise<RestoredState> {
    this.#requireIdle('open a run');
    const { record, config } = await this.#runDesk().fetched(id);
    await this.#showDataOf(record);
    // A system without a tokenizer is only compared and demonstrated: the pages go on showing what they do.
    if (isSystem(config)) {
      await this.#forgetTokenizer();
      await this.#runDesk().registry.show(id);
    }
    return this.#restore();
  }

  /** @throws ConfigError `run/data` where its data are neither open nor can be opened */
  async #showDataOf(run: Pick<RunRecord, 'name' | 'dataHash' | 'dataName' | 'dataOrigin'>): Promise<void> {
    if (this.#data?.dataset.contentHash === run.dataHash) return;
    const opened = await openOrigin(run.dataOrigin, this.#baseUrl);
    if (opened?.data.dataset.contentHash !== run.dataHash)
      throw new ConfigError(
        'run/data',
        `open ${run.name}: it belongs to ${run.dataName ?? 'other data'}; open that data set first.`,
      );
    await this.#enter(opened.data, opened.origin);
  }

  async #enter(data: OpenData, origin: DataOrigin): Promise<void> {
    if (data === this.#data) return;
    await rememberData(this.#store, data, origin, Date.now());
    this.#results.clear();
    await this.#forgetTokenizer();
    this.#data = data;
  }

  /** A run, the shown one by default, as one file. @throws ConfigError `run/none` */
  async #saveRun(id: string | undefined, isAnonymous: boolean): Promise<SavedRun> {
    this.#requireIdle('save the run');
    const saved = id ?? this.#runDesk().registry.shownId;
    if (saved === null)
      throw new ConfigError('run/none', 'save the run: there is none on this data yet; train one first.');
    return this.#runDesk().save(saved, isAnonymous);
  }

  async #start(
    part: Part,
    { config, rules }: Extract<Request, { kind: 'startTokenizer' | 'startRecommender' }>,
  ): Promise<null> {
    this.#requireIdle(`train a ${part}`);
    const order = { part, config: checkSystemConfig(config, 'configuration'), limit: timeLimit(rules) };
    const { ended } = await this.#training.begin(order);
    void ended.then(() => this.#queue?.pump());
    return null;
  }

  /** Both parts of a queued run, on its own data. */
  async #trainQueued(entry: QueueEntry, became: (runId: string) => Promise<void>): Promise<QueuedEnd> {
    this.#gallery.requireIdle('begin a queued run');
    const { config, name, data, dataOrigin } = entry;
    const origin = dataOrigin === null ? {} : { dataOrigin };
    await this.#showDataOf({ name, dataHash: data.hash, dataName: data.name, ...origin });
    const limit = timeLimit(entry.rules);
    for (const part of ['tokenizer', 'recommender'] as const) {
      const opened = async (id: string): Promise<void> => {
        await became(id);
        this.emit({ kind: 'began', run: part, config, state: await this.#restore() });
      };
      const { ended } = await this.#training.begin({ part, config, name, limit, opened });
      const end = await ended;
      if (end.kind === 'failed') return { kind: 'failed', error: end.error };
      if (end.outcome === 'stopped') return { kind: limit.isOver(performance.now()) ? 'done' : 'stopped' };
    }
    return { kind: 'done' };
  }

  async #codebookSource(): Promise<CodebookSource> {
    const { dataset } = this.#openedData();
    const config = await recallConfig(this.#store, dataset);
    return { store: this.#store, config, dataset, card: (item) => this.#shown.card(item) };
  }

  /** @throws ConfigError `run/unknown`, `codes/none` for a system without a tokenizer, `run/data` for a run on other data */
  async #codebookSourceOf(id: string): Promise<CodebookSource> {
    const { dataset } = this.#openedData();
    const { record, config } = await this.#runDesk().fetched(id);
    if (!isSystem(config))
      throw new ConfigError('codes/none', `code paths: ${record.name} has no tokenizer; choose a run that has one.`);
    if (record.dataHash !== dataset.contentHash)
      throw new ConfigError('run/data', `code paths: ${record.name} was trained on other data than ${dataset.name}.`);
    return {
      store: this.#runDesk().registry.view(id),
      config,
      dataset,
      card: (item) => this.#shown.card(item),
    };
  }

  async #openDemo(): Promise<DemoModel> {
    this.#requireIdle('recommend');
    const { dataset } = this.#openedData();
    const config = await recallConfig(this.#store, dataset);
    if (!config || !(await this.#hasModel(config)))
      throw new ConfigError('demo/untrained', 'recommend: there is no trained recommender yet; train one first.');
    const opened = await openDemo({
      config,
      dataset,
      engine: await this.#engine.openOrNull(),
      sink: this.#sink(),
      host: (engine) => this.#host(engine, new JobControl()),
      utgrecHost: (utgrec, job) => this.#utgrecHost(utgrec, job),
    });
    if (!opened)
      throw new ConfigError('demo/untrained', 'recommend: the recommender is not trained yet; train it first.');
    this.#shown.take(opened.items);
    return opened.model;
  }

  /** @throws ConfigError `run/unknown`, `run/data` for a run on other data, and those of `openBeside` */
  async #openBeside(id: string): Promise<BesideModel> {
    this.#requireIdle('recommend');
    const data = this.#openedData();
    const { dataset } = data;
    const { record, config } = await this.#runDesk().fetched(id);
    if (record.dataHash !== dataset.contentHash)
      throw new ConfigError(
        'run/data',
        `recommend: ${record.name} was trained on other data than ${dataset.name}; choose a run on the same data.`,
      );
    const view = this.#runDesk().registry.view(id);
    const sink = storeSink(view, CURRENT_RUN, Date.now);
    const pretrainingSink = storeSink(view, PRETRAINING_RUN, Date.now);
    return openBeside({
      name: record.name,
      config,
      dataset,
      engine: await this.#engine.openOrNull(),
      sink,
      host: (engine) => ({ ...this.#host(engine, new JobControl()), dataset, sink }),
      utgrecHost: (utgrec, job) =>
        utgrecHost({ job, config: utgrec, data, pretrainingSink, vaeFiles: this.#vae.files }),
    });
  }

  async #openGallery(): Promise<UtgrecGallery> {
    this.#requireNoTraining('read items back');
    const config = await recallConfig(this.#store, this.#openedData().dataset);
    if (!config || !isUtgrec(config))
      throw new ConfigError('gallery/system', 'gallery: only UTGRec tokenizers read text and pictures back.');
    try {
      const host = this.#host(await this.#engine.open(), new JobControl());
      return await openStoredGallery(await this.#utgrecHost(config, host), this.#store);
    } finally {
      this.emit({ kind: 'progress', progress: IDLE });
    }
  }

  async #clear(): Promise<null> {
    this.#requireIdle('clear the workspace');
    await this.#runDesk().registry.clear();
    await forgetData(this.#store);
    this.#results.clear();
    await this.#forgetTokenizer();
    this.#data = null;
    return null;
  }

  async #forgetTokenizer(): Promise<void> {
    await this.#forgetModel();
    this.#shown.clear();
    this.#drift.reset();
    this.#codebooks.clear();
  }

  async #forgetModel(): Promise<void> {
    await this.#gallery.close();
    await this.#demo.close();
  }

  #host(engine: Engine, control: JobControl): JobHost {
    const { dataset } = this.#openedData();
    return {
      engine,
      control,
      dataset,
      sink: this.#sink(),
      now: () => performance.now(),
      readEncoderFile: async (name) => fetchBytes(new URL(`models/use-lite/${name}`, this.#baseUrl)),
      hooks: {
        progress: (progress) => this.emit({ kind: 'progress', progress }),
        rows: (rows) => this.emit({ kind: 'metrics', rows }),
        codebook: (report) => this.emit({ kind: 'codebook', report }),
        evaluation: (report) => this.emit({ kind: 'evaluation', report }),
        drift: (report) => this.emit({ kind: 'drift', report: this.#drift.take(report) }),
        curriculum: (report) => this.emit({ kind: 'curriculum', report }),
      },
    };
  }

  async #utgrecHost(config: UtgrecConfig, job: JobHost): Promise<UtgrecRunHost> {
    const data = this.#openedData();
    const place = tokenizerPlace(config, data.dataset);
    const pretraining = storeSink(this.#store, PRETRAINING_RUN, Date.now);
    const books = utgrecBooks(config);
    const pretrainingSink = this.#watched(pretraining, place.dataset, books);
    const sink = this.#watched(this.#sink(), recommenderDataset(config, data.dataset), books);
    return utgrecHost({ job: { ...job, sink }, config, data, pretrainingSink, vaeFiles: this.#vae.files });
  }

  #sink(): RunSink {
    return storeSink(this.#store, CURRENT_RUN, Date.now);
  }

  #watched(sink: RunSink, dataset: Dataset, books: Books): RunSink {
    return this.#shown.watched(sink, { dataset, books }, () => this.emit({ kind: 'codes' }));
  }

  /** The store as seen from the shown run. */
  get #store(): RunStore {
    return this.#runDesk().registry.view();
  }

  #queueDesk(): QueueDesk {
    if (!this.#queue) throw new ConfigError('worker/hello', 'worker: wanted a greeting first; reload the page.');
    return this.#queue;
  }

  #runDesk(): RunDesk {
    if (!this.#runs) throw new ConfigError('worker/hello', 'worker: wanted a greeting first; reload the page.');
    return this.#runs;
  }

  #openedData(): OpenData {
    if (!this.#data) throw new ConfigError('data/none', 'no data set is open; use the sample or drop your files.');
    return this.#data;
  }

  #requireIdle(wish: string): void {
    this.#requireNoTraining(wish);
    this.#gallery.requireIdle(wish);
  }

  #requireNoTraining(wish: string): void {
    if (this.#training.isBusy || this.#queue?.isTraining)
      throw new ConflictError(
        'worker/busy',
        `${wish}: a ${this.#training.part ?? 'queued run'} is training; wait for it or stop it first.`,
      );
  }
}
