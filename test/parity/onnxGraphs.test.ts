/**
 * The exported ONNX graphs on ONNX Runtime's wasm build against `transformers`: logits at once and step by step, and beam search
 * within the trie. GOLDEN: scripts/golden/huggingFace.py, for the seeded model and the one that transformers trained.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/base/sha256';
import { type GraphTensor, T5GraphGenerator, type T5Graphs } from '../../src/recommenders/t5/graphGenerator';
import { pastName, presentName, writeOnnx } from '../../src/recommenders/t5/onnxGraph';
import { openOrtGraphs } from '../../src/recommenders/t5/ortSessions';
import { shiftRight } from '../../src/recommenders/t5/reference';
import { tokenSource } from '../../src/train/identifiers';
import { type PortableRun, readModelFolder } from '../../src/train/modelFolder';
import { tinyRun } from '../fixtures/tinyRun';
import { goldenTensor, loadGolden } from '../goldens';

const TOLERANCE = 1e-4;
const golden = loadGolden('models/t5/golden/exported');

const trained = (): Promise<PortableRun> =>
  readModelFolder(
    new Map(
      ['config.json', 'model.safetensors', 'tessera.json'].map((name) => [
        name,
        new Uint8Array(readFileSync(new URL(`../../models/t5/golden/trained/${name}`, import.meta.url))),
      ]),
    ),
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

const int64 = (values: ArrayLike<number>, dims: readonly number[]): GraphTensor => ({
  dims,
  data: BigInt64Array.from(values, BigInt),
});
const floats = (tensor: GraphTensor | undefined): Float32Array => {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('floats expected');
  return tensor.data;
};

describe.each([
  ['exported', tinyRun],
  ['trained', trained],
] as const)('ONNX graphs of the %s model', (name, open) => {
  const inputs = () => {
    const ids = goldenTensor(golden, `${name}:input_ids`);
    const mask = goldenTensor(golden, `${name}:attention_mask`);
    const labels = goldenTensor(golden, `${name}:labels`);
    return { ids, mask, labels, rows: ids.shape[0] ?? 0, steps: labels.shape[1] ?? 0 };
  };

  /** What the encoder leaves for the decoder, and an empty past. */
  async function start({ t5, encoder }: T5Graphs) {
    const { ids, mask, rows } = inputs();
    const attention = int64(mask.data, mask.shape);
    const encoded = await encoder.run({ input_ids: int64(ids.data, ids.shape), attention_mask: attention });
    const memory: Record<string, GraphTensor> = { encoder_attention_mask: attention };
    const past: Record<string, GraphTensor> = {};
    for (let layer = 0; layer < t5.decoderLayers; layer++)
      for (const part of ['key', 'value'] as const) {
        const held = encoded[presentName(layer, 'encoder', part)];
        if (held) memory[pastName(layer, 'encoder', part)] = held;
        past[pastName(layer, 'decoder', part)] = { dims: [rows, t5.heads, 0, t5.headWidth], data: new Float32Array(0) };
      }
    return { memory, past };
  }

  it('have the library’s logits, all positions at once and one by one behind their past', async () => {
    const graphs = await openOrtGraphs(await open());
    const { labels, rows, steps } = inputs();
    const wanted = goldenTensor(golden, `${name}:logits`).data;
    const { memory, past } = await start(graphs);
    const decoderTokens = Array.from({ length: rows }, (_, row) =>
      shiftRight(labels.data.slice(row * steps, (row + 1) * steps)),
    );
    const whole = await graphs.decoder.run({
      input_ids: int64(decoderTokens.flat(), [rows, steps]),
      ...memory,
      ...past,
    });
    expect(relativeError(floats(whole['logits']), wanted)).toBeLessThan(TOLERANCE);

    let held = past;
    const vocabulary = graphs.t5.vocabularySize;
    for (let step = 0; step < steps; step++) {
      const column = decoderTokens.map((row) => row[step] ?? 0);
      const outputs = await graphs.decoder.run({ input_ids: int64(column, [rows, 1]), ...memory, ...held });
      const at = Array.from({ length: rows }, (_, row) =>
        Array.from(wanted.slice((row * steps + step) * vocabulary, (row * steps + step + 1) * vocabulary)),
      );
      expect(relativeError(floats(outputs['logits']), at.flat())).toBeLessThan(TOLERANCE);
      held = Object.fromEntries(
        Object.keys(past).map((key) => {
          const present = outputs[key.replace('past_key_values', 'present')];
          if (!present) throw new Error(key);
          return [key, present];
        }),
      );
    }
    await graphs.encoder.dispose();
    await graphs.decoder.dispose();
  });

  it('lead beam search in the trie to the library’s items and scores', async () => {
    const run = await open();
    const items = goldenTensor(golden, `${name}:beam_items`);
    const scores = goldenTensor(golden, `${name}:beam_scores`).data;
    const beamWidth = items.shape[1] ?? 0;
    const generator = new T5GraphGenerator(
      await openOrtGraphs(run),
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
  });
});

it('gives no more items than the catalogue has', async () => {
  const run = await tinyRun();
  const generator = new T5GraphGenerator(
    await openOrtGraphs(run),
    tokenSource(run.identifiers, run.config.recommender),
    {
      beamWidth: 50,
      historyLimit: 6,
    },
  );
  const { items } = await generator.generate([[1, 2]]);
  expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, item) => item));
  await generator.dispose();
});

it('open a search as it ran and score any item as the search does', async () => {
  const run = await tinyRun();
  const source = tokenSource(run.identifiers, run.config.recommender);
  const generator = new T5GraphGenerator(await openOrtGraphs(run), source, { beamWidth: 50, historyLimit: 6 });
  const history = [1, 2, 9];
  const found = await generator.generate([history]);
  const { steps, results } = await generator.inspect(history, 50);
  expect(results.map(({ item }) => item)).toEqual(found.items);
  const scores = await generator.score(
    history,
    Uint32Array.from({ length: 30 }, (_, item) => item),
  );
  for (const { item, logProbability, score } of results) {
    expect(logProbability).toBeCloseTo(score, 9);
    expect(scores[item]).toBeCloseTo(logProbability, 4);
  }
  for (const { beams, candidates, impossible } of steps)
    beams.forEach((_, beam) => {
      const own = candidates.filter(({ parent }) => parent === beam);
      const possible = own.reduce((sum, { tokenLogProbability }) => sum + Math.exp(tokenLogProbability), 0);
      expect(possible + (impossible[beam] ?? Number.NaN)).toBeCloseTo(1, 6);
    });
  const narrow = await generator.inspect(history, 3, { temperature: 4, lengthPenalty: 1 });
  expect(narrow.results).toHaveLength(3);
  for (const { item, logProbability, score } of narrow.results) {
    expect(logProbability).toBeCloseTo(scores[item] ?? Number.NaN, 4);
    expect(score).not.toBeCloseTo(logProbability / 3, 3);
  }
  await expect(generator.inspect(history, 3, { temperature: 0 })).rejects.toMatchObject({ code: 'demo/knobs' });
  await generator.dispose();
});

it('are the bytes that onnx.checker and onnxruntime accepted', async () => {
  const checked = loadGolden('models/t5/golden/onnx').meta['sha256'];
  const files = writeOnnx(await tinyRun());
  const digests = await Promise.all([...files].map(async ([name, bytes]) => [name, await sha256Hex(bytes)] as const));
  expect(Object.fromEntries(digests)).toEqual(checked);
});
