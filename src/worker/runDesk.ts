/** The list of all runs and what is done to one of them: those trained here, imported, and those that come with Tessera. */
import type { RunRecord } from '../storage/runStore';
import {
  type AnyConfig,
  checkAnyConfig,
  isNextItem,
  isResidual,
  isSystem,
  plainConfig,
  systemName,
} from '../train/anyConfig';
import { isUtgrec } from '../train/systemConfig';
import { metricSummaries } from './metricSummaries';
import type { SavedRun } from './protocol';
import type { RunInfo, RunsReplies, RunsRequest } from './protocol/runs';
import { curveOfRows } from './runCurve';
import { hasModel, type RunFiles, readRunFiles } from './runFiles';
import type { RunRegistry } from './runRegistry';
import { keepRun, runAsFile } from './runTransfer';
import type { ShippedRun, ShippedRuns } from './shippedRuns';
import { storedEvaluations, storedRows } from './storeSink';
import { CURRENT_RUN } from './workspace';

export class RunDesk {
  readonly #fetches = new Map<string, Promise<void>>();

  constructor(
    readonly registry: RunRegistry,
    readonly shipped: ShippedRuns,
  ) {}

  /** @throws ConfigError `run/unknown` and those of the registry */
  async answer(request: RunsRequest): Promise<RunsReplies[RunsRequest['kind']]> {
    const { registry } = this;
    switch (request.kind) {
      case 'listRuns':
        return this.list();
      case 'renameRun':
        await registry.rename(request.id, request.name);
        return null;
      case 'deleteRun': {
        const isShown = registry.shownId === request.id;
        await registry.remove(request.id);
        return isShown;
      }
      case 'putBackRun':
        await registry.putBack(request.id);
        return null;
      case 'runCurves':
        return this.#curves(request.ids, request.metric);
    }
  }

  /** Newest first; those that come with Tessera last. */
  async list(): Promise<RunInfo[]> {
    await this.registry.purge();
    const records = await this.registry.list();
    const own = records.filter(({ source }) => source !== 'shipped');
    const fetched = new Map(records.map((record) => [record.id, record]));
    const busy = await this.registry.host.busyRuns();
    const infos: RunInfo[] = [];
    for (const record of own) {
      try {
        infos.push(await this.#info(record, busy));
      } catch (error) {
        // One run of an older or newer program must not hide the others.
        console.warn(`The run ${record.name} cannot be read.`, error);
      }
    }
    for (const run of await this.shipped.list()) {
      const record = fetched.get(run.id);
      infos.push(record ? await this.#info(record, busy) : waiting(run));
    }
    return infos;
  }

  /** The record of a run whose files are here; those of a shipped one are fetched. @throws ConfigError `run/unknown` and those of `fetch` */
  async fetched(id: string): Promise<{ record: RunRecord; config: AnyConfig }> {
    await this.#fetched(id);
    const record = await this.registry.require(id);
    return { record, config: checkAnyConfig(JSON.parse(record.config), 'stored run') };
  }

  /** Adds a run that was brought; its name is its file's, or the one it had. @returns its id */
  async add(run: RunFiles, files: readonly File[]): Promise<string> {
    const id = await this.registry.create({
      config: JSON.stringify(plainConfig(run.config)),
      data: { name: run.data.name, contentHash: run.data.hash },
      source: 'imported',
      name: nameOf(files, run.config.name),
      hasUpstream: run.pretraining !== undefined,
    });
    try {
      await keepRun(this.registry.view(id), run, this.registry.host.nowMs);
    } catch (error) {
      await this.registry.discard(id);
      throw error;
    }
    await this.registry.update(id, { status: statusOf(run), ...(run.ending ? { ending: run.ending } : {}) });
    return id;
  }

  /** As one file. @throws ConfigError `run/unknown` */
  async save(id: string, isAnonymous: boolean): Promise<SavedRun> {
    const { record, config } = await this.fetched(id);
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const data = { name: record.dataName ?? '', hash: record.dataHash };
    // What a failure said may name files of this machine.
    const { ending } = record;
    const run = { config, data, name: record.name, ...(ending && ending.kind !== 'failed' ? { ending } : {}) };
    return runAsFile(this.registry.view(id), run, isAnonymous ? [timeZone] : null);
  }

  /** Several questions may want one run at once: it is fetched once. */
  #fetched(id: string): Promise<void> {
    const pending = this.#fetches.get(id) ?? this.#fetchOnce(id).finally(() => this.#fetches.delete(id));
    this.#fetches.set(id, pending);
    return pending;
  }

  async #fetchOnce(id: string): Promise<void> {
    if (await this.registry.find(id)) return;
    const shipped = (await this.shipped.list()).find((run) => run.id === id);
    if (shipped) await this.#fetch(shipped);
  }

