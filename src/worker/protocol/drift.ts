/** Messages about code drift between the kept tokenizers of a run (figure V5). The codes stay in the worker. */
import type { DriftClass } from '../../evaluate/codeDrift';
import type { DriftSummary } from '../../evaluate/driftSummary';

export type DriftRequest =
  /** All numbers of the figure; measuring new pairs can take seconds and yields to the job meanwhile. */
  | { readonly kind: 'driftSummary' }
  /** Items of one class at one level of a step, from `offset` on. */
  | {
      readonly kind: 'driftItems';
      readonly step: number;
      readonly level: number;
      readonly class: DriftClass;
      readonly offset: number;
      readonly limit: number;
    };

export interface DriftReplies {
  /** null with fewer than two kept tokenizers. */
  readonly driftSummary: DriftSummary | null;
  readonly driftItems: DriftItems;
}

export interface DriftItems {
  readonly total: number;
  readonly items: readonly {
    /** Dense index. */
    readonly item: number;
    readonly title: string;
    readonly domain: string | null;
    /** Codes before and after the step [L]. */
    readonly before: readonly number[];
    readonly after: readonly number[];
  }[];
}

/** A kept tokenizer without its codes, which the window does not need. */
export interface KeptEpoch {
  readonly epoch: number;
  readonly index: number;
  readonly tokenizers: number;
  /** Share of the items whose codes differ from the kept epoch before; null for the first. */
  readonly changedShare: number | null;
}
