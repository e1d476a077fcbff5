/** Why a training ended: the time it was given, and the sentence that the list of runs shows. */
import type { RunEnding } from '../storage/runStore';
import type { EarlyStop } from '../train/context';
import type { WorkerEvent } from './protocol';

const MINUTE_MS = 60_000;

/** Time that a run may work, pauses not counted, and why it ended before its last epoch. Goes with a run over all its parts. */
export class TimeLimit {
  /** Why the last phase ended before its last epoch, as the training told. */
  early: EarlyStop | null = null;
  /** Why it was stopped behind the earlier runs of its sweep, in the words of the list. */
  behind: string | null = null;
  #startedAt: number;
  #pausedAt: number | null = null;

  /** @param minutes null: no limit */
  constructor(
    readonly minutes: number | null,
    nowMs: number,
  ) {
    this.#startedAt = nowMs;
  }

  pause(nowMs: number): void {
    this.#pausedAt ??= nowMs;
  }

  resume(nowMs: number): void {
    if (this.#pausedAt === null) return;
    this.#startedAt += nowMs - this.#pausedAt;
    this.#pausedAt = null;
  }

  /** That are left; null: no limit. */
  minutesLeft(nowMs: number): number | null {
    if (this.minutes === null) return null;
    return Math.max(0, this.minutes - ((this.#pausedAt ?? nowMs) - this.#startedAt) / MINUTE_MS);
  }

  isOver(nowMs: number): boolean {
    return this.minutes !== null && (this.#pausedAt ?? nowMs) - this.#startedAt >= this.minutes * MINUTE_MS;
  }
}

/** @param nowMs on the limit's clock */
export function endingOf(
  event: Extract<WorkerEvent, { kind: 'finished' | 'failed' }>,
  limit: TimeLimit,
  nowMs: number,
): RunEnding {
  if (event.kind === 'failed') return { kind: 'failed', message: event.error.message };
  const allowed = `the ${limit.minutes ?? 0} min that it was given`;
  if (event.outcome === 'stopped' && limit.behind !== null) return { kind: 'median', message: limit.behind };
  if (event.outcome === 'stopped')
    return limit.isOver(nowMs)
      ? { kind: 'timeLimit', message: `Stopped after ${allowed}, before it could be tested; it can go on.` }
      : { kind: 'stopped', message: 'Stopped on request; it can go on.' };
  const { early } = limit;
  if (early?.because === 'timeLimit')
    return {
      kind: 'timeLimit',
      message: `Trained for ${allowed}: epoch ${early.epoch + 1} of ${early.epochs}; tested as it was at its best.`,
    };
  if (early)
    return {
      kind: 'patience',
      message: `Ended after epoch ${early.epoch} of ${early.epochs}: no gain in ${early.patience} validations; tested as it was at its best.`,
    };
  return {
    kind: 'complete',
    message: event.run === 'tokenizer' ? 'The tokenizer is trained.' : 'All epochs are done.',
  };
}