  /** Its record comes last: what a crash leaves is no run yet and goes with the next attempt. */
  async #fetch(shipped: ShippedRun): Promise<void> {
    const run = await readRunFiles([await this.shipped.fetch(shipped)]);
    await this.registry.store.deleteRun(shipped.id);
    await keepRun(this.registry.view(shipped.id), run, () => 0);
    await this.registry.createShipped({
      id: shipped.id,
      name: shipped.name,
      config: JSON.stringify(plainConfig(run.config)),
      dataHash: run.data.hash,
      dataName: run.data.name,
      dataOrigin: JSON.stringify({ kind: 'sample' }),
      status: 'finished',
      createdAtMs: 0,
    });
  }

  async #curves(ids: readonly string[], metric: string): Promise<RunsReplies['runCurves']> {
    const curves = await Promise.all(
      ids.map(async (id) => {
        await this.fetched(id);
        return [id, curveOfRows(await storedRows(this.registry.view(id), CURRENT_RUN), metric)] as const;
      }),
    );
    return Object.fromEntries(curves);
  }

  async #info(record: RunRecord, busy: ReadonlySet<string>): Promise<RunInfo> {
    const { id, name, status, source = 'trained', createdAtMs, dataName = '', dataHash } = record;
    const config = checkAnyConfig(JSON.parse(record.config), 'stored run');
    const view = this.registry.view(id);
    const files = await view.listCheckpoints(CURRENT_RUN);
    const newest = new Map(files.map((entry) => [entry.name, entry]));
    return {
      id,
      name,
      system: systemName(config),
      source,
      status: status === 'running' && !busy.has(id) ? 'interrupted' : status,
      ending: record.ending ?? null,
      isShown: this.registry.shownId === id,
      canShow: isSystem(config),
      isFetched: true,
      data: { name: dataName, hash: dataHash },
      config,
      seed: config.seed,
      createdAtMs,
      hasModel: hasModelOf(config, new Set(newest.keys())),
      sizeBytes: [...newest.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      evaluations: await storedEvaluations(view, CURRENT_RUN),
      metrics: metricSummaries(await storedRows(view, CURRENT_RUN)),
    };
  }
}

/** A saved run is called as its file; "run" is what an anonymous one is called. */
function nameOf(files: readonly File[], configured: string): string {
  const [, base = ''] = /^(.+)\.tessera$/i.exec(files.length === 1 ? (files[0]?.name ?? '') : '') ?? [];
  return base === '' || base === 'run' ? configured : base;
}

function statusOf({ config, evaluations, checkpoints, pretraining }: RunFiles): RunRecord['status'] {
  if (evaluations.some(({ report }) => report.kind === 'model' && report.split === 'test')) return 'finished';
  if (hasModelOf(config, new Set(checkpoints.keys()))) return 'paused';
  return (pretraining ?? { checkpoints }).checkpoints.has('tokenizer') ? 'tokenized' : 'paused';
}

/** Whether these checkpoints are enough to recommend. */
export function hasModelOf(config: AnyConfig, roles: ReadonlySet<string>): boolean {
  if (isResidual(config)) return hasModel(config, roles);
  return (isNextItem(config) || isUtgrec(config)) && (roles.has('best') || roles.has('recommender'));
}

const waiting = (run: ShippedRun): RunInfo => ({
  id: run.id,
  name: run.name,
  system: systemName(run.config),
  source: 'shipped',
  status: 'finished',
  ending: null,
  isShown: false,
  canShow: isSystem(run.config),
  isFetched: false,
  data: run.data,
  config: run.config,
  seed: run.config.seed,
  createdAtMs: 0,
  hasModel: true,
  sizeBytes: run.sizeBytes,
  evaluations: run.evaluations,
  metrics: run.metrics,
});
