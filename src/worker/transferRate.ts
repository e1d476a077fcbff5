/** How fast bytes come in and when they will be all: median of the last seconds, so that one stall does not swing it. */

/** Seconds that count. */
const WINDOW_SECONDS = 8;
/** One sample a quarter second at most; fewer than three say nothing. */
const SAMPLE_SECONDS = 0.25;
const FEWEST_SAMPLES = 3;

export class TransferRate {
  #samples: { seconds: number; bytes: number; rate: number }[] = [];

  /** Forgets the past: after a pause the old speed says nothing. */
  restart(): void {
    this.#samples = [];
  }

  add(seconds: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last && seconds - last.seconds < SAMPLE_SECONDS) return;
    const rate = last ? (bytes - last.bytes) / (seconds - last.seconds) : Number.NaN;
    this.#samples = [
      ...this.#samples.filter((sample) => seconds - sample.seconds <= WINDOW_SECONDS),
      { seconds, bytes, rate },
    ];
  }

  /** Bytes a second; 0 until there are three samples. */
  get rate(): number {
    const rates = this.#samples
      .map(({ rate }) => rate)
      .filter((rate) => !Number.isNaN(rate))
      .sort((a, b) => a - b);
    if (rates.length < FEWEST_SAMPLES) return 0;
    return Math.max(0, rates[Math.floor(rates.length / 2)] ?? 0);
  }

  /** Seconds until `total` is reached, or null while that cannot be said. */
  etaSeconds(bytes: number, total: number | null): number | null {
    const { rate } = this;
    return total === null || rate <= 0 ? null : Math.max(0, total - bytes) / rate;
  }
}
