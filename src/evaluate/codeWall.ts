/**
 * The use of every code over training time, for all items and for each domain (figure V1): a pure function of snapshots
 * of item codes. A long training is thinned to every second snapshot whenever it holds too many; the newest stays.
 */
import { ShapeError } from '../base/errors';

/** Who has codes: fixed while a tokenizer trains. */
export interface CodeShape {
  /** Entries of the book that serves each level [L]. */
  readonly entries: readonly number[];
  /** Name of the book of each level, where levels share one. */
  readonly books: readonly string[] | null;
  /** u8 [N]; null for a single domain. */
  readonly domainOfItem: Uint8Array | null;
  readonly domainNames: readonly string[];
}

export interface WallGroup {
  readonly name: string;
  readonly items: number;
}

export interface CodeWall {
  /** Training steps [S], ascending. */
  readonly steps: readonly number[];
  /** Snapshots that were taken, those left out by thinning among them. */
  readonly taken: number;
  /** All items first, then every domain that has items. */
  readonly groups: readonly WallGroup[];
  readonly entries: readonly number[];
  readonly books: readonly string[] | null;
  /** Items on each code, u32 [S, G, Σ entries]: levels one after the other. */
  readonly counts: Uint32Array<ArrayBuffer>;
}

/** Snapshots at most; one column of the figure each. */
const MOST_SNAPSHOTS = 48;

interface Snapshot {
  readonly step: number;
  /** [G, Σ entries] */
  readonly counts: Uint32Array<ArrayBuffer>;
}

/** Counts snapshots of one training as they come. */
export class CodeWallRecord {
  readonly #groups: readonly WallGroup[];
  /** Group of each item besides the first; null without domains. */
  readonly #groupOfItem: Uint8Array | null;
  readonly #offsets: readonly number[];
  readonly #width: number;
  readonly #shape: CodeShape;
  #snapshots: Snapshot[] = [];
  #taken = 0;
  /** Every so many snapshots one is kept. */
  #every = 1;

  constructor(shape: CodeShape, itemCount: number) {
    this.#shape = shape;
    const { domainOfItem, domainNames, entries } = shape;
    const sizes = domainNames.map(() => 0);
    for (const domain of domainOfItem ?? []) sizes[domain] = (sizes[domain] ?? 0) + 1;
    const present = domainOfItem
      ? domainNames.map((_, domain) => domain).filter((domain) => (sizes[domain] ?? 0) > 0)
      : [];
    this.#groups = [
      { name: 'all items', items: itemCount },
      ...present.map((domain) => ({ name: domainNames[domain] ?? '', items: sizes[domain] ?? 0 })),
    ];
    this.#groupOfItem = domainOfItem && Uint8Array.from(domainOfItem, (domain) => 1 + present.indexOf(domain));
    let offset = 0;
    this.#offsets = entries.map((count) => {
      offset += count;
      return offset - count;
    });
    this.#width = offset;
  }

  /**
   * Adds the codes [N, L] at a step; a step that is not newer than the last replaces what came after it (training went on
   * from a checkpoint). @throws ShapeError `codes/snapshot`
   */
  add(step: number, codes: Uint16Array): void {
    const { entries } = this.#shape;
    const items = this.#groups[0]?.items ?? 0;
    if (codes.length !== items * entries.length)
      throw new ShapeError(
        'codes/snapshot',
        `code wall: wanted ${items} items of ${entries.length} codes, got ${codes.length} codes; start the training anew.`,
      );
    const isRepeated = this.#snapshots.some((snapshot) => snapshot.step >= step);
    if (isRepeated) {
      this.#snapshots = this.#snapshots.filter((snapshot) => snapshot.step < step);
      this.#taken = Math.min(this.#taken, this.#snapshots.length * this.#every);
    }
    // The newest is always there; it gives its place to the next unless it is one to keep.
    if (this.#taken > 0 && (this.#taken - 1) % this.#every !== 0 && !isRepeated) this.#snapshots.pop();
    this.#snapshots.push({ step, counts: this.#count(codes) });
    this.#taken++;
    if (this.#snapshots.length > MOST_SNAPSHOTS) {
      this.#snapshots = this.#snapshots.filter((_, at) => at % 2 === 0);
      this.#every *= 2;
    }
  }

  /** Null before the first snapshot. */
  wall(): CodeWall | null {
    if (this.#snapshots.length === 0) return null;
    const size = this.#groups.length * this.#width;
    const counts = new Uint32Array(this.#snapshots.length * size);
    this.#snapshots.forEach((snapshot, at) => {
      counts.set(snapshot.counts, at * size);
    });
    return {
      steps: this.#snapshots.map(({ step }) => step),
      taken: this.#taken,
      groups: this.#groups,
      entries: this.#shape.entries,
      books: this.#shape.books,
      counts,
    };
  }

  #count(codes: Uint16Array): Uint32Array<ArrayBuffer> {
    const { entries } = this.#shape;
    const counts = new Uint32Array(this.#groups.length * this.#width);
    for (let at = 0; at < codes.length; at++) {
      const level = at % entries.length;
      const code = codes[at] ?? 0;
      const most = entries[level] ?? 0;
      if (code >= most)
        throw new ShapeError(
          'codes/snapshot',
          `code wall: code ${code} at level ${level + 1}, which has ${most} entries; start the training anew.`,
        );
      const place = (this.#offsets[level] ?? 0) + code;
      counts[place] = (counts[place] ?? 0) + 1;
      const group = this.#groupOfItem?.[Math.floor(at / entries.length)];
      if (group === undefined) continue;
      const inGroup = group * this.#width + place;
      counts[inGroup] = (counts[inGroup] ?? 0) + 1;
    }
    return counts;
  }
}

/** Items on each code of one level [entries], for a snapshot and a group. */
export function wallCounts(wall: CodeWall, snapshot: number, group: number, level: number): Uint32Array {
  const width = wall.entries.reduce((sum, count) => sum + count, 0);
  const before = wall.entries.slice(0, level).reduce((sum, count) => sum + count, 0);
  const start = (snapshot * wall.groups.length + group) * width + before;
  return wall.counts.subarray(start, start + (wall.entries[level] ?? 0));
}

export interface CodeUse {
  readonly used: number;
  /** exp of the entropy of the shares; 0 without items. */
  readonly perplexity: number;
  /** Items of the fullest code. */
  readonly largest: number;
}

export function codeUse(counts: Uint32Array): CodeUse {
  let total = 0;
  let used = 0;
  let largest = 0;
  for (const count of counts) {
    total += count;
    if (count > 0) used++;
    if (count > largest) largest = count;
  }
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / total) * Math.log(count / total);
  return { used, perplexity: total === 0 ? 0 : Math.exp(entropy), largest };
}
