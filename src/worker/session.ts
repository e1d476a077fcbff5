/**
 * One page's session: data set, device, current run, running job. The training loop is paced by GPU completion, never by
 * timers, so it goes on in a hidden tab.
 */
import { ConfigError, ConflictError, DeviceLostError, UnsupportedError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../plan/engine';
import { lockRun, openBrowserRunStore } from '../storage/browserRunStore';
import { createMemoryRunStore } from '../storage/recordRunStore';
import type { RunStore } from '../storage/runStore';
import type { JobContext, JobHost } from '../train/context';
import { evaluateReferencePoints } from '../train/evaluateModel';
import { JobControl } from '../train/jobControl';
import { trainModel } from '../train/recommendingModel';
import type { MeasuredRun } from '../train/results';
import type { RunSink } from '../train/runSink';
import { checkSystemConfig, isUtgrec, type SystemConfig } from '../train/systemConfig';
import { trainTokenizer } from '../train/tokenizerJob';
import type { UtgrecConfig } from '../train/utgrecConfig';
import type { UtgrecGallery } from '../train/utgrecGallery';
import { trainUtgrec, type UtgrecRunHost } from '../train/utgrecJob';
import { cardOf, findUsers, searchItems, summaryOf } from './catalogue';
import { CodebookDesk, type CodebookSource } from './codebookDesk';
import { CodeDesk } from './codeDesk';
import { DemoDesk } from './demoDesk';
import { type DemoModel, gpuDemo, residualSource } from './demoModel';
import { DriftDesk } from './driftDesk';
import { EngineHolder } from './engineHolder';
import { GalleryDesk } from './galleryDesk';
import { adapterReport, fetchBytes, IDLE } from './host';
import { digitsOf, type ItemCodes, ofCodes, ofIdentifiers } from './itemCodes';
import { openDemo } from './openDemo';
import {
  type AdapterReport,
  type DataSummary,
  type ErrorReport,
  type HelloReply,
  type ItemCard,
  PROTOCOL_VERSION,
  type Request,
  type RestoredState,
  type SavedRun,
  type WorkerEvent,
} from './protocol';
import { type Books, type RestoredRun, residualBooks, restoredRun, tokenizerPartOf } from './restoredRuns';
import { ResultsDesk } from './resultsDesk';
import { hasModel, type RunFiles, readRunFiles } from './runFiles';
import { dataOfRun, keepRun, runAsFile } from './runTransfer';
import { measuredEvaluations, storedSnapshots, storeSink } from './storeSink';
import { putTokenizerParts, tokenizerParts } from './tokenizerParts';
import {
  openStoredGallery,
  recommenderDataset,
  tokenizerPlace,
  trainTokenizerStep,
  utgrecBooks,
  utgrecHost,
} from './utgrecRuns';
import {
  CURRENT_RUN,
  type DataOrigin,
  forget,
  type OpenData,
  openDomains,
  openFiles,
  openSample,
  PRETRAINING_RUN,
  recallConfig,
  recallData,
  rememberData,
  startRun,
} from './workspace';

/** After an automatic restart, wait this long before another one: the browser may block the page's GPU on a second loss. */
const RESTART_PAUSE_MS = 120_000;

interface Job {
  readonly run: 'tokenizer' | 'recommender';
  readonly control: JobControl;
  readonly done: Promise<void>;
}

export class Session {
  #baseUrl = '';
  #store: RunStore = createMemoryRunStore();
  readonly #engine = new EngineHolder((message) => {
    // A job in progress tells of the loss itself.
    if (!this.#job) this.emit({ kind: 'deviceLost', message });
  });
  #data: OpenData | null = null;
  /** What is shown: the open data, or those of its domains that a transferring run works on. */
  #shown: OpenData | null = null;
  #items: ItemCodes | null = null;
  readonly #gallery = new GalleryDesk();
  readonly #drift = new DriftDesk();
  readonly #codes = new CodeDesk();
  readonly #codebooks = new CodebookDesk();
  readonly #demo = new DemoDesk();
  #job: Job | null = null;
  readonly #results = new ResultsDesk();
  #lastRestart = Number.NEGATIVE_INFINITY;

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
      case 'saveRun':
        return this.#saveRun(request.isAnonymous);
      case 'startTokenizer':
        return this.#start('tokenizer', checkSystemConfig(request.config, 'configuration'));
      case 'startRecommender':
        return this.#start('recommender', checkSystemConfig(request.config, 'configuration'));
      case 'pause':
        this.#job?.control.pause();
        return null;
      case 'resume':
        this.#job?.control.resume();
        return null;
      case 'stop':
        this.#job?.control.stop();
        await this.#job?.done;
        return null;
      case 'findUsers':
        return findUsers(this.#shownData(), request.query, request.limit);
      case 'items':
        return this.#cards(request.items);
      case 'searchItems':
        return this.#cards(searchItems(this.#shownData(), request.query, request.limit));
      case 'codeWall':
      case 'codePaths':
      case 'prefixItems':
      case 'codeNeighbours':
        return this.#codes.answer(request, async (item, codes) => ({ ...(await this.#card(item)), codes }));
      case 'collisions':
      case 'collisionBucket':
      case 'neighbourSharing':
      case 'sharedCodes':
      case 'itemMap':
      case 'itemCards':
        return this.#codebooks.answer(request, await this.#codebookSource());
      case 'gallery':
        return this.#gallery.answer(
          request,
          () => this.#openGallery(),
          () => ({ dataset: this.#shownData().dataset, card: (item) => this.#card(item) }),
        );
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
        return this.#demo.answer(
          request,
          () => this.#openDemo(),
          () => ({ dataset: this.#shownData().dataset, card: (item) => this.#card(item) }),
        );
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
    try {
      this.#store = await openBrowserRunStore();
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      console.warn(`${error.message} Runs are kept in memory only.`);
    }
    let adapter: AdapterReport | null = null;
    let adapterProblem: string | null = null;
    try {
      adapter = adapterReport((await this.#engine.open()).device);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      adapterProblem = error.message;
    }
    return { version: PROTOCOL_VERSION, adapter, adapterProblem, restored: await this.#restore() };
  }

  async #restore(): Promise<RestoredState | null> {
    const data = await recallData(this.#store, this.#baseUrl);
    if (!data) return null;
    this.#data = data;
    const config = await recallConfig(this.#store, data.dataset);
    const summary = summaryOf(data);
    if (!config)
      return {
        data: summary,
        config: null,
        tokenizer: { isDone: false, rows: [], codebook: null, drift: [], quality: null },
        recommender: { isDone: false, hasModel: false, rows: [], evaluations: [], curriculum: [] },
      };
    const run = await restoredRun(this.#store, config, data.dataset);
    this.#items = run.items;
    await this.#recallCodes(run);
    const drift = this.#drift.reset(run.drift);
    return {
      data: summary,
      config,
      tokenizer: { ...run.tokenizer, drift },
      recommender: { ...run.recommender, hasModel: run.items !== null && (await this.#hasModel(config)) },
    };
  }

  /** The use of codes over time, from a run's snapshots. */
  async #recallCodes({ run, dataset, books, lastStep }: Omit<RestoredRun, 'tokenizer' | 'recommender'>): Promise<void> {
    this.#show(dataset);
    this.#codes.begin(dataset, books);
    for (const { step, codes } of await storedSnapshots(this.#store, run)) this.#codes.add(step, codes);
    if (!this.#items) return;
    if (!this.#codes.hasCodes) this.#codes.add(lastStep, this.#items.codes);
    this.#codes.settle(this.#items.codes);
  }

  /** Takes over a tokenizer's identifiers without conflict digits. */
  #take(dataset: Dataset, codes: Uint16Array, { tokenizer }: UtgrecConfig): void {
    this.#items = ofCodes(dataset, codes, tokenizer.quantiser.levels);
    this.#show(dataset);
  }

  /** Shows the open data or some of its domains. */
  #show(dataset: Dataset): void {
    this.#shown = { ...this.#openedData(), dataset };
  }

  #shownData(): OpenData {
    return this.#shown ?? this.#openedData();
  }

  #card(item: number): Promise<ItemCard> {
    return cardOf(this.#shownData(), this.#items && digitsOf(this.#items, item), item);
  }

  async #openData(open: () => Promise<OpenData>, from: DataOrigin | readonly File[]): Promise<DataSummary> {
    this.#requireIdle('open another data set');
    const data = await open();
    if (data.dataset.userCount === 0)
      throw new ConfigError('data/no-users', 'open data: there are items but no sequences; add sequences.jsonl.gz.');
    await rememberData(this.#store, data, from, Date.now());
    this.#results.clear();
    await this.#forgetTokenizer();
    this.#data = data;
    return summaryOf(data);
  }

  async #hasModel(config: SystemConfig): Promise<boolean> {
    const entries = await this.#store.listCheckpoints(CURRENT_RUN);
    const roles = new Set(entries.map(({ name }) => name));
    return isUtgrec(config) ? roles.has('best') || roles.has('recommender') : hasModel(config, roles);
  }

  /** Takes over a run from a file or folder; nothing is kept if one of its files does not fit. */
  async #openRun(files: readonly File[]): Promise<RestoredState> {
    this.#requireIdle('open a run');
    const run = await readRunFiles(files);
    const { dataset } = await this.#dataOf(run);
    await this.#forgetModel();
    await keepRun(this.#store, run, dataset, Date.now);
    const restored = await this.#restore();
    if (!restored) throw new ConfigError('worker/restore', 'open a run: the data set is gone; open it again first.');
    return restored;
  }

  async #dataOf(run: RunFiles): Promise<OpenData> {
    const data = await dataOfRun(run, this.#data, () => openSample(this.#baseUrl));
    if (data !== this.#data) await rememberData(this.#store, data, { kind: 'sample' }, Date.now());
    this.#data = data;
    return data;
  }

  /** The run as one file. @throws ConfigError `run/none` */
  async #saveRun(isAnonymous: boolean): Promise<SavedRun> {
    this.#requireIdle('save the run');
    const { dataset } = this.#openedData();
    const config = await recallConfig(this.#store, dataset);
    if (!config) throw new ConfigError('run/none', 'save the run: there is none on this data yet; train one first.');
    if (isUtgrec(config))
      throw new ConfigError(
        'run/system',
        'save the run: a run of UTGRec cannot be saved as one file yet; tessera train --out makes a folder of it.',
      );
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return runAsFile(this.#store, config, dataset, isAnonymous ? [timeZone] : null);
  }

  async #start(run: Job['run'], config: SystemConfig): Promise<null> {
    this.#requireIdle(`train a ${run}`);
    const { dataset } = this.#openedData();
    const engine = await this.#engine.open();
    if (run === 'tokenizer') {
      await startRun(this.#store, config, dataset, Date.now());
      await this.#forgetTokenizer();
      const left = await restoredRun(this.#store, config, dataset);
      this.#drift.reset(left.drift);
      await this.#recallCodes(left);
    }
    const current = await recallConfig(this.#store, dataset);
    if (!current)
      throw new ConfigError(
        'worker/no-tokenizer',
        'train a recommender: there is no tokenizer for this data set yet; train one first.',
      );
    if (JSON.stringify(current) !== JSON.stringify(config)) {
      if (tokenizerPartOf(current) !== tokenizerPartOf(config))
        throw new ConfigError(
          'worker/other-tokenizer',
          'train a recommender: the tokenizer was trained with another configuration; train it again first.',
        );
      const parts = await tokenizerParts(this.#store);
      await startRun(this.#store, config, dataset, Date.now());
      await putTokenizerParts(this.#store, parts);
    }
    await this.#forgetModel();
    const release = await lockRun(CURRENT_RUN);
    const control = new JobControl();
    this.#job = {
      run,
      control,
      done: this.#runJob(run, config, this.#host(engine, control)).finally(() => {
        release();
        this.#job = null;
      }),
    };
    return null;
  }

  async #runJob(run: Job['run'], config: SystemConfig, host: JobHost): Promise<void> {
    try {
      if (isUtgrec(config)) await this.#runUtgrec(run, config, host);
      else if (run === 'tokenizer') {
        const sink = this.#watched(host.sink, host.dataset, residualBooks(config));
        const identifiers = await trainTokenizer({ ...host, config, sink });
        this.#items = ofIdentifiers(host.dataset, identifiers);
        this.#codes.settle(this.#items.codes);
        this.emit({ kind: 'codes' });
      } else await this.#runRecommender({ ...host, config });
      this.emit({ kind: 'finished', run, outcome: 'done' });
    } catch (error) {
      if (host.control.isStopped) this.emit({ kind: 'finished', run, outcome: 'stopped' });
      else if (error instanceof DeviceLostError) await this.#recover(run, config, host, error);
      else this.emit({ kind: 'failed', run, error: this.reportError(error) });
    }
  }

  async #runRecommender(context: JobContext): Promise<void> {
    await evaluateReferencePoints(context);
    const model = await trainModel(context);
    this.#items = ofIdentifiers(context.dataset, model.identifiers);
    this.#demo.take(gpuDemo(context.engine, model.trainer, residualSource(model, context.config)));
  }

  async #runUtgrec(run: Job['run'], config: UtgrecConfig, job: JobHost): Promise<void> {
    const host = await this.#utgrecHost(config, job);
    if (run === 'tokenizer') {
      const { codes, quality } = await trainTokenizerStep(host);
      this.#take(tokenizerPlace(config, job.dataset).dataset, codes, config);
      this.#codes.settle(codes);
      this.emit({ kind: 'tokenized', quality });
      this.emit({ kind: 'codes' });
      return;
    }
    await evaluateReferencePoints({ ...host, dataset: recommenderDataset(config, job.dataset) });
    const { trainer, source, tokenizer, host: own } = await trainUtgrec(host);
    this.#take(own.dataset, tokenizer.codes, config);
    this.#codes.settle(tokenizer.codes);
    this.emit({ kind: 'tokenized', quality: tokenizer.quality });
    this.emit({ kind: 'codes' });
    this.#demo.take(gpuDemo(job.engine, trainer, { source, historyLimit: config.recommender.historyLimit }));
  }

  /** One attempt on a new adapter from the last checkpoint; then the page decides. */
  async #recover(run: Job['run'], config: SystemConfig, host: JobHost, error: DeviceLostError): Promise<void> {
    this.emit({ kind: 'deviceLost', message: error.message });
    this.#engine.drop();
    this.#demo.lose();
    this.#gallery.lose();
    const isTooSoon = host.now() - this.#lastRestart < RESTART_PAUSE_MS;
    this.#lastRestart = host.now();
    if (isTooSoon) return this.emit({ kind: 'failed', run, error: this.reportError(error) });
    try {
      const engine = await this.#engine.open();
      await this.#runJob(run, config, { ...host, engine });
    } catch (again) {
      this.emit({ kind: 'failed', run, error: this.reportError(again) });
    }
  }

  async #codebookSource(): Promise<CodebookSource> {
    const { dataset } = this.#openedData();
    const config = await recallConfig(this.#store, dataset);
    return { store: this.#store, config, dataset, card: (item) => this.#card(item) };
  }

  #cards(items: readonly number[]): Promise<ItemCard[]> {
    return Promise.all(items.map((item) => this.#card(item)));
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
    this.#items = opened.items;
    this.#show(opened.items.dataset);
    return opened.model;
  }

  async #openGallery(): Promise<UtgrecGallery> {
    if (this.#job)
      throw new ConflictError('worker/busy', `read items back: a ${this.#job.run} is training; wait for it first.`);
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
    await forget(this.#store);
    this.#results.clear();
    await this.#forgetTokenizer();
    this.#data = null;
    return null;
  }

  async #forgetTokenizer(): Promise<void> {
    await this.#forgetModel();
    this.#items = null;
    this.#shown = null;
    this.#drift.reset();
    this.#codes.clear();
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
    return utgrecHost({ job: { ...job, sink }, config, data, pretrainingSink });
  }

  #sink(): RunSink {
    return storeSink(this.#store, CURRENT_RUN, Date.now);
  }

  /** A sink whose snapshots of the codes of `dataset`'s items are noted on their way. */
  #watched(sink: RunSink, dataset: Dataset, books: Books): RunSink {
    return {
      ...sink,
      saveSnapshot: async (step, levels, codes) => {
        if (this.#shownData().dataset.contentHash !== dataset.contentHash) {
          this.#items = null;
          this.#show(dataset);
          this.#codes.begin(dataset, books);
        }
        this.#codes.add(step, codes);
        this.emit({ kind: 'codes' });
        await sink.saveSnapshot(step, levels, codes);
      },
    };
  }

  #openedData(): OpenData {
    if (!this.#data) throw new ConfigError('data/none', 'no data set is open; use the sample or drop your files.');
    return this.#data;
  }

  #requireIdle(wish: string): void {
    if (this.#job)
      throw new ConflictError('worker/busy', `${wish}: a ${this.#job.run} is training; wait for it or stop it first.`);
    this.#gallery.requireIdle(wish);
  }
}
