import { ConfigError, FormatError } from '../base/errors';
import { GpuDevice } from '../gpu/device';
import { T5Generator } from '../recommenders/t5/generator';
import { checkRunConfig } from '../train/config';
import { evaluateReferencePoints, evaluateT5 } from '../train/evaluateModel';
import { tokenSource } from '../train/identifiers';
import { importTokenizers } from '../train/importedTokenizers';
import { checkNextItemConfig, isNextItemConfig, type NextItemConfig } from '../train/nextItemConfig';
import { openModel, trainModel } from '../train/recommendingModel';
import { trainTokenizer } from '../train/tokenizerJob';
import { checkTransferConfig, isTransferConfig, type TransferConfig } from '../train/transferConfig';
import { checkUtgrecConfig, isUtgrecConfig, type UtgrecConfig } from '../train/utgrecConfig';
import { evaluateAnchor, recommendAnchor, trainAnchor } from './anchorCommands';
import { codeFiles } from './codeFiles';
import { sayTable } from './compare';
import { nodeGpu } from './nodeGpu';
import type { CliOptions } from './options';
import { evaluationTable } from './reporter';
import {
  historyItems,
  openContext,
  parseJson,
  readRunFile,
  sayRecommendations,
  stopOnInterrupt,
  tableOf,
  writeRunFile,
} from './runContext';
import { evaluateTransfer, recommendTransfer, trainTransferRun } from './transferCommands';
import { evaluateUtgrec, recommendUtgrec, trainUtgrecRun } from './utgrecCommands';

/** Trains what is not trained yet, then evaluates; running it again resumes or only repeats the evaluation. */
export async function train(configJson: string, configFile: string, options: CliOptions): Promise<void> {
  const value = withSeed(parseJson(configJson, configFile), options.seed);
  if (!options.out) throw new ConfigError('cli/out', 'train: wants --out <folder> for its results.');
  if (isNextItemConfig(value)) return trainAnchor(checkNextItemConfig(value, configFile), options);
  if (isUtgrecConfig(value)) return trainUtgrecRun(checkUtgrecConfig(value, configFile), options);
  if (isTransferConfig(value)) return trainTransferRun(checkTransferConfig(value, configFile), options);
  const config = checkRunConfig(value, configFile);
  const { context, say, result, reports } = await openContext(config, options);
  const { dataset } = context;
  say(
    `${dataset.name}: ${dataset.userCount} users, ${dataset.itemCount} items, ${dataset.interactionCount} interactions`,
  );
  say(`adapter: ${context.engine.device.profile.name}`);
  await writeRunFile(options.out, config, dataset);
  stopOnInterrupt(context.control);
  if (options.identifiers.length > 0) await importTokenizers(context, await codeFiles(options.identifiers));
  await trainTokenizer(context);
  const { trainer } = await trainModel(context, options.maxSteps ?? undefined);
  await trainer.dispose();
  await evaluateReferencePoints(context);
  say(evaluationTable(tableOf(reports)));
  result('done', { out: options.out });
}

/** The same configuration with another seed. */
const withSeed = (config: unknown, seed: number | null): unknown =>
  seed === null || typeof config !== 'object' ? config : { ...config, seed };

/** Measures a run's best recommender on the test split again, beside the reference points. */
export async function evaluate(options: CliOptions): Promise<void> {
  const anchor = await anchorConfig(options);
  if (anchor) return evaluateAnchor(anchor, options);
  const utgrec = await utgrecConfig(options);
  if (utgrec) return evaluateUtgrec(utgrec, options);
  const transfer = await transferConfig(options);
  if (transfer) return evaluateTransfer(transfer, options);
  const { context, say, reports } = await openRun(options);
  const model = await openModel(context);
  if (!model)
    throw new FormatError(
      'cli/untrained',
      `${options.out}: holds no trained recommender yet; run tessera train first.`,
    );
  stopOnInterrupt(context.control);
  const { trainer, identifiers, name } = model;
  const { report } = await evaluateT5(context, trainer, tokenSource(identifiers, context.config.recommender), {
    name,
    split: 'test',
    beamWidth: options.beamWidth ?? context.config.recommender.testBeamWidth,
    isConstrained: !options.isFree,
  });
  context.hooks.evaluation(report);
  await evaluateReferencePoints(context);
  await sayTable(options, say, reports);
  await trainer.dispose();
}

