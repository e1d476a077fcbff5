/**
 * All runs of the workbench, whatever data they were trained on, and which of them the pages show. A run that is started again
 * with the same configuration on the same data goes on; everything else is a run of its own, and older ones stay.
 */
import { ConfigError, ConflictError } from '../base/errors';
import type { RunRecord, RunSource, RunStore } from '../storage/runStore';
import { UNDO_MS } from './protocol/data';
import { freeName } from './runNames';
import { isUpstream, runView, upstreamOf } from './runView';
import { CURRENT_RUN, DATA_RUN, PRETRAINING_RUN } from './workspace';

const SHOWN_NOTE = 'shown-run';
const MAX_NAME = 80;

export interface RegistryHost {
  readonly nowMs: () => number;
  /** Runs that some tab trains. */
  readonly busyRuns: () => Promise<ReadonlySet<string>>;
}

export interface NewRun {
  /** The whole configuration as JSON text. */
  readonly config: string;
  readonly data: { readonly name: string; readonly contentHash: string };
  readonly source: RunSource;
  /** A generated one by default. */
  readonly name?: string;
  readonly hasUpstream?: boolean;
}

export class RunRegistry {
  #shown: string | null = null;

  private constructor(
    readonly store: RunStore,
    readonly host: RegistryHost,
  ) {}

  /** Takes the store: adopts the one run of the first version and removes runs whose deletion was not undone. */
  static async open(store: RunStore, host: RegistryHost): Promise<RunRegistry> {
    const registry = new RunRegistry(store, host);
    await registry.#adopt();
    await registry.purge();
    const shown = await store.readNote(SHOWN_NOTE);
    if (shown && (await registry.find(shown))) registry.#shown = shown;
    return registry;
  }

  get shownId(): string | null {
    return this.#shown;
  }

  /** The store as seen from a run, by default the shown one. */
  view(id: string | null = this.#shown): RunStore {
    return runView(this.store, id);
  }

