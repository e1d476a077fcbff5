/**
 * The seam between importers and the workspace. An importer reads foreign bytes from `ByteSource`s, checks them and calls an
 * `ImportSink` row by row; it knows nothing of storage. The sink interns ids, spills full chunks and applies back-pressure
 * through `settle`.
 */

/** One catalogue entry as a source describes it. */
export interface ItemRecord {
  /** The id in the source, any string. A label only: it never becomes a storage key. */
  readonly id: string;
  /** Empty when unknown. */
  readonly title: string;
  /** What encoders read: title, features, categories … joined by the format's rule. */
  readonly text: string;
  readonly categories: readonly string[];
  readonly brand: string;
  /** Empty when there is none. */
  readonly imageUrl: string;
}

/** A row that broke its format's rules; it is counted, listed and left out. */
export interface RejectedRow {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; 0 if the whole row is meant. */
  readonly column: number;
  /** At most 200 characters of the row. */
  readonly content: string;
  readonly reason: string;
}

/** Where an importer puts what it read. All calls but `image` and `settle` are synchronous and cheap. */
export interface ImportSink {
  /** One event; `timeSeconds` since 1970 and `rating` are NaN where the source has none. */
  interaction(user: string, item: string, timeSeconds: number, rating: number): void;
  /** One catalogue entry; a second record of the same id fills fields that were empty, the first one's values stay. */
  item(record: ItemRecord): void;
  /** All events of one user in order, oldest first. */
  sequence(user: string, items: readonly string[], times?: readonly number[]): void;
  /** An encoded picture of an item. Takes `bytes`. */
  image(itemId: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** A ready-made embedding of an item, one width a domain. Copies `vector`. */
  vector(itemId: string, vector: Float32Array): void;
  /** The identifier that `tokenizer` gave an item. */
  codes(tokenizer: string, itemId: string, codes: readonly number[]): void;
  reject(row: RejectedRow): void;
  /** `bytesTotal` is NaN when unknown. */
  progress(bytesRead: number, bytesTotal: number): void;
  /**
   * Back-pressure: importers await it after every input chunk.
   * @throws CancelledError; QuotaError `storage/quota`; FormatError `import/badRows` when more than 1 % of the rows are bad
   */
  settle(): Promise<void>;
}

/** One input: a dropped file, a file on disk, an archive's member or a URL. */
export interface ByteSource {
  readonly name: string;
  /** NaN when unknown. */
  readonly sizeBytes: number;
  /** Bytes from position `from` (default 0) to the end. */
  open(from?: number): Promise<ReadableStream<Uint8Array>>;
  /** Random access where the source offers it: Parquet, zip directories, image packs. */
  slice?(from: number, to: number): Promise<Uint8Array>;
}

/** Reads `sources` into `sink`. @throws FormatError, CancelledError, QuotaError and what the sources throw */
export type Importer<Options> = (
  sources: readonly ByteSource[],
  sink: ImportSink,
  options: Options,
  signal: AbortSignal,
) => Promise<void>;
