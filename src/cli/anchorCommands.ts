/** The commands for SASRec and GRU4Rec runs; `commands.ts` hands over when a configuration names such a system. */
import { FormatError } from '../base/errors';
import { NextItemScorer } from '../recommenders/nextItem/scorer';
import { evaluateReferencePoints } from '../train/evaluateModel';
import { evaluateNextItem } from '../train/evaluateNextItem';
import type { NextItemConfig } from '../train/nextItemConfig';
import { openNextItem, trainNextItem } from '../train/nextItemJob';
import { sayTable } from './compare';
import type { CliOptions } from './options';
import { evaluationTable } from './reporter';
import { historyItems, openContext, stopOnInterrupt, tableOf, writeRunFile } from './runContext';

/** Trains, evaluates, and puts the counting recommenders beside it; running it again resumes. */
export async function trainAnchor(config: NextItemConfig, options: CliOptions): Promise<void> {
  const { context, say, result, reports } = await openContext(config, options);
  const { dataset } = context;
  say(
    `${dataset.name}: ${dataset.userCount} users, ${dataset.itemCount} items, ${dataset.interactionCount} interactions`,
  );
  say(`adapter: ${context.engine.device.profile.name}`);
  await writeRunFile(options.out, configFileOf(config), dataset);
  stopOnInterrupt(context.control);
  const trainer = await trainNextItem(context, options.maxSteps ?? undefined);
  await trainer.dispose();
  await evaluateReferencePoints(context, ['kept', 'removed']);
  say(evaluationTable(tableOf(reports)));
  result('done', { out: options.out });
}

/** The configuration as its file has it: the system stands beside the settings, not in them. */
function configFileOf({ recommender: { system, ...recommender }, ...config }: NextItemConfig): object {
  return { ...config, system, recommender };
}

/** Measures a run's best state on the test split again, beside the reference points. */
export async function evaluateAnchor(config: NextItemConfig, options: CliOptions): Promise<void> {
  const { context, say, reports } = await openContext(config, options);
  const trainer = await openNextItem(context);
  if (!trainer) throw untrained(options);
  stopOnInterrupt(context.control);
  for (const report of await evaluateNextItem(context, trainer, { split: 'test' })) context.hooks.evaluation(report);
  await evaluateReferencePoints(context, ['kept', 'removed']);
  await sayTable(options, say, reports);
  await trainer.dispose();
}

/** Top items for a history of item ids, oldest first, under the configured seen-item policy. */
export async function recommendAnchor(
  config: NextItemConfig,
  history: string,
  count: number,
  options: CliOptions,
): Promise<void> {
  const { context, say, result } = await openContext(config, options);
  const { dataset } = context;
  const trainer = await openNextItem(context);
  if (!trainer) throw untrained(options);
  const items = historyItems(history, dataset);
  const scorer = new NextItemScorer(context.engine, trainer);
  let ranked: { item: number; score: number }[] = [];
  await scorer.scoreAll([items], (_, scores) => {
    ranked = Array.from(scores, (score, item) => ({ item, score }));
  });
  const isCandidate = (item: number): boolean => config.recommender.seenItems === 'kept' || !items.includes(item);
  ranked = ranked.filter(({ item }) => isCandidate(item)).sort((a, b) => b.score - a.score || a.item - b.item);
  say(`after ${items.map((item) => dataset.items.titles[item]).join(' → ')}`);
  ranked.slice(0, count).forEach(({ item, score }, at) => {
    const [id, title] = [dataset.items.ids[item], dataset.items.titles[item]];
    say(`${String(at + 1).padStart(3)}  ${score.toFixed(3).padStart(8)}  ${id}  ${title}`);
    result('recommendation', { rank: at + 1, id, title, score });
  });
  await scorer.dispose();
  await trainer.dispose();
}

const untrained = ({ out }: CliOptions): FormatError =>
  new FormatError('cli/untrained', `${out}: holds no trained recommender yet; run tessera train first.`);
