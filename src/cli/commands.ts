import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { T5Generator } from '../recommenders/t5/generator';
import { checkRunConfig, type RunConfig } from '../train/config';
import type { JobContext } from '../train/context';
import { evaluateReferencePoints, evaluateT5 } from '../train/evaluateModel';
import { tokenSource } from '../train/identifiers';
import { JobControl } from '../train/jobControl';
import { openRecommender, trainRecommender } from '../train/recommenderJob';
import type { EvaluationReport } from '../train/reports';
import { openIdentifiers, trainTokenizer } from '../train/tokenizerJob';
import { folderSink, folderSource, readEncoderFile, writeWhole } from './folders';
import { nodeGpu } from './nodeGpu';
import type { CliOptions } from './options';
import { evaluationTable, reporter } from './reporter';

const now = (): number => performance.now();
const RUN_FILE = 'run.json';

/** Trains what is not trained yet, then evaluates; running it again resumes or only repeats the evaluation. */
export async function train(configJson: string, configFile: string, options: CliOptions): Promise<void> {
  const config = checkRunConfig(parseJson(configJson, configFile), configFile);
  if (!options.out) throw new ConfigError('cli/out', 'train: wants --out <folder> for its results.');
  const { context, say, result, reports } = await openContext(config, options);
  const { dataset } = context;
  say(
    `${dataset.name}: ${dataset.userCount} users, ${dataset.itemCount} items, ${dataset.interactionCount} interactions`,
  );
  say(`adapter: ${context.engine.device.profile.name}`);
  await writeWhole(
    path.join(options.out, RUN_FILE),
    `${JSON.stringify({ version: 1, config, data: { name: dataset.name, hash: dataset.contentHash } }, null, 2)}\n`,
  );
  stopOnInterrupt(context.control);
  const identifiers = await trainTokenizer(context);
  const trainer = await trainRecommender(context, identifiers, options.maxSteps ?? undefined);
  await trainer.dispose();
  await evaluateReferencePoints(context);
  say(evaluationTable(tableOf(reports)));
  result('done', { out: options.out });
}

/** Measures a run's best recommender on the test split again, beside the reference points. */
export async function evaluate(options: CliOptions): Promise<void> {
  const { context, say, reports } = await openRun(options);
  const identifiers = await openIdentifiers(context);
  const trainer = identifiers && (await openRecommender(context, identifiers));
  if (!identifiers || !trainer)
    throw new FormatError(
      'cli/untrained',
      `${options.out}: holds no trained recommender yet; run tessera train first.`,
    );
  stopOnInterrupt(context.control);
  const { report } = await evaluateT5(context, trainer, tokenSource(identifiers), {
    split: 'test',
    beamWidth: options.beamWidth ?? context.config.recommender.testBeamWidth,
  });
  context.hooks.evaluation(report);
  await evaluateReferencePoints(context);
  say(evaluationTable(tableOf(reports)));
  await trainer.dispose();
}

/** Top items for a history of item ids, oldest first. */
export async function recommend(history: string, count: number, options: CliOptions): Promise<void> {
  const { context, say, result } = await openRun(options);
  const { dataset, config } = context;
  const identifiers = await openIdentifiers(context);
  const trainer = identifiers && (await openRecommender(context, identifiers));
  if (!identifiers || !trainer)
    throw new FormatError(
      'cli/untrained',
      `${options.out}: holds no trained recommender yet; run tessera train first.`,
    );
  const items = historyItems(history, dataset);
  const beamWidth = Math.max(count, options.beamWidth ?? config.recommender.testBeamWidth);
  const generator = new T5Generator(context.engine, trainer, tokenSource(identifiers), {
    beamWidth,
    historyLimit: config.recommender.historyLimit,
  });
  const { items: found, scores } = await generator.generate([items.slice(-config.recommender.historyLimit)]);
  say(`after ${items.map((item) => dataset.items.titles[item]).join(' → ')}`);
  found.slice(0, count).forEach((item, rank) => {
    const logProbability = scores[rank] ?? Number.NaN;
    say(
      `${String(rank + 1).padStart(3)}  ${logProbability.toFixed(3).padStart(8)}  ${dataset.items.ids[item]}  ${dataset.items.titles[item]}`,
    );
    result('recommendation', {
      rank: rank + 1,
      id: dataset.items.ids[item],
      title: dataset.items.titles[item],
      logProbability,
    });
  });
  await generator.dispose();
  await trainer.dispose();
}

