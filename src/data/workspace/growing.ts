/** Typed arrays that grow by doubling. */
import { type NumberArray, type NumberType, numberArray } from './columns';

export class Growing {
  #values: NumberArray;
  #length = 0;

  constructor(readonly type: NumberType) {
    this.#values = numberArray(type, 1 << 10);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow(2 * this.#length);
    this.#values[this.#length++] = value;
  }

  /** 0 where nothing was set. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  /** Sets a value anywhere; holes in between are 0. */
  set(index: number, value: number): void {
    if (index >= this.#values.length) this.#grow(Math.max(index + 1, 2 * this.#values.length));
    this.#values[index] = value;
    if (index >= this.#length) this.#length = index + 1;
  }

  #grow(length: number): void {
    const longer = numberArray(this.type, length);
    longer.set(this.#values);
    this.#values = longer;
  }

  /** A view on what is there; later pushes may leave it behind. */
  view(): NumberArray {
    return this.#values.subarray(0, this.#length);
  }
}
