import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { ConfigError, ConflictError, ShapeError } from '../../base/errors';
import { freeGraph, tokensOfBeam } from '../../decode/freeSearch';
import { beamSearchReference } from '../../decode/reference';
import { buildTrie } from '../../decode/trie';
import { GpuDevice } from '../../gpu/device';
import { Engine } from '../../plan/engine';
import type { Variables } from '../../plan/variables';
import type { Tensor } from '../../tensor/graph';
import { NOTHING } from '../../tensor/ops/beam';
import { identifierTokens, identifierVocabulary } from '../identifierVocabulary';
import { BeamInspector } from './beamInspector';
import type { T5Config } from './config';
import { pathOutputs, readPaths, T5Generator, traceGeneration } from './generator';
import { ItemScorer } from './itemScorer';
import { t5Parameters } from './model';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

function configOf(golden: Golden): T5Config {
  const number = (key: string): number => goldenNumber(golden, 'config', key);
  return {
    vocabularySize: number('vocab_size'),
    width: number('d_model'),
    headWidth: number('d_kv'),
    heads: number('num_heads'),
    feedForwardWidth: number('d_ff'),
    encoderLayers: number('num_layers'),
    decoderLayers: number('num_decoder_layers'),
    buckets: number('relative_attention_num_buckets'),
    maxDistance: number('relative_attention_max_distance'),
    normEps: number('layer_norm_epsilon'),
    hasTiedHead: true,
    dropout: 0,
  };
}

describe('generation against transformers', () => {
  const golden = loadGolden('models/t5/golden/tied');
  const config = configOf(golden);
  const STEPS = 3;
  let model: Variables;
  beforeAll(() => {
    model = engine.variables(t5Parameters(config), 1);
    for (const { name } of t5Parameters(config)) model.write(name, Float32Array.from(goldenTensor(golden, name).data));
  });

  /** Sequences and scores of the first input, as the library's beam search (without end token) gave them. */
  async function search(bounds: ReturnType<typeof freeGraph>, beamWidth: number) {
    const step = engine.compile(model, ({ params, batch }) => {
      const inputs = { tokens: batch['tokens'] as Tensor, mask: batch['mask'] as Tensor };
      const { scores, steps } = traceGeneration({ config, params }, inputs, bounds, { beamWidth });
      return { outputs: { scores, ...pathOutputs(steps) } };
    });
    const row = (name: string) => {
      const { data, shape } = goldenTensor(golden, name);
      const length = shape[1] ?? 0;
      return { data: Uint32Array.from(data.subarray(0, length)), shape: [1, length] };
    };
    const program = await step.run({ tokens: row('input:input_ids'), mask: row('input:attention_mask') });
    const paths = await readPaths(program, STEPS);
    const scores = await program.readFloats('scores');
    const sequences = Array.from(scores, (_, beam) => tokensOfBeam(paths, 1, 0, beam));
    await step.dispose();
    return { sequences, scores };
  }

  it.each([
    ['full', 1],
    ['full', 2],
    ['full', 5],
    ['full', 10],
    ['full', 50],
    ['few', 2],
    ['few', 6],
    ['few', 36],
  ])('has its beams and log-probabilities (%s vocabulary, width %i)', async (kind, width) => {
    const few = goldenTensor(golden, 'search:few_sequences').data;
    const bounds = kind === 'full' ? freeGraph(config.vocabularySize, STEPS) : buildTrie(Uint32Array.from(few), STEPS);
    const { sequences, scores } = await search(bounds, width);
    expect(sequences.flat()).toEqual([...goldenTensor(golden, `search:${kind}_beam${width}_sequences`).data]);
    goldenTensor(golden, `search:${kind}_beam${width}_log_probs`).data.forEach((want, beam) => {
      expect(Math.abs((scores[beam] ?? 0) - want)).toBeLessThan(1e-5);
    });
  });
});

