import type { SequenceTable } from '../base/sequenceTable';
import type { SequenceChunks } from './stream/exampleStream';

/**
 * One catalogue with its users, in columns. Item `i` and user `u` are dense indices; everything else refers to them.
 * Plain data, but for what a workspace reads when asked.
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
  /** Set for domains of a workspace: their texts, pictures and numbers stay in the storage. */
  readonly stored?: StoredParts;
}

/** What a data set of a workspace reads when asked. */
export interface StoredParts {
  /** Encoder texts of items `[from, to)`. */
  texts(from: number, to: number): Promise<string[]>;
  picture(item: number): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string } | null>;
  /** Users by sequence length; index = length, the last bin holds all longer ones. */
  readonly lengthHistogram: readonly number[];
  readonly pictures: number;
  readonly domains: readonly { readonly name: string; readonly items: number; readonly interactions: number }[];
  /** Set when the sequences are larger than the window. */
  readonly stream: StoredStream | null;
}

/**
 * Sequences that are read chunk by chunk. The data set's own `sequences` then hold only each user's latest `historyLimit + 2`
 * events: enough for validation and test, not for training or counting.
 */
export interface StoredStream {
  readonly chunks: SequenceChunks;
  readonly windowBytes: number;
  readonly historyLimit: number;
  /** Items that occur in some user's training part, ascending. */
  readonly trainingItems: Uint32Array;
  /** All sequences at once, 4 bytes an event; for counting recommenders. Not kept. */
  whole(): Promise<SequenceTable>;
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
