/**
 * What the worker remembers between visits: which data set is open (the sample, or the user's files kept in the store),
 * which runs do not depend on. In a run's view of the store (runView) its parts are run "current" and run "pretraining".
 */

import { TesseraError } from '../base/errors';
import type { DataSource } from '../data/dataSource';
import type { Dataset } from '../data/dataset';
import { fetchSource } from '../data/fetchSource';
import { filesSource } from '../data/filesSource';
import { loadImages } from '../data/imageIndex';
import { loadDataset } from '../data/loadDataset';
import type { Workspaces } from '../data/workspace/api';
import { openDataset } from '../data/workspace/openDataset';
import { openWorkspaces } from '../data/workspace/workspaces';
import { openBrowserColumnStorage } from '../storage/browserColumnStorage';
import type { RunStore } from '../storage/runStore';
import { checkSystemConfig, type SystemConfig } from '../train/systemConfig';

export const DATA_RUN = 'data';
/** A run's own part, in its view. */
export const CURRENT_RUN = 'current';
/** What the current run learned before it was transferred; empty for others. */
export const PRETRAINING_RUN = 'pretraining';
export const SIMULATED_LABEL = 'simulated behaviour over public-domain pictures';

/** A data set in memory. */
export interface OpenData {
  readonly dataset: Dataset;
  readonly images: Uint8Array | null;
  readonly isSimulated: boolean;
}

/** What needs no copy to be opened again. */
export type DataOrigin =
  | { readonly kind: 'sample' }
  | {
      readonly kind: 'domains';
      readonly workspace: string;
      readonly domains: readonly string[];
      readonly name: string;
    };
type Origin = DataOrigin | { readonly kind: 'files'; readonly name: string; readonly files: readonly string[] };

export async function openSample(baseUrl: string): Promise<OpenData> {
  return load(fetchSource(new URL('sample/', baseUrl).href, fetch.bind(globalThis), 'sample'), true);
}

export async function openFiles(files: readonly File[], name: string): Promise<OpenData> {
  return load(filesSource(files, name), false);
}

/** Longest history that a model of the page may ask for; only matters for data that streams. */
const HISTORY_LIMIT = 100;
let workspaces: Promise<Workspaces> | null = null;

/** @throws ConfigError `workspace/unknown`, `workspace/split`; FormatError `workspace/*`; UnsupportedError `storage/*` */
export async function openDomains(workspace: string, domains: readonly string[], name: string): Promise<OpenData> {
  // Stays open: texts, pictures and long sequences are read when they are needed.
  workspaces ??= openBrowserColumnStorage().then((storage) => openWorkspaces(storage, Date.now));
  const opened = await (await workspaces).open(workspace);
  const tables = await Promise.all(domains.map((domain) => opened.tables(domain)));
  const dataset = await openDataset(tables, { historyLimit: HISTORY_LIMIT });
  return { dataset: { ...dataset, name }, images: null, isSimulated: false };
}

async function load(source: DataSource, isSimulated: boolean): Promise<OpenData> {
  const dataset = await loadDataset(source);
  return { dataset, images: await loadImages(source, dataset), isSimulated };
}

const isOrigin = (from: DataOrigin | readonly File[]): from is DataOrigin => 'kind' in from;

/** Remembers the data set (files as copies) instead of the previous one; runs stay. */
export async function rememberData(
  store: RunStore,
  data: OpenData,
  from: DataOrigin | readonly File[],
  nowMs: number,
): Promise<void> {
  await forgetData(store);
  const files = isOrigin(from) ? [] : from;
  const origin: Origin = isOrigin(from)
    ? from
    : { kind: 'files', name: data.dataset.name, files: files.map((file) => file.name) };
  await store.createRun({
    id: DATA_RUN,
    name: data.dataset.name,
    config: JSON.stringify(origin),
    dataHash: data.dataset.contentHash,
    status: 'finished',
    createdAtMs: nowMs,
  });
  for (const [index, file] of files.entries())
    await store.saveCheckpoint(
      DATA_RUN,
      { name: `file-${index}`, step: 0, isBest: false, createdAtMs: nowMs },
      new Uint8Array(await file.arrayBuffer()),
    );
}

/** The data set of the last visit, or null if there is none or its domains were deleted. */
export async function recallData(store: RunStore, baseUrl: string): Promise<OpenData | null> {
  const run = await store.getRun(DATA_RUN);
  if (!run) return null;
  const origin = JSON.parse(run.config) as Origin;
  if (origin.kind === 'sample') return openSample(baseUrl);
  if (origin.kind === 'domains') return recallDomains(origin);
  const files: File[] = [];
  for (const [index, name] of origin.files.entries()) {
    const saved = await store.loadCheckpoint(DATA_RUN, `file-${index}`, 'newest');
    if (saved) files.push(new File([saved.bytes as Uint8Array<ArrayBuffer>], name));
  }
  return openFiles(files, origin.name);
}

async function recallDomains(origin: Extract<DataOrigin, { kind: 'domains' }>): Promise<OpenData | null> {
  try {
    return await openDomains(origin.workspace, origin.domains, origin.name);
  } catch (error) {
    if (!(error instanceof TesseraError)) throw error;
    console.warn(`${error.message} The run on ${origin.name} is not opened.`);
    return null;
  }
}

export async function forgetData(store: RunStore): Promise<void> {
  if (await store.getRun(DATA_RUN)) await store.deleteRun(DATA_RUN);
}

/** Opens the data of a stored run. @param origin as the run's record has it @returns null for files, which are gone */
export async function openOrigin(
  origin: string | undefined,
  baseUrl: string,
): Promise<{ data: OpenData; origin: DataOrigin } | null> {
  const from = origin === undefined ? null : (JSON.parse(origin) as Origin);
  if (from?.kind === 'sample') return { data: await openSample(baseUrl), origin: from };
  const data = from?.kind === 'domains' ? await recallDomains(from) : null;
  return data && from?.kind === 'domains' ? { data, origin: from } : null;
}

/** Configuration of the current run, if it belongs to `dataset` and is of a system with a tokenizer. */
export async function recallConfig(store: RunStore, dataset: Dataset): Promise<SystemConfig | null> {
  const run = await store.getRun(CURRENT_RUN);
  if (!run || run.dataHash !== dataset.contentHash) return null;
  return checkSystemConfig(JSON.parse(run.config), 'stored run');
}
