/** Full-ranking evaluation of SASRec and GRU4Rec: every item has a score, so ranks are exact and no target is lost to a beam. */
import { heldOutExamples, targetOf } from '../data/splits';
import { metricsFromRanks, rankOfTarget } from '../evaluate/metrics';
import { topItems } from '../evaluate/recommendedLists';
import { NextItemScorer } from '../recommenders/nextItem/scorer';
import type { SeenPolicy } from '../recommenders/nextItem/settings';
import type { NextItemTrainer } from '../recommenders/nextItem/trainer';
import { comparedWithPopular, evaluationDetails, metricSet } from './evaluateModel';
import { ProgressMeter } from './jobControl';
import { type NextItemContext, SYSTEM_NAMES } from './nextItemConfig';
import type { EvaluationReport } from './reports';

/** Places of the lists that coverage and popularity bias are measured on. */
const LIST_WIDTH = 50;

export interface NextItemEvaluateOptions {
  readonly split: 'validation' | 'test';
  /** First so many users; all by default. */
  readonly maxUsers?: number;
}

/**
 * Ranks the held-out item of every user among all items and stores every user's rank. The validation split gives one report
 * under the configured seen-item policy, the test split one for each policy, the configured one first. @throws CancelledError
 */
export async function evaluateNextItem(
  context: NextItemContext,
  trainer: NextItemTrainer,
  options: NextItemEvaluateOptions,
): Promise<EvaluationReport[]> {
  const { dataset, control, hooks, now, sink, config } = context;
  const { sequences, itemCount } = dataset;
  const { split } = options;
  const { seenItems } = config.recommender;
  const examples = heldOutExamples(sequences, split === 'test' ? 'test' : 'valid');
  const count = Math.min(options.maxUsers ?? examples.users.length, examples.users.length);
  const users = examples.users.subarray(0, count);
  const meter = new ProgressMeter(now, hooks.progress, control, {
    stage: split,
    total: count,
    unit: 'users',
    epochs: 0,
  });
  /** The whole history; the scorer cuts it to its limit, the seen-item policy does not. */
  const histories = Array.from(users, (user, at) => {
    const start = sequences.offsets[user] as number;
    return sequences.items.subarray(start, start + (examples.ends[at] as number));
  });
  const ranks = { kept: new Uint32Array(count), removed: new Uint32Array(count) };
  const other: SeenPolicy = seenItems === 'kept' ? 'removed' : 'kept';
  const policies = split === 'test' ? [seenItems, other] : [seenItems];
  const width = Math.min(LIST_WIDTH, itemCount);
  const items = { kept: new Uint32Array(count * width), removed: new Uint32Array(count * width) };
  const scorer = new NextItemScorer(context.engine, trainer);
  try {
    await scorer.scoreAll(
      histories,
      (at, scores) => {
        const target = targetOf(sequences, users[at] as number, examples.ends[at] as number);
        ranks.kept[at] = rankOfTarget(scores, target);
        ranks.removed[at] = rankOfTarget(scores, target, histories[at]);
        for (const policy of split === 'test' ? policies : []) {
          const excluded = policy === 'removed' ? new Set(histories[at]) : undefined;
          items[policy].set(topItems(scores, width, excluded), at * width);
        }
      },
      async (done) => {
        meter.update(done, 0);
        await control.breathe();
      },
    );
  } finally {
    await scorer.dispose();
  }
  const reports: EvaluationReport[] = [];
  for (const policy of policies) {
    const name = SYSTEM_NAMES[config.system];
    const report: EvaluationReport = {
      name: policy === seenItems ? name : `${name}, seen items ${policy}`,
      kind: 'model',
      split,
      users: count,
      metrics: metricSet(metricsFromRanks(ranks[policy])),
      protocol: `Leave-one-out ${split}; scores of all ${itemCount} items, ties rank the target last; items of the history are ${policy === 'kept' ? 'kept as candidates' : 'no candidates'}; ${count === examples.users.length ? 'all users' : `first ${count} users`}.`,
      pAgainstPopular: split === 'test' ? await comparedWithPopular(context, users, ranks[policy], policy) : null,
      details: await evaluationDetails(context, {
        system: name,
        split,
        ranking: { kind: 'scores' },
        seenItems: policy,
        users,
        ranks: ranks[policy],
        ...(split === 'test' ? { lists: { width, items: items[policy] } } : {}),
      }),
    };
    reports.push(report);
    await sink.saveEvaluation(report, users, ranks[policy]);
  }
  return reports;
}
