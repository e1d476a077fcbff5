/**
 * Public types of workspaces. A workspace holds domains; a domain is imported once (its *raw* tables: every event and item that
 * the source had) and then shaped by a transform (its *view*: the users, items and ordered sequences that train). The raw tables
 * stay, so a transform can be tried with live counts and changed later. Plain data: everything here survives `structuredClone`.
 */
import type { RejectedRow } from '../import/sink';

export type DomainRole = 'pretraining' | 'downstream' | 'heldOut';

export interface WorkspaceInfo {
  readonly id: string;
  /** What the user calls it; a label only. */
  readonly name: string;
  readonly createdAtMs: number;
}

/** Which events and items of the raw tables train, in the order in which the steps are applied. */
export interface TransformOptions {
  /** Events with a lower rating are left out; events without a rating stay. null: all stay. */
  readonly minRating: number | null;
  /** `sameEvent`: same user, item and time count once. `samePair`: of a user's events with one item only the first counts. */
  readonly deduplicate: 'none' | 'sameEvent' | 'samePair';
  /** Sort each user's events by time; equal times keep the source's order. Users with an event without time keep theirs. */
  readonly sortsByTime: boolean;
  /** Items without any text are left out, with their events. */
  readonly dropsTextless: boolean;
  /** Fewest events of a user and of an item, to a common fixed point; 0 or 1 turn one side off. */
  readonly userCore: number;
  readonly itemCore: number;
  /** Items without events stay in the catalogue (they are then never trained on, but can be recommended). */
  readonly keepsUnseenItems: boolean;
  /** Latest events of a history that a model sees; applied when batches are made, never to what is stored. */
  readonly historyLimit: number;
  readonly split: SplitRule;
}

/** Times are seconds since 1970. `byTime`: events before `validFrom` train, those before `testFrom` validate, the rest tests. */
export type SplitRule =
  | { readonly kind: 'leaveOneOut' }
  | { readonly kind: 'byTime'; readonly validFrom: number; readonly testFrom: number };

