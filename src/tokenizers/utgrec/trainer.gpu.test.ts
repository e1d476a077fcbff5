import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { sequenceTable } from '../../base/sequenceTable';
import { GpuDevice } from '../../gpu/device';
import { Engine } from '../../plan/engine';
import type { UtgrecCatalogue } from './batch';
import type { UtgrecModelConfig, UtgrecSizes } from './config';
import { cosineNoiseSchedule } from './noiseSchedule';
import { pixelLatents } from './pictures';
import { coOccurrencePositives } from './positives';
import { type UtgrecRecipe, type UtgrecTask, UtgrecTrainer } from './trainer';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

const ITEMS = 48;
const TEXT = 4;
const LAYER = { width: 16, heads: 2, keyHeads: 1, headWidth: 8, feedForwardWidth: 32, rotaryBase: 1e4, normEps: 1e-6 };
const CONFIG: UtgrecModelConfig = {
  encoder: { kind: 'compact', ...LAYER, layers: 1, dropout: 0.1 },
  quantiser: { kind: 'tree', levels: 3, rootEntries: 6, leafEntries: 8, width: 8, commitmentWeight: 0.25 },
  projectionWidth: 16,
  projectionDropout: 0.1,
  decoder: LAYER,
  diffusion: { width: 16, blocks: 1, timeWidth: 8, repeats: 2, learnsVariance: false },
  weights: { image: 3, codebook: 200, alignment: 0.01, positive: 0.03 },
  temperature: 0.1,
};
const RECIPE: UtgrecRecipe = {
  epochs: 6,
  batchSize: 16,
  learningRate: 0.01,
  schedule: 'cosine',
  warmupShare: 0.05,
  quantiserWarmupShare: 0.2,
  codebookStart: 'kmeans',
  weightDecay: 0.01,
  clipNorm: 1,
  trainsMatrices: true,
};

/** Four kinds of items, each with its own words and colour; the last two items of a kind have no picture. */
function catalogue(): UtgrecCatalogue {
  const uniform = uniformGenerator(4);
  const texts = new Uint32Array(ITEMS * TEXT);
  const isPresent = new Uint8Array(ITEMS).fill(1);
  const pixels = new Uint8Array(ITEMS * 4 * 4 * 3);
  for (let item = 0; item < ITEMS; item++) {
    const kind = item % 4;
    const length = 2 + (item % 3);
    for (let at = 0; at < length; at++)
      texts[item * TEXT + at] = 2 + kind * 3 + (at === 0 ? 0 : Math.floor(uniform() * 3));
    if (item >= ITEMS - 8) isPresent[item] = 0;
    else pixels.fill(60 * kind + 20, item * 48, (item + 1) * 48);
  }
  const pictures = { side: 4, pixels, isPresent };
  const users = Array.from({ length: 30 }, (_, user) =>
    Array.from({ length: 6 }, () => (user % 4) + 4 * Math.floor(uniform() * (ITEMS / 4))),
  );
  return {
    itemCount: ITEMS,
    texts,
    pictures,
    latents: pixelLatents(pictures, 2, 1),
    mirrored: null,
    vectors: null,
    positives: coOccurrencePositives(sequenceTable(users), ITEMS),
  };
}

const SIZES: UtgrecSizes = {
  vocabulary: 14,
  textLength: TEXT,
  patches: 4,
  patchWidth: 12,
  latents: 4,
  latentWidth: 3,
  latentBound: 1,
  vectorWidth: 0,
};

function task(change: Partial<UtgrecTask> = {}, config = CONFIG, sizes = SIZES): UtgrecTask {
  return {
    model: { config, sizes, schedule: cosineNoiseSchedule() },
    recipe: RECIPE,
    catalogue: catalogue(),
    trainingItems: Uint32Array.from({ length: ITEMS }, (_, item) => item),
    patch: 2,
    seed: 7,
    ...change,
  };
}

