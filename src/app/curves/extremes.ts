/**
 * Where a growing column is lowest and highest over any stretch: a pyramid of blocks, each of 8 below it, that remembers the
 * places of its lowest and highest value. A question about n values touches at most 16 of them on each of log8 n floors; an
 * append completes a block every 8th time. 8/7 bytes a value.
 */

const FANOUT = 8;

/** Places of the lowest and of the highest value; of equal ones the first. */
export type Ends = { least: number; most: number };

interface Floor {
  /** Places of the lowest and the highest value of each block, one after the other. */
  places: Uint32Array;
  /** Blocks that are complete. */
  count: number;
}

export class Extremes {
  readonly #floors: Floor[] = [];

  /** Tells of a value that was appended: `length` values are in the column now. */
  grew(column: Float64Array, length: number): void {
    let size = FANOUT;
    for (let floor = 0; length % size === 0; floor++, size *= FANOUT) this.#complete(column, floor, length / size - 1);
  }

  /** Tells that only the first `length` values are left. */
  shrank(length: number): void {
    let size = FANOUT;
    for (const floor of this.#floors) {
      floor.count = Math.min(floor.count, Math.floor(length / size));
      size *= FANOUT;
    }
  }

  /** Places of the lowest and highest of `from` to `until` (left out), into `ends`; at least one value. */
  find(column: Float64Array, from: number, until: number, ends: Ends): void {
    ends.least = from;
    ends.most = from;
    let [first, end] = [from, until];
    for (let floor = 0; ; floor++) {
      const [up, down] = [Math.ceil(first / FANOUT), Math.floor(end / FANOUT)];
      if (up >= down || (this.#floors[floor]?.count ?? 0) < down) {
        this.#consider(column, floor, first, end, ends);
        return;
      }
      this.#consider(column, floor, first, up * FANOUT, ends);
      this.#consider(column, floor, down * FANOUT, end, ends);
      first = up;
      end = down;
    }
  }

  /** Values of the column on floor 0, blocks of the floor below on the others. */
  #consider(column: Float64Array, floor: number, from: number, until: number, ends: Ends): void {
    const places = this.#floors[floor - 1]?.places;
    if (places) considerBlocks(column, places, [from, until], ends);
    else considerValues(column, from, until, ends);
  }

  #complete(column: Float64Array, floor: number, block: number): void {
    const own = this.#floors[floor] ?? { places: new Uint32Array(2 * FANOUT), count: 0 };
    this.#floors[floor] = own;
    const first = block * FANOUT;
    const places = this.#floors[floor - 1]?.places;
    const ends = places
      ? { least: places[2 * first] ?? 0, most: places[2 * first + 1] ?? 0 }
      : { least: first, most: first };
    this.#consider(column, floor, first, first + FANOUT, ends);
    if (2 * block >= own.places.length) {
      const larger = new Uint32Array(own.places.length * 2);
      larger.set(own.places);
      own.places = larger;
    }
    own.places[2 * block] = ends.least;
    own.places[2 * block + 1] = ends.most;
    own.count = block + 1;
  }
}

/** Both loops are what a frame spends most on: plain numbers, one comparison where nothing changes. */
function considerValues(column: Float64Array, from: number, until: number, ends: Ends): void {
  let { least, most } = ends;
  let lowest = column[least] ?? 0;
  let highest = column[most] ?? 0;
  for (let at = from; at < until; at++) {
    const value = column[at] ?? 0;
    if (value < lowest || (value === lowest && at < least)) {
      lowest = value;
      least = at;
    }
    if (value > highest || (value === highest && at < most)) {
      highest = value;
      most = at;
    }
  }
  ends.least = least;
  ends.most = most;
}

function considerBlocks(
  column: Float64Array,
  places: Uint32Array,
  [from, until]: readonly [number, number],
  ends: Ends,
): void {
  let { least, most } = ends;
  let lowest = column[least] ?? 0;
  let highest = column[most] ?? 0;
  for (let block = from; block < until; block++) {
    const low = places[2 * block] ?? 0;
    const high = places[2 * block + 1] ?? 0;
    const lowValue = column[low] ?? 0;
    const highValue = column[high] ?? 0;
    if (lowValue < lowest || (lowValue === lowest && low < least)) {
      lowest = lowValue;
      least = low;
    }
    if (highValue > highest || (highValue === highest && high < most)) {
      highest = highValue;
      most = high;
    }
  }
  ends.least = least;
  ends.most = most;
}
