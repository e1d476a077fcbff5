/**
 * How long training stands still for data: one epoch of a T5 of W4's sizes over a workspace on disk five times larger than the
 * window, in a fresh Node process: `node stallCell.mjs <folder>`. Prints one JSON object. Then the same stream alone, over two
 * million events in chunks of the product's size, with nothing to train: what reading costs at most.
 */
import { rmSync } from 'node:fs';
import { create, globals } from 'webgpu';
import { uniformGenerator } from '../../src/base/random';
import { ExampleStream } from '../../src/data/stream/exampleStream';
import { openDataset } from '../../src/data/workspace/openDataset';
import { StoredWorkspace } from '../../src/data/workspace/storedWorkspace';
import { openWorkspaces } from '../../src/data/workspace/workspaces';
import { GpuDevice } from '../../src/gpu/device';
import { restWhileWaiting } from '../../src/gpu/restWhileWaiting';
import { Engine } from '../../src/plan/engine';
import { identifierTokens, identifierVocabulary } from '../../src/recommenders/identifierVocabulary';
import { T5Trainer } from '../../src/recommenders/t5/trainer';
import { openFolderColumnStorage } from '../../src/storage/folderColumnStorage';

const [folder = '.cache/bench/stall'] = process.argv.slice(2);
const ITEMS = 2000;
/** 15 items of 4 tokens are W4's 60; 3 x 347 codes, 256 conflict digits and three more are its 1,300 tokens. */
const HISTORY = 15;
const vocabulary = identifierVocabulary(3, 347);
const [WIDTH, BATCH] = [128, 64];
const now = (): number => performance.now();

/** A domain of users with 11 events each, opened with a window of a fifth of it, read in chunks of `chunkEvents`. */
async function openWalks(users: number, chunkEvents: number | null) {
  const storage = await openFolderColumnStorage(folder);
  const { info } = await openWorkspaces(storage, () => 1).create('stall');
  const workspace = new StoredWorkspace(storage, info, () => 1);
  if (chunkEvents !== null) workspace.chunkEvents = chunkEvents;
  const uniform = uniformGenerator(11);
  const { id } = await workspace.createImport('walks', 'downstream', { format: 'test', files: [], options: '{}' });
  await workspace.runImport(id, async (sink) => {
    for (let item = 0; item < ITEMS; item++)
      sink.item({ id: String(item), title: '', text: `${item}`, categories: [], brand: '', imageUrl: '' });
    for (let user = 0; user < users; user++) {
      const start = Math.floor(ITEMS * uniform());
      sink.sequence(
        `u${user}`,
        Array.from({ length: 11 }, (_, at) => String((start + at * 7) % ITEMS)),
      );
      if (user % 10_000 === 0) await sink.settle();
    }
  });
  await workspace.applyTransform(id, await workspace.defaultTransform(id));
  // 32 bytes an event; the window in training and the one being read share the allowance.
  const windowBytes = Math.floor((users * 11 * 32) / 5);
  const dataset = await openDataset([await workspace.tables(id)], { windowBytes, historyLimit: HISTORY });
  const stream = dataset.stored?.stream;
  if (!stream) throw new Error('the data set is not streamed');
  return { dataset, stream, windowBytes };
}

rmSync(folder, { recursive: true, force: true });
Object.assign(globalThis, globals);
restWhileWaiting(globals);
// Must stay referenced for the life of the process: once it is collected, Dawn aborts.
const held = { gpu: create([]) };
const engine = new Engine(await GpuDevice.acquire(held.gpu));

const { dataset, stream, windowBytes } = await openWalks(800, 220);
const codes = Array.from({ length: ITEMS }, (_, item) => [item % 347, Math.floor(item / 347), item % 31, 0]).flat();
const trainer = new T5Trainer({
  engine,
  config: {
    width: WIDTH,
    headWidth: 32,
    heads: 4,
    feedForwardWidth: 512,
    encoderLayers: 2,
    decoderLayers: 2,
    dropout: 0,
    historyLimit: HISTORY,
    epochs: 1,
    batchSize: BATCH,
    learningRate: 0.001,
    warmupSteps: 10,
    weightDecay: 0.01,
    clipNorm: 1,
  },
  source: { vocabulary, tokens: identifierTokens(vocabulary, codes) },
  seed: 1,
  sequences: dataset.sequences,
  stream: { chunks: stream.chunks, windowBytes: stream.windowBytes, now },
});
const started = now();
let steps = 0;
let loss = Number.NaN;
for (let isLast = false; !isLast; steps++) {
  ({ isLastOfEpoch: isLast } = await trainer.runStep());
  loss = (await trainer.metrics()).at(-1)?.loss ?? loss;
}
const seconds = (now() - started) / 1000;
const waits = trainer.waits;
if (waits === null || waits.windows < 5) throw new Error('the epoch did not stream');
const adapter = engine.device.profile.name;

rmSync(folder, { recursive: true, force: true });
const large = await openWalks(182_000, null);
const plan = { batchSize: BATCH, seed: 1, historyLimit: HISTORY, windowBytes: large.windowBytes };
const alone = new ExampleStream(large.stream.chunks, plan, now);
const aloneStarted = now();
let examples = 0;
for (let isLast = false; !isLast; ) {
  const batch = await alone.next();
  examples += batch.targets.length;
  isLast = batch.isLastOfEpoch;
}
if (examples !== alone.exampleCount) throw new Error(`${examples} of ${alone.exampleCount} examples`);
const aloneSeconds = (now() - aloneStarted) / 1000;
rmSync(folder, { recursive: true, force: true });

console.log(
  JSON.stringify({
    host: `Node ${process.version}`,
    task: 'stall',
    adapter,
    events: dataset.interactionCount,
    windowEvents: Math.floor(windowBytes / 64),
    windows: waits.windows,
    steps,
    loss: Math.round(1000 * loss) / 1000,
    seconds: Math.round(10 * seconds) / 10,
    msPerStep: Math.round((1000 * seconds) / steps),
    waitMs: Math.round(waits.waitMs),
    stallShare: Number((waits.waitMs / (1000 * seconds)).toPrecision(2)),
    streamAlone: {
      events: large.dataset.interactionCount,
      batches: alone.batchesPerEpoch,
      seconds: Math.round(100 * aloneSeconds) / 100,
      msPerBatch: Math.round((1e5 * aloneSeconds) / alone.batchesPerEpoch) / 100,
    },
  }),
);
// Dawn's threads would keep the process alive.
process.exit(0);
