/** The commands for transfer runs of TIGER; `commands.ts` hands over when a configuration names the system. */
import path from 'node:path';
import { FormatError } from '../base/errors';
import { T5Generator } from '../recommenders/t5/generator';
import { evaluateReferencePoints, evaluateT5 } from '../train/evaluateModel';
import { downstreamSettings, type TransferConfig } from '../train/transferConfig';
import { openTransfer, type TransferHost, trainTransfer } from '../train/transferJob';
import { sayTable } from './compare';
import { folderSink } from './folders';
import type { CliOptions } from './options';
import { evaluationTable } from './reporter';
import { historyItems, openContext, sayRecommendations, stopOnInterrupt, tableOf, writeRunFile } from './runContext';

/** Folder of the pre-training's results inside the run's. */
const PRETRAINING = 'pretraining';

async function openHost(config: TransferConfig, options: CliOptions) {
  const opened = await openContext(config, options);
  const host: TransferHost = {
    ...opened.context,
    pretrainingSink: () => folderSink(path.join(options.out, PRETRAINING)),
  };
  return { ...opened, host };
}

/** Pre-trains, fine-tunes and tests as the configuration says; running it again resumes. */
export async function trainTransferRun(config: TransferConfig, options: CliOptions): Promise<void> {
  const { context, host, say, result, reports } = await openHost(config, options);
  const { dataset } = context;
  say(
    `${dataset.name}: ${dataset.userCount} users, ${dataset.itemCount} items, ${dataset.interactionCount} interactions`,
  );
  say(`adapter: ${context.engine.device.profile.name}`);
  await writeRunFile(options.out, config, dataset);
  stopOnInterrupt(context.control);
  const { trainer, host: downstream } = await trainTransfer(host, options.maxSteps ?? undefined);
  await trainer.dispose();
  await evaluateReferencePoints(downstream);
  say(evaluationTable(tableOf(reports)));
  result('done', { out: options.out });
}

async function openTrained(config: TransferConfig, options: CliOptions) {
  const opened = await openHost(config, options);
  const model = await openTransfer(opened.host);
  if (model) return { ...opened, model };
  throw new FormatError('cli/untrained', `${options.out}: holds no trained recommender yet; run tessera train first.`);
}

/** Measures a run's best recommender on the test split of its downstream domain again, beside the reference points. */
export async function evaluateTransfer(config: TransferConfig, options: CliOptions): Promise<void> {
  const { context, model, say, reports } = await openTrained(config, options);
  stopOnInterrupt(context.control);
  const { report } = await evaluateT5(model.host, model.trainer, model.source, {
    split: 'test',
    beamWidth: options.beamWidth ?? config.recommender.testBeamWidth,
    isConstrained: !options.isFree,
  });
  context.hooks.evaluation(report);
  await evaluateReferencePoints(model.host);
  await sayTable(options, say, reports);
  await model.trainer.dispose();
}

/** Top items for a history of item ids of the downstream domain, oldest first. */
export async function recommendTransfer(
  config: TransferConfig,
  history: string,
  count: number,
  options: CliOptions,
): Promise<void> {
  const { context, model, say, result } = await openTrained(config, options);
  const { dataset } = model.host;
  const items = historyItems(history, dataset);
  const { historyLimit, testBeamWidth } = downstreamSettings(config);
  const beamWidth = Math.max(count, options.beamWidth ?? testBeamWidth);
  const generator = new T5Generator(context.engine, model.trainer, model.source, { beamWidth, historyLimit });
  const found = await generator.generate([items.slice(-historyLimit)]);
  sayRecommendations({ say, result }, dataset, items, { found, count });
  await generator.dispose();
  await model.trainer.dispose();
}
