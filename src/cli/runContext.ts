/** What every command needs: the data, the GPU, the folder of results, and a run's own description in it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import { HISTORY_LIMIT } from '../data/splits';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import type { Generated } from '../recommenders/t5/generator';
import type { JobContext } from '../train/context';
import { JobControl } from '../train/jobControl';
import type { EvaluationReport } from '../train/reports';
import { folderSink, folderSource, readEncoderFile, writeWhole } from './folders';
import { nodeGpu } from './nodeGpu';
import type { CliOptions } from './options';
import { reporter } from './reporter';
import { workspaceDataset } from './workspaceDataset';

const now = (): number => performance.now();
const RUN_FILE = 'run.json';

/** Writes what a run is made of, first thing. */
export async function writeRunFile(folder: string, config: object, data: { name: string; contentHash: string }) {
  await writeWhole(
    path.join(folder, RUN_FILE),
    `${JSON.stringify({ version: 1, config, data: { name: data.name, hash: data.contentHash } }, null, 2)}\n`,
  );
}

/** What a run’s folder says of itself; the configuration is not checked yet. @throws FormatError `cli/no-run` */
export async function readRunFile(folder: string): Promise<{ config: unknown; file: string; dataName: string }> {
  const file = path.join(folder, RUN_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new FormatError(
      'cli/no-run',
      `${folder}: is not a run’s folder (no ${RUN_FILE}); give the --out folder of a training.`,
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
  return { config: value.config, file, dataName };
}

export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError('cli/json', `${file}: is not JSON (${cause instanceof Error ? cause.message : ''}).`, {
      cause,
    });
  }
}

export interface OpenRun<Config> {
  readonly context: Omit<JobContext, 'config'> & { readonly config: Config };
  readonly say: (text: string) => void;
  readonly result: (kind: string, value: object) => void;
  /** Every evaluation reported so far. */
  readonly reports: EvaluationReport[];
}

/** Loads the data, opens the GPU and the results' folder. @throws ConfigError `cli/data`, FormatError `cli/no-users` */
export async function openContext<Config>(config: Config, options: CliOptions): Promise<OpenRun<Config>> {
  const dataset = options.workspace
    ? await workspaceDataset(options.workspace, options.windowMegabytes, historyLimitOf(config))
    : await folderDataset(options.data);
  const device = await GpuDevice.acquire(nodeGpu(), { limits: options.isDefaultLimits ? 'default-limits' : 'adapter' });
  const { hooks, say, result } = reporter(options.isJson, now, options.table !== null);
  const reports: EvaluationReport[] = [];
  const context = {
    engine: new Engine(device),
    dataset,
    config,
    sink: await folderSink(options.out),
    control: new JobControl(),
    now,
    readEncoderFile,
    hooks: {
      ...hooks,
      evaluation: (report: EvaluationReport) => {
        reports.push(report);
        hooks.evaluation(report);
      },
    },
  };
  return { context, say, result, reports };
}

async function folderDataset(data: string): Promise<Dataset> {
  if (!data)
    throw new ConfigError(
      'cli/data',
      'wants --data <folder> (items.jsonl.gz and sequences.jsonl.gz), --data sample, or --workspace <folder>.',
    );
  const folder = data === 'sample' ? samplePath() : data;
  const dataset = await loadDataset(await folderSource(folder));
  if (dataset.userCount === 0)
    throw new FormatError('cli/no-users', `${folder}: has items but no sequences; a recommender needs both.`);
  return dataset;
}

/** Longest history that a configuration's model asks for; the papers' 20 where it does not say. */
function historyLimitOf(config: unknown): number {
  if (typeof config !== 'object' || config === null || !('recommender' in config)) return HISTORY_LIMIT;
  const { recommender } = config;
  if (typeof recommender !== 'object' || recommender === null || !('historyLimit' in recommender)) return HISTORY_LIMIT;
  return typeof recommender.historyLimit === 'number' ? recommender.historyLimit : HISTORY_LIMIT;
}

/** Latest report of each recommender on the test split, reference points first. */
export const tableOf = (reports: readonly EvaluationReport[]): EvaluationReport[] => {
  const latest = new Map(reports.filter((report) => report.split === 'test').map((report) => [report.name, report]));
  return [...latest.values()].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'reference' ? -1 : 1));
};

/** The sample beside this program, in a clone and in the built command. */
function samplePath(): string {
  return fileURLToPath(new URL('../../public/sample', import.meta.url));
}

/** First Ctrl-C saves and stops; the second ends at once. */
export function stopOnInterrupt(control: JobControl): void {
  process.once('SIGINT', () => {
    process.stderr.write('\nstopping after this step; press again to end at once\n');
    control.stop();
    process.once('SIGINT', () => process.exit(130));
  });
}

/** Item indices of a comma-separated list of ids. @throws ConfigError `cli/history`, `cli/item` */
export function historyItems(history: string, dataset: Dataset): number[] {
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

/** The first `count` of what was generated after `items`, as text and as objects. */
export function sayRecommendations(
  { say, result }: Pick<OpenRun<unknown>, 'say' | 'result'>,
  { items: catalogue }: Dataset,
  items: readonly number[],
  { found, count }: { readonly found: Generated; readonly count: number },
): void {
  say(`after ${items.map((item) => catalogue.titles[item]).join(' → ')}`);
  found.items.slice(0, count).forEach((item, rank) => {
    const logProbability = found.scores[rank] ?? Number.NaN;
    const [id, title] = [catalogue.ids[item], catalogue.titles[item]];
    say(`${String(rank + 1).padStart(3)}  ${logProbability.toFixed(3).padStart(8)}  ${id}  ${title}`);
    result('recommendation', { rank: rank + 1, id, title, logProbability });
  });
}
