/** The ways in which a training begins: asked for, from the queue, or taken over from another tab. */
import { ConfigError } from '../base/errors';
import { isSystem } from '../train/anyConfig';
import { checkSystemConfig, type SystemConfig } from '../train/systemConfig';
import type { GalleryDesk } from './galleryDesk';
import { MedianWatch } from './medianWatch';
import type { OpenDesk } from './openDesk';
import type { Request, WorkerEvent } from './protocol';
import type { QueueEntry } from './protocol/queue';
import type { QueueDesk, QueuedEnd } from './queueDesk';
import type { HandedOver, TabDesk } from './tabDesk';
import { type JobEnd, type Part, type TrainingDesk, timeLimit } from './trainingDesk';

/** What the session lends. */
export interface StartPorts {
  readonly emit: (event: WorkerEvent) => void;
  readonly open: OpenDesk;
  readonly training: TrainingDesk;
  readonly gallery: GalleryDesk;
  readonly tabs: TabDesk;
  /** @throws ConfigError `worker/hello` */
  readonly queue: () => QueueDesk;
  /** @throws ConflictError `worker/busy` while something trains */
  readonly requireIdle: (wish: string) => void;
}

export class Starts {
  #isTakingOver = false;

  constructor(readonly ports: StartPorts) {}

  /** Whether this tab waits for another one to let go. */
  get isTakingOver(): boolean {
    return this.#isTakingOver;
  }

  /** @throws as `TrainingDesk.begin`; ConfigError `config/field` */
  async start(
    part: Part,
    { config, rules }: Extract<Request, { kind: 'startTokenizer' | 'startRecommender' }>,
  ): Promise<null> {
    this.ports.requireIdle(`train a ${part}`);
    const order = { part, config: checkSystemConfig(config, 'configuration'), limit: timeLimit(rules) };
    const { ended } = await this.ports.training.begin(order);
    void ended.then(() => this.ports.queue().pump());
    return null;
  }

  /** Both parts of a queued run, on its own data. */
  async trainQueued(entry: QueueEntry, became: (runId: string) => Promise<void>): Promise<QueuedEnd> {
    const { emit, gallery, open, training } = this.ports;
    gallery.requireIdle('begin a queued run');
    const { config, name, data, dataOrigin, batch, rules } = entry;
    const origin = dataOrigin === null ? {} : { dataOrigin };
    await open.showDataOf({ name, dataHash: data.hash, dataName: data.name, ...origin });
    const limit = timeLimit(rules);
    const median = rules.median && batch ? new MedianWatch(rules.median, batch) : null;
    const train = async (part: Part): Promise<JobEnd> => {
      const opened = async (id: string): Promise<void> => {
        await became(id);
        emit({ kind: 'began', run: part, config, state: await open.restore() });
      };
      return (await training.begin({ part, config, name, limit, opened, batch, median })).ended;
    };
    const end = await train('tokenizer');
    const isDone = end.kind === 'finished' && end.outcome === 'done';
    return queuedEnd(isDone ? await train('recommender') : end);
  }

  /**
   * Goes on here with what another tab trains. @returns its configuration; null for a queued run, which begins by itself
   * @throws ConflictError `tabs/none`, `tabs/silent`, `tabs/slow`, `worker/busy`; ConfigError as `OpenDesk.showRun`
   */
  async takeOver(): Promise<SystemConfig | null> {
    const { queue, requireIdle, tabs } = this.ports;
    requireIdle('take over');
    this.#isTakingOver = true;
    try {
      const handed = await tabs.takeOver();
      if (handed.entry === null) return await this.#goOn(handed);
      // The queue takes the right to train by itself, run by run.
      handed.release();
      queue()
        .goOnWith(handed.entry)
        .catch((error: unknown) => console.warn(error));
      return null;
    } finally {
      this.#isTakingOver = false;
    }
  }

  async #goOn({ job, minutes, release }: HandedOver): Promise<SystemConfig> {
    const { emit, open, queue, training } = this.ports;
    const { runId, part } = job;
    try {
      const { config } = await open.runs.fetched(runId);
      if (!isSystem(config))
        throw new ConfigError(
          'tabs/system',
          `take over: ${job.name} has no tokenizer; go on with it where it was begun.`,
        );
      const state = await open.showRun(runId);
      const opened = async (): Promise<void> => emit({ kind: 'began', run: part, config, state });
      const limit = timeLimit({ minutes });
      const { ended } = await training.begin({ part, config, limit, lock: release, opened });
      void ended.then(() => queue().pump());
      return config;
    } catch (error) {
      release();
      throw error;
    }
  }
}

/** A run that a stop rule ended had its turn. */
function queuedEnd(end: JobEnd): QueuedEnd {
  if (end.kind === 'failed') return { kind: 'failed', error: end.error };
  return end.ending.kind === 'stopped' ? { kind: 'stopped' } : { kind: 'done', ending: end.ending };
}
