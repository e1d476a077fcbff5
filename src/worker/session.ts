/**
 * One page's session: data set, device, current run, running job. The training loop is paced by GPU completion, never by
 * timers, so it goes on in a hidden tab.
 */
import { ConfigError, ConflictError, DeviceLostError, UnsupportedError } from '../base/errors';
import { heldOutExamples, historyOf, targetOf } from '../data/splits';
import type { CodeShape } from '../evaluate/codeWall';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { lockRun, openBrowserRunStore } from '../storage/browserRunStore';
import { createMemoryRunStore } from '../storage/recordRunStore';
import type { RunStore } from '../storage/runStore';
import { checkRunConfig, type RunConfig } from '../train/config';
import type { JobContext } from '../train/context';
import { evaluateReferencePoints } from '../train/evaluateModel';
import type { Identifiers } from '../train/identifiers';
import { JobControl } from '../train/jobControl';
import { openCurriculum } from '../train/pretrainingJob';
import { openModel, trainModel } from '../train/recommendingModel';
import type { MeasuredRun } from '../train/results';
import type { RunSink } from '../train/runSink';
import { codebookReport, openDrift, openIdentifiers, openTokenizers, trainTokenizer } from '../train/tokenizerJob';
import { cardOf, findUsers, searchItems, summaryOf } from './catalogue';
import { CodeDesk } from './codeDesk';
import { type DemoModel, gpuDemo, wasmDemo } from './demoModel';
import { DriftDesk } from './driftDesk';
import {
  type AdapterReport,
  type DataSummary,
  type ErrorReport,
  type HelloReply,
  type ItemCard,
  PROTOCOL_VERSION,
  type RecommendReply,
  type Request,
  type RestoredState,
  type SavedRun,
  type WorkerEvent,
} from './protocol';
import { ResultsDesk } from './resultsDesk';
import { hasModel, type RunFiles, readRunFiles, requireSameData } from './runFiles';
import { keepRun, runAsFile } from './runTransfer';
import { measuredEvaluations, storedEvaluations, storedRows, storedSnapshots, storeSink } from './storeSink';
import {
  CURRENT_RUN,
  type DataOrigin,
  forget,
  type OpenData,
  openDomains,
  openFiles,
  openSample,
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
  #engine: Engine | null = null;
  #data: OpenData | null = null;
  #identifiers: Identifiers | null = null;
  readonly #drift = new DriftDesk();
  readonly #codes = new CodeDesk();
  #demo: DemoModel | null = null;
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
        return this.#start('tokenizer', checkRunConfig(request.config, 'configuration'));
      case 'startRecommender':
        return this.#start('recommender', checkRunConfig(request.config, 'configuration'));
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
        return findUsers(this.#openedData(), request.query, request.limit);
      case 'items':
        return this.#cards(request.items);
      case 'searchItems':
        return this.#cards(searchItems(this.#openedData(), request.query, request.limit));
      case 'codeWall':
      case 'codePaths':
      case 'prefixItems':
      case 'codeNeighbours':
        return this.#codes.answer(request, async (item, codes) => ({
          ...(await cardOf(this.#openedData(), this.#identifiers, item)),
          codes,
        }));
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
        return this.#recommend(request.user, request.history, request.count);
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
      adapter = adapterReport((await this.#engineOrThrow()).device);
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
        tokenizer: { isDone: false, rows: [], codebook: null, drift: [] },
        recommender: { isDone: false, hasModel: false, rows: [], evaluations: [], curriculum: [] },
      };
    const rows = await storedRows(this.#store, CURRENT_RUN);
    const sink = storeSink(this.#store, CURRENT_RUN, Date.now);
    const stored = { dataset: data.dataset, config, sink };
    this.#identifiers = await openIdentifiers(stored);
    const tokenizers = config.multiIdentifier ? await openTokenizers(stored) : null;
    const evaluations = await storedEvaluations(this.#store, CURRENT_RUN);
    const lastStep = rows.findLast((row) => row.run === 'tokenizer')?.step ?? 0;
    await this.#recallCodes(data, config, lastStep);
    const codebook = this.#identifiers ? codebookReport(data.dataset, this.#identifiers, lastStep) : null;
    return {
      data: summary,
      config,
      tokenizer: {
        isDone: this.#identifiers !== null,
        rows: rows.filter((row) => row.run === 'tokenizer'),
        codebook,
        drift: this.#drift.reset(await openDrift(stored)),
      },
      recommender: {
        isDone: evaluations.some((report) => report.kind === 'model' && report.split === 'test'),
        hasModel: this.#identifiers !== null && (await this.#hasModel(config)),
        rows: rows.filter((row) => row.run === 'recommender'),
        evaluations,
        curriculum: tokenizers ? await openCurriculum(stored, tokenizers) : [],
      },
    };
  }

  /** The use of codes over time, from the run's snapshots. */
  async #recallCodes({ dataset }: OpenData, config: RunConfig, lastStep: number): Promise<void> {
    this.#codes.begin(dataset, booksOf(config));
    for (const { step, codes } of await storedSnapshots(this.#store, CURRENT_RUN)) this.#codes.add(step, codes);
    if (this.#identifiers) this.#codes.add(lastStep, codesOf(this.#identifiers));
  }

  async #openData(open: () => Promise<OpenData>, from: DataOrigin | readonly File[]): Promise<DataSummary> {
    this.#requireIdle('open another data set');
    const data = await open();
    if (data.dataset.userCount === 0)
      throw new ConfigError('data/no-users', 'open data: there are items but no sequences; add sequences.jsonl.gz.');
    await rememberData(this.#store, data, from, Date.now());
    this.#results.clear();
    await this.#forgetModel();
    this.#identifiers = null;
    this.#drift.reset();
    this.#codes.clear();
    this.#data = data;
    return summaryOf(data);
  }

  async #hasModel(config: RunConfig): Promise<boolean> {
    const entries = await this.#store.listCheckpoints(CURRENT_RUN);
    return hasModel(config, new Set(entries.map(({ name }) => name)));
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

  /** The open data if the run is of it; the sample, which is always at hand, if nothing is open and the run is of that. */
  async #dataOf(run: RunFiles): Promise<OpenData> {
    if (this.#data) {
      requireSameData(run, this.#data.dataset);
      return this.#data;
    }
    const sample = await openSample(this.#baseUrl);
    if (sample.dataset.contentHash !== run.data.hash)
      throw new ConfigError(
        'run/data',
        `open a run: it was trained on ${run.data.name}; open that data set first, then the run.`,
      );
    requireSameData(run, sample.dataset);
    await rememberData(this.#store, sample, { kind: 'sample' }, Date.now());
    this.#data = sample;
    return sample;
  }

  /** The run as one file. @throws ConfigError `run/none` */
  async #saveRun(isAnonymous: boolean): Promise<SavedRun> {
    this.#requireIdle('save the run');
    const { dataset } = this.#openedData();
    const config = await recallConfig(this.#store, dataset);
    if (!config) throw new ConfigError('run/none', 'save the run: there is none on this data yet; train one first.');
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return runAsFile(this.#store, config, dataset, isAnonymous ? [timeZone] : null);
  }

  async #start(run: Job['run'], config: RunConfig): Promise<null> {
    this.#requireIdle(`train a ${run}`);
    const { dataset } = this.#openedData();
    const engine = await this.#engineOrThrow();
    if (run === 'tokenizer') {
      await startRun(this.#store, config, dataset, Date.now());
      this.#identifiers = null;
      const sink = storeSink(this.#store, CURRENT_RUN, Date.now);
      this.#drift.reset(await openDrift({ dataset, config, sink }));
      await this.#recallCodes(this.#openedData(), config, 0);
    }
    const current = await recallConfig(this.#store, dataset);
    if (!current)
      throw new ConfigError(
        'worker/no-tokenizer',
        'train a recommender: there is no tokenizer for this data set yet; train one first.',
      );
    if (JSON.stringify(current) !== JSON.stringify(config)) {
      if (
        JSON.stringify([current.seed, current.encoder, current.tokenizer]) !==
        JSON.stringify([config.seed, config.encoder, config.tokenizer])
      )
        throw new ConfigError(
          'worker/other-tokenizer',
          'train a recommender: the tokenizer was trained with another configuration; train it again first.',
        );
      await this.#changeRecommender(config);
    }
    await this.#forgetModel();
    const release = await lockRun(CURRENT_RUN);
    const control = new JobControl();
    this.#job = {
      run,
      control,
      done: this.#runJob(run, this.#context(engine, config, control)).finally(() => {
        release();
        this.#job = null;
      }),
    };
    return null;
  }

  /** Keeps the tokenizer, replaces the recommender's part of the configuration and drops what it made. */
  async #changeRecommender(config: RunConfig): Promise<void> {
    const sink = storeSink(this.#store, CURRENT_RUN, Date.now);
    const kept = [await sink.loadCheckpoint('embeddings'), await sink.loadCheckpoint('tokenizer')] as const;
    const rows = (await storedRows(this.#store, CURRENT_RUN)).filter((row) => row.run === 'tokenizer');
    const snapshots = await storedSnapshots(this.#store, CURRENT_RUN);
    await startRun(this.#store, config, this.#openedData().dataset, Date.now());
    for (const { step, levels, codes } of snapshots) await sink.saveSnapshot(step, levels, codes);
    if (kept[0]) await sink.saveCheckpoint('embeddings', kept[0]);
    if (kept[1]) await sink.saveCheckpoint('tokenizer', kept[1]);
    await sink.appendRows(rows);
  }

  async #runJob(run: Job['run'], context: JobContext): Promise<void> {
    try {
      if (run === 'tokenizer') this.#identifiers = await trainTokenizer(context);
      else await this.#runRecommender(context);
      this.emit({ kind: 'finished', run, outcome: 'done' });
    } catch (error) {
      if (context.control.isStopped) this.emit({ kind: 'finished', run, outcome: 'stopped' });
      else if (error instanceof DeviceLostError) await this.#recover(run, context, error);
      else this.emit({ kind: 'failed', run, error: this.reportError(error) });
    }
  }

  async #runRecommender(context: JobContext): Promise<void> {
    await evaluateReferencePoints(context);
    const model = await trainModel(context);
    this.#identifiers = model.identifiers;
    this.#demo = gpuDemo(context.engine, model, context.config);
  }

  /** One attempt on a new adapter from the last checkpoint; then the page decides. */
  async #recover(run: Job['run'], context: JobContext, error: DeviceLostError): Promise<void> {
    this.emit({ kind: 'deviceLost', message: error.message });
    this.#engine = null;
    this.#demo = null;
    const isTooSoon = context.now() - this.#lastRestart < RESTART_PAUSE_MS;
    this.#lastRestart = context.now();
    if (isTooSoon) return this.emit({ kind: 'failed', run, error: this.reportError(error) });
    try {
      const engine = await this.#engineOrThrow();
      await this.#runJob(run, { ...context, engine });
    } catch (again) {
      this.emit({ kind: 'failed', run, error: this.reportError(again) });
    }
  }

  async #recommend(user: number, edited: readonly number[] | null, count: number): Promise<RecommendReply> {
    const data = this.#openedData();
    const { dataset } = data;
    const demo = await this.#openDemo();
    const [end = 0] = heldOutExamples(dataset.sequences, 'test', Uint32Array.of(user)).ends;
    const limit = demo.historyLimit;
    const history = edited ? edited.slice(-limit) : [...historyOf(dataset.sequences, user, end, limit)];
    if (history.length === 0) throw new ConfigError('demo/empty', 'recommend: the history is empty; add an item.');
    const target = edited ? null : targetOf(dataset.sequences, user, end);
    const started = performance.now();
    const { items, scores } = await demo.generate(history);
    const elapsedMs = performance.now() - started;
    const cards = await this.#cards(items.slice(0, count));
    const [targetCard = null] = target === null ? [] : await this.#cards([target]);
    return {
      user,
      history: await this.#cards(history),
      target: targetCard,
      elapsedMs,
      backend: demo.backend,
      top: cards.map((card, rank) => ({
        card,
        logProbability: scores[rank] ?? Number.NaN,
        isTarget: card.item === target,
      })),
    };
  }

  #cards(items: readonly number[]): Promise<ItemCard[]> {
    const data = this.#openedData();
    return Promise.all(items.map((item) => cardOf(data, this.#identifiers, item)));
  }

  /** On the GPU, or on wasm where there is none. */
  async #openDemo(): Promise<DemoModel> {
    if (this.#demo) return this.#demo;
    this.#requireIdle('recommend');
    const { dataset } = this.#openedData();
    const config = await recallConfig(this.#store, dataset);
    if (!config || !(await this.#hasModel(config)))
      throw new ConfigError('demo/untrained', 'recommend: there is no trained recommender yet; train one first.');
    const engine = await this.#engineOrNull();
    if (engine) {
      const model = await openModel(this.#context(engine, config, new JobControl()));
      if (model) this.#demo = gpuDemo(engine, model, config);
    } else {
      const data = { name: dataset.name, hash: dataset.contentHash };
      this.#demo = await wasmDemo({ config, data }, storeSink(this.#store, CURRENT_RUN, Date.now));
    }
    if (!this.#demo)
      throw new ConfigError('demo/untrained', 'recommend: the recommender is not trained yet; train it first.');
    this.#identifiers = this.#demo.identifiers;
    return this.#demo;
  }

  async #engineOrNull(): Promise<Engine | null> {
    try {
      return await this.#engineOrThrow();
    } catch (error) {
      if (error instanceof UnsupportedError) return null;
      throw error;
    }
  }

  async #clear(): Promise<null> {
    this.#requireIdle('clear the workspace');
    await forget(this.#store);
    this.#results.clear();
    await this.#forgetModel();
    this.#data = null;
    this.#identifiers = null;
    this.#drift.reset();
    this.#codes.clear();
    return null;
  }

  async #forgetModel(): Promise<void> {
    const demo = this.#demo;
    this.#demo = null;
    await demo?.dispose();
  }

  #context(engine: Engine, config: RunConfig, control: JobControl): JobContext {
    return {
      engine,
      config,
      control,
      dataset: this.#openedData().dataset,
      sink: this.#watchedSink(),
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

  /** The current run's sink; snapshots of codes are noted on their way. */
  #watchedSink(): RunSink {
    const sink = storeSink(this.#store, CURRENT_RUN, Date.now);
    return {
      ...sink,
      saveSnapshot: async (step, levels, codes) => {
        this.#codes.add(step, codes);
        this.emit({ kind: 'codes' });
        await sink.saveSnapshot(step, levels, codes);
      },
    };
  }

  async #engineOrThrow(): Promise<Engine> {
    if (this.#engine && !this.#engine.device.isLost) return this.#engine;
    const device = await GpuDevice.acquire(navigator.gpu);
    void device.lost.then(({ reason, message }) => {
      if (reason !== 'destroyed' && !this.#job) this.emit({ kind: 'deviceLost', message });
    });
    this.#engine = new Engine(device);
    return this.#engine;
  }

  #openedData(): OpenData {
    if (!this.#data) throw new ConfigError('data/none', 'no data set is open; use the sample or drop your files.');
    return this.#data;
  }

  #requireIdle(wish: string): void {
    if (this.#job)
      throw new ConflictError('worker/busy', `${wish}: a ${this.#job.run} is training; wait for it or stop it first.`);
  }
}

/** Sizes of the books, level by level. */
const booksOf = ({ tokenizer }: RunConfig): Pick<CodeShape, 'entries' | 'books'> => ({
  entries: new Array<number>(tokenizer.levels).fill(tokenizer.codes),
  books: null,
});

/** Codes [N, L] without the conflict digit. */
const codesOf = ({ digits, levels }: Identifiers): Uint16Array =>
  Uint16Array.from(digits).filter((_, at) => at % (levels + 1) < levels);

function adapterReport(device: GpuDevice): AdapterReport {
  const { name, isSoftware, hasF16, subgroupSize, maxBufferBytes, maxBindingBytes } = device.profile;
  return { name, isSoftware, hasF16, subgroupSize, maxBufferBytes, maxBindingBytes };
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new UnsupportedError(
      'worker/file',
      `fetch ${url.pathname}: status ${response.status}; the installation is incomplete, run npm start again.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
