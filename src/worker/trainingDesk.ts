/** The one training job of a session: what it trains into which run, how it is paused and stopped, and how it came to its end. */
import { ConflictError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../plan/engine';
import type { RunEnding, RunRecord, RunStore } from '../storage/runStore';
import type { JobContext, JobHost } from '../train/context';
import { evaluateReferencePoints } from '../train/evaluateModel';
import { JobControl } from '../train/jobControl';
import { trainModel } from '../train/recommendingModel';
import type { Stage } from '../train/reports';
import type { RunSink } from '../train/runSink';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import { trainTokenizer } from '../train/tokenizerJob';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { trainUtgrec, type UtgrecRunHost } from '../train/utgrecJob';
import type { DemoDesk } from './demoDesk';
import { gpuDemo, residualSource } from './demoModel';
import { DeviceLoss } from './deviceLoss';
import type { DriftDesk } from './driftDesk';
import type { EngineHolder } from './engineHolder';
import type { GalleryDesk } from './galleryDesk';
import { ofCodes, ofIdentifiers } from './itemCodes';
import type { MedianWatch } from './medianWatch';
import type { ErrorReport, WorkerEvent } from './protocol';
import type { QueueBatch, StopRules } from './protocol/queue';
import { type Books, residualBooks, restoredRun } from './restoredRuns';
import { endingOf, TimeLimit } from './runEnding';
import type { RunRegistry } from './runRegistry';
import { adoptTokenizer, lockOwnRun, lockTrainer, showRunFor, statusAfter } from './runStart';
import type { ShownItems } from './shownItems';
import { hasPretraining, recommenderDataset, tokenizerPlace, trainTokenizerStep } from './utgrecRuns';
import { CURRENT_RUN } from './workspace';

export type Part = 'tokenizer' | 'recommender';
type EndEvent = Extract<WorkerEvent, { kind: 'finished' | 'failed' }>;
export type JobEnd = EndEvent & { readonly ending: RunEnding };

export interface TrainingOrder {
  readonly part: Part;
  readonly config: SystemConfig;
  readonly limit: TimeLimit;
  /** What a new run is called; a generated name by default. */
  readonly name?: string;
  /** What it was queued with. */
  readonly batch?: QueueBatch | null;
  /** Stops it where it falls behind the earlier runs of its sweep. */
  readonly median?: MedianWatch | null;
  /** The right to train, where this tab has it already; else it is taken. */
  readonly lock?: () => void;
  /** Awaited when the run is there and shown, before training begins. */
  readonly opened?: (runId: string) => Promise<void>;
}

/** What the session lends. */
export interface TrainingPorts {
  readonly emit: (event: WorkerEvent) => void;
  readonly reportError: (error: unknown) => ErrorReport;
  readonly engine: EngineHolder;
  readonly shown: ShownItems;
  readonly demo: DemoDesk;
  readonly gallery: GalleryDesk;
  readonly drift: DriftDesk;
  readonly registry: () => RunRegistry;
  /** Throws where none is open. */
  readonly dataset: () => Dataset;
  readonly host: (engine: Engine, control: JobControl) => JobHost;
  readonly utgrecHost: (config: UtgrecConfig, job: JobHost) => Promise<UtgrecRunHost>;
  readonly watched: (sink: RunSink, dataset: Dataset, books: Books) => RunSink;
  readonly forgetTokenizer: () => Promise<void>;
  readonly forgetModel: () => Promise<void>;
  /** A run has begun to train. */
  readonly began: (run: RunRecord, part: Part) => void;
}

interface Job {
  readonly part: Part;
  readonly control: JobControl;
  readonly limit: TimeLimit;
  readonly done: Promise<JobEnd>;
}

export class TrainingDesk {
  #job: Job | null = null;
  #isBeginning = false;
  readonly #loss = new DeviceLoss();

  constructor(readonly ports: TrainingPorts) {}

  /** What trains now. */
  get part(): Part | null {
    return this.#job?.part ?? null;
  }

  get isBusy(): boolean {
    return this.#isBeginning || this.#job !== null;
  }

  pause(): void {
    this.#job?.limit.pause(performance.now());
    this.#job?.control.pause();
  }

  /** Lets a paused job do one step. */
  step(): void {
    this.#job?.control.step();
  }

  resume(): void {
    this.#job?.limit.resume(performance.now());
    this.#job?.control.resume();
  }

  /** Minutes that the job may still work; null: no limit. */
  get minutesLeft(): number | null {
    return this.#job?.limit.minutesLeft(performance.now()) ?? null;
  }

  /** Resolves when the job has saved where it was. */
  async stop(): Promise<void> {
    this.#job?.control.stop();
    await this.#job?.done;
  }

  /**
   * Begins to train. @returns how it ends, once it does
   * @throws ConflictError `worker/busy`, `storage/locked` where another tab trains; ConfigError, UnsupportedError as the start does
   */
  async begin(order: TrainingOrder): Promise<{ readonly ended: Promise<JobEnd> }> {
    const { part, config, limit } = order;
    if (this.isBusy)
      throw new ConflictError(
        'worker/busy',
        `train a ${part}: another training is on its way; queue this one instead.`,
      );
    this.#isBeginning = true;
    try {
      const { host, record, releases } = await this.#open(order);
      const done = this.#runJob(part, config, host).finally(() => {
        for (const release of releases) release();
        this.#job = null;
        this.ports.emit({ kind: 'runs' });
      });
      this.#job = { part, control: host.control, limit, done };
      this.ports.began(record, part);
      return { ended: done };
    } finally {
      this.#isBeginning = false;
    }
  }

  async #open({ part, config, limit, name, lock, opened, batch, median }: TrainingOrder) {
    const { ports } = this;
    const registry = ports.registry();
    const releases = lock ? [lock] : [];
    try {
      const dataset = ports.dataset();
      const engine = await ports.engine.open();
      // Before anything changes: another tab may be training.
      if (!lock) releases.push(await lockTrainer());
      const shown = registry.shownId;
      const id = await showRunFor(registry, part, config, dataset, name);
      releases.push(await lockOwnRun(id));
      if (part === 'tokenizer') await adoptTokenizer(registry, id, config, dataset);
      if (part === 'tokenizer' || shown !== id) {
        await ports.forgetTokenizer();
        const left = await restoredRun(this.#store, config, dataset);
        ports.drift.reset(left.drift);
        await ports.shown.recall(left, this.#store);
      }
      await ports.forgetModel();
      await registry.update(id, {
        status: 'running',
        adapter: engine.device.profile.name,
        ...(batch ? { batch } : {}),
      });
      await median?.look(registry, id);
      ports.emit({ kind: 'runs' });
      await opened?.(id);
      const control = new JobControl();
      const record = await registry.require(id);
      return { releases, record, host: this.#limited(ports.host(engine, control), config, limit, median) };
    } catch (error) {
      for (const release of releases) release();
      throw error;
    }
  }

  /** The host whose reports feed the stop rules, and that remembers why training ended early. */
  #limited(host: JobHost, config: SystemConfig, limit: TimeLimit, median?: MedianWatch | null): JobHost {
    const softStage = lastStageOf(config);
    let epochs = 0;
    return {
      ...host,
      hooks: {
        ...host.hooks,
        progress: (progress) => {
          host.hooks.progress(progress);
          if (isTraining(progress.stage)) epochs = progress.epochs;
          if (!limit.isOver(performance.now())) return;
          // The last phase can be tested as it is; an earlier one is gone on with later.
          if (progress.stage === softStage) host.control.endTraining();
          else if (isTraining(progress.stage)) host.control.stop();
        },
        rows: (rows) => {
          host.hooks.rows(rows);
          limit.behind ??= median?.take(rows, epochs) ?? null;
          if (limit.behind !== null) host.control.stop();
        },
        stoppedEarly: (early) => {
          limit.early = early;
        },
      },
    };
  }

  async #runJob(part: Part, config: SystemConfig, host: JobHost): Promise<JobEnd> {
    const { engine } = this.ports;
    try {
      await this.#loss.survive(host.engine, (own) => this.#train(part, config, { ...host, engine: own }), {
        reopen: () => engine.open(),
        interrupted: (message, isRetried) => this.#interrupted(message, isRetried),
        resumed: () => this.#resumed(),
        now: host.now,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        isStopped: () => host.control.isStopped,
      });
      return await this.#end({ kind: 'finished', run: part, outcome: 'done' });
    } catch (error) {
      if (host.control.isStopped) return this.#end({ kind: 'finished', run: part, outcome: 'stopped' });
      return this.#end({ kind: 'failed', run: part, error: this.ports.reportError(error) });
    }
  }

  async #train(part: Part, config: SystemConfig, host: JobHost): Promise<void> {
    if (isUtgrec(config)) await this.#runUtgrec(part, config, host);
    else if (part === 'tokenizer') {
      const sink = this.ports.watched(host.sink, host.dataset, residualBooks(config));
      const identifiers = await trainTokenizer({ ...host, config, sink });
      this.ports.shown.settle(ofIdentifiers(host.dataset, identifiers));
      this.ports.emit({ kind: 'codes' });
    } else await this.#runRecommender({ ...host, config });
  }

  async #end(event: EndEvent): Promise<JobEnd> {
    const limit = this.#job?.limit ?? new TimeLimit(null, 0);
    const ending = endingOf(event, limit, performance.now());
    try {
      await this.#store.updateRun(CURRENT_RUN, { status: statusAfter(event), ending });
    } catch (error) {
      // What was trained is saved; only the list says less.
      console.warn(error);
    }
    this.ports.emit(event);
    return { ...event, ending };
  }

  async #runRecommender(context: JobContext): Promise<void> {
    await evaluateReferencePoints(context);
    const model = await trainModel(context);
    this.ports.shown.take(ofIdentifiers(context.dataset, model.identifiers));
    this.ports.demo.take(gpuDemo(context.engine, model.trainer, residualSource(model, context.config)));
  }

  async #runUtgrec(part: Part, config: UtgrecConfig, job: JobHost): Promise<void> {
    const { shown, demo, emit } = this.ports;
    const host = await this.ports.utgrecHost(config, job);
    const { levels } = config.tokenizer.quantiser;
    if (part === 'tokenizer') {
      const { codes, quality } = await trainTokenizerStep(host);
      const { dataset } = tokenizerPlace(config, job.dataset);
      shown.settle(ofCodes(dataset, codes, levels));
      emit({ kind: 'tokenized', quality });
      emit({ kind: 'codes' });
      return;
    }
    await evaluateReferencePoints({ ...host, dataset: recommenderDataset(config, job.dataset) });
    const { trainer, source, tokenizer, host: own } = await trainUtgrec(host);
    shown.settle(ofCodes(own.dataset, tokenizer.codes, levels));
    emit({ kind: 'tokenized', quality: tokenizer.quality });
    emit({ kind: 'codes' });
    demo.take(gpuDemo(job.engine, trainer, { source, historyLimit: config.recommender.historyLimit }));
  }

  /** The device is gone, with all that was on it. */
  async #interrupted(message: string, isRetried: boolean): Promise<void> {
    const { emit, engine, demo, gallery } = this.ports;
    engine.drop();
    demo.lose();
    gallery.lose();
    emit({ kind: 'deviceLost', message, isRetried });
    await this.#mark('interrupted');
  }

  async #resumed(): Promise<void> {
    await this.#mark('running');
    this.ports.emit({ kind: 'deviceBack' });
  }

  async #mark(status: RunRecord['status']): Promise<void> {
    await this.#store.updateRun(CURRENT_RUN, { status });
    this.ports.emit({ kind: 'runs' });
  }

  /** The store as seen from the shown run. */
  get #store(): RunStore {
    return this.ports.registry().view();
  }
}

/** A job for a whole run or a part of it. */
export const timeLimit = (rules: StopRules | undefined): TimeLimit =>
  new TimeLimit(rules?.minutes ?? null, performance.now());

const isTraining = (stage: Stage): boolean =>
  stage === 'tokenizer' || stage === 'recommender' || stage === 'fineTuning';

/** The stage after which a run is tested, if its training may end at any step of it; MTGRec chooses between finished candidates. */
function lastStageOf(config: SystemConfig): Stage | null {
  if (isUtgrec(config)) return config.transfer && hasPretraining(config) ? 'fineTuning' : 'recommender';
  return config.multiIdentifier ? null : 'recommender';
}
