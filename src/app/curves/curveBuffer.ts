/**
 * One live curve in typed arrays: step, value and smoothed value. Appending never allocates except when the capacity
 * doubles; at the ceiling every second point is dropped, so that the whole run stays visible. Smoothing runs over every
 * point that ever came, not over those kept.
 */

const FIRST_CAPACITY = 1024;
const MAX_POINTS = 65_536;
/** About so many points count in the average of a long curve; a short one is averaged over a tenth of its points. */
const MAX_WINDOW = 10;

export class CurveBuffer {
  #steps = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #smooth = new Float64Array(FIRST_CAPACITY);
  #length = 0;
  #stride = 1;
  #seen = 0;
  #average = 0;

  get length(): number {
    return this.#length;
  }
  /** One of how many points is kept for drawing. */
  get stride(): number {
    return this.#stride;
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

  /** Adds a point. A step at or before the last one means that training went back to a checkpoint: later points go. */
  append(step: number, value: number): void {
    if (this.#length > 0 && step <= (this.#steps[this.#length - 1] as number)) this.#truncate(step);
    const fresh = 1 / Math.min(MAX_WINDOW, 1 + this.#seen / 10);
    this.#average += fresh * (value - this.#average);
    if (this.#seen++ % this.#stride !== 0) return;
    if (this.#length === this.#steps.length) this.#makeRoom();
    this.#steps[this.#length] = step;
    this.#values[this.#length] = value;
    this.#smooth[this.#length] = this.#average;
    this.#length++;
  }

  clear(): void {
    this.#length = 0;
    this.#stride = 1;
    this.#seen = 0;
    this.#average = 0;
  }

  #truncate(step: number): void {
    while (this.#length > 0 && (this.#steps[this.#length - 1] as number) >= step) this.#length--;
    this.#seen = this.#length * this.#stride;
    this.#average = this.#length > 0 ? (this.#smooth[this.#length - 1] as number) : 0;
  }

  #makeRoom(): void {
    if (this.#length < MAX_POINTS) {
      this.#steps = doubled(this.#steps);
      this.#values = doubled(this.#values);
      this.#smooth = doubled(this.#smooth);
      return;
    }
    for (const array of [this.#steps, this.#values, this.#smooth]) {
      for (let index = 0; index * 2 < this.#length; index++) array[index] = array[index * 2] as number;
    }
    this.#length = Math.ceil(this.#length / 2);
    this.#stride *= 2;
  }
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
