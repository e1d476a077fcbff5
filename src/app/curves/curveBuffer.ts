/**
 * One live curve in typed arrays: step, value and smoothed value of every point, each with the pyramid that finds the lowest
 * and highest of any stretch. Drawing costs by the pixels, not by the points.
 *
 * Up to 262,144 points (26.3 bytes each: 6.9 MB) every one is held. Then, and whenever it is full again, of each four
 * neighbouring points only the lowest and the highest stay: a longer run keeps its spikes, and what came since is whole.
 * Smoothing runs over every point that ever came.
 */
import { type Drawable, firstAtLeast } from './drawnPoints';
import { Extremes } from './extremes';

const FIRST_CAPACITY = 1024;
export const MOST_POINTS = 262_144;
/** About so many points count in the average of a long curve; a short one is averaged over a tenth of its points. */
const MAX_WINDOW = 10;

/** What is drawn of a curve. */
export type CurveColumn = 'values' | 'smooth';

export class CurveBuffer {
  #steps = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #smooth = new Float64Array(FIRST_CAPACITY);
  #extremes = { values: new Extremes(), smooth: new Extremes() };
  #length = 0;
  #isThinned = false;
  /** Points that the average has seen. */
  #seen = 0;
  #average = 0;

  get length(): number {
    return this.#length;
  }
  /** Whether points had to go to make room. */
  get isThinned(): boolean {
    return this.#isThinned;
  }
  /** Views, valid until the next append. */
  get steps(): Float64Array {
    return this.#steps.subarray(0, this.#length);
  }
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
  get smooth(): Float64Array {
    return this.#smooth.subarray(0, this.#length);
  }

  /** One column for drawing; valid until the next append. */
  drawable(column: CurveColumn): Drawable {
    const values = this[column];
    const extremes = this.#extremes[column];
    return { steps: this.steps, find: (from, until, ends) => extremes.find(values, from, until, ends) };
  }

  /** Lowest and highest of a column between two steps, both included; null where there is no point. */
  rangeOf(column: CurveColumn, from: number, to: number): readonly [number, number] | null {
    const { steps } = this;
    const first = firstAtLeast(steps, from, 0);
    const end = firstAtLeast(steps, to, first, true);
    if (first === end) return null;
    const [values, ends] = [this[column], { least: 0, most: 0 }];
    this.#extremes[column].find(values, first, end, ends);
    return [values[ends.least] ?? 0, values[ends.most] ?? 0];
  }

  /** The point nearest to a step, of two the earlier; −1 if there is none. */
  nearest(step: number): number {
    const { steps } = this;
    const after = firstAtLeast(steps, step, 0);
    if (after === 0) return this.#length > 0 ? 0 : -1;
    if (after === this.#length) return after - 1;
    return step - (steps[after - 1] ?? 0) <= (steps[after] ?? 0) - step ? after - 1 : after;
  }

  /**
   * Adds a point; a value that is not finite is none. A step at or before the last one means that training went back to a
   * checkpoint: later points go.
   */
  append(step: number, value: number): void {
    if (!Number.isFinite(value)) return;
    if (this.#length > 0 && step <= (this.#steps[this.#length - 1] ?? 0)) this.#truncate(step);
    const fresh = 1 / Math.min(MAX_WINDOW, 1 + this.#seen / 10);
    this.#seen++;
    this.#average += fresh * (value - this.#average);
    if (this.#length === this.#steps.length) this.#makeRoom();
    this.#push(step, value, this.#average);
  }

  clear(): void {
    this.#shrink(0);
    this.#seen = 0;
    this.#average = 0;
  }

  #push(step: number, value: number, smooth: number): void {
    const at = this.#length++;
    this.#steps[at] = step;
    this.#values[at] = value;
    this.#smooth[at] = smooth;
    this.#extremes.values.grew(this.#values, this.#length);
    this.#extremes.smooth.grew(this.#smooth, this.#length);
  }

  #shrink(length: number): void {
    this.#length = length;
    this.#isThinned &&= length > 0;
    this.#extremes.values.shrank(length);
    this.#extremes.smooth.shrank(length);
  }

  #truncate(step: number): void {
    this.#shrink(firstAtLeast(this.steps, step, 0));
    this.#seen = this.#length;
    this.#average = this.#smooth[this.#length - 1] ?? 0;
  }

  #makeRoom(): void {
    if (this.#length < MOST_POINTS) {
      this.#steps = doubled(this.#steps);
      this.#values = doubled(this.#values);
      this.#smooth = doubled(this.#smooth);
    } else this.#thin();
  }

  /** Of each four neighbours the lowest and the highest stay, and the very first and last point. */
  #thin(): void {
    const length = this.#length;
    const [steps, values, smooth] = [this.steps, this.values, this.smooth];
    const ends = { least: 0, most: 0 };
    this.#shrink(0);
    // Never overtakes what is still to be read: of four at most three are written, and those only at the two ends.
    for (let group = 0; group < length; group += 4) {
      const end = Math.min(length, group + 4);
      ends.least = group;
      ends.most = group;
      for (let at = group; at < end; at++) {
        if ((values[at] ?? 0) < (values[ends.least] ?? 0)) ends.least = at;
        if ((values[at] ?? 0) > (values[ends.most] ?? 0)) ends.most = at;
      }
      for (let at = group; at < end; at++)
        if (at === ends.least || at === ends.most || at === 0 || at === length - 1)
          this.#push(steps[at] ?? 0, values[at] ?? 0, smooth[at] ?? 0);
    }
    this.#isThinned = true;
  }
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
