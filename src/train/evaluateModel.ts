/** Full-ranking evaluation of a T5 recommender by beam search, and the counting recommenders beside it. */
import { eventCount, heldOutExamples, historyOf, targetOf } from '../data/splits';
import { wholeSequences } from '../data/wholeSequences';
import { type Metric, metricsFromRanks, rankInList, TABLE_CUTOFFS } from '../evaluate/metrics';
import type { Protocol } from '../evaluate/protocol';
import { listMetrics, NO_PLACE, type RecommendedLists } from '../evaluate/recommendedLists';
import {
  type RankedMetrics,
  REFERENCE_NAMES,
  type ReferenceResult,
  referencePoints,
} from '../evaluate/referencePoints';
import { randomisationTest } from '../evaluate/significance';
import { popularity } from '../evaluate/sparseCounts';
import { popularityGroups } from '../evaluate/userGroups';
import type { TokenSource } from '../recommenders/t5/batch';
import { T5Generator } from '../recommenders/t5/generator';
import type { T5Trainer } from '../recommenders/t5/trainer';
import type { JobContext, JobHost } from './context';
import { ProgressMeter } from './jobControl';
import type { EvaluationDetails, EvaluationReport, GenerationCounts, MetricSet } from './reports';

/** Seed of the randomisation test, fixed so that a report repeats. */
const SIGNIFICANCE_SEED = 1;

export interface EvaluateOptions {
  readonly split: 'validation' | 'test';
  readonly beamWidth: number;
  /** First so many users; all by default. */
  readonly maxUsers?: number;
  readonly name?: string;
  /** False: decode freely, as the published references do; what is no item keeps its rank and misses. True by default. */
  readonly isConstrained?: boolean;
}

export function metricSet(metrics: readonly Metric[]): MetricSet {
  const mean = (label: string): number => metrics.find((metric) => metric.label === label)?.mean ?? Number.NaN;
  return { recall5: mean('R@5'), ndcg5: mean('N@5'), recall10: mean('R@10'), ndcg10: mean('N@10') };
}

const perUserOf = (ranks: Uint32Array): Float32Array =>
  metricsFromRanks(ranks).find((metric) => metric.label === 'R@10')?.perUser ?? new Float32Array();

/** Everything a table needs besides the ranks. `lists` may be missing; `users` and `ranks` belong together. */
export async function evaluationDetails(
  { dataset }: Pick<JobContext, 'dataset'>,
  measured: {
    readonly system: string;
    readonly split: 'validation' | 'test';
    readonly ranking: Protocol['ranking'];
    readonly seenItems: Protocol['seenItems'];
    readonly users: Uint32Array;
    readonly ranks: Uint32Array;
    readonly lists?: RecommendedLists;
    readonly generation?: GenerationCounts;
  },
): Promise<EvaluationDetails> {
  const { system, split, ranking, seenItems, users, ranks, lists, generation } = measured;
  const { sequences, itemCount } = dataset;
  const back = split === 'test' ? 1 : 2;
  const targets = users.map((user) => targetOf(sequences, user, eventCount(sequences, user) - back));
  const counts = popularity(await wholeSequences(dataset), itemCount);
  const cutoffs = TABLE_CUTOFFS.filter((cutoff) => lists && cutoff <= lists.width);
  return {
    system,
    protocol: {
      data: `${dataset.name} (${dataset.contentHash.slice(0, 8)})`,
      split,
      users: users.length,
      items: itemCount,
      ranking,
      seenItems,
    },
    groups: popularityGroups(
      ranks,
      targets.map((item) => counts[item] ?? 0),
    ),
    lists: lists ? listMetrics(lists, counts, targets, cutoffs) : [],
    ...(generation ? { generation } : {}),
  };
}

/**
 * Ranks the held-out item of every user among all items of the catalogue. Beam search returns the best `beamWidth` items;
 * a target outside them is a miss. @throws CancelledError
 */
