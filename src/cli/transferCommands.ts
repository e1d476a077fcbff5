/** The commands for transfer runs of TIGER; `commands.ts` hands over when a configuration names the system. */
import path from 'node:path';
import { FormatError } from '../base/errors';
import { evaluateReferencePoints } from '../train/evaluateModel';
import { downstreamSettings, type TransferConfig } from '../train/transferConfig';
import { openTransfer, type TransferHost, trainTransfer } from '../train/transferJob';
import { folderSink } from './folders';
import type { CliOptions } from './options';
import { evaluationTable } from './reporter';
import { openContext, stopOnInterrupt, tableOf, writeRunFile } from './runContext';
import { evaluateTrained, recommendTrained } from './trainedT5';

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
  const { model, ...opened } = await openTrained(config, options);
  await evaluateTrained(opened, { ...model, ...downstreamSettings(config) }, options);
}

/** Top items for a history of item ids of the downstream domain, oldest first. */
export async function recommendTransfer(
  config: TransferConfig,
  history: string,
  count: number,
  options: CliOptions,
): Promise<void> {
  const { model, ...opened } = await openTrained(config, options);
  await recommendTrained(opened, { ...model, ...downstreamSettings(config) }, { history, count }, options);
}
