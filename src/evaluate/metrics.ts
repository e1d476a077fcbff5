/**
 * Ranking metrics with one relevant item a user (leave-one-out). Recall@k is then the hit rate and NDCG@k is
 * 1 / log2(rank + 1) for a rank within k; MRR@k is 1 / rank within k. Ties are pessimistic: an item with the target's score ranks before it.
 */
import { ShapeError } from '../base/errors';

/** Rank of a target that is not in the list at all. */
export const MISS = 0xffff_ffff;

/** The cut-offs of the papers we compare with. */
export const DEFAULT_CUTOFFS: readonly number[] = [5, 10];

/**
 * Rank (from 1) of `target` among all items by `scores` [N], higher first. Items in `excluded` are no candidates; an
 * excluded target is a MISS. NaN is the worst score: a NaN target ranks after every other candidate.
 * @throws ShapeError `metrics/target` if `target` is not an index of `scores`
 */
export function rankOfTarget(scores: ArrayLike<number>, target: number, excluded?: Iterable<number>): number {
  if (!(target >= 0 && target < scores.length)) {
    const message = `rank target: wanted an index below ${scores.length}, came ${target}; score every item`;
    throw new ShapeError('metrics/target', message);
  }
  const targetScore = scores[target] as number;
  const isAhead = (item: number): boolean => Number.isNaN(targetScore) || (scores[item] as number) >= targetScore;
  let rank = 0;
  for (let item = 0; item < scores.length; item++) {
    if (isAhead(item)) rank++;
  }
  if (excluded === undefined) return rank;
  for (const item of new Set(excluded)) {
    if (item === target) return MISS;
    if (item < scores.length && isAhead(item)) rank--;
  }
  return rank;
}

/** Rank (from 1) of `target` in a recommended list, best first; MISS if it is not there. */
export function rankInList(list: ArrayLike<number>, target: number): number {
  for (let place = 0; place < list.length; place++) {
    if (list[place] === target) return place + 1;
  }
  return MISS;
}

/** 1 if the target is among the first `cutoff`, else 0. */
export function recallAt(rank: number, cutoff: number): number {
  return rank <= cutoff ? 1 : 0;
}

/** 1 / log2(rank + 1) if the target is among the first `cutoff`, else 0. */
export function ndcgAt(rank: number, cutoff: number): number {
  return rank <= cutoff ? 1 / Math.log2(rank + 1) : 0;
}

/** 1 / rank if the target is among the first `cutoff`, else 0. */
export function reciprocalRankAt(rank: number, cutoff: number): number {
  return rank <= cutoff ? 1 / rank : 0;
}

export type MetricKind = 'recall' | 'ndcg' | 'mrr';

/** All kinds, in the order of tables. */
export const METRIC_KINDS: readonly MetricKind[] = ['recall', 'ndcg', 'mrr'];

/** The cut-offs of full tables. */
export const TABLE_CUTOFFS: readonly number[] = [1, 5, 10, 20, 50];

const VALUE_AT = { recall: recallAt, ndcg: ndcgAt, mrr: reciprocalRankAt } as const;
const SHORT_NAME = { recall: 'R', ndcg: 'N', mrr: 'MRR' } as const;

/** One metric over all users. */
export interface Metric {
  readonly kind: MetricKind;
  readonly cutoff: number;
  /** Short name for tables: `R@10`, `N@10`, `MRR@10`. */
  readonly label: string;
  readonly mean: number;
  /** Value of every user, in the order of the ranks. */
  readonly perUser: Float32Array;
}

/** The kinds at each cut-off, by default R@5, N@5, R@10, N@10. The mean of no users is 0. */
export function metricsFromRanks(
  ranks: Uint32Array,
  cutoffs: readonly number[] = DEFAULT_CUTOFFS,
  kinds: readonly MetricKind[] = ['recall', 'ndcg'],
): Metric[] {
  return cutoffs.flatMap((cutoff) => kinds.map((kind) => metric(ranks, kind, cutoff)));
}

function metric(ranks: Uint32Array, kind: MetricKind, cutoff: number): Metric {
  const valueAt = VALUE_AT[kind];
  const perUser = new Float32Array(ranks.length);
  // The mean is summed from the float64 values, before they are rounded for storage.
  let sum = 0;
  for (let user = 0; user < ranks.length; user++) {
    const value = valueAt(ranks[user] as number, cutoff);
    perUser[user] = value;
    sum += value;
  }
  const label = `${SHORT_NAME[kind]}@${cutoff}`;
  return { kind, cutoff, label, mean: ranks.length === 0 ? 0 : sum / ranks.length, perUser };
}
