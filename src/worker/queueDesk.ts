/**
 * The queue at work: keeps it in the store, begins the next run when the last one is over, and says why it does not. Tabs share
 * one queue: every change reads the kept text first, and one tab at a time is the runner; when it goes, the next takes over.
 */
import { ConfigError } from '../base/errors';
import type { RunEnding, RunStore } from '../storage/runStore';
import type { ErrorReport } from './protocol';
import type { QueuedRun, QueueEntry, QueueReplies, QueueRequest, QueueState, RunCheck } from './protocol/queue';
import { checkEntry, noteOf, QUEUE_NOTE, queueIn } from './queueNote';
import * as order from './queueOrder';

/** How a queued run came to its end. */
export type QueuedEnd =
  | { readonly kind: 'done'; readonly ending: RunEnding }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: ErrorReport };

export interface QueueHost {
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly notes: Pick<RunStore, 'readNote' | 'writeNote'>;
  /** Runs `work` while no other tab changes the queue. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Runs `work` as the only tab that begins queued runs; waits while another tab is that. */
  readonly asRunner: (work: () => Promise<void>) => Promise<void>;
  /** Whether this tab could begin a run now. */
  readonly isIdle: () => boolean;
  /** Resolves when no tab trains any more. */
  readonly whenTrainerFree: () => Promise<void>;
  /** Trains all parts of a run. `became` is told the run's id before training begins. May throw. */
  readonly train: (entry: QueueEntry, became: (runId: string) => Promise<void>) => Promise<QueuedEnd>;
  readonly check: (runs: readonly QueuedRun[]) => Promise<readonly RunCheck[]>;
  /** The open data set. @throws ConfigError `data/none` */
  readonly data: () => Promise<Pick<QueueEntry, 'data' | 'dataOrigin'>>;
  readonly tell: (state: QueueState) => void;
  readonly errorReport: (error: unknown) => ErrorReport;
  readonly warn: (error: unknown) => void;
}

/** Failures that the next run would meet as well. */
const HOLDING: Readonly<Record<string, string>> = {
  'gpu/lost': 'the GPU was lost again, or did not come back',
  'gpu/none': 'there is no GPU here',
  'storage/quota': 'the storage is full',
};

export class QueueDesk {
  #isPumping = false;
  #pumpsAgain = false;
  #isSkipping = false;
  /** The entry that has its turn here. */
  #current: string | null = null;
  #isHandingOver = false;

  constructor(readonly host: QueueHost) {}

  /** Whether a queued run has its turn in this tab. */
  get isTraining(): boolean {
    return this.#current !== null;
  }

  /** Reads the queue again: another tab has changed it. */
  async refresh(): Promise<QueueState> {
    return this.#read();
  }

  /** What has its turn here is about to be stopped for another tab, which goes on with it. @returns its id, null if nothing has */
  handOver(): string | null {
    this.#isHandingOver = this.#current !== null;
    return this.#current;
  }

  /** Goes on with an entry that another tab let go of, also while the queue is held; then with those behind it. */
  async goOnWith(id: string): Promise<void> {
    await this.host.asRunner(async () => {
      await this.#change(order.recovered);
      let entry: QueueEntry | null = null;
      await this.#change((state) => {
        entry = state.entries.find((each) => each.id === id && order.isWaiting(each)) ?? null;
        return entry ? order.begun(state, id) : state;
      });
      if (entry && (await this.#runOne(entry))) await this.#runAll();
    });
  }

