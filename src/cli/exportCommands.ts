/** `tessera export` and `tessera import-model`: a run's results in the formats of other tools, and a model back in. No GPU. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';
import { ConfigError, ConflictError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import { WEIGHTS_FILE } from '../recommenders/t5/huggingFace';
import { writeOnnx } from '../recommenders/t5/onnxGraph';
import { metricFiles } from '../train/metricFiles';
import { MODEL_FILES, type PortableRun, readModelFolder, writeModelFolder } from '../train/modelFolder';
import {
  embeddingsFile,
  RUN_FILE,
  type RunDescription,
  type RunFileReader,
  readPortableRun,
  readRunHead,
  readRunIdentifiers,
  readRunText,
  readRunTokenizers,
  runFilesOf,
} from '../train/portableRun';
import { semanticIdsFile, sequenceFiles } from '../train/referenceFiles';
import type { EvaluationReport } from '../train/reports';
import { isRunMember, readRunArchive, writeRunArchive } from '../train/runArchive';
import { readRunFolder } from '../train/runFolder';
import { isEvaluationFile, readEvaluation, readMetricRows } from '../train/runLog';
import { dataFolder, folderSource, writeWhole } from './folders';
import type { CliOptions } from './options';
import { reporter } from './reporter';

/** Reads files of a folder; null where there is none. */
const folderReader =
  (folder: string): RunFileReader =>
  async (name) => {
    try {
      return new Uint8Array(await readFile(path.resolve(folder, name)));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };

/** Text of the folder's `run.json`. @throws FormatError `cli/no-run` */
async function runTextOf(folder: string): Promise<string> {
  const bytes = await folderReader(folder)(RUN_FILE);
  if (!bytes)
    throw new FormatError(
      'cli/no-run',
      `${folder}: is not a run’s folder (no ${RUN_FILE}); give the --out folder of a training.`,
    );
  return new TextDecoder().decode(bytes);
}

const describeRun = async (folder: string): Promise<RunDescription> =>
  readRunText(await runTextOf(folder), path.join(folder, RUN_FILE));

/** The data set that --data names, which must be the run's. @throws ConfigError `run/data` */
async function openData(data: string, run: RunDescription['data'] | null): Promise<Dataset> {
  if (!data)
    throw new ConfigError('cli/data', 'export: wants --data <folder>, or --data sample, for the ids of items.');
  const dataset = await loadDataset(await folderSource(dataFolder(data)));
  if (run && dataset.contentHash !== run.hash)
    throw new ConfigError(
      'run/data',
      `--data: ${dataset.name} is not the data of this run (${run.name}); give the folder it was trained on.`,
    );
  return dataset;
}

type Target = (folder: string, options: CliOptions) => Promise<Map<string, Uint8Array>>;

async function portableRun(folder: string, data: string): Promise<PortableRun> {
  const run = await describeRun(folder);
  const ids = data ? (await openData(data, run.data)).items.ids : null;
  return readPortableRun(run, folderReader(folder), ids);
}

const TARGETS: Readonly<Record<string, Target>> = {
  hf: async (folder, { data }) => writeModelFolder(await portableRun(folder, data)),
  onnx: async (folder, { data }) => {
    const run = await portableRun(folder, data);
    const files = new Map<string, Uint8Array>([...writeModelFolder(run), ...writeOnnx(run)]);
    files.delete(WEIGHTS_FILE);
    return files;
  },
  sem_ids: async (folder, { data }) => {
    const run = await describeRun(folder);
    const { items } = await openData(data, run.data);
    const { name, tokenizer } = run.config;
    if (tokenizer.keep === undefined) {
      const identifiers = await readRunIdentifiers(run, folderReader(folder));
      return new Map([[`${name}.sem_ids`, semanticIdsFile(items.ids, identifiers)]]);
    }
    const kept = await readRunTokenizers(run, folderReader(folder));
    return new Map(
      [...kept].map(([epoch, identifiers]) => [`${name}_${epoch}.sem_ids`, semanticIdsFile(items.ids, identifiers)]),
    );
  },
  sequences: async (_, { data }) => sequenceFiles(await openData(data, null)),
  embeddings: async (folder) => {
    const run = await describeRun(folder);
    return new Map([['embeddings.safetensors', await embeddingsFile(run, folderReader(folder))]]);
  },
  metrics: async (folder) => {
    await describeRun(folder);
    const read = folderReader(folder);
    const rows = readMetricRows(new TextDecoder().decode((await read('metrics.jsonl')) ?? undefined));
    const names = await readdir(path.join(folder, 'evaluations')).catch(() => []);
    const evaluations: EvaluationReport[] = [];
    for (const name of names.filter(isEvaluationFile).sort()) {
      const bytes = await read(path.join('evaluations', name));
      if (bytes) evaluations.push(readEvaluation(new TextDecoder().decode(bytes), name).report);
    }
    return metricFiles(rows, evaluations);
  },
};

/** Writes a run's results in another tool's layout. */
export async function exportRun(
  folder: string | undefined,
  { to, isAnonymous }: { readonly to: string; readonly isAnonymous: boolean },
  options: CliOptions,
): Promise<void> {
  if (!folder && to !== 'sequences')
    throw new ConfigError('cli/no-run', 'export: wants the folder of a run; see tessera --help.');
  if (!options.out) throw new ConfigError('cli/out', 'export: wants --out <folder> for what it writes.');
  if (to === 'tessera') return exportArchive(folder ?? '', isAnonymous, options);
  const target = Object.hasOwn(TARGETS, to) ? TARGETS[to] : undefined;
  if (!target)
    throw new ConfigError(
      'cli/target',
      `export: wants --to ${[...Object.keys(TARGETS), 'tessera'].join(' | ')}, got "${to}".`,
    );
  const files = await target(folder ?? '', options);
  await writeFiles(options.out, files);
  announce(options, 'exported', files);
}

/** The whole run as one file; --anonymous takes out names, paths and the machine. */
async function exportArchive(folder: string, isAnonymous: boolean, options: CliOptions): Promise<void> {
  readRunHead(await runTextOf(folder), path.join(folder, RUN_FILE));
  const names = await readdir(folder, { recursive: true });
  const files = new Map<string, Uint8Array>();
  for (const name of names.map((entry) => entry.split(path.sep).join('/')).filter(isRunMember)) {
    const bytes = await folderReader(folder)(name);
    if (bytes) files.set(name, bytes);
  }
  const archive = await writeRunArchive(files, isAnonymous ? { anonymise: traces() } : {});
  await mkdir(path.dirname(path.resolve(options.out)), { recursive: true });
  await writeWhole(options.out, archive);
  const { say, result } = reporter(options.isJson, () => performance.now());
  say(`${options.out}  ${archive.length} bytes, ${files.size} files`);
  result('exported', { out: options.out, files: [...files.keys()].sort() });
}

/** What this machine would leave in a text. */
function traces(): string[] {
  const { username } = userInfo();
  return [hostname(), username, homedir(), Intl.DateTimeFormat().resolvedOptions().timeZone];
}

/** Unpacks a `.tessera` file into a run’s folder, verified. */
export async function importRun(file: string | undefined, options: CliOptions): Promise<void> {
  if (!file) throw new ConfigError('cli/no-archive', 'import-run: wants a .tessera file; see tessera --help.');
  if (!options.out) throw new ConfigError('cli/out', 'import-run: wants --out <folder> for the run.');
  const bytes = await folderReader('.')(file);
  if (!bytes) throw new FormatError('cli/no-archive', `import-run: there is no file "${file}".`);
  const files = await readRunArchive(bytes, path.basename(file));
  const description = files.get(RUN_FILE);
  readRunHead(new TextDecoder().decode(description));
  readRunFolder(files);
  if (await folderReader(options.out)(RUN_FILE))
    throw new ConflictError('cli/out-taken', `import-run: ${options.out} holds a run already; give a new folder.`);
  // Last of all what makes a folder a run, so that half of one is none.
  files.delete(RUN_FILE);
  if (description) files.set(RUN_FILE, description);
  await writeFiles(options.out, files);
  announce(options, 'imported', files);
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
    files.set(name, MODEL_FILES.includes(name) ? ((await read(name)) ?? new Uint8Array()) : new Uint8Array());
  const run = await readModelFolder(files);
  if (options.data) await openData(options.data, run.data);
  if (await folderReader(options.out)(RUN_FILE))
    throw new ConflictError('cli/out-taken', `import-model: ${options.out} holds a run already; give a new folder.`);
  const written = runFilesOf(run);
  await writeFiles(options.out, written);
  announce(options, 'imported', written);
}

async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeWhole(path.join(folder, name), bytes);
  }
}

function announce(options: CliOptions, kind: string, files: ReadonlyMap<string, Uint8Array>): void {
  const { say, result } = reporter(options.isJson, () => performance.now());
  for (const [name, { length }] of files) say(`${path.join(options.out, name)}  ${length} bytes`);
  result(kind, { out: options.out, files: [...files.keys()] });
}
