/** Turns for requests to other people's servers: evenly spaced, and none to a host before the time it asked for. */

/** Resolves after so long, or at once when `signal` fires. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface ThrottleOptions {
  readonly perSecond: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly wait: Wait;
}

export class Throttle {
  readonly #options: ThrottleOptions;
  #next = Number.NEGATIVE_INFINITY;
  readonly #notBefore = new Map<string, number>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Resolves when a request to `host` may start; false when `signal` fired first. */
  async turn(host: string, signal: AbortSignal): Promise<boolean> {
    const { now, wait, perSecond } = this.#options;
    while (!signal.aborted) {
      const rest = Math.max(this.#next, this.#notBefore.get(host) ?? Number.NEGATIVE_INFINITY) - now();
      if (rest <= 0) {
        this.#next = now() + 1000 / perSecond;
        return true;
      }
      await wait(rest, signal);
    }
    return false;
  }

  /** No request to `host` for so long from now on. */
  pause(host: string, milliseconds: number): void {
    const until = this.#options.now() + milliseconds;
    this.#notBefore.set(host, Math.max(until, this.#notBefore.get(host) ?? until));
  }
}

/** A timer that does not keep a program alive after a stop. */
export const timerWait: Wait = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