  /** @throws ConfigError `queue/full`, `queue/unknown`, `config/field`; FormatError `storage/queue` */
  async answer(request: QueueRequest, stop: () => void): Promise<QueueReplies[QueueRequest['kind']]> {
    switch (request.kind) {
      case 'queue':
        return this.#read();
      case 'checkRuns':
        return this.host.check(request.runs);
      case 'enqueue':
        await this.#enqueue(request.runs, request.batch);
        break;
      case 'moveInQueue':
        await this.#change((state) => order.moved(state, request.id, request.to));
        return null;
      case 'removeFromQueue': {
        let out: QueueReplies['removeFromQueue'] = [];
        await this.#change((before) => {
          const { state, removed } = order.removed(before, request.ids);
          out = removed;
          return state;
        });
        return out;
      }
      case 'putBackInQueue': {
        const removed = request.removed.map(({ entry, index }) => ({ entry: checkEntry(entry), index }));
        await this.#change((state) => order.putBack(state, removed));
        break;
      }
      case 'retryInQueue':
        await this.#change((state) => order.retried(state, request.id));
        break;
      case 'holdQueue':
        await this.#change((state) => order.held(state, null));
        return null;
      case 'releaseQueue':
        await this.#change(order.released);
        break;
      case 'skipInQueue':
        this.#isSkipping = this.isTraining;
        if (this.isTraining) stop();
        return null;
    }
    this.pump();
    return null;
  }

  /** Holds the queue if something waits: the user stopped what was training and wants to look. */
  async holdWaiting(because: string): Promise<void> {
    const { entries } = await this.#read();
    if (entries.some(order.isWaiting)) await this.#change((state) => order.held(state, because));
  }

  /** Begins what waits, one after another, unless something trains. Does nothing where nothing waits. */
  pump(): void {
    this.#pumpsAgain = true;
    if (!this.#isPumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      while (this.#pumpsAgain) {
        this.#pumpsAgain = false;
        const { entries, isHeld } = await this.#read();
        const isLeft = entries.some(({ state }) => state === 'running' || (state === 'waiting' && !isHeld));
        if (isLeft && this.host.isIdle()) await this.host.asRunner(() => this.#runAll());
      }
    } catch (error) {
      this.host.warn(error);
    } finally {
      this.#isPumping = false;
    }
  }

  async #runAll(): Promise<void> {
    // Whoever is the runner knows that nobody else's run is under way.
    await this.#change(order.recovered);
    while (this.host.isIdle()) {
      let entry: QueueEntry | null = null;
      await this.#change((state) => {
        entry = order.nextOf(state);
        return entry ? order.begun(state, entry.id) : state;
      });
      if (!entry || !(await this.#runOne(entry))) return;
    }
  }

  /** @returns whether the next may follow */
  async #runOne(entry: QueueEntry): Promise<boolean> {
    this.#current = entry.id;
    this.#isSkipping = false;
    this.#isHandingOver = false;
    let end: QueuedEnd;
    try {
      end = await this.host.train(entry, (runId) => this.#change((state) => order.became(state, entry.id, runId)));
    } catch (error) {
      end = { kind: 'failed', error: this.host.errorReport(error) };
    } finally {
      this.#current = null;
    }
    if (this.#isHandingOver && end.kind === 'stopped') {
      await this.#change((state) => order.waitingAgain(state, entry.id, entry.attempts));
      return false;
    }
    const isBusyHere = end.kind === 'failed' && end.error.code === 'worker/busy';
    const isBusyElsewhere = end.kind === 'failed' && end.error.code === 'storage/locked';
    if (isBusyHere || isBusyElsewhere) {
      await this.#change((state) => order.waitingAgain(state, entry.id, entry.attempts));
      if (this.#isHandingOver) return false;
      if (isBusyElsewhere) await this.host.whenTrainerFree();
      return isBusyElsewhere;
    }
    const error = end.kind === 'failed' ? end.error : null;
    const hold = error
      ? (HOLDING[error.code] ?? null)
      : end.kind === 'stopped' && !this.#isSkipping
        ? `“${entry.name}” was stopped`
        : null;
    await this.#change((state) => {
      const ending = end.kind === 'done' ? { ending: end.ending } : {};
      const next = order.ended(state, entry.id, { state: end.kind, error, ...ending }, this.host.nowMs());
      return hold !== null && next.entries.some(order.isWaiting) ? order.held(next, hold) : next;
    });
    return hold === null;
  }

  async #enqueue(runs: readonly QueuedRun[], title: string | null): Promise<void> {
    const checks = await this.host.check(runs);
    for (const { error } of checks) if (error) throw new ConfigError(error.code, error.message);
    const place = await this.host.data();
    const batch = title === null ? null : { id: this.host.newId(), title };
    const entries = runs.map((run) =>
      checkEntry({
        id: this.host.newId(),
        ...run,
        batch,
        ...place,
        state: 'waiting',
        runId: null,
        error: null,
        attempts: 0,
        addedAtMs: this.host.nowMs(),
        endedAtMs: null,
      }),
    );
    await this.#change((state) => order.added(state, entries));
  }

  async #read(): Promise<QueueState> {
    return queueIn(await this.host.notes.readNote(QUEUE_NOTE), this.host.warn);
  }

  #change(change: (state: QueueState) => QueueState): Promise<void> {
    return this.host.inTurn(async () => {
      const before = await this.#read();
      const after = change(before);
      if (after === before) return;
      await this.host.notes.writeNote(QUEUE_NOTE, noteOf(after));
      this.host.tell(after);
    });
  }
}