export interface TableCounts {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** What a transform would leave, step by step. */
export interface TransformCounts extends TableCounts {
  /** Counts after each step that is switched on, in order; `items` counts items with events. */
  readonly steps: readonly (TableCounts & { readonly step: TransformStep })[];
  /** Rounds until the k-core stood still. */
  readonly coreRounds: number;
  /** Users left out at the end because they have fewer than 3 events. */
  readonly shortUsers: number;
  /** Prefix-target pairs of the training part, validation targets, test targets. */
  readonly trainExamples: number;
  readonly validExamples: number;
  readonly testExamples: number;
  /** Items that are a validation or test target but never occur in training. */
  readonly coldItems: number;
  /** Validation and test targets that are such items. */
  readonly coldTargets: number;
  readonly averageLength: number;
  /** Earliest and latest time, NaN where the source has none. */
  readonly firstTime: number;
  readonly lastTime: number;
}
export type TransformStep = 'all' | 'rating' | 'deduplicate' | 'text' | 'core' | 'short';

/** Numbers of a domain's view, computed once when a transform is applied. */
export interface DomainStatistics extends TableCounts {
  readonly averageLength: number;
  /** 1 - interactions / (users x items). */
  readonly sparsity: number;
  /** Users by sequence length; index = length, the last bin holds all longer ones. */
  readonly lengthHistogram: readonly number[];
  /** Items by number of events: bin 0 = none, bin b = [2^(b-1), 2^b). */
  readonly popularityHistogram: readonly number[];
  /** Items with text, title, picture, ready-made vector. */
  readonly withText: number;
  readonly withTitle: number;
  readonly withImage: number;
  readonly withVector: number;
  /** Mean characters of the items that have text. */
  readonly averageTextLength: number;
  /** Events whose item occurred earlier in the same sequence. */
  readonly repeatedEvents: number;
  readonly firstTime: number;
  readonly lastTime: number;
  /** Items with codes, by tokenizer. */
  readonly codes: readonly { readonly tokenizer: string; readonly items: number; readonly levels: number }[];
}

/** Bytes on disk by kind. */
export interface DomainSizes {
  /** Raw and view columns. */
  readonly columnBytes: number;
  readonly imageBytes: number;
  readonly vectorBytes: number;
}

/** Where a domain came from, for the user and for a resume. */
export interface ImportOrigin {
  /** Format key of the importer registry. */
  readonly format: string;
  /** Files as the user named them; labels only. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** The importer's options as JSON text; given back on a resume. */
  readonly options: string;
}

export interface ImportReport {
  readonly raw: TableCounts;
  /** Rows that were read, and those left out. */
  readonly rows: number;
  readonly rejected: number;
  /** The first 100 of them. */
  readonly rejectedRows: readonly RejectedRow[];
  /** Pictures, vectors and codes whose item neither has a record nor an event; they are left out. */
  readonly strayItems: number;
  readonly bytesRead: number;
}

/** `importing`: unfinished, can be resumed or discarded. `raw`: complete, needs a transform. `ready`: can train. */
export type DomainState = 'importing' | 'raw' | 'ready';

/** A domain's card. */
export interface DomainInfo {
  readonly id: string;
  readonly name: string;
  readonly role: DomainRole;
  readonly state: DomainState;
  readonly createdAtMs: number;
  readonly origin: ImportOrigin;
  /** null while `importing`. */
  readonly report: ImportReport | null;
  /** The transform of the view; null until `ready`. */
  readonly transform: TransformOptions | null;
  readonly counts: TransformCounts | null;
  readonly statistics: DomainStatistics | null;
  /** SHA-256 of what trains: ids, texts, sequences, pictures, vectors, codes. Empty until `ready`. */
  readonly hash: string;
  readonly sizes: DomainSizes;
  /** Set while it waits in the bin. */
  readonly deletedAtMs: number | null;
}

/** Where a running import is. */
export interface ImportProgress {
  readonly bytesRead: number;
  /** NaN when unknown. */
  readonly bytesTotal: number;
  readonly interactions: number;
  readonly items: number;
  readonly images: number;
  readonly rejected: number;
  /** Batches that a crash can no longer undo. */
  readonly committedBatches: number;
  /** True while a resumed import reads what is stored already. */
  readonly isReplaying: boolean;
}

/** One row of the item browser. */
export interface ItemRow {
  /** Dense index in the view. */
  readonly item: number;
  readonly id: string;
  readonly title: string;
  readonly brand: string;
  readonly categories: readonly string[];
  readonly events: number;
  readonly hasImage: boolean;
}

/** One item with everything that is known of it. */
export interface ItemDetail extends ItemRow {
  readonly text: string;
  readonly imageUrl: string;
  readonly codes: readonly { readonly tokenizer: string; readonly codes: readonly number[] }[];
}

export interface UserRow {
  readonly user: number;
  readonly id: string;
  readonly events: number;
}

export interface UserDetail extends UserRow {
  readonly items: readonly number[];
  /** Seconds since 1970, empty where the source has no times. */
  readonly times: readonly number[];
}

export interface BrowseRequest {
  /** Words that must all occur in id or title, in any case; empty = all. */
  readonly query: string;
  readonly sort: 'index' | 'mostEvents' | 'fewestEvents';
  readonly offset: number;
  readonly limit: number;
}

export interface Page<Row> {
  /** Rows that match, on all pages. */
  readonly total: number;
  readonly rows: readonly Row[];
}

/** Shared ids between domains: `users[i][j]` users occur in both domain i and j (the diagonal counts each domain's own). */
export interface OverlapMatrix {
  readonly domains: readonly { readonly id: string; readonly name: string }[];
  readonly users: readonly (readonly number[])[];
  readonly items: readonly (readonly number[])[];
}

export interface StorageReport {
  readonly usedBytes: number;
  /** 0 where the host does not say. */
  readonly quotaBytes: number;
  readonly domains: readonly (DomainSizes & { readonly id: string; readonly name: string })[];
}

/** Answer to "does this import fit?": needs 1.2 times the estimate and at most 80 % of the quota. */
export interface Preflight {
  readonly neededBytes: number;
  readonly freeBytes: number;
  readonly quotaBytes: number;
  readonly fits: boolean;
}