export async function evaluateT5(
  context: JobHost & { readonly config: { readonly recommender: { readonly historyLimit: number } } },
  trainer: T5Trainer,
  source: TokenSource,
  options: EvaluateOptions,
): Promise<{ report: EvaluationReport; users: Uint32Array; ranks: Uint32Array }> {
  const { dataset, control, hooks, now, sink, config } = context;
  const { split, beamWidth, isConstrained = true } = options;
  const examples = heldOutExamples(dataset.sequences, split === 'test' ? 'test' : 'valid');
  const count = Math.min(options.maxUsers ?? examples.users.length, examples.users.length);
  const users = examples.users.subarray(0, count);
  const generator = new T5Generator(context.engine, trainer, source, {
    beamWidth,
    historyLimit: config.recommender.historyLimit,
    isConstrained,
  });
  const meter = new ProgressMeter(now, hooks.progress, control, {
    stage: split,
    total: count,
    unit: 'users',
    epochs: 0,
  });
  const ranks = new Uint32Array(count);
  const lists = { width: beamWidth, items: new Uint32Array(count * beamWidth).fill(NO_PLACE) };
  try {
    const histories = Array.from(users, (user, at) =>
      historyOf(dataset.sequences, user, examples.ends[at] as number, config.recommender.historyLimit),
    );
    await generator.generateAll(
      histories,
      async (at, items) => {
        lists.items.set(items.slice(0, beamWidth), at * beamWidth);
        ranks[at] = rankInList(items, targetOf(dataset.sequences, users[at] as number, examples.ends[at] as number));
      },
      async (done) => {
        meter.update(done, 0);
        await control.breathe();
      },
    );
  } finally {
    await generator.dispose();
  }
  const popular = split === 'test' ? await popularRanks(context, users) : null;
  const generation = generationCounts(lists);
  const { results, invalid } = generation;
  const search = isConstrained
    ? `trie-constrained beam search of width ${beamWidth}`
    : `unconstrained beam search of width ${beamWidth} (${((100 * invalid) / Math.max(1, results)).toFixed(1)} % of the results are no item; they keep their rank)`;
  const system = `${options.name ?? 'TIGER'}${isConstrained ? '' : ', unconstrained'}`;
  const report: EvaluationReport = {
    name: system,
    kind: 'model',
    split,
    users: count,
    metrics: metricSet(metricsFromRanks(ranks)),
    protocol: `Leave-one-out ${split}; ranks among all ${dataset.itemCount} items by ${search} (a target outside the beams is a miss); items of the history are kept as candidates; ${count === examples.users.length ? 'all users' : `first ${count} users`}.`,
    pAgainstPopular: popular
      ? randomisationTest(perUserOf(ranks), perUserOf(popular), { seed: SIGNIFICANCE_SEED }).pValue
      : null,
    details: await evaluationDetails(context, {
      system,
      split,
      ranking: { kind: 'beam', width: beamWidth, isConstrained },
      seenItems: 'kept',
      users,
      ranks,
      lists,
      ...(isConstrained ? {} : { generation }),
    }),
  };
  await sink.saveEvaluation(report, users, ranks);
  return { report, users, ranks };
}

/** Results of an unconstrained search, and how many of them were no item or an item that the same user had already. */
function generationCounts({ width, items }: RecommendedLists): GenerationCounts {
  let invalid = 0;
  let repeated = 0;
  for (let first = 0; first < items.length; first += width) {
    const real = items.subarray(first, first + width).filter((item) => item !== NO_PLACE);
    invalid += width - real.length;
    repeated += real.length - new Set(real).size;
  }
  return { results: items.length, invalid, repeated };
}

/** p of the paired randomisation test on Recall@10 against Most-popular for the same users and seen-item policy. */
export async function comparedWithPopular(
  context: Pick<JobContext, 'dataset'>,
  users: Uint32Array,
  ranks: Uint32Array,
  seenItems: 'kept' | 'removed',
): Promise<number> {
  const popular = await popularRanks(context, users, seenItems);
  return randomisationTest(perUserOf(ranks), perUserOf(popular), { seed: SIGNIFICANCE_SEED }).pValue;
}

async function popularRanks(
  context: Pick<JobContext, 'dataset'>,
  users: Uint32Array,
  seenItems: 'kept' | 'removed' = 'kept',
): Promise<Uint32Array> {
  const [popular] = await referencePoints(await wholeSequences(context.dataset), context.dataset.itemCount, {
    keys: ['mostPopular'],
    users: users.slice(),
  });
  return (seenItems === 'kept' ? popular?.kept : popular?.seenRemoved)?.ranks ?? new Uint32Array();
}

/**
 * The five counting recommenders on the test split, under the same protocol (all items scored, pessimistic ties): with the
 * items of the history as candidates, and where `policies` asks for it without them.
 */
export async function evaluateReferencePoints(
  context: Pick<JobContext, 'dataset' | 'sink' | 'hooks'>,
  policies: readonly Protocol['seenItems'][] = ['kept'],
): Promise<EvaluationReport[]> {
  const { dataset, sink, hooks } = context;
  const results = await referencePoints(
    await wholeSequences(dataset),
    dataset.itemCount,
    {},
    () => new Promise((resolve) => setTimeout(resolve)),
  );
  const popular = results.find((result) => result.key === 'mostPopular');
  const reports: EvaluationReport[] = [];
  for (const seenItems of policies)
    for (const result of results) {
      const ranked = (each: ReferenceResult): RankedMetrics => (seenItems === 'kept' ? each.kept : each.seenRemoved);
      const { ranks, metrics } = ranked(result);
      const system = REFERENCE_NAMES[result.key];
      const { users } = result;
      const isBaseline = result === popular || !popular;
      const report: EvaluationReport = {
        name: seenItems === 'kept' ? system : `${system}, seen items removed`,
        kind: 'reference',
        split: 'test',
        users: users.length,
        metrics: metricSet(metrics),
        protocol: `Leave-one-out test; ranks among all ${dataset.itemCount} items; ties rank the target last; items of the history are ${seenItems === 'kept' ? 'kept as candidates' : 'no candidates'}; all users.`,
        pAgainstPopular: isBaseline
          ? null
          : randomisationTest(perUserOf(ranks), perUserOf(ranked(popular).ranks), { seed: SIGNIFICANCE_SEED }).pValue,
        details: await evaluationDetails(context, {
          system,
          split: 'test',
          ranking: { kind: 'scores' },
          seenItems,
          users,
          ranks,
        }),
      };
      reports.push(report);
      hooks.evaluation(report);
      await sink.saveEvaluation(report, users, ranks);
    }
  return reports;
}
