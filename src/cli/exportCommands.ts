/** `tessera export` and `tessera import-model`: a run's results in the formats of other tools, and a model back in. No GPU. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, ConflictError, FormatError } from '../base/errors';
import { loadDataset } from '../data/loadDataset';
import { readModelFolder, writeModelFolder } from '../train/modelFolder';
import {
  RUN_FILE,
  type RunDescription,
  type RunFileReader,
  readPortableRun,
  readRunText,
  runFilesOf,
} from '../train/portableRun';
import { dataFolder, folderSource, writeWhole } from './folders';
import type { CliOptions } from './options';
import { reporter } from './reporter';

/** Reads files of a folder; null where there is none. */
const folderReader =
  (folder: string): RunFileReader =>
  async (name) => {
    try {
      return new Uint8Array(await readFile(path.join(folder, name)));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };

async function describeRun(folder: string): Promise<RunDescription> {
  const bytes = await folderReader(folder)(RUN_FILE);
  if (!bytes)
    throw new FormatError(
      'cli/no-run',
      `${folder}: is not a run's folder (no ${RUN_FILE}); give the --out folder of a training.`,
    );
  return readRunText(new TextDecoder().decode(bytes), path.join(folder, RUN_FILE));
}

/** Ids of the data set's items if --data names it. @throws ConfigError `run/data` for another data set than the run's */
async function itemIdsOf(data: string, run: RunDescription['data']): Promise<readonly string[] | null> {
  if (!data) return null;
  const dataset = await loadDataset(await folderSource(dataFolder(data)));
  if (dataset.contentHash !== run.hash)
    throw new ConfigError(
      'run/data',
      `--data: ${dataset.name} is not the data of this run (${run.name}); give the folder it was trained on.`,
    );
  return dataset.items.ids;
}

const TARGETS: Readonly<Record<string, (folder: string, options: CliOptions) => Promise<Map<string, Uint8Array>>>> = {
  hf: async (folder, { data }) => {
    const run = await describeRun(folder);
    return writeModelFolder(await readPortableRun(run, folderReader(folder), await itemIdsOf(data, run.data)));
  },
};

/** Writes a run's results in another tool's layout. */
export async function exportRun(folder: string | undefined, to: string, options: CliOptions): Promise<void> {
  if (!folder) throw new ConfigError('cli/no-run', 'export: wants the folder of a run; see tessera --help.');
  if (!options.out) throw new ConfigError('cli/out', 'export: wants --out <folder> for what it writes.');
  const target = Object.hasOwn(TARGETS, to) ? TARGETS[to] : undefined;
  if (!target)
    throw new ConfigError('cli/target', `export: wants --to ${Object.keys(TARGETS).join(' | ')}, got "${to}".`);
  const files = await target(folder, options);
  await writeFiles(options.out, files);
  announce(options, 'exported', files);
}

/** Makes a run of a model folder, such as one that was exported and trained further elsewhere. */
export async function importModel(folder: string | undefined, options: CliOptions): Promise<void> {
  if (!folder) throw new ConfigError('cli/no-model', 'import-model: wants the folder of a model; see tessera --help.');
  if (!options.out) throw new ConfigError('cli/out', 'import-model: wants --out <folder> for the run.');
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new FormatError('cli/no-model', `import-model: there is no folder "${folder}".`, { cause });
  });
  const read = folderReader(folder);
  const files = new Map<string, Uint8Array>();
  for (const name of names)
    files.set(
      name,
      /^(config|tessera)\.json$|^model\.safetensors$/.test(name)
        ? ((await read(name)) ?? new Uint8Array())
        : new Uint8Array(),
    );
  const run = await readModelFolder(files);
  await itemIdsOf(options.data, run.data);
  if (await folderReader(options.out)(RUN_FILE))
    throw new ConflictError('cli/out-taken', `import-model: ${options.out} holds a run already; give a new folder.`);
  const written = runFilesOf(run);
  await writeFiles(options.out, written);
  announce(options, 'imported', written);
}

async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeWhole(path.join(folder, name), bytes);
}

function announce(options: CliOptions, kind: string, files: ReadonlyMap<string, Uint8Array>): void {
  const { say, result } = reporter(options.isJson, () => performance.now());
  for (const [name, { length }] of files) say(`${path.join(options.out, name)}  ${length} bytes`);
  result(kind, { out: options.out, files: [...files.keys()] });
}
