/** What is open in this page: the data set, the runs, and the one of them that the pages show; opening others of each. */
import { ConfigError, type TesseraError } from '../base/errors';
import { runsInTraining } from '../storage/browserRunStore';
import type { RunRecord, RunStore } from '../storage/runStore';
import { isSystem } from '../train/anyConfig';
import type { MeasuredRun } from '../train/results';
import type { SystemConfig } from '../train/systemConfig';
import { summaryOf } from './catalogue';
import type { DriftDesk } from './driftDesk';
import { errorReport } from './errorReport';
import type { DataSummary, RestoredState, SavedRun, WorkerEvent } from './protocol';
import { restoredRun } from './restoredRuns';
import type { ResultsDesk } from './resultsDesk';
import { hasModelOf, RunDesk } from './runDesk';
import { readRunFiles } from './runFiles';
import { RunRegistry } from './runRegistry';
import { openStore } from './runStart';
import { dataOfRun } from './runTransfer';
import { ShippedRuns } from './shippedRuns';
import type { ShownItems } from './shownItems';
import { measuredEvaluations } from './storeSink';
import {
  CURRENT_RUN,
  type DataOrigin,
  forgetData,
  type OpenData,
  openOrigin,
  openSample,
  recallConfig,
  recallData,
  rememberData,
} from './workspace';

/** What the session lends. */
export interface OpenPorts {
  readonly emit: (event: WorkerEvent) => void;
  readonly shown: ShownItems;
  readonly drift: DriftDesk;
  readonly results: ResultsDesk;
  /** @throws ConflictError `worker/busy` while something trains */
  readonly requireIdle: (wish: string) => void;
  /** Lets go of everything that was made from the shown run. */
  readonly forget: () => Promise<void>;
}

export class OpenDesk {
  #baseUrl = '';
  #runs: RunDesk | null = null;
  #data: OpenData | null = null;

  constructor(readonly ports: OpenPorts) {}

  get baseUrl(): string {
    return this.#baseUrl;
  }

  /** Null where none is open. */
  get dataOrNull(): OpenData | null {
    return this.#data;
  }

