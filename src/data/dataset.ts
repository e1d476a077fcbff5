import type { SequenceTable } from '../base/sequenceTable';

/**
 * One catalogue with its users, in columns. Item `i` and user `u` are dense indices; everything else refers to them.
 * Plain data: survives `structuredClone`.
 */
export interface Dataset {
  readonly name: string;
  readonly itemCount: number;
  readonly userCount: number;
  /** Events of all kept users, `sequences.items.length`. */
  readonly interactionCount: number;
  readonly items: ItemColumns;
  /** Ids of the users of `sequences`, in file order. */
  readonly users: readonly string[];
  readonly sequences: SequenceTable;
  readonly images: ImageIndex | null;
  /** SHA-256 over the normalised content (items, users, sequences, image index), not over the files' bytes. */
  readonly contentHash: string;
  readonly report: DatasetReport;
}

export interface ItemColumns {
  /** The files' own ids as text; position is the dense index. */
  readonly ids: readonly string[];
  readonly indexOfId: ReadonlyMap<string, number>;
  readonly titles: readonly string[];
  readonly brands: readonly string[];
  readonly categories: readonly (readonly string[])[];
  readonly descriptions: readonly string[];
  readonly keywords: readonly (readonly string[])[];
  /** Index into `domainNames` for every item; null if no item names a domain. */
  readonly domainOfItem: Uint8Array | null;
  readonly domainNames: readonly string[];
}

/** Pictures of items inside one file of pictures laid back to back. */
export interface ImageIndex {
  readonly file: string;
  /** Media type, e.g. `image/jpeg`. */
  readonly format: string;
  /** Pixels, 0 when the index does not say. */
  readonly width: number;
  readonly height: number;
  /** Byte offset and length for every item; length 0 = no picture. */
  readonly offset: Float64Array;
  readonly length: Uint32Array;
  readonly count: number;
}

/** What loading left out or found odd; shown to the user as it stands. */
export interface DatasetReport {
  readonly itemLines: number;
  readonly userLines: number;
  /** Lines skipped under `maxBadLineShare`, and the first few of their errors. */
  readonly badLines: number;
  readonly badLineMessages: readonly string[];
  /** Users left out because they have fewer than 3 events (leave-one-out needs history, validation and test). */
  readonly shortUsers: number;
  readonly itemsWithoutTitle: number;
  /** Items that no kept user has. */
  readonly itemsWithoutEvents: number;
  /** Events whose item occurred earlier in the same sequence; they are kept. */
  readonly repeatedEvents: number;
}
