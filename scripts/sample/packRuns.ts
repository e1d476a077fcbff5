/**
 * Packs trained runs for models/sample/: each becomes a small `.tessera` file without optimizer state, and index.json says what a
 * page can show of them before it fetches one. Run by scripts/sampleCheckpoints.mjs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint';
import { readRunHead } from '../../src/train/portableRun';
import { writeRunArchive } from '../../src/train/runArchive';
import { checkpointFile, readRunFolder } from '../../src/train/runFolder';
import { metricSummaries } from '../../src/worker/metricSummaries';
import { readShippedIndex } from '../../src/worker/shippedRuns';

/** A file that a page fetches in passing. */
const MAX_BYTES = 3_000_000;

export interface PackedRun {
  /** Name of the file and of the run in links. */
  readonly id: string;
  readonly name: string;
  /** Output folder of `tessera train`. */
  readonly folder: string;
}

/** @param order ids of all runs; those not in `runs` stay as they are @throws Error if a run is not finished or its file is too large */
export async function packRuns(runs: readonly PackedRun[], to: string, order: readonly string[]): Promise<void> {
  const index = path.join(to, 'index.json');
  const before: { readonly runs: readonly { readonly id: string }[] } = existsSync(index)
    ? JSON.parse(readFileSync(index, 'utf8'))
    : { runs: [] };
  const entries = new Map<string, object>(before.runs.map((run) => [run.id, run]));
  for (const { id, name, folder } of runs) {
    const files = leanFiles(filesOf(folder));
    const bytes = await writeRunArchive(files, { deflatesTensors: true });
    if (bytes.length > MAX_BYTES) throw new Error(`${id}: wanted at most ${MAX_BYTES} bytes, came ${bytes.length}`);
    const { rows, evaluations } = readRunFolder(files);
    if (!evaluations.some(({ report }) => report.kind === 'model' && report.split === 'test'))
      throw new Error(`${id}: ${folder} has no test evaluation; train it to its end first`);
    const head = readRunHead(new TextDecoder().decode(files.get('run.json')));
    const file = `${id}.tessera`;
    writeFileSync(path.join(to, file), bytes);
    entries.set(id, {
      id,
      name,
      file,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      data: head.data,
      config: head.config,
      evaluations: evaluations.map(({ report }) => report),
      metrics: metricSummaries(rows),
    });
    console.log(`${file}: ${bytes.length} bytes`);
  }
  const listed = order.flatMap((id) => entries.get(id) ?? []);
  const text = `${JSON.stringify({ version: 1, runs: listed }, null, 1)}\n`;
  // What the page could not read is not written.
  const [problem] = readShippedIndex(text).problems;
  if (problem) throw problem;
  writeFileSync(index, text);
}

function filesOf(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const part of ['', 'evaluations', 'snapshots']) {
    const at = path.join(folder, part);
    if (!existsSync(at)) continue;
    for (const entry of readdirSync(at, { withFileTypes: true }))
      if (entry.isFile())
        files.set(path.posix.join(part, entry.name), new Uint8Array(readFileSync(path.join(at, entry.name))));
  }
  return files;
}

/** What the page shows; optimizers start anew. */
function leanFiles(files: Map<string, Uint8Array>): Map<string, Uint8Array> {
  if (!files.has(checkpointFile('best')))
    throw new Error('pack: wanted a run with a best recommender; train it to its end first');
  // A curriculum's measurements are kept with the pre-trained recommender; else the best one stands for the newest.
  const hasCurriculum = files.has(checkpointFile('fineTuned-0'));
  const isLeft = (name: string): boolean =>
    /^(pretrained-\d+|fineTun(ing|ed-\d+))\.safetensors$/.test(name) ||
    (name === checkpointFile('recommender') && !hasCurriculum);
  return new Map(
    [...files]
      .filter(([name]) => !isLeft(name))
      .map(([name, file]) => [name, name.endsWith('.safetensors') ? withoutMoments(file, name) : file] as const),
  );
}

function withoutMoments(file: Uint8Array, name: string): Uint8Array {
  const { identity, arrays, numbers } = readCheckpoint(file, name);
  const zeroed = new Map(
    [...arrays].map(
      ([name, array]) => [name, /^moment[12]\//.test(name) ? new Float32Array(array.length) : array] as const,
    ),
  );
  return writeCheckpoint(identity, zeroed, Object.fromEntries(numbers));
}