  /** @throws ConfigError `data/none` */
  get data(): OpenData {
    if (!this.#data) throw new ConfigError('data/none', 'no data set is open; use the sample or drop your files.');
    return this.#data;
  }

  /** @throws ConfigError `worker/hello` */
  get runs(): RunDesk {
    if (!this.#runs) throw new ConfigError('worker/hello', 'worker: wanted a greeting first; reload the page.');
    return this.#runs;
  }

  get registry(): RunRegistry {
    return this.runs.registry;
  }

  /** The run that the pages show; null for none, and before the greeting. */
  get shownId(): string | null {
    return this.#runs?.registry.shownId ?? null;
  }

  /** The store as seen from the shown run. */
  get store(): RunStore {
    return this.registry.view();
  }

  /** Opens the store, with no data set yet. */
  async begin(baseUrl: string): Promise<void> {
    this.#baseUrl = baseUrl;
    const registry = await RunRegistry.open(await openStore(), { nowMs: Date.now, busyRuns: runsInTraining });
    this.#runs = new RunDesk(registry, new ShippedRuns(baseUrl, (problems) => this.#tellProblems(problems)));
  }

  /** Opens the data set of the last visit. @returns the shown run, or null if there is none */
  async recall(): Promise<RestoredState | null> {
    this.#data = await recallData(this.store, this.#baseUrl);
    return this.#data && (await this.restore());
  }

  /** The shown run as far as it is, on the open data. */
  async restore(): Promise<RestoredState> {
    const { shown, drift } = this.ports;
    const config = await this.config();
    const summary = summaryOf(this.data);
    if (!config)
      return {
        data: summary,
        run: null,
        config: null,
        tokenizer: { isDone: false, rows: [], codebook: null, drift: [], quality: null },
        recommender: { isDone: false, hasModel: false, rows: [], evaluations: [], curriculum: [] },
      };
    const run = await restoredRun(this.store, config, this.data.dataset);
    await shown.recall(run, this.store);
    const kept = drift.reset(run.drift);
    const record = (await this.store.getRun(CURRENT_RUN)) ?? null;
    const busy = await this.registry.host.busyRuns();
    return {
      data: summary,
      run: record && { id: record.id, name: record.name, isTraining: busy.has(record.id) },
      config,
      tokenizer: { ...run.tokenizer, drift: kept },
      recommender: { ...run.recommender, hasModel: run.items !== null && (await this.hasModel(config)) },
    };
  }

  /** Of the shown run; null without one on the open data. */
  config(): Promise<SystemConfig | null> {
    return recallConfig(this.store, this.data.dataset);
  }

  async hasModel(config: SystemConfig): Promise<boolean> {
    const entries = await this.store.listCheckpoints(CURRENT_RUN);
    return hasModelOf(config, new Set(entries.map(({ name }) => name)));
  }

  /** The shown run as far as it was measured. */
  async measured(): Promise<MeasuredRun | null> {
    const config = this.#data && (await this.config());
    return config ? { config, evaluations: await measuredEvaluations(this.store, CURRENT_RUN) } : null;
  }

  /** @throws ConfigError `data/no-users` and those of `open` */
  async openData(open: () => Promise<OpenData>, from: DataOrigin | readonly File[]): Promise<DataSummary> {
    this.ports.requireIdle('open another data set');
    const data = await open();
    if (data.dataset.userCount === 0)
      throw new ConfigError('data/no-users', 'open data: there are items but no sequences; add sequences.jsonl.gz.');
    await rememberData(this.store, data, from, Date.now());
    await this.registry.show(null);
    this.ports.results.clear();
    await this.ports.forget();
    this.#data = data;
    return summaryOf(data);
  }

  /** Adds the run of a file or folder and shows it; nothing is kept if one of its files does not fit. */
  async openRun(files: readonly File[]): Promise<RestoredState> {
    this.ports.requireIdle('open a run');
    const run = await readRunFiles(files);
    const data = await dataOfRun(run, this.#data, () => openSample(this.#baseUrl));
    await this.#enter(data, { kind: 'sample' });
    return this.showRun(await this.runs.add(run, files));
  }

  /** Makes a run the one that the pages show, with its data. @throws ConfigError `run/unknown`, `run/show`, `run/data` */
  async showRun(id: string): Promise<RestoredState> {
    this.ports.requireIdle('open a run');
    const { record, config } = await this.runs.fetched(id);
    await this.showDataOf(record);
    // A system without a tokenizer is only compared and demonstrated: the pages go on showing what they do.
    if (isSystem(config)) {
      await this.ports.forget();
      await this.registry.show(id);
    }
    return this.restore();
  }

  /** @throws ConfigError `run/data` where its data are neither open nor can be opened */
  async showDataOf(run: Pick<RunRecord, 'name' | 'dataHash' | 'dataName' | 'dataOrigin'>): Promise<void> {
    if (this.#data?.dataset.contentHash === run.dataHash) return;
    const opened = await openOrigin(run.dataOrigin, this.#baseUrl);
    if (opened?.data.dataset.contentHash !== run.dataHash)
      throw new ConfigError(
        'run/data',
        `open ${run.name}: it belongs to ${run.dataName ?? 'other data'}; open that data set first.`,
      );
    await this.#enter(opened.data, opened.origin);
  }

  /** A run, the shown one by default, as one file. @throws ConfigError `run/none` */
  async saveRun(id: string | undefined, isAnonymous: boolean): Promise<SavedRun> {
    this.ports.requireIdle('save the run');
    const saved = id ?? this.registry.shownId;
    if (saved === null)
      throw new ConfigError('run/none', 'save the run: there is none on this data yet; train one first.');
    return this.runs.save(saved, isAnonymous);
  }

  /** Forgets the data set, the runs and the checkpoints. */
  async clear(): Promise<null> {
    this.ports.requireIdle('clear the workspace');
    await this.registry.clear();
    await forgetData(this.store);
    this.ports.results.clear();
    await this.ports.forget();
    this.#data = null;
    return null;
  }

  #tellProblems(problems: readonly TesseraError[]): void {
    this.ports.emit({ kind: 'shippedProblem', error: errorReport(problems[0]), count: problems.length });
  }

  async #enter(data: OpenData, origin: DataOrigin): Promise<void> {
    if (data === this.#data) return;
    await rememberData(this.store, data, origin, Date.now());
    this.ports.results.clear();
    await this.ports.forget();
    this.#data = data;
  }
}
