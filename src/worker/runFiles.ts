/**
 * A run brought to the page: a `.tessera` file, the folder that `tessera train` writes, or a model folder exported for
 * Hugging Face or as ONNX graphs. Everything is checked before anything is kept.
 */
import { ConfigError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { RunEnding } from '../storage/runStore';
import { type AnyConfig, isSystem } from '../train/anyConfig';
import { readCheckpoint, requireSameOrigin } from '../train/checkpoint';
import type { RunConfig } from '../train/config';
import { MAP_FILE, readModelFolder } from '../train/modelFolder';
import { checkNextItemConfig, isNextItemConfig } from '../train/nextItemConfig';
import {
  RUN_FILE,
  type RunDescription,
  readPortableRun,
  readRunHead,
  readRunText,
  runFilesOf,
} from '../train/portableRun';
import { ARCHIVE_EXTENSION, readRunArchive } from '../train/runArchive';
import { checkpointFile, type RunFolder, readRunFolder, roleOfFile } from '../train/runFolder';
import { isEvaluationFile } from '../train/runLog';
import { isUtgrec } from '../train/systemConfig';
import { tokenizerOrigin } from '../train/tokenizerJob';
import { checkUtgrecConfig, isUtgrecConfig, type UtgrecConfig } from '../train/utgrecConfig';
import { openTokenizer } from '../train/utgrecTokenizerFile';
import { recommenderDataset, tokenizerPlace } from './utgrecRuns';

/** One buffer of a browser holds no more. */
const MAX_BYTES = 2 ** 31 - 1;

export interface RunFiles extends RunFolder {
  readonly config: AnyConfig;
  readonly data: RunDescription['data'];
  readonly ending?: RunEnding;
  /** Ids of the catalogue that the run was made for, in item order, where the files say. */
  readonly itemIds: readonly string[] | null;
}

/**
 * Reads the files of one run.
 * @throws FormatError, ConfigError, UnsupportedError naming the file: `run/missing`, `run/mixed`, those of archives, model
 *   folders and checkpoints
 */
export async function readRunFiles(picked: readonly File[]): Promise<RunFiles> {
  const { files, itemIds } = await filesOf(picked);
  const description = files.get(RUN_FILE);
  if (!description)
    throw new FormatError(
      'run/missing',
      `open a run: wanted a ${ARCHIVE_EXTENSION} file, the --out folder of tessera train or an exported model, came files without ${RUN_FILE}; pick the whole folder.`,
    );
  const text = new TextDecoder().decode(description);
  const folder = readRunFolder(files);
  const head = readRunHead(text);
  const known = { ...folder, ...head, itemIds };
  if (isNextItemConfig(head.config)) return { ...known, config: checkNextItemConfig(head.config, RUN_FILE) };
  if (isUtgrecConfig(head.config)) return { ...known, config: checkUtgrecConfig(head.config, RUN_FILE) };
  const run = readRunText(text);
  await requireWhole(run, folder);
  return { ...known, config: run.config };
}

/** @throws ConfigError `run/data` if the run was made on other data, `run/items` if its items are others; FormatError `run/snapshot` */
export function requireSameData(
  run: Pick<RunFiles, 'config' | 'data' | 'itemIds' | 'snapshots' | 'checkpoints' | 'pretraining'>,
  dataset: Dataset,
): void {
  const { config, data, itemIds } = run;
  if (data.hash !== dataset.contentHash)
    throw new ConfigError(
      'run/data',
      `open a run: it was trained on other data (${data.name}) than ${dataset.name}; open that data set first.`,
    );
  const { ids } = dataset.items;
  const at = itemIds?.findIndex((id, item) => id !== ids[item]) ?? -1;
  if (itemIds && (at >= 0 || itemIds.length !== ids.length))
    throw new ConfigError(
      'run/items',
      `open a run: its ${itemIds.length} items are not the ${ids.length} of ${dataset.name}; export it again with --data.`,
    );
  if (isSystem(config) && isUtgrec(config)) {
    const own = recommenderDataset(config, dataset);
    requireTokenizer(run.checkpoints, config, own);
    requireSnapshots(run.snapshots, own.itemCount);
    if (!run.pretraining) return;
    const upstream = tokenizerPlace(config, dataset).dataset;
    requireTokenizer(run.pretraining.checkpoints, config, upstream);
    requireSnapshots(run.pretraining.snapshots, upstream.itemCount);
  } else requireSnapshots(run.snapshots, ids.length);
}

/** @throws FormatError `run/snapshot` */
function requireSnapshots(snapshots: RunFolder['snapshots'], items: number): void {
  for (const { step, levels, codes } of snapshots)
    if (codes.length !== items * levels)
      throw new FormatError(
        'run/snapshot',
        `open a run: the snapshot of step ${step} wants ${items} items of ${levels} codes, it has ${codes.length} codes; leave it out.`,
      );
}

/** @throws ConfigError `checkpoint/*` for a tokenizer of other data; FormatError `run/tokenizer` for codes of another shape */
function requireTokenizer(checkpoints: RunFolder['checkpoints'], config: UtgrecConfig, dataset: Dataset): void {
  const file = checkpoints.get('tokenizer');
  const tokenizer = file && openTokenizer(file, dataset);
  const { levels } = config.tokenizer.quantiser;
  if (tokenizer && tokenizer.codes.length !== dataset.itemCount * levels)
    throw new FormatError(
      'run/tokenizer',
      `open a run: its tokenizer wants ${levels} codes for each of ${dataset.itemCount} items, it has ${tokenizer.codes.length} codes; the file is damaged or of another run.`,
    );
}

async function filesOf(picked: readonly File[]): Promise<{
  files: Map<string, Uint8Array>;
  itemIds: readonly string[] | null;
}> {
  const archive = picked.find(({ name }) => name.toLowerCase().endsWith(ARCHIVE_EXTENSION));
  if (archive && picked.length > 1)
    throw new FormatError('run/mixed', `open a run: ${archive.name} is a whole run; open it by itself.`);
  if (archive) return { files: await readRunArchive(await bytesOf(archive), archive.name), itemIds: null };
  const files = new Map<string, Uint8Array>();
  for (const file of picked) files.set(pathInRun(file.name), await bytesOf(file));
  if (files.has(RUN_FILE) || !files.has(MAP_FILE)) return { files, itemIds: null };
  const model = await readModelFolder(files);
  return { files: runFilesOf(model), itemIds: model.itemIds };
}

/** A file picker gives names without folders. */
const pathInRun = (name: string): string =>
  isEvaluationFile(name) ? `evaluations/${name}` : name.endsWith('.u16') ? `snapshots/${name}` : name;

async function bytesOf(file: File): Promise<Uint8Array> {
  if (file.size > MAX_BYTES)
    throw new FormatError(
      'file/tooLarge',
      `open a run: ${file.name} has ${file.size} bytes, a browser holds ${MAX_BYTES} at most; use the command line.`,
    );
  return new Uint8Array(await file.arrayBuffer());
}

/** Whether these checkpoints are enough to recommend; a multi-identifier run has chosen its model only at its end. */
export const hasModel = (config: RunConfig, roles: ReadonlySet<string>): boolean =>
  roles.has('best') || (!config.multiIdentifier && roles.has('recommender'));

/** Checkpoints must be of this run and hold its network; a run that was stopped need not have them all. */
async function requireWhole(run: RunDescription, { checkpoints }: RunFolder): Promise<void> {
  const tokenizer = checkpoints.get('tokenizer');
  if (!tokenizer) return;
  const name = checkpointFile('tokenizer');
  const { identity, numbers } = readCheckpoint(tokenizer, name);
  requireSameOrigin(identity, tokenizerOrigin(run.config, run.data.hash), name);
  const isTokenized = (numbers.get('epoch') ?? 0) >= run.config.tokenizer.epochs;
  if (isTokenized && hasModel(run.config, new Set(checkpoints.keys())))
    await readPortableRun(run, async (file) => checkpoints.get(roleOfFile(file) ?? 'fineTuning') ?? null, null);
}
