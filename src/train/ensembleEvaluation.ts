/** Test of an ensemble over identifiers (mtgrec.md §10), beside the chosen model. An extra of the reference. */
import { heldOutExamples, historyOf, targetOf } from '../data/splits';
import { metricsFromRanks, rankInList } from '../evaluate/metrics';
import { ensembleItems, type ScoredList } from '../recommenders/mtgrec/ensemble';
import type { TokenSource } from '../recommenders/t5/batch';
import { T5Generator } from '../recommenders/t5/generator';
import type { T5Trainer } from '../recommenders/t5/trainer';
import type { JobContext } from './context';
import { evaluationDetails, metricSet } from './evaluateModel';
import { ProgressMeter } from './jobControl';
import type { EvaluationReport } from './reports';

/** Items of each model that vote: what the reference stores of a user. */
const VOTES = 10;

export interface EnsembleMember {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly source: TokenSource;
}

/**
 * @param trainer a model of the members' sizes, borrowed; its parameters are put back afterwards
 * @throws CancelledError
 */
export async function evaluateEnsemble(
  context: JobContext,
  trainer: T5Trainer,
  members: readonly EnsembleMember[],
): Promise<EvaluationReport> {
  const { dataset, config, control, hooks, now, sink } = context;
  const { users, ends } = heldOutExamples(dataset.sequences, 'test');
  const { testBeamWidth, historyLimit } = config.recommender;
  const histories = Array.from(users, (user, at) =>
    historyOf(dataset.sequences, user, ends[at] as number, historyLimit),
  );
  const lists: ScoredList[][] = histories.map(() => []);
  const meter = new ProgressMeter(now, hooks.progress, control, {
    stage: 'test',
    total: users.length * members.length,
    unit: 'users',
    epochs: 0,
  });
  const { parameters } = await trainer.state();
  try {
    for (const [index, member] of members.entries()) {
      trainer.startFrom(member.parameters);
      const generator = new T5Generator(context.engine, trainer, member.source, {
        beamWidth: testBeamWidth,
        historyLimit,
      });
      const { digits } = member.source.vocabulary;
      try {
        await generator.generateAll(
          histories,
          (at, items, scores) => {
            lists[at]?.push(
              items.slice(0, VOTES).map((item, rank) => ({ item, score: (scores[rank] ?? Number.NaN) / digits })),
            );
          },
          async (done) => {
            meter.update(index * users.length + done, 0);
            await control.breathe();
          },
        );
      } finally {
        await generator.dispose();
      }
    }
  } finally {
    trainer.startFrom(parameters);
  }
  const ranks = Uint32Array.from(users, (user, at) =>
    rankInList(
      ensembleItems(lists[at] ?? []).map(({ item }) => item),
      targetOf(dataset.sequences, user, ends[at] as number),
    ),
  );
  const report: EvaluationReport = {
    name: 'MTGRec, ensemble',
    kind: 'model',
    split: 'test',
    users: users.length,
    metrics: metricSet(metricsFromRanks(ranks)),
    protocol: `Leave-one-out test; the ${VOTES} best items of each of ${members.length} fine-tuned models (trie-constrained beam search of width ${testBeamWidth}), ranked by mean log-score plus votes; items of the history are kept as candidates; all users.`,
    pAgainstPopular: null,
    details: await evaluationDetails(context, {
      system: 'MTGRec, ensemble',
      split: 'test',
      ranking: { kind: 'beam', width: testBeamWidth, isConstrained: true },
      seenItems: 'kept',
      users,
      ranks,
    }),
  };
  await sink.saveEvaluation(report, users, ranks);
  return report;
}
