/**
 * One tab among others of its origin. The one that trains tells how far it is; the others show it, and may ask it to let go. Who
 * trains is decided by a lock of the browser alone: what is told here only says what to show, and whom to ask.
 */
import { ConflictError } from '../base/errors';
import type { CodebookReport, MetricRow } from '../train/reports';
import type { WorkerEvent } from './protocol';
import type { OtherJob } from './protocol/tabs';
import { envelopeOf, MOST_ROWS, readEnvelope, type TabMessage } from './tabMessages';

/** Others are told at most so often. */
const TELL_EVERY_MS = 400;
/** A tab that trains and says nothing for so long is looked for: it may be gone. */
const SILENCE_MS = 5_000;
/** A tab answers between two steps of its training; … */
export const ANSWER_MS = 8_000;
/** … then it saves a checkpoint, which takes as long as the disk does. */
export const HANDOVER_MS = 120_000;

/** What a tab says when it lets go of its training. */
export interface LetGo {
  /** That the run may still work; null: no limit. */
  readonly minutes: number | null;
  /** The queue's entry that it is; null for a single run. */
  readonly entry: string | null;
}

export interface HandedOver extends LetGo {
  readonly job: OtherJob;
  /** The right to train, which is this tab's now. */
  readonly release: () => void;
}

export interface TabHost {
  readonly newId: () => string;
  readonly post: (envelope: unknown) => void;
  /** Calls `work` in a while. @returns what undoes it */
  readonly after: (ms: number, work: () => void) => () => void;
  /** Whether some tab has the right to train. */
  readonly isTrainerBusy: () => Promise<boolean>;
  /** Waits for the right to train. @returns what gives it back */
  readonly waitForTrainer: (signal: AbortSignal) => Promise<() => void>;
  /** The run that this tab's pages show. */
  readonly shownId: () => string | null;
  /** Tells this tab's window. */
  readonly tell: (event: WorkerEvent) => void;
  /** Another tab changed the queue. */
  readonly queueChanged: () => void;
  /** A run that this tab shows was trained on in another one. */
  readonly runChanged: (runId: string) => void;
  /** The tab that trained is gone without a word. */
  readonly trainerGone: () => void;
  /** Stops this tab's training at a checkpoint. */
  readonly letGo: () => LetGo;
}

export class TabDesk {
  readonly #id: string;
  #own: OtherJob | null = null;
  #rows: MetricRow[] = [];
  /** The newest of the own job, for tabs that are opened later as well. */
  #codebook: CodebookReport | null = null;
  #isCodebookTold = true;
  #isTelling = false;
  #other: { readonly from: string; readonly job: OtherJob } | null = null;
  #undoWatch: () => void = () => undefined;
  readonly #asks = new Map<string, (answer: LetGo) => void>();

  constructor(readonly host: TabHost) {
    this.#id = host.newId();
  }

  /** What another tab trains; null if none is known of. */
  get other(): OtherJob | null {
    return this.#other?.job ?? null;
  }

  /** Asks who trains. */
  greet(): void {
    this.#post({ kind: 'who' });
  }

  /** This tab begins to train. */
  began(job: Omit<OtherJob, 'progress'>): void {
    this.#own = { ...job, progress: null };
    this.#rows = [];
    this.#codebook = null;
    this.#forgetOther();
    this.#post({ kind: 'job', job: this.#own });
  }

  /** Passes on to other tabs what this one's window is told. */
  follow(event: WorkerEvent): void {
    if (event.kind === 'queue' || event.kind === 'runs') this.#post({ kind: event.kind });
    const own = this.#own;
    if (!own) return;
    if (event.kind === 'progress') {
      this.#own = { ...own, progress: event.progress };
      this.#tellSoon();
    } else if (event.kind === 'metrics') {
      this.#rows.push(...event.rows);
      this.#tellSoon();
    } else if (event.kind === 'codebook') {
      this.#codebook = event.report;
      this.#isCodebookTold = false;
      this.#tellSoon();
    } else if (event.kind === 'finished' || event.kind === 'failed') {
      this.#tellNow();
      this.#own = null;
      this.#post({ kind: 'ended', runId: own.runId });
    }
  }

