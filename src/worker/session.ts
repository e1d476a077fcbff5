/**
 * One page's session: takes each request to the desk that answers it. The training loop is paced by GPU completion, never by
 * timers, so it goes on in a hidden tab.
 */
import { ConfigError, ConflictError, UnsupportedError } from '../base/errors';
import { storageEstimate } from '../storage/browserRunStore';
import { checkSystemConfig } from '../train/systemConfig';
import { searchItems } from './catalogue';
import { CodebookDesk } from './codebookDesk';
import { compareAnswer } from './compareDesk';
import { DemoDesk } from './demoDesk';
import { DriftDesk } from './driftDesk';
import { EngineHolder } from './engineHolder';
import { costOf } from './estimateDesk';
import { GalleryDesk } from './galleryDesk';
import { adapterReport } from './host';
import { JobHosts } from './jobHosts';
import { ModelSources } from './modelSources';
import { OpenDesk } from './openDesk';
import {
  type AdapterReport,
  type ErrorReport,
  type HelloReply,
  PROTOCOL_VERSION,
  type Request,
  type WorkerEvent,
} from './protocol';
import { QueueDesk } from './queueDesk';
import { browserQueueHost } from './queueHost';
import { ResultsDesk } from './resultsDesk';
import { ShownItems } from './shownItems';
import { speedOf } from './speedDesk';
import { Starts } from './starts';
import type { TabDesk } from './tabDesk';
import { browserTabs } from './tabHost';
import { TrainingDesk } from './trainingDesk';
import { VaeDesk } from './vaeDesk';
import { openDomains, openFiles, openSample } from './workspace';

