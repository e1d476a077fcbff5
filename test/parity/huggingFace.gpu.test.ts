/**
 * The exported folder in `transformers`, and the folder that `transformers` saved after training it, in ours: logits, greedy and
 * beam results agree both ways. GOLDEN: scripts/golden/huggingFace.py.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/base/sha256';
import { GpuDevice } from '../../src/gpu/device';
import { Engine } from '../../src/plan/engine';
import { T5Generator } from '../../src/recommenders/t5/generator';
import { t5Loss, t5Parameters } from '../../src/recommenders/t5/model';
import { shiftRight } from '../../src/recommenders/t5/reference';
import { loadArena } from '../../src/recommenders/t5/trainer';
import type { Tensor } from '../../src/tensor/graph';
import { tokenSource } from '../../src/train/identifiers';
import { type PortableRun, readModelFolder, writeModelFolder } from '../../src/train/modelFolder';
import { tinyRun } from '../fixtures/tinyRun';
import { type Golden, goldenTensor, loadGolden } from '../goldens';

const TOLERANCE = 1e-4;
const FOLDER = ['config.json', 'model.safetensors', 'tessera.json'];

let engine: Engine;
let golden: Golden;
let exported: Map<string, Uint8Array>;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
  golden = loadGolden('models/t5/golden/exported');
  exported = await writeModelFolder(await tinyRun());
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

const trainedFolder = (): Map<string, Uint8Array> =>
  new Map(
    FOLDER.map((name) => [
      name,
      new Uint8Array(readFileSync(new URL(`../../models/t5/golden/trained/${name}`, import.meta.url))),
    ]),
  );

/** Largest |got − want| over the largest |want|. */
function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let most = 0;
  let scale = 0;
  for (let i = 0; i < want.length; i++) {
    most = Math.max(most, Math.abs((got[i] ?? Number.NaN) - (want[i] ?? 0)));
    scale = Math.max(scale, Math.abs(want[i] ?? 0));
  }
  return got.length === want.length ? most / scale : Number.POSITIVE_INFINITY;
}

/** Logits [B, S, V] of our network for the golden's inputs and `labels` [B, S]. */
async function logitsOf(run: PortableRun, name: string, labels: ArrayLike<number>): Promise<Float32Array> {
  const input = (key: string) => {
    const { data, shape } = goldenTensor(golden, `${name}:${key}`);
    return { data: Uint32Array.from(data), shape };
  };
  const tokens = input('input_ids');
  const rows = tokens.shape[0] ?? 0;
  const steps = labels.length / rows;
  const decoderTokens = Array.from({ length: rows }, (_, row) =>
    shiftRight(Array.from(labels).slice(row * steps, (row + 1) * steps)),
  ).flat();
  const variables = engine.variables(t5Parameters(run.t5), 1);
  loadArena(variables, run.parameters, 'parameters');
  const need = (batch: Readonly<Record<string, Tensor>>, key: string): Tensor => {
    const tensor = batch[key];
    if (!tensor) throw new Error(key);
    return tensor;
  };
  const step = engine.compile(variables, ({ params, batch }) => ({
    outputs: {
      logits: t5Loss(
        run.t5,
        params,
        {
          tokens: need(batch, 'tokens'),
          mask: need(batch, 'mask'),
          decoderTokens: need(batch, 'decoderTokens'),
          labels: need(batch, 'labels'),
        },
        0,
      ).logits,
    },
  }));
  const program = await step.run({
    tokens,
    mask: input('attention_mask'),
    decoderTokens: { data: Uint32Array.from(decoderTokens), shape: [rows, steps] },
    labels: { data: Uint32Array.from(labels), shape: [rows, steps] },
  });
  const logits = await program.readFloats('logits');
  await step.dispose();
  variables.dispose();
  return logits;
}

describe.each(['exported', 'trained'])('the %s folder in both programs', (name) => {
  const open = (): Promise<PortableRun> => readModelFolder(name === 'exported' ? exported : trainedFolder());

  it('has the library’s logits', async () => {
    const labels = goldenTensor(golden, `${name}:labels`).data;
    const wanted = goldenTensor(golden, `${name}:logits`).data;
    expect(relativeError(await logitsOf(await open(), name, labels), wanted)).toBeLessThan(TOLERANCE);
  });

  it('chooses the library’s greedy tokens', async () => {
    const { data, shape } = goldenTensor(golden, `${name}:greedy`);
    const [rows = 0, length = 0] = shape;
    // The last label only fills the place whose logits decide nothing more.
    const labels = Array.from({ length: rows }, (_, row) => [
      ...data.slice(row * length + 1, (row + 1) * length),
    ]).flat();
    const run = await open();
    const logits = await logitsOf(run, name, labels);
    const chosen = labels.map((_, at) => {
      const row = logits.subarray(at * run.t5.vocabularySize, (at + 1) * run.t5.vocabularySize);
      // The library may not end before the identifier is complete (min_new_tokens), so neither may we.
      const choices = row.map((value, token) =>
        token === run.t5.vocabularySize - 1 ? Number.NEGATIVE_INFINITY : value,
      );
      return choices.indexOf(choices.reduce((most, value) => Math.max(most, value)));
    });
    expect(chosen).toEqual(labels);
  });

  it('finds the library’s items by beam search in the trie, with its scores', async () => {
    const run = await open();
    const variables = engine.variables(t5Parameters(run.t5), 1);
    loadArena(variables, run.parameters, 'parameters');
    const items = goldenTensor(golden, `${name}:beam_items`);
    const scores = goldenTensor(golden, `${name}:beam_scores`).data;
    const beamWidth = items.shape[1] ?? 0;
    const generator = new T5Generator(
      engine,
      { variables, t5: run.t5 },
      tokenSource(run.identifiers, run.config.recommender),
      {
        beamWidth,
        historyLimit: run.config.recommender.historyLimit,
      },
    );
    const histories = golden.meta['histories'];
    if (!Array.isArray(histories)) throw new Error('histories expected');
    for (const [row, history] of histories.entries()) {
      const found = await generator.generate([history]);
      const slice = (data: ArrayLike<number>) => Array.from(data).slice(row * beamWidth, (row + 1) * beamWidth);
      expect(found.items).toEqual(slice(items.data));
      expect(relativeError(found.scores, slice(scores))).toBeLessThan(TOLERANCE);
    }
    await generator.dispose();
    variables.dispose();
  });
});

it('was opened by the library from the bytes that are exported now', async () => {
  expect(await sha256Hex(exported.get('model.safetensors') ?? new Uint8Array())).toBe(golden.meta['sha256']);
});