/** Top items for a history of item ids, oldest first. */
export async function recommend(history: string, count: number, options: CliOptions): Promise<void> {
  const anchor = await anchorConfig(options);
  if (anchor) return recommendAnchor(anchor, history, count, options);
  const utgrec = await utgrecConfig(options);
  if (utgrec) return recommendUtgrec(utgrec, history, count, options);
  const transfer = await transferConfig(options);
  if (transfer) return recommendTransfer(transfer, history, count, options);
  const { context, say, result } = await openRun(options);
  const { dataset, config } = context;
  const model = await openModel(context);
  if (!model)
    throw new FormatError(
      'cli/untrained',
      `${options.out}: holds no trained recommender yet; run tessera train first.`,
    );
  const { trainer, identifiers } = model;
  const items = historyItems(history, dataset);
  const beamWidth = Math.max(count, options.beamWidth ?? config.recommender.testBeamWidth);
  const generator = new T5Generator(context.engine, trainer, tokenSource(identifiers, config.recommender), {
    beamWidth,
    historyLimit: config.recommender.historyLimit,
  });
  const found = await generator.generate([items.slice(-config.recommender.historyLimit)]);
  sayRecommendations({ say, result }, dataset, items, { found, count });
  await generator.dispose();
  await trainer.dispose();
}

/** The adapter's profile and, with --out, the run's configuration. */
export async function info(options: CliOptions): Promise<void> {
  const device = await GpuDevice.acquire(nodeGpu(), { limits: options.isDefaultLimits ? 'default-limits' : 'adapter' });
  const { profile } = device;
  const run = options.out ? await readRunFile(options.out) : null;
  if (options.isJson)
    process.stdout.write(
      `${JSON.stringify({ kind: 'info', adapter: profile, run: run && { config: run.config, dataName: run.dataName } })}\n`,
    );
  else {
    process.stdout.write(
      `adapter: ${profile.name}${profile.isSoftware ? ' (software)' : ''}\nsubgroup size: ${profile.subgroupSize || 'varies or none'}\nlargest binding: ${profile.maxBindingBytes} bytes\n`,
    );
    if (run) process.stdout.write(`data ${run.dataName}\n${JSON.stringify(run.config, null, 2)}\n`);
  }
  device.dispose();
}

/** The configuration of a SASRec or GRU4Rec run; null if the folder holds another kind. */
async function anchorConfig({ out }: CliOptions): Promise<NextItemConfig | null> {
  if (!out) return null;
  const { config, file } = await readRunFile(out);
  return isNextItemConfig(config) ? checkNextItemConfig(config, file) : null;
}

/** The configuration of a UTGRec run; null if the folder holds another kind. */
async function utgrecConfig({ out }: CliOptions): Promise<UtgrecConfig | null> {
  if (!out) return null;
  const { config, file } = await readRunFile(out);
  return isUtgrecConfig(config) ? checkUtgrecConfig(config, file) : null;
}

/** The configuration of a transfer run; null if the folder holds another kind. */
async function transferConfig({ out }: CliOptions): Promise<TransferConfig | null> {
  if (!out) return null;
  const { config, file } = await readRunFile(out);
  return isTransferConfig(config) ? checkTransferConfig(config, file) : null;
}

async function openRun(options: CliOptions) {
  if (!options.out) throw new ConfigError('cli/out', 'wants --out <folder> of a trained run.');
  const { config, file } = await readRunFile(options.out);
  return openContext(checkRunConfig(config, file), options);
}
