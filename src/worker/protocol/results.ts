import type { Results, ResultsRequest } from '../../train/results';

export type { GroupTable, Results, ResultsRequest } from '../../train/results';

export type ResultsQuestion =
  /** The table of the current run's test evaluations, and of the runs it is compared with; null before the first of them. */
  | { readonly kind: 'results'; readonly table: ResultsRequest }
  /** Compares with another run on the same data: run.json and evaluations/*.json of the folder that `tessera train` writes. */
  | { readonly kind: 'compareWith'; readonly files: readonly File[] }
  | { readonly kind: 'compareNoMore' };

export interface ResultsReplies {
  readonly results: ResultsReply | null;
  /** Name of the run that was added. */
  readonly compareWith: string;
  readonly compareNoMore: null;
}

export interface ResultsReply extends Results {
  /** Names of the runs that this one is compared with. */
  readonly compared: readonly string[];
}
