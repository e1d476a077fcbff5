/** How fast work is done and when it will be: median over the last while, so that one stall does not swing it. */

/** Seconds that say how fast it goes now, … */
const WINDOW_SECONDS = 8;
/** … seconds that say how often it waits, … */
const MEMORY_SECONDS = 60;
/** … and as many samples at least, if the work is slow. */
const FEWEST_KEPT = 8;
/** One sample a quarter second at most: what is done in bursts is seen as bursts and waits together. */
const SAMPLE_SECONDS = 0.25;
const FEWEST_SAMPLES = 3;

export class RobustRate {
  #samples: { seconds: number; done: number; rate: number }[] = [];

  /** Forgets the past: after a pause the old speed says nothing. */
  restart(): void {
    this.#samples = [];
  }

  /** Notes that `done` units (bytes, steps) were done at a time. */
  add(seconds: number, done: number): void {
    const last = this.#samples.at(-1);
    if (last && seconds - last.seconds < SAMPLE_SECONDS) return;
    const rate = last ? (done - last.done) / (seconds - last.seconds) : Number.NaN;
    const kept = this.#samples.filter(
      (sample, at, { length }) => length - at < FEWEST_KEPT || seconds - sample.seconds <= MEMORY_SECONDS,
    );
    this.#samples = [...kept, { seconds, done, rate }];
  }

  /** Units a second; 0 until there are three samples. */
  get rate(): number {
    const now = this.#samples.at(-1)?.seconds ?? 0;
    const rates = this.#samples
      .filter(({ seconds }, at, { length }) => length - at <= FEWEST_KEPT || now - seconds <= WINDOW_SECONDS)
      .map(({ rate }) => rate)
      .filter((rate) => !Number.isNaN(rate))
      .sort((a, b) => a - b);
    if (rates.length < FEWEST_SAMPLES) return 0;
    return Math.max(0, rates[Math.floor(rates.length / 2)] ?? 0);
  }

  /**
   * Seconds until `total` is reached, or null while that cannot be said. Between the median, which knows no waits, and the mean
   * of the last minute, which takes one long wait for the rule.
   */
  etaSeconds(done: number, total: number | null): number | null {
    const { rate } = this;
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (total === null || rate <= 0 || !first || !last) return null;
    const mean = (last.done - first.done) / (last.seconds - first.seconds);
    return mean > 0 ? Math.max(0, total - done) / Math.sqrt(rate * mean) : null;
  }
}