describe('T5Generator and BeamInspector on a random network', () => {
  const ITEMS = 12;
  const vocabulary = identifierVocabulary(2, 6);
  const codes = Array.from({ length: ITEMS }, (_, i) => [i % 4, (i * 5) % 6, 1 + Math.floor(i / 12)]).flat();
  const source = { vocabulary, tokens: identifierTokens(vocabulary, codes) };
  const t5: T5Config = {
    vocabularySize: vocabulary.size,
    width: 16,
    headWidth: 8,
    heads: 2,
    feedForwardWidth: 32,
    encoderLayers: 1,
    decoderLayers: 1,
    buckets: 32,
    maxDistance: 128,
    normEps: 1e-6,
    hasTiedHead: true,
    dropout: 0,
  };
  let model: { variables: Variables; t5: T5Config };
  beforeAll(() => {
    model = { variables: engine.variables(t5Parameters(t5), 8), t5 };
  });
  const options = { beamWidth: 8, historyLimit: 6 };

  it('keeps the places of results that are no item where the search is free, and scores items as the trie does', async () => {
    const free = new T5Generator(engine, model, source, { ...options, beamWidth: 50, isConstrained: false });
    const bound = new T5Generator(engine, model, source, { ...options, beamWidth: 50 });
    const [open, held] = [await free.generate([[1, 2, 3]]), await bound.generate([[1, 2, 3]])];
    expect(open.items).toHaveLength(50);
    expect(held.items).toHaveLength(ITEMS);
    const invalid = open.items.filter((item) => item === NOTHING).length;
    expect(invalid).toBeGreaterThan(0);
    for (const [at, item] of open.items.entries())
      if (item !== NOTHING) expect(open.scores[at]).toBeCloseTo(held.scores[held.items.indexOf(item)] ?? 0, 4);
    expect(open.scores).toEqual([...open.scores].sort((a, b) => b - a));
    await free.dispose();
    await bound.dispose();
  });

  it('refuses items without identifier, shared identifiers and impossible widths', async () => {
    const generator = new T5Generator(engine, model, source, options);
    await expect(generator.generate([[1, ITEMS]])).rejects.toThrow(ShapeError);
    await generator.dispose();
    const doubled = { ...source, tokens: Uint32Array.from([...source.tokens, ...source.tokens.subarray(0, 3)]) };
    expect(() => new T5Generator(engine, model, doubled, options)).toThrow(ConflictError);
    const wide = new T5Generator(engine, model, source, { ...options, beamWidth: 65 });
    await expect(wide.generate([[1]])).rejects.toThrow(ConfigError);
    await wide.dispose();
  });

  it('opens every step of a search: kept and pruned children, exact log-probabilities', async () => {
    const inspector = new BeamInspector(engine, model, source, { ...options, beamWidth: 3 });
    const generator = new T5Generator(engine, model, source, { ...options, beamWidth: 3 });
    const history = [4, 2];
    const { steps, results } = await inspector.inspect(history);
    const { items, scores } = await generator.generate([history]);
    expect(results.map(({ item }) => item)).toEqual(items);
    results.forEach(({ logProbability, score }, at) => {
      expect(logProbability).toBeCloseTo(scores[at] ?? 0, 5);
      expect(score).toBeCloseTo(logProbability, 12);
    });
    expect(steps).toHaveLength(3);
    const wanted = beamSearchReference(inspector.trie, 3, (prefix) => {
      const step = steps[prefix.length];
      const parent = step?.beams.findIndex((beam) => beam.join() === prefix.join()) ?? -1;
      const row = new Float64Array(vocabulary.size).fill(-50);
      for (const { parent: of, token, tokenLogProbability } of step?.candidates ?? [])
        if (of === parent) row[token] = tokenLogProbability;
      // The rest of the vocabulary holds what the children leave, so that the row is normalised.
      const left = 1 - row.reduce((sum, value) => sum + (value > -50 ? Math.exp(value) : 0), 0);
      row[0] = Math.log(left);
      return row;
    });
    expect(items).toEqual(wanted.items);
    for (const { candidates, beams, impossible, entropy } of steps) {
      beams.forEach((_, beam) => {
        const possible = candidates.filter(({ parent }) => parent === beam);
        const mass = possible.reduce((sum, { tokenLogProbability }) => sum + Math.exp(tokenLogProbability), 0);
        expect(mass + (impossible[beam] ?? Number.NaN)).toBeCloseTo(1, 6);
        expect(entropy[beam]).toBeGreaterThan(0);
        expect(entropy[beam]).toBeLessThanOrEqual(Math.log(vocabulary.size) + 1e-9);
      });
      const places = candidates.filter(({ place }) => place !== null).map(({ place }) => place);
      expect(places).toEqual(places.map((_, at) => at));
      expect(candidates.length).toBeGreaterThanOrEqual(places.length);
      expect(beams.length).toBeLessThanOrEqual(3);
    }
    expect(steps.some(({ candidates }) => candidates.some(({ place }) => place === null))).toBe(true);
    await inspector.dispose();
    await generator.dispose();
  });

  it('lets temperature change the search and the penalty only its scores, never the log-probabilities', async () => {
    const inspector = new BeamInspector(engine, model, source, { ...options, beamWidth: ITEMS });
    const plain = await inspector.inspect([4, 2]);
    const exact = new Map(plain.results.map(({ item, logProbability }) => [item, logProbability]));
    const hot = await inspector.inspect([4, 2], { temperature: 5, lengthPenalty: 1 });
    for (const { item, logProbability, score } of hot.results) {
      expect(logProbability).toBeCloseTo(exact.get(item) ?? Number.NaN, 5);
      expect(score).not.toBeCloseTo(logProbability / 3, 3);
    }
    const penalised = await inspector.inspect([4, 2], { lengthPenalty: 2 });
    penalised.results.forEach(({ item, score }, at) => {
      expect(item).toBe(plain.results[at]?.item);
      expect(score).toBeCloseTo((plain.results[at]?.logProbability ?? 0) / 9, 10);
    });
    for (const temperature of [0, -1, Number.NaN])
      await expect(inspector.inspect([1], { temperature })).rejects.toMatchObject({ code: 'demo/knobs' });
    await inspector.dispose();
  });

  it('scores any items after any histories as a search that keeps all of them does', async () => {
    const inspector = new BeamInspector(engine, model, source, { ...options, beamWidth: ITEMS });
    const scorer = new ItemScorer(engine, model, source, options.historyLimit);
    const histories = [[4, 2], [7], [1, 2, 3, 5]];
    const items = Array.from({ length: ITEMS }, (_, item) => item);
    const scores = await scorer.score(histories, items);
    for (const [user, history] of histories.entries()) {
      const { results } = await inspector.inspect(history);
      expect(results).toHaveLength(ITEMS);
      for (const { item, logProbability } of results)
        expect(scores[user * ITEMS + item]).toBeCloseTo(logProbability, 4);
    }
    const [one] = await scorer.score([[7]], [5]);
    expect(one).toBeCloseTo(scores[ITEMS + 5] ?? 0, 4);
    await expect(scorer.score([[ITEMS]], [0])).rejects.toThrow(ShapeError);
    await inspector.dispose();
    await scorer.dispose();
  });
});