  /** Newest first, without those that wait to be deleted. */
  async list(): Promise<RunRecord[]> {
    return (await this.#all()).filter(({ deletedAtMs }) => deletedAtMs == null);
  }

  async find(id: string): Promise<RunRecord | null> {
    return (await this.list()).find((run) => run.id === id) ?? null;
  }

  /** @throws ConfigError `run/unknown` */
  async require(id: string): Promise<RunRecord> {
    const run = await this.find(id);
    if (!run) throw new ConfigError('run/unknown', `runs: there is no run "${id}" here; choose one of the list.`);
    return run;
  }

  /** The run that trains this configuration on these data, if it was started here. */
  async findSame(config: string, dataHash: string): Promise<RunRecord | null> {
    const isSame = (run: RunRecord): boolean =>
      run.config === config && run.dataHash === dataHash && (run.source ?? 'trained') === 'trained';
    const runs = await this.list();
    return runs.find((run) => run.id === this.#shown && isSame(run)) ?? runs.find(isSame) ?? null;
  }

  /** @returns its id, the generated name; the run is not shown yet */
  async create({ config, data, source, name, hasUpstream = false }: NewRun): Promise<string> {
    const taken = new Set((await this.store.listRuns()).map((run) => run.id));
    const id = await freeName(config + data.contentHash, (word) => taken.has(word));
    const opened = await this.store.getRun(DATA_RUN);
    const origin = opened?.dataHash === data.contentHash ? opened.config : null;
    const record: RunRecord = {
      id,
      name: name ?? id,
      config,
      dataHash: data.contentHash,
      dataName: data.name,
      ...(origin === null ? {} : { dataOrigin: origin }),
      status: 'created',
      createdAtMs: this.host.nowMs(),
      source,
    };
    await this.store.createRun(record);
    if (hasUpstream) await this.store.createRun({ ...record, id: upstreamOf(id) });
    return id;
  }

  /** A run that comes with the program keeps the id it was given. */
  async createShipped(record: RunRecord): Promise<void> {
    await this.store.createRun({ ...record, source: 'shipped' });
  }

  /** Remembers what the pages show, for the next visit as well. */
  async show(id: string | null): Promise<void> {
    this.#shown = id;
    await this.store.writeNote(SHOWN_NOTE, id ?? '');
  }

  async update(id: string, change: Partial<Omit<RunRecord, 'id'>>): Promise<void> {
    await this.store.updateRun(id, change);
  }

  /** @throws ConfigError `run/name`, `run/shipped`, `run/unknown` */
  async rename(id: string, name: string): Promise<void> {
    const text = name.trim();
    if (text.length === 0 || text.length > MAX_NAME)
      throw new ConfigError('run/name', `rename: wanted 1 to ${MAX_NAME} letters, came ${text.length}; shorten it.`);
    await this.#requireOwn(id, 'rename');
    await this.update(id, { name: text });
  }

  /** Marks it as deleted; `purge` removes it. @throws ConflictError `storage/locked` while a tab trains it; ConfigError as `rename` */
  async remove(id: string): Promise<void> {
    await this.#requireOwn(id, 'delete');
    if ((await this.host.busyRuns()).has(id))
      throw new ConflictError('storage/locked', `delete ${id}: it is training; stop it first.`);
    await this.update(id, { deletedAtMs: this.host.nowMs() });
    if (this.#shown === id) await this.show(null);
  }

  /** Removes a run that could not be kept whole. */
  discard(id: string): Promise<void> {
    return this.#erase(id);
  }

  /** Undoes a deletion. @throws ConfigError `run/unknown` if it is too late */
  async putBack(id: string): Promise<void> {
    const run = (await this.#all()).find((each) => each.id === id);
    if (!run) throw new ConfigError('run/unknown', `put back: the run "${id}" is gone; import a saved copy.`);
    await this.update(id, { deletedAtMs: null });
  }

  /** Removes the runs whose deletion can be undone no more. */
  async purge(): Promise<void> {
    const now = this.host.nowMs();
    // What waits longer than a deletion can be undone goes at the next visit.
    for (const { id, deletedAtMs } of await this.#all())
      if (deletedAtMs != null && now - deletedAtMs >= UNDO_MS) await this.#erase(id);
  }

  /** Forgets all runs but those that a tab trains. */
  async clear(): Promise<void> {
    const busy = await this.host.busyRuns();
    for (const { id } of await this.#all()) if (!busy.has(id)) await this.#erase(id);
    await this.show(null);
  }

  async #erase(id: string): Promise<void> {
    for (const part of [id, upstreamOf(id)]) if (await this.store.getRun(part)) await this.store.deleteRun(part);
  }

  async #all(): Promise<RunRecord[]> {
    return (await this.store.listRuns()).filter(({ id }) => id !== DATA_RUN && !isUpstream(id));
  }

  async #requireOwn(id: string, wish: string): Promise<void> {
    const { source } = await this.require(id);
    if (source === 'shipped')
      throw new ConfigError('run/shipped', `${wish} ${id}: it comes with Tessera and is read only; duplicate it.`);
  }

  /** The first version kept one run without a name of its own. It keeps its ids; nothing of it is copied or moved. */
  async #adopt(): Promise<void> {
    const legacy = await this.store.getRun(CURRENT_RUN);
    if (!legacy || legacy.dataName !== undefined) return;
    const data = await this.store.getRun(DATA_RUN);
    const isOfData = data?.dataHash === legacy.dataHash;
    const taken = new Set((await this.store.listRuns()).map((run) => run.name));
    const name = await freeName(legacy.config + legacy.dataHash, (word) => taken.has(word));
    await this.store.updateRun(CURRENT_RUN, {
      name,
      dataName: isOfData ? data.name : 'an older data set',
      ...(isOfData ? { dataOrigin: data.config } : {}),
      source: 'trained',
      status: await this.#legacyStatus(),
    });
    if (isOfData) await this.store.writeNote(SHOWN_NOTE, CURRENT_RUN);
  }

  async #legacyStatus(): Promise<RunRecord['status']> {
    const evaluations = await this.store.listEvaluations(CURRENT_RUN);
    if (evaluations.some(({ split, details }) => split === 'test' && details['report']?.includes('"kind":"model"')))
      return 'finished';
    const parts = [CURRENT_RUN, PRETRAINING_RUN].map((id) => this.store.listCheckpoints(id));
    return (await Promise.all(parts)).some((entries) => entries.length > 0) ? 'paused' : 'created';
  }
}
