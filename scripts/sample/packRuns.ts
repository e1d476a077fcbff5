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

/** A file that a page fetches in passing. */
const MAX_BYTES = 3_000_000;

export interface PackedRun {
  /** Name of the file and of the run in links. */
  readonly id: string;
  readonly name: string;
  /** Output folder of `tessera train`. */
  readonly folder: string;
}

/** @throws Error if a run is not finished or its file is too large */
export async function packRuns(runs: readonly PackedRun[], to: string): Promise<void> {
  const entries = [];
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
    entries.push({
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
  writeFileSync(path.join(to, 'index.json'), `${JSON.stringify({ version: 1, runs: entries }, null, 1)}\n`);
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

/** The best recommender stands for the newest, and optimizers start anew. */
function leanFiles(files: Map<string, Uint8Array>): Map<string, Uint8Array> {
  if (!files.has(checkpointFile('best')))
    throw new Error('pack: wanted a run with a best recommender; train it to its end first');
  const lean = new Map(files);
  lean.delete(checkpointFile('recommender'));
  for (const kind of ['tokenizer', 'best'] as const) {
    const file = files.get(checkpointFile(kind));
    if (file) lean.set(checkpointFile(kind), withoutMoments(file, kind));
  }
  return lean;
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
