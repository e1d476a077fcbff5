/**
 * Five counting recommenders that need no training: what any trained model has to beat. Counts come from every sequence
 * without its last two events; h_1 .. h_n is the history before the target; eps(i) = pop(i) / (max pop * 10^6) breaks ties by
 * popularity; ranking is over all items with pessimistic ties.
 *
 * | most popular          | pop(i)                                                                             |
 * | ItemKNN               | sum over the last 20 h_t of c(h_t, i) / sqrt(pop(h_t) pop(i))                      |
 * | ItemKNN, decay        | the same, weighted 0.8^(n-t)                                                       |
 * | Markov                | m(h_n, i)                                                                          |
 * | decayed transitions   | sum over the last 20 h_t of 0.7^(n-t) (m(h_t, i) + m(i, h_t) / 2)                  |
 */
import { CancelledError } from '../base/errors';
import { type SequenceTable, userCountOf } from '../base/sequenceTable';
import { DEFAULT_CUTOFFS, type Metric, metricsFromRanks } from './metrics';
import { cooccurrenceCounts, popularity, type SparseCounts, transitionCounts } from './sparseCounts';
import { SparseRanking } from './sparseRanking';

export type ReferenceKey = 'mostPopular' | 'itemKnn' | 'itemKnnDecay' | 'markov' | 'decayedTransitions';

export const REFERENCE_NAMES: Readonly<Record<ReferenceKey, string>> = {
  mostPopular: 'Most-popular',
  itemKnn: 'ItemKNN',
  itemKnnDecay: 'ItemKNN, decay 0.8',
  markov: 'Markov',
  decayedTransitions: 'Decayed transitions',
};

export const REFERENCE_KEYS: readonly ReferenceKey[] = [
  'mostPopular',
  'itemKnn',
  'itemKnnDecay',
  'markov',
  'decayedTransitions',
];

export interface ReferenceOptions {
  readonly keys?: readonly ReferenceKey[];
  readonly split?: 'valid' | 'test';
  /** Users to rank, in this order; default all with at least 3 events. */
  readonly users?: Uint32Array;
  readonly cutoffs?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface ReferenceResult {
  readonly key: ReferenceKey;
  readonly name: string;
  /** Users that the ranks and per-user vectors belong to, in order. */
  readonly users: Uint32Array;
  /** All items are candidates. */
  readonly kept: RankedMetrics;
  /** Items of the whole history are no candidates; a target that is in its own history counts as missed. */
  readonly seenRemoved: RankedMetrics;
}

export interface RankedMetrics {
  readonly ranks: Uint32Array;
  readonly metrics: readonly Metric[];
}

/** Called often; return a promise (e.g. of a message turn) to let the host breathe. `done` and `total` count users over all recommenders. */
export type ReferenceProgress = (done: number, total: number) => void | Promise<void>;

const HISTORY_LIMIT = 20;
const KNN_DECAY = 0.8;
const TRANSITION_DECAY = 0.7;
/** Weight of a transition read backwards. */
const BACKWARD_WEIGHT = 0.5;
/** Ties in the counts are broken by popularity, scaled far below any difference of counts. */
const TIE_BREAK = 1e-6;
const USERS_PER_PROGRESS = 512;

/** Adds a history's scores to `ranking`; nothing to add for most-popular. */
type Scorer = (history: Uint32Array, ranking: SparseRanking) => void;

/**
 * Ranks every user's held-out item with each recommender.
 * @throws CancelledError `evaluate/cancelled`
 */
export async function referencePoints(
  table: SequenceTable,
  itemCount: number,
  options: ReferenceOptions = {},
  onProgress?: ReferenceProgress,
): Promise<ReferenceResult[]> {
  const keys = options.keys ?? REFERENCE_KEYS;
  const users = rankableUsers(table, options.users);
  const pop = popularity(table, itemCount);
  const counts = new CountCache(table, itemCount);
  const results: ReferenceResult[] = [];
  const total = keys.length * users.length;
  for (const key of keys) {
    await onProgress?.(results.length * users.length, total);
    const ranking = new SparseRanking(baseScores(key, pop));
    const score = scorerOf(key, pop, counts);
    const kept = new Uint32Array(users.length);
    const seenRemoved = new Uint32Array(users.length);
    for (let at = 0; at < users.length; at++) {
      if (at % USERS_PER_PROGRESS === USERS_PER_PROGRESS - 1) {
        await onProgress?.(results.length * users.length + at, total);
        if (options.signal?.aborted)
          throw new CancelledError('evaluate/cancelled', 'reference points: stopped on request');
      }
      const { history, target } = task(table, users[at] as number, options.split ?? 'test');
      ranking.clear();
      score(history.subarray(-HISTORY_LIMIT), ranking);
      kept[at] = ranking.rank(target);
      seenRemoved[at] = ranking.rankWithout(target, history);
    }
    const withMetrics = (ranks: Uint32Array): RankedMetrics => {
      return { ranks, metrics: metricsFromRanks(ranks, options.cutoffs ?? DEFAULT_CUTOFFS) };
    };
    const name = REFERENCE_NAMES[key];
    results.push({ key, name, users, kept: withMetrics(kept), seenRemoved: withMetrics(seenRemoved) });
  }
  await onProgress?.(total, total);
  return results;
}

/** Scores of all items [N] for one history, as the recommender `key` ranks them; counts are made once, when it is made. */
export function referenceScorer(
  table: SequenceTable,
  itemCount: number,
  key: ReferenceKey,
): (history: Uint32Array) => Float64Array {
  const pop = popularity(table, itemCount);
  const ranking = new SparseRanking(baseScores(key, pop));
  const score = scorerOf(key, pop, new CountCache(table, itemCount));
  return (history) => {
    ranking.clear();
    score(history.subarray(-HISTORY_LIMIT), ranking);
    return ranking.scores();
  };
}

function rankableUsers(table: SequenceTable, subset?: Uint32Array): Uint32Array {
  const all = subset ?? Uint32Array.from({ length: userCountOf(table) }, (_, user) => user);
  return all.filter((user) => (table.offsets[user + 1] as number) - (table.offsets[user] as number) >= 3);
}

function task(table: SequenceTable, user: number, split: 'valid' | 'test'): { history: Uint32Array; target: number } {
  const end = (table.offsets[user + 1] as number) - (split === 'test' ? 1 : 2);
  return { history: table.items.subarray(table.offsets[user], end), target: table.items[end] as number };
}

function baseScores(key: ReferenceKey, pop: Uint32Array): Float64Array {
  const most = pop.reduce((max, count) => Math.max(max, count), 1);
  const weight = key === 'mostPopular' ? 1 : 0;
  return Float64Array.from(pop, (count) => weight * count + (count / most) * TIE_BREAK);
}

/** Count matrices are shared by the recommenders and built when first needed. */
class CountCache {
  readonly #table: SequenceTable;
  readonly #itemCount: number;
  #together: SparseCounts | undefined;
  #forward: SparseCounts | undefined;
  #backward: SparseCounts | undefined;