describe('UTGRec’s tokenizer in training', () => {
  it('learns texts and pictures, tokenises all items and reads texts back better than guessing', async () => {
    const trainer = new UtgrecTrainer(engine, task({ recipe: { ...RECIPE, epochs: 30 } }));
    const epochs = [];
    for (let epoch = 0; epoch < 30; epoch++) epochs.push(await trainer.epoch());
    const [first, last] = [epochs[0]?.values ?? {}, epochs.at(-1)?.values ?? {}];
    expect(last['text']).toBeLessThan((first['text'] ?? 0) * 0.7);
    expect(last['image']).toBeLessThan((first['image'] ?? 0) * 0.95);
    expect(Object.keys(last).sort()).toEqual(
      [
        'alignment',
        'codebook',
        'image',
        'imagePositive',
        'leafError',
        'loss',
        'rootError',
        'text',
        'textPositive',
      ].sort(),
    );
    const { codes, residual, entries } = await trainer.tokenise();
    expect([codes.length, residual.length, entries.length]).toEqual([ITEMS * 3, ITEMS * 8, 8 * 8]);
    expect(codes.every((code, at) => code < (at % 3 === 0 ? 6 : 8))).toBe(true);
    const accuracy = await trainer.reader.textAccuracy(Uint32Array.from({ length: ITEMS }, (_, item) => item));
    expect(accuracy.topOne).toBeGreaterThan(2 * accuracy.unigram);
    await trainer.dispose();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const whole = new UtgrecTrainer(engine, task());
    for (let epoch = 0; epoch < 3; epoch++) await whole.epoch();
    const halfway = new UtgrecTrainer(engine, task());
    await halfway.epoch();
    const state = await halfway.state();
    await halfway.dispose();
    const resumed = new UtgrecTrainer(engine, task());
    resumed.restore(state);
    await resumed.epoch();
    await resumed.epoch();
    for (const arena of ['parameters', 'moment1', 'moment2'] as const) {
      const wanted = await whole.variables.readAll(arena);
      for (const [name, values] of await resumed.variables.readAll(arena))
        expect(values, name).toEqual(wanted.get(name));
    }
    await whole.dispose();
    await resumed.dispose();
  });

  it('follows the same losses with activations kept as f16', async () => {
    const wide = { ...LAYER, headWidth: 16, feedForwardWidth: 128 };
    const config: UtgrecModelConfig = {
      ...CONFIG,
      encoder: { kind: 'compact', ...wide, layers: 2, dropout: 0.1 },
      decoder: wide,
    };
    const curves: number[][] = [];
    for (const storage of ['f32', 'f16'] as const) {
      const recipe: UtgrecRecipe = {
        ...RECIPE,
        batchSize: ITEMS,
        codebookStart: 'random',
        learningRate: 0.003,
        storage,
      };
      const trainer = new UtgrecTrainer(engine, task({ recipe }, config));
      const losses: number[] = [];
      while (trainer.epochsDone < 6) losses.push((await trainer.epoch()).values['loss'] ?? Number.NaN);
      curves.push(losses);
      await trainer.dispose();
    }
    const [plain = [], half = []] = curves;
    // Seen: 2e-5 at the most.
    expect(half).not.toEqual(plain);
    expect(Math.max(...half.map((loss, at) => Math.abs(loss / (plain[at] ?? 0) - 1)))).toBeLessThan(1e-3);
  });

  it('stops inside an epoch when asked, and wants a checkpoint then', async () => {
    const trainer = new UtgrecTrainer(engine, task());
    const abort = new AbortController();
    abort.abort();
    await expect(trainer.epoch(abort.signal)).rejects.toMatchObject({ code: 'utgrec/cancelled' });
    await expect(trainer.epoch()).rejects.toMatchObject({ code: 'utgrec/torn' });
    await expect(trainer.state()).rejects.toMatchObject({ code: 'utgrec/torn' });
    await trainer.dispose();
  });

  it('takes over a tokenizer of a smaller vocabulary, and nothing else', async () => {
    const first = new UtgrecTrainer(engine, task());
    const weights = (await first.state()).parameters;
    const second = new UtgrecTrainer(engine, task({ seed: 8 }, CONFIG, { ...SIZES, vocabulary: 17 }));
    await second.startFrom(weights);
    const table = await second.variables.read('encoder.text.weight');
    expect(table.subarray(0, 14 * 16)).toEqual(weights.get('encoder.text.weight'));
    const head = await second.variables.read('textHead.weight');
    expect(head.subarray(17, 17 + 14)).toEqual(weights.get('textHead.weight')?.subarray(14, 28));
    const wider = { ...CONFIG, projectionWidth: 20 };
    const third = new UtgrecTrainer(engine, task({}, wider));
    await expect(third.startFrom(weights)).rejects.toMatchObject({ code: 'utgrec/state' });
    for (const trainer of [first, second, third]) await trainer.dispose();
  });

  // Each switch changes what it says: the arrays it asks for, the losses it reports.
  it.each([
    ['no alignment', { ...CONFIG, weights: { ...CONFIG.weights, alignment: 0 } }, ['alignment']],
    ['no positives', { ...CONFIG, weights: { ...CONFIG.weights, positive: 0 } }, ['textPositive', 'imagePositive']],
    [
      'neither',
      { ...CONFIG, weights: { ...CONFIG.weights, alignment: 0, positive: 0 } },
      ['alignment', 'textPositive'],
    ],
    [
      'independent books',
      { ...CONFIG, quantiser: { ...CONFIG.quantiser, kind: 'independent' as const } },
      ['leafError'],
    ],
    ['one level', { ...CONFIG, quantiser: { ...CONFIG.quantiser, levels: 1 } }, ['leafError']],
    ['a learned variance', { ...CONFIG, diffusion: { ...CONFIG.diffusion, learnsVariance: true } }, []],
  ])('trains with %s', async (_, config, missing) => {
    const trainer = new UtgrecTrainer(engine, task({}, config));
    const { values } = await trainer.epoch();
    expect(Object.values(values).every(Number.isFinite)).toBe(true);
    for (const name of missing) expect(values[name]).toBeUndefined();
    const { codes } = await trainer.tokenise();
    expect(codes).toHaveLength(ITEMS * config.quantiser.levels);
    await trainer.dispose();
  });

  it('trains without pictures, and from cached vectors', async () => {
    const held = catalogue();
    const blind = { ...held, pictures: null, latents: null };
    const noImages = { ...SIZES, patches: 0, latents: 0 };
    const textOnly = new UtgrecTrainer(engine, task({ catalogue: blind }, CONFIG, noImages));
    const { values } = await textOnly.epoch();
    expect([values['image'], Number.isFinite(values['loss'])]).toEqual([undefined, true]);
    await textOnly.dispose();
    const uniform = uniformGenerator(3);
    const vectors = Float32Array.from({ length: ITEMS * 5 }, () => uniform() - 0.5);
    const frozen = { ...CONFIG, encoder: { kind: 'frozen' as const, width: 16 } };
    const cached = new UtgrecTrainer(
      engine,
      task({ catalogue: { ...held, vectors } }, frozen, { ...SIZES, vectorWidth: 5 }),
    );
    expect(Number.isFinite((await cached.epoch()).values['loss'])).toBe(true);
    await cached.dispose();
  });

  it('runs a batch in parts to the same update where nothing is drawn', async () => {
    const plain = {
      ...CONFIG,
      encoder: { kind: 'compact' as const, ...LAYER, layers: 1, dropout: 0 },
      projectionDropout: 0,
      weights: { ...CONFIG.weights, alignment: 0, positive: 0 },
    };
    const held = catalogue();
    // Texts of one length, so that the mean of the parts' means is the mean.
    const blind = { ...held, texts: held.texts.map((piece) => piece || 1), pictures: null, latents: null };
    const trained = async (accumulationSteps: number) => {
      const recipe = { ...RECIPE, accumulationSteps };
      const trainer = new UtgrecTrainer(
        engine,
        task({ catalogue: blind, recipe }, plain, { ...SIZES, patches: 0, latents: 0 }),
      );
      await trainer.epoch();
      const { values } = await trainer.epoch();
      const weights = await trainer.variables.read('textHead.weight');
      await trainer.dispose();
      return { values, weights };
    };
    const [whole, parts] = [await trained(1), await trained(3)];
    expect(Object.keys(parts.values).sort()).toEqual(Object.keys(whole.values).sort());
    for (const [name, value] of Object.entries(whole.values))
      expect(Math.abs((parts.values[name] ?? Number.NaN) - value), name).toBeLessThan(1e-4 * Math.abs(value) + 1e-6);
    for (const [at, value] of whole.weights.entries()) expect(parts.weights[at]).toBeCloseTo(value, 4);
  });

  it('draws for every part by itself, and contrasts each with its own rows alone', async () => {
    const alignment = async (accumulationSteps: number): Promise<number> => {
      const trainer = new UtgrecTrainer(engine, task({ recipe: { ...RECIPE, accumulationSteps } }));
      const { values } = await trainer.epoch();
      await trainer.dispose();
      for (const name of ['text', 'image', 'textPositive', 'imagePositive', 'rootError'])
        expect(Number.isFinite(values[name]), name).toBe(true);
      return values['alignment'] ?? Number.NaN;
    };
    // Two rows in a part against sixteen: ln 2 against ln 16 where nothing is aligned yet.
    expect(await alignment(8)).toBeLessThan((await alignment(1)) - 1);
  });

  it('decays no bias and no norm where only weights decay', async () => {
    const names = async (decayOf: 'all' | 'weights'): Promise<string[]> => {
      const trainer = new UtgrecTrainer(engine, task({ recipe: { ...RECIPE, decayOf } }));
      const spared = [...trainer.variables.slots.values()].flatMap(({ spec }) =>
        spec.isDecayed === false ? [spec.name] : [],
      );
      await trainer.dispose();
      return spared;
    };
    expect(await names('all')).toEqual([]);
    const spared = await names('weights');
    for (const name of [
      'projection.0.bias',
      'textDecoder.layer.attentionNorm.weight',
      'denoiser.block.0.norm.bias',
      'encoder.norm.weight',
    ])
      expect(spared).toContain(name);
    for (const name of ['projection.0.weight', 'encoder.text.weight', 'root.matrix', 'textDecoder.mask'])
      expect(spared).not.toContain(name);
  });

  it('refuses a catalogue that nobody interacted with', () => {
    expect(() => new UtgrecTrainer(engine, task({ trainingItems: new Uint32Array() }))).toThrow(
      expect.objectContaining({ code: 'utgrec/items' }),
    );
  });
});
