/** A run into the store and out of it: what a `.tessera` file or a folder brings, and what is saved as one. */
import { ConfigError } from '../base/errors';
import type { RunStore } from '../storage/runStore';
import { type AnyConfig, plainConfig } from '../train/anyConfig';
import { RUN_FILE, type RunDescription, runText } from '../train/portableRun';
import { ARCHIVE_EXTENSION, writeRunArchive } from '../train/runArchive';
import { type RunFolder, writeRunFolder } from '../train/runFolder';
import type { SavedRun } from './protocol';
import { type RunFiles, requireSameData } from './runFiles';
import { storedFolder, storeSink } from './storeSink';
import { CURRENT_RUN, type OpenData, PRETRAINING_RUN } from './workspace';

/** Puts all parts of a run into the store's view of an empty one. */
export async function keepRun(view: RunStore, run: RunFolder, nowMs: () => number): Promise<void> {
  await keepPart(view, CURRENT_RUN, run, nowMs);
  if (run.pretraining) await keepPart(view, PRETRAINING_RUN, run.pretraining, nowMs);
}

async function keepPart(view: RunStore, part: string, run: RunFolder, nowMs: () => number): Promise<void> {
  const sink = storeSink(view, part, nowMs);
  for (const [role, bytes] of run.checkpoints) await sink.saveCheckpoint(role, bytes);
  await sink.appendRows(run.rows);
  for (const { report, users, ranks } of run.evaluations) await sink.saveEvaluation(report, users, ranks);
  for (const { step, levels, codes } of run.snapshots) await sink.saveSnapshot(step, levels, codes);
}

/**
 * The run of a view as one file; `traces` of this machine are taken out of an anonymous one.
 * @throws FormatError `storage/*`
 */
export async function runAsFile(
  view: RunStore,
  { config, data, ending, name }: { config: AnyConfig; name: string } & Pick<RunDescription, 'data' | 'ending'>,
  traces: readonly string[] | null,
): Promise<SavedRun> {
  const own = await storedFolder(view, CURRENT_RUN);
  const upstream = (await view.getRun(PRETRAINING_RUN)) ? await storedFolder(view, PRETRAINING_RUN) : null;
  const files = writeRunFolder(upstream ? { ...own, pretraining: upstream } : own);
  files.set(
    RUN_FILE,
    new TextEncoder().encode(runText({ config: plainConfig(config), data, ...(ending ? { ending } : {}) })),
  );
  const bytes = await writeRunArchive(files, traces ? { anonymise: traces } : {});
  const base = traces ? 'run' : name.replace(/[^\w.-]+/g, '-') || 'run';
  return { name: `${base}${ARCHIVE_EXTENSION}`, file: new Blob([bytes], { type: 'application/zip' }) };
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