/** The adapter's profile and, with --out, the run's configuration. */
export async function info(options: CliOptions): Promise<void> {
  const device = await GpuDevice.acquire(nodeGpu(), { limits: options.isDefaultLimits ? 'default-limits' : 'adapter' });
  const { profile } = device;
  const run = options.out ? await readRun(options.out) : null;
  if (options.isJson) process.stdout.write(`${JSON.stringify({ kind: 'info', adapter: profile, run })}\n`);
  else {
    process.stdout.write(
      `adapter: ${profile.name}${profile.isSoftware ? ' (software)' : ''}\nsubgroup size: ${profile.subgroupSize || 'varies or none'}\nlargest binding: ${profile.maxBindingBytes} bytes\n`,
    );
    if (run)
      process.stdout.write(`run: ${run.config.name}, data ${run.dataName}\n${JSON.stringify(run.config, null, 2)}\n`);
  }
  device.dispose();
}

function historyItems(history: string, dataset: Dataset): number[] {
  const ids = history
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id.length > 0);
  if (ids.length === 0)
    throw new ConfigError('cli/history', 'recommend: wants --history id,id,… with at least one item id, oldest first.');
  return ids.map((id) => {
    const item = dataset.items.indexOfId.get(id);
    if (item === undefined)
      throw new ConfigError('cli/item', `recommend: there is no item "${id}" in ${dataset.name}.`);
    return item;
  });
}

const tableOf = (reports: readonly EvaluationReport[]): EvaluationReport[] => {
  const latest = new Map(reports.filter((report) => report.split === 'test').map((report) => [report.name, report]));
  return [...latest.values()].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'reference' ? -1 : 1));
};

async function openRun(options: CliOptions) {
  if (!options.out) throw new ConfigError('cli/out', 'wants --out <folder> of a trained run.');
  const run = await readRun(options.out);
  return openContext(run.config, options);
}

async function readRun(folder: string): Promise<{ config: RunConfig; dataName: string }> {
  const file = path.join(folder, RUN_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new FormatError(
      'cli/no-run',
      `${folder}: is not a run's folder (no ${RUN_FILE}); give the --out folder of a training.`,
      { cause },
    );
  }
  const value = parseJson(text, file);
  if (typeof value !== 'object' || value === null || !('config' in value))
    throw new FormatError('cli/no-run', `${file}: has no configuration.`);
  const dataName =
    'data' in value && typeof value.data === 'object' && value.data !== null && 'name' in value.data
      ? String(value.data.name)
      : '?';
  return { config: checkRunConfig(value.config, file), dataName };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError('cli/json', `${file}: is not JSON (${cause instanceof Error ? cause.message : ''}).`, {
      cause,
    });
  }
}

async function openContext(
  config: RunConfig,
  options: CliOptions,
): Promise<{
  context: JobContext;
  say: (text: string) => void;
  result: (kind: string, value: object) => void;
  reports: EvaluationReport[];
}> {
  if (!options.data)
    throw new ConfigError(
      'cli/data',
      'wants --data <folder> (items.jsonl.gz and sequences.jsonl.gz), or --data sample.',
    );
  const folder = options.data === 'sample' ? samplePath() : options.data;
  const dataset = await loadDataset(await folderSource(folder));
  if (dataset.userCount === 0)
    throw new FormatError('cli/no-users', `${folder}: has items but no sequences; a recommender needs both.`);
  const device = await GpuDevice.acquire(nodeGpu(), { limits: options.isDefaultLimits ? 'default-limits' : 'adapter' });
  const { hooks, say, result } = reporter(options.isJson, now);
  const reports: EvaluationReport[] = [];
  const context: JobContext = {
    engine: new Engine(device),
    dataset,
    config,
    sink: await folderSink(options.out),
    control: new JobControl(),
    now,
    readEncoderFile,
    hooks: {
      ...hooks,
      evaluation: (report) => {
        reports.push(report);
        hooks.evaluation(report);
      },
    },
  };
  return { context, say, result, reports };
}

/** The sample beside this program, in a clone and in the built command. */
function samplePath(): string {
  return fileURLToPath(new URL('../../public/sample', import.meta.url));
}

/** First Ctrl-C saves and stops; the second ends at once. */
function stopOnInterrupt(control: JobControl): void {
  process.once('SIGINT', () => {
    process.stderr.write('\nstopping after this step; press again to end at once\n');
    control.stop();
    process.once('SIGINT', () => process.exit(130));
  });
}
