/** The current run into the store and out of it: what a `.tessera` file or a folder brings, and what is saved as one. */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { RunStore } from '../storage/runStore';
import type { RunConfig } from '../train/config';
import { RUN_FILE, runText } from '../train/portableRun';
import { ARCHIVE_EXTENSION, writeRunArchive } from '../train/runArchive';
import { writeRunFolder } from '../train/runFolder';
import type { SavedRun } from './protocol';
import { type RunFiles, requireSameData } from './runFiles';
import { storedFolder, storeSink } from './storeSink';
import { CURRENT_RUN, forgetRun, type OpenData, startRun } from './workspace';

/** Replaces the current run. */
export async function keepRun(store: RunStore, run: RunFiles, dataset: Dataset, nowMs: () => number): Promise<void> {
  await forgetRun(store);
  await startRun(store, run.config, dataset, nowMs());
  const sink = storeSink(store, CURRENT_RUN, nowMs);
  for (const [role, bytes] of run.checkpoints) await sink.saveCheckpoint(role, bytes);
  await sink.appendRows(run.rows);
  for (const { report, users, ranks } of run.evaluations) await sink.saveEvaluation(report, users, ranks);
  for (const { step, levels, codes } of run.snapshots) await sink.saveSnapshot(step, levels, codes);
}

/** The current run as one file; `traces` of this machine are taken out of an anonymous one. @throws FormatError `storage/*` */
export async function runAsFile(
  store: RunStore,
  config: RunConfig,
  dataset: Pick<Dataset, 'name' | 'contentHash'>,
  traces: readonly string[] | null,
): Promise<SavedRun> {
  const files = writeRunFolder(await storedFolder(store, CURRENT_RUN));
  const data = { name: dataset.name, hash: dataset.contentHash };
  files.set(RUN_FILE, new TextEncoder().encode(runText({ config, data })));
  const bytes = await writeRunArchive(files, traces ? { anonymise: traces } : {});
  const name = traces ? 'run' : config.name.replace(/[^\w.-]+/g, '-') || 'run';
  return { name: `${name}${ARCHIVE_EXTENSION}`, file: new Blob([bytes], { type: 'application/zip' }) };
}

/**
 * The open data if the run is of it; the sample, which is always at hand, if nothing is open and the run is of that.
 * @throws ConfigError `run/data`
 */
export async function dataOfRun(
  run: RunFiles,
  opened: OpenData | null,
  openSample: () => Promise<OpenData>,
): Promise<OpenData> {
  const data = opened ?? (await openSample());
  if (!opened && data.dataset.contentHash !== run.data.hash)
    throw new ConfigError(
      'run/data',
      `open a run: it was trained on ${run.data.name}; open that data set first, then the run.`,
    );
  requireSameData(run, data.dataset);
  return data;
}
