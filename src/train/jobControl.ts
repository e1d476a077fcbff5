import { CancelledError } from '../base/errors';
import { RobustRate } from '../base/robustRate';
import type { Progress, Stage } from './reports';

const REPORT_EVERY_MS = 200;

/** Pause, resume and stop for a loop that calls `breathe` between steps; the loop decides what a safe point is. */
export class JobControl {
  readonly #abort = new AbortController();
  #isEnding = false;
  #paused: { promise: Promise<void>; release: () => void } | null = null;
  #isStepping = false;

  get isPaused(): boolean {
    return this.#paused !== null;
  }

  get isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Whether training is to end with what it has; its evaluation follows. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Ends training at the next step as if it had been the last one. */
  endTraining(): void {
    this.#isEnding = true;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  pause(): void {
    if (this.#paused) return;
    let release = (): void => {};
    const promise = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#paused = { promise, release };
  }

  resume(): void {
    this.#paused?.release();
    this.#paused = null;
  }

  /** Lets a paused loop go to its next safe point and holds it there. */
  step(): void {
    const before = this.#paused;
    if (!before) return;
    this.#isStepping = true;
    this.#paused = null;
    this.pause();
    before.release();
  }

  stop(): void {
    this.#abort.abort();
    this.resume();
  }

  /** Waits while paused. @throws CancelledError `job/stopped` once stopped */
  async breathe(): Promise<void> {
    while (this.#paused && !this.isStopped && !this.#isStepping) await this.#paused.promise;
    this.#isStepping = false;
    if (this.isStopped)
      throw new CancelledError(
        'job/stopped',
        'run: stopped on request; start it again to go on from the last checkpoint.',
      );
  }
}

/** Turns counts into progress with rate and ETA. The clock is passed in: nothing below the hosts reads time by itself. */
export class ProgressMeter {
  readonly #rate = new RobustRate();
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(
    readonly now: () => number,
    readonly report: (progress: Progress) => void,
    readonly control: JobControl,
    readonly job: { readonly stage: Stage; readonly total: number; readonly unit: string; readonly epochs: number },
  ) {}

  /** Notes that `done` units are done; reports at most every 200 ms, always for the last unit. */
  update(done: number, epoch: number): void {
    const at = this.now();
    this.#rate.add(at / 1000, done);
    // A step that was asked for alone is told of at once.
    if (at - this.#lastReport < REPORT_EVERY_MS && done < this.job.total && !this.control.isPaused) return;
    this.#lastReport = at;
    const { rate } = this.#rate;
    const etaSeconds = this.#rate.etaSeconds(done, this.job.total);
    this.report({ ...this.job, isPaused: this.control.isPaused, done, rate, etaSeconds, epoch });
  }
}