  /** Takes what came over the channel; what is no message of ours is dropped. */
  receive(value: unknown): void {
    const envelope = readEnvelope(value);
    if (!envelope || envelope.from === this.#id) return;
    const { from, message } = envelope;
    switch (message.kind) {
      case 'who':
        if (this.#own) this.#post({ kind: 'job', job: this.#own });
        this.#isCodebookTold = false;
        this.#tellCodebook();
        break;
      case 'job':
        // Only one tab trains: who has the right to, knows better.
        if (!this.#own) this.#watch(from, message.job);
        break;
      case 'rows':
        if (this.#other?.from === from && this.#isShown(message.runId))
          this.host.tell({ kind: 'metrics', rows: message.rows });
        break;
      case 'codebook':
        if (this.#other?.from === from && this.#isShown(message.runId))
          this.host.tell({ kind: 'codebook', report: message.report });
        break;
      case 'ended':
        if (this.#other?.from === from) this.#over(message.runId);
        break;
      case 'letGo':
        if (this.#own?.runId === message.runId) this.#post({ kind: 'lets', ask: message.ask, ...this.host.letGo() });
        break;
      case 'lets':
        this.#asks.get(message.ask)?.({ minutes: message.minutes, entry: message.entry });
        break;
      case 'queue':
        this.host.queueChanged();
        break;
      case 'runs':
        this.host.tell({ kind: 'runs' });
        break;
    }
  }

  /**
   * Asks the tab that trains to stop at a checkpoint. @returns its run, and the right to train
   * @throws ConflictError `tabs/none` if none trains, `tabs/silent` if it does not answer, `tabs/slow` if it does not come to an end
   */
  async takeOver(): Promise<HandedOver> {
    const { host } = this;
    const job = this.other;
    if (!job) throw new ConflictError('tabs/none', 'take over: no other tab is training; start it here.');
    const wait = new AbortController();
    const lock = host.waitForTrainer(wait.signal);
    const ask = host.newId();
    const answer = new Promise<LetGo>((resolve) => this.#asks.set(ask, resolve));
    this.#post({ kind: 'letGo', ask, runId: job.runId });
    try {
      const free = lock.then(() => 'free' as const);
      const said = await this.#within<LetGo | 'free'>(ANSWER_MS, [answer, free]);
      if (said === null)
        throw new ConflictError(
          'tabs/silent',
          `take over: the tab that trains ${job.name} did not answer in ${ANSWER_MS / 1000} s; stop it there or close it, then press Continue here.`,
        );
      if (said === 'free')
        throw new ConflictError('tabs/none', `take over: the training of ${job.name} has just ended; look at it here.`);
      const release = await this.#within(HANDOVER_MS, [lock]);
      if (release === null)
        throw new ConflictError(
          'tabs/slow',
          `take over: the other tab has not saved its checkpoint in ${HANDOVER_MS / 1000} s; wait until it has stopped, then press Continue here.`,
        );
      return { ...said, job, release };
    } catch (error) {
      wait.abort();
      // Where the right came after all, it is given back.
      void lock.then(
        (release) => release(),
        () => undefined,
      );
      throw error;
    } finally {
      this.#asks.delete(ask);
    }
  }

  /** Null when none of them has come in time. */
  async #within<T>(ms: number, wanted: readonly Promise<T>[]): Promise<T | null> {
    let undo = (): void => undefined;
    const timeout = new Promise<null>((resolve) => {
      undo = this.host.after(ms, () => resolve(null));
    });
    try {
      return await Promise.race([...wanted, timeout]);
    } finally {
      undo();
    }
  }

  #watch(from: string, job: OtherJob): void {
    this.#other = { from, job };
    this.host.tell({ kind: 'elsewhere', job });
    this.#undoWatch();
    this.#undoWatch = this.host.after(SILENCE_MS, () => void this.#lookFor(from, job));
  }

  /** A tab that was closed says nothing; a long evaluation or a pause does neither, but keeps the right to train. */
  async #lookFor(from: string, job: OtherJob): Promise<void> {
    const isBusy = await this.host.isTrainerBusy();
    if (this.#other?.from !== from || this.#own) return;
    if (isBusy) {
      this.#undoWatch();
      this.#undoWatch = this.host.after(SILENCE_MS, () => void this.#lookFor(from, job));
      return;
    }
    this.#over(job.runId);
    this.host.trainerGone();
  }

  #over(runId: string): void {
    this.#forgetOther();
    if (this.#isShown(runId)) this.host.runChanged(runId);
  }

  #forgetOther(): void {
    this.#undoWatch();
    if (!this.#other) return;
    this.#other = null;
    this.host.tell({ kind: 'elsewhere', job: null });
  }

  #isShown(runId: string): boolean {
    return !this.#own && this.host.shownId() === runId;
  }

  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.host.after(TELL_EVERY_MS, () => {
      this.#isTelling = false;
      this.#tellNow();
    });
  }

  #tellNow(): void {
    const own = this.#own;
    if (!own) return;
    const rows = this.#rows.splice(0);
    for (let at = 0; at < rows.length; at += MOST_ROWS)
      this.#post({ kind: 'rows', runId: own.runId, rows: rows.slice(at, at + MOST_ROWS) });
    this.#tellCodebook();
    this.#post({ kind: 'job', job: own });
  }

  #tellCodebook(): void {
    if (!this.#own || !this.#codebook || this.#isCodebookTold) return;
    this.#isCodebookTold = true;
    this.#post({ kind: 'codebook', runId: this.#own.runId, report: this.#codebook });
  }

  #post(message: TabMessage): void {
    this.host.post(envelopeOf(this.#id, message));
  }
}
