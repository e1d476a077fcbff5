/** Messages of the Compare page: tables and figures of several runs at once. Rows of the table are what pairs are made of. */
import type { TailBin, TailFacet } from '../../evaluate/longTail';
import type { PairedDelta } from '../../evaluate/pairedDelta';
import type { PairedTest } from '../../evaluate/pairedTests';
import type { Results, ResultsRequest } from '../../train/results';

export type { Interval } from '../../evaluate/bootstrap';
export type { TailBin, TailFacet } from '../../evaluate/longTail';
export type { DeltaStep, PairedDelta, UserDelta } from '../../evaluate/pairedDelta';
export type { PairedTest } from '../../evaluate/pairedTests';

/** Which rows, on which metric. */
export interface PairQuestion {
  readonly ids: readonly string[];
  readonly seenItems: ResultsRequest['seenItems'];
  /** E.g. `R@10`. */
  readonly metric: string;
  readonly test: PairedTest;
  /** Names of rows of the table of these runs. */
  readonly first: string;
  readonly second: string;
}

export type CompareRequest =
  /** The table of these runs, the same whatever order they are named in. */
  | { readonly kind: 'compareTable'; readonly ids: readonly string[]; readonly table: ResultsRequest }
  /** All rows against each other, Holm-corrected over all pairs. */
  | ({ readonly kind: 'compareMatrix' } & Omit<PairQuestion, 'first' | 'second'>)
  /** Figure V9. */
  | ({ readonly kind: 'comparePair' } & PairQuestion)
  /** Figure V7; the data set of the runs must be open. */
  | ({ readonly kind: 'compareTail' } & TailQuestion)
  /** Users of one of its bins, the largest differences first. */
  | ({ readonly kind: 'compareTailUsers'; readonly bin: string; readonly limit: number } & TailQuestion);

export interface TailQuestion extends PairQuestion {
  readonly by: TailFacet;
}

export interface CompareReplies {
  readonly compareTable: Results;
  readonly compareMatrix: PairMatrix;
  readonly comparePair: NamedDelta;
  readonly compareTail: readonly TailBin[];
  readonly compareTailUsers: TailUsers;
}

export interface TailUsers {
  readonly total: number;
  readonly users: readonly { readonly user: number; readonly id: string; readonly delta: number }[];
}

export interface PairMatrix {
  readonly names: readonly string[];
  /** One a pair, `first` before `second` in `names`. */
  readonly pairs: readonly {
    readonly first: number;
    readonly second: number;
    /** Mean of first minus mean of second. */
    readonly difference: number;
    readonly adjustedP: number;
  }[];
}

export interface NamedDelta extends PairedDelta {
  /** Ids of the users among gains and losses, where their data set is open. */
  readonly userIds: Readonly<Record<number, string>>;
}