  constructor(table: SequenceTable, itemCount: number) {
    this.#table = table;
    this.#itemCount = itemCount;
  }

  together(): SparseCounts {
    this.#together ??= cooccurrenceCounts(this.#table, this.#itemCount);
    return this.#together;
  }

  forward(): SparseCounts {
    this.#forward ??= transitionCounts(this.#table, this.#itemCount);
    return this.#forward;
  }

  backward(): SparseCounts {
    this.#backward ??= transitionCounts(this.#table, this.#itemCount, true);
    return this.#backward;
  }
}

function scorerOf(key: ReferenceKey, pop: Uint32Array, counts: CountCache): Scorer {
  switch (key) {
    case 'mostPopular':
      return () => undefined;
    case 'itemKnn':
      return knnScorer(counts.together(), pop, 1);
    case 'itemKnnDecay':
      return knnScorer(counts.together(), pop, KNN_DECAY);
    case 'markov': {
      const forward = counts.forward();
      return (history, ranking) => addRow(ranking, forward, history.at(-1) as number, 1);
    }
    case 'decayedTransitions': {
      const forward = counts.forward();
      const backward = counts.backward();
      return (history, ranking) => {
        history.forEach((item, t) => {
          const weight = TRANSITION_DECAY ** (history.length - 1 - t);
          addRow(ranking, forward, item, weight);
          addRow(ranking, backward, item, weight * BACKWARD_WEIGHT);
        });
      };
    }
  }
}

function knnScorer(together: SparseCounts, pop: Uint32Array, decay: number): Scorer {
  return (history, ranking) => {
    history.forEach((item, t) => {
      const weight = decay ** (history.length - 1 - t);
      const end = together.starts[item + 1] as number;
      for (let at = together.starts[item] as number; at < end; at++) {
        const other = together.columns[at] as number;
        const norm = Math.sqrt((pop[item] as number) * (pop[other] as number));
        ranking.add(other, (weight * (together.counts[at] as number)) / norm);
      }
    });
  };
}

function addRow(ranking: SparseRanking, rows: SparseCounts, row: number, weight: number): void {
  const end = rows.starts[row + 1] as number;
  for (let at = rows.starts[row] as number; at < end; at++) {
    ranking.add(rows.columns[at] as number, weight * (rows.counts[at] as number));
  }
}