export class Session {
  readonly #engine = new EngineHolder((message) => {
    // A job in progress tells of the loss itself.
    if (this.#training.part === null) this.emit({ kind: 'deviceLost', message, isRetried: false });
  });
  readonly #shown: ShownItems = new ShownItems(() => this.#open.data);
  readonly #gallery = new GalleryDesk();
  readonly #vae = new VaeDesk();
  readonly #drift = new DriftDesk();
  readonly #codebooks = new CodebookDesk();
  readonly #demo = new DemoDesk();
  readonly #results = new ResultsDesk();
  readonly #ports = {
    emit: (event: WorkerEvent) => this.emit(event),
    requireIdle: (wish: string) => this.#requireIdle(wish),
    requireNoTraining: (wish: string) => this.#requireNoTraining(wish),
    engine: this.#engine,
    shown: this.#shown,
    demo: this.#demo,
    gallery: this.#gallery,
    drift: this.#drift,
    vae: this.#vae,
    results: this.#results,
  };
  readonly #open: OpenDesk = new OpenDesk({ ...this.#ports, forget: () => this.#forgetTokenizer() });
  readonly #hosts: JobHosts = new JobHosts({ ...this.#ports, open: this.#open });
  readonly #sources: ModelSources = new ModelSources({ ...this.#ports, open: this.#open, hosts: this.#hosts });
  readonly #training: TrainingDesk = new TrainingDesk({
    ...this.#ports,
    reportError: (error) => this.reportError(error),
    registry: () => this.#open.registry,
    dataset: () => this.#open.data.dataset,
    host: (engine, control) => this.#hosts.job(engine, control),
    utgrecHost: (config, job) => this.#hosts.utgrec(config, job),
    watched: (sink, dataset, books) => this.#hosts.watched(sink, dataset, books),
    forgetTokenizer: () => this.#forgetTokenizer(),
    forgetModel: () => this.#forgetModel(),
    began: ({ id, name, dataName = '' }, part) => this.#tabs.began({ runId: id, name, part, dataName }),
  });
  readonly #tabs: TabDesk = browserTabs({
    shownId: () => this.#open.shownId,
    tell: (event) => this.post(event),
    queueChanged: () =>
      void this.#queue?.refresh().then(
        (state) => this.post({ kind: 'queue', state }),
        (error: unknown) => console.warn(error),
      ),
    runChanged: (id) => void this.#runChanged(id),
    trainerGone: () => this.#queue?.pump(),
    letGo: () => {
      const handed = { minutes: this.#training.minutesLeft, entry: this.#queue?.handOver() ?? null };
      void this.#training.stop();
      return handed;
    },
  });
  readonly #starts: Starts = new Starts({
    ...this.#ports,
    open: this.#open,
    training: this.#training,
    tabs: this.#tabs,
    queue: () => this.#queueDesk(),
  });
  #queue: QueueDesk | null = null;

  constructor(
    readonly post: (event: WorkerEvent) => void,
    readonly reportError: (error: unknown) => ErrorReport,
  ) {}

  /** Tells the window, and through it other tabs what concerns them. */
  emit(event: WorkerEvent): void {
    this.post(event);
    this.#tabs.follow(event);
  }

  /** @throws ConfigError, ConflictError, FormatError, UnsupportedError … as the request's work does */
  async answer(request: Request): Promise<unknown> {
    switch (request.kind) {
      case 'hello':
        return this.#hello(request.version, request.baseUrl);
      case 'openSample':
        return this.#open.openData(() => openSample(this.#open.baseUrl), { kind: 'sample' });
      case 'openFiles':
        return this.#open.openData(() => openFiles(request.files, request.name), request.files);
      case 'openDomains': {
        const { workspace, domains, name } = request;
        return this.#open.openData(() => openDomains(workspace, domains, name), {
          kind: 'domains',
          workspace,
          domains,
          name,
        });
      }
      case 'openRun':
        return this.#open.openRun(request.files);
      case 'showRun':
        return this.#open.showRun(request.id);
      case 'saveRun':
        return this.#open.saveRun(request.id, request.isAnonymous);
      case 'listRuns':
      case 'runCurves':
        return this.#open.runs.answer(request);
      case 'renameRun':
      case 'putBackRun':
        return this.#toldToTabs(this.#open.runs.answer(request));
      case 'compareTable':
      case 'compareMatrix':
      case 'comparePair':
      case 'compareTail':
      case 'compareTailUsers':
        return compareAnswer(request, this.#open.runs, this.#open.dataOrNull?.dataset ?? null);
      case 'deleteRun': {
        const wasShown = await this.#toldToTabs(this.#open.runs.answer(request));
        if (wasShown) await this.#forgetTokenizer();
        return wasShown;
      }
      case 'startTokenizer':
        return this.#starts.start('tokenizer', request);
      case 'startRecommender':
        return this.#starts.start('recommender', request);
      case 'takeOver':
        return this.#starts.takeOver();
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
        const { dataset } = this.#open.data;
        if (!engine) return null;
        const { registry } = this.#open;
        return costOf(config, { dataset, registry, profile: engine.device.profile, storage: await storageEstimate() });
      }
      case 'adapterSpeed':
        return speedOf(await this.#engine.openOrNull(), this.#training.isBusy);
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
      case 'codesOf':
      case 'itemMap':
      case 'itemCards':
        return this.#codebooks.answer(request, await this.#sources.codebooks(), (run) =>
          this.#sources.codebooksOf(run),
        );
      case 'gallery':
        return this.#gallery
          .answer(
            request,
            () => this.#sources.gallery(),
            () => ({ dataset: this.#shown.data.dataset, card: (item) => this.#shown.card(item) }),
          )
          .finally(() => this.#queue?.pump());
      case 'pictureVae':
        await this.#gallery.close();
        return this.#vae.take(request);
      case 'driftSummary':
      case 'driftItems':
        return this.#drift.answer(request, this.#open.data.dataset.items);
      case 'results':
        return this.#results.table(await this.#open.measured(), request.table);
      case 'compareWith': {
        const { dataset } = this.#open.data;
        const data = { name: dataset.name, hash: dataset.contentHash };
        return this.#results.add(request.files, await this.#open.measured(), data);
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
        return this.#demo.answer(request, this.#sources.demo);
      case 'clear':
        return this.#open.clear();
    }
  }

  async #hello(version: number, baseUrl: string): Promise<HelloReply> {
    if (version !== PROTOCOL_VERSION)
      throw new ConfigError(
        'worker/version',
        `worker: the page speaks protocol ${version}, the worker ${PROTOCOL_VERSION}; reload the page.`,
      );
    await this.#open.begin(baseUrl);
    let adapter: AdapterReport | null = null;
    let adapterProblem: string | null = null;
    try {
      adapter = adapterReport((await this.#engine.open()).device);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      adapterProblem = error.message;
    }
    const restored = await this.#open.recall();
    this.#queue = new QueueDesk(
      browserQueueHost({
        registry: this.#open.registry,
        isIdle: () => adapter !== null && !this.#training.isBusy && !this.#starts.isTakingOver,
        dataset: () => this.#open.data.dataset,
        profile: () => this.#engine.profile,
        train: (entry, became) => this.#starts.trainQueued(entry, became),
        tell: (state) => this.emit({ kind: 'queue', state }),
        errorReport: this.reportError,
      }),
    );
    this.#queue.pump();
    this.#tabs.greet();
    return { version: PROTOCOL_VERSION, adapter, adapterProblem, restored };
  }

  /** Other tabs list the runs again. */
  async #toldToTabs<T>(work: Promise<T>): Promise<T> {
    const answer = await work;
    this.#tabs.follow({ kind: 'runs' });
    return answer;
  }

  /** The shown run ended in another tab: the pages show it as it is now. */
  async #runChanged(id: string): Promise<void> {
    try {
      this.post({ kind: 'shown', state: await this.#open.showRun(id) });
    } catch (error) {
      // Something began here meanwhile, or the run is gone: the pages show that.
      console.warn(error);
    }
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

  #queueDesk(): QueueDesk {
    if (!this.#queue) throw new ConfigError('worker/hello', 'worker: wanted a greeting first; reload the page.');
    return this.#queue;
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
