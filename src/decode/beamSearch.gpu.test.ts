import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shuffleInPlace, uniformGenerator } from '../base/random';
import { GpuDevice } from '../gpu/device';
import { fillInit, parameter } from '../nn/parameters';
import { Engine } from '../plan/engine';
import type { Batch } from '../plan/program';
import type { Variables } from '../plan/variables';
import type { Tensor } from '../tensor/graph';
import { beamAncestors, beamItems, beamStep, DEAD_SCORE, NOTHING } from '../tensor/ops/beam';
import { embedding } from '../tensor/ops/embedding';
import { reshape } from '../tensor/ops/views';
import { type BeamSearchResult, beamSchedule, type TrieBounds, traceBeamSearch } from './beamSearch';
import { beamSearchReference, exhaustiveSearch, type PrefixLogits, type RankedItems } from './reference';
import { emptyToyCache, TOY, toyDecodeStep, toyReference, toySpecs, toyWeights } from './toyDecoder.fixture';
import { buildTrie, type Trie } from './trie';
import { trieBatch, trieConstants, trieFromBatch } from './trieTensors';

let engine: Engine;
let model: Variables;
const weights = toyWeights(11);
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
  model = engine.variables(toySpecs, 0);
  for (const [name, values] of weights) model.write(name, values);
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

/** `items` distinct identifiers of four digits, digit m in its own range of `radix` tokens. */
function randomCatalogue(items: number, seed: number, radix = TOY.vocabulary / 4): Uint32Array<ArrayBuffer> {
  const uniform = uniformGenerator(seed);
  // Few first digits now and then, so that prefixes are shared.
  const spread = [radix, 1 + Math.floor(uniform() * radix), radix, radix];
  const size = spread.reduce((a, b) => a * b);
  const codes = Uint32Array.from({ length: size }, (_, i) => i);
  shuffleInPlace(codes, uniform);
  return Uint32Array.from({ length: items * 4 }, (_, i) => {
    let code = codes[Math.floor(i / 4)] as number;
    for (let digit = 3; digit > i % 4; digit--) code = Math.floor(code / (spread[digit] as number));
    return (i % 4) * radix + (code % (spread[i % 4] as number));
  });
}

const ranked = ({ items, scores }: BeamSearchResult) => ({ items, scores });

const row = (values: ArrayLike<number>, user: number, width: number): number[] =>
  Array.from({ length: width }, (_, i) => values[user * width + i] as number);

/** Equal rank by rank; items of scores closer than rounding may be exchanged. */
function expectRanking(
  items: readonly number[],
  scores: readonly number[],
  want: RankedItems,
  scoreOf: (item: number) => number,
): void {
  const tolerance = 2e-5;
  scores.forEach((score, rank) => {
    const wanted = want.scores[rank] ?? DEAD_SCORE;
    if (wanted === DEAD_SCORE) {
      expect([items[rank], score]).toEqual([NOTHING, DEAD_SCORE]);
      return;
    }
    expect(Math.abs(score - wanted)).toBeLessThan(tolerance);
    if (items[rank] !== want.items[rank])
      expect(Math.abs(scoreOf(items[rank] as number) - wanted)).toBeLessThan(tolerance);
  });
  const live = items.filter((item) => item !== NOTHING);
  expect(new Set(live).size).toBe(live.length);
}

const pathScore = (identifiers: Uint32Array, logits: PrefixLogits): ((item: number) => number) => {
  const all = exhaustiveSearch(identifiers, 4, logits);
  return (item) => all.scores[all.items.indexOf(item)] ?? Number.NaN;
};

describe('traceBeamSearch', () => {
  const users = 3;
  const wide: TrieBounds = { depth: 4, nodesAtDepth: [1, 6, 36, 64, 64], maxChildren: [6, 6, 6, 6] };
  const compileFor = (bounds: TrieBounds, beamWidth: number) =>
    engine.compile(model, ({ params, batch }) => ({
      outputs: ranked(
        traceBeamSearch({
          users,
          beamWidth,
          trie: trieFromBatch(batch),
          bounds,
          startToken: batch['start'] as Tensor,
          cache: emptyToyCache,
          decodeStep: toyDecodeStep(params),
        }),
      ),
    }));
  const starts = (seed: number): Uint32Array<ArrayBuffer> =>
    Uint32Array.from({ length: users }, (_, user) => TOY.vocabulary + ((seed * 7 + user * 13) % TOY.starts));

  async function run(
    step: ReturnType<typeof compileFor>,
    trie: Trie,
    start: Uint32Array<ArrayBuffer>,
  ): Promise<{ items: Uint32Array; scores: Float32Array }> {
    const batch: Batch = { ...trieBatch(trie, 1 + 6 + 36 + 64 + 64), start: { data: start, shape: [users] } };
    const program = await step.run(batch);
    return { items: await program.readIndices('items'), scores: await program.readFloats('scores') };
  }

  it('ranks like exhaustive search when the width covers the catalogue, in 150 catalogues of up to 64 items for 3 users', async () => {
    const step = compileFor(wide, 64);
    for (let seed = 0; seed < 150; seed++) {
      const count = seed < 20 ? 1 + seed : 1 + Math.floor(uniformGenerator(seed)() * 64);
      const identifiers = randomCatalogue(count, seed);
      const start = starts(seed);
      const got = await run(step, buildTrie(identifiers, 4), start);
      for (let user = 0; user < users; user++) {
        const logits = toyReference(weights, start[user] as number);
        expectRanking(
          row(got.items, user, 64),
          row(got.scores, user, 64),
          exhaustiveSearch(identifiers, 4, logits),
          pathScore(identifiers, logits),
        );
      }
    }
  });

  it('agrees with the float64 beam search at widths below the catalogue size', async () => {
    for (const width of [1, 5, 20]) {
      const step = compileFor(wide, width);
      for (let seed = 200; seed < 240; seed++) {
        const identifiers = randomCatalogue(64, seed);
        const trie = buildTrie(identifiers, 4);
        const start = starts(seed);
        const got = await run(step, trie, start);
        for (let user = 0; user < users; user++) {
          const logits = toyReference(weights, start[user] as number);
          expectRanking(
            row(got.items, user, width),
            row(got.scores, user, width),
            beamSearchReference(trie, width, logits),
            pathScore(identifiers, logits),
          );
        }
      }
    }
  });

  it('marks beams dead when the width exceeds the catalogue', async () => {
    const got = await run(compileFor(wide, 10), buildTrie(randomCatalogue(3, 5), 4), starts(1));
    for (let user = 0; user < users; user++) {
      expect(row(got.items, user, 10).slice(0, 3).sort()).toEqual([0, 1, 2]);
      expect(row(got.items, user, 10).slice(3)).toEqual(new Array(7).fill(NOTHING));
      expect(row(got.scores, user, 10).slice(3)).toEqual(new Array(7).fill(DEAD_SCORE));
    }
  });

  it('gives the bits of a step-by-step search with a submit and a readback for every step', async () => {
    const width = 12;
    const trie = buildTrie(randomCatalogue(64, 77), 4);
    const start = starts(3);
    const bounds: TrieBounds = trie;
    const whole = await (async () => {
      const step = compileFor(bounds, width);
      return run(step, trie, start);
    })();
    const plain = await stepByStep(trie, bounds, width, start);
    expect(plain.items).toEqual(whole.items);
    expect(plain.scores).toEqual(whole.scores);
  });

  /** Every step is its own program; beams, table and cache go through the CPU. */
  async function stepByStep(
    trie: Trie,
    bounds: TrieBounds,
    width: number,
    start: Uint32Array<ArrayBuffer>,
  ): Promise<{ items: Uint32Array; scores: Float32Array }> {
    const schedule = beamSchedule(bounds, width);
    let state: Record<string, { data: Float32Array | Uint32Array; shape: number[] }> = {
      tokens: { data: start, shape: [users] },
      scores: { data: new Float32Array(users), shape: [users, 1] },
      nodes: { data: new Uint32Array(users), shape: [users, 1] },
      ancestors: { data: Uint32Array.from({ length: users }, (_, i) => i), shape: [users, 1] },
    };
    let items = new Uint32Array();
    for (let t = 0; t < 4; t++) {
      const beams = schedule[t] as number;
      const after = schedule[t + 1] as number;
      const step = engine.compile(model, ({ params, batch }) => {
        const at = (name: string): Tensor => batch[name] as Tensor;
        const past = Array.from({ length: t }, (_, s) => s);
        const cache = { keys: past.map((s) => at(`key${s}`)), values: past.map((s) => at(`value${s}`)) };
        const decoded = toyDecodeStep(params)(
          { t, users, beams, tokens: at('tokens'), ancestors: at('ancestors') },
          cache,
        );
        const next = beamStep({
          logits: decoded.logits,
          scores: at('scores'),
          nodes: at('nodes'),
          trie: trieConstants(trie),
          beams: after,
          maxChildren: bounds.maxChildren[t] ?? 1,
        });
        return {
          outputs: {
            tokens: reshape(next.tokens, [users * after]),
            scores: next.scores,
            nodes: next.nodes,
            ancestors: beamAncestors(next.parents, at('ancestors')),
            items: beamItems(next.nodes, trieConstants(trie)),
            key: decoded.cache.keys[t] as Tensor,
            value: decoded.cache.values[t] as Tensor,
          },
        };
      });
      const program = await step.run(state);
      items = await program.readIndices('items');
      const next: typeof state = { ...state };
      for (const [name, output] of program.traced.outputs) {
        const data = await program.read(name);
        if (name === 'items' || data instanceof Int32Array) continue;
        next[name === 'key' || name === 'value' ? `${name}${t}` : name] = { data, shape: [...output.spec.shape] };
      }
      state = next;
      await step.dispose();
    }
    return { items, scores: state['scores']?.data as Float32Array };
  }
});

describe('traceBeamSearch over a table of next-token probabilities', () => {
  /** Logits are rows of a table by the last token alone; the start token is the row after the vocabulary. */
  async function search(
    table: Float32Array,
    vocabulary: number,
    steps: number,
    beamWidth: number,
  ): Promise<{ items: Uint32Array; scores: Float32Array; identifiers: Uint32Array<ArrayBuffer> }> {
    const count = vocabulary ** steps;
    const identifiers = Uint32Array.from(
      { length: count * steps },
      (_, i) => Math.floor(Math.floor(i / steps) / vocabulary ** (steps - 1 - (i % steps))) % vocabulary,
    );
    const trie = buildTrie(identifiers, steps);
    const variables = engine.variables([parameter('table', [vocabulary + 1, vocabulary], fillInit(0), false)], 0);
    variables.write('table', table);
    const step = engine.compile(variables, ({ params }) => ({
      outputs: ranked(
        traceBeamSearch({
          users: 1,
          beamWidth,
          trie: trieConstants(trie),
          bounds: trie,
          startToken: vocabulary,
          cache: null,
          decodeStep: ({ tokens }, cache) => ({ logits: embedding(params('table'), tokens), cache }),
        }),
      ),
    }));
    const program = await step.run({});
    const found = {
      items: await program.readIndices('items'),
      scores: await program.readFloats('scores'),
      identifiers,
    };
    await step.dispose();
    variables.dispose();
    return found;
  }

  it('keeps (1,0) and (2,0) of the worked example at width 2', async () => {
    const table = Float32Array.of(1 / 3, 1 / 3, 1 / 3, 0.5, 0.25, 0.25, 0.9, 0.05, 0.05, 0.1, 0.6, 0.3).map(Math.log);
    const { items, scores } = await search(table, 3, 2, 2);
    expect(Array.from(items)).toEqual([3, 6]);
    for (const [i, want] of [-1.2039728, -1.3093333].entries()) expect(scores[i]).toBeCloseTo(want, 5);
    for (const [i, want] of [-0.6019864, -0.6546667].entries()) expect((scores[i] ?? 0) / 2).toBeCloseTo(want, 5);
  });

  it('equals brute force over all triples of 4 tokens at width 64', async () => {
    const uniform = uniformGenerator(4);
    const table = Float32Array.from({ length: 20 }, () => 4 * uniform() - 2);
    const { items, scores, identifiers } = await search(table, 4, 3, 64);
    const logits: PrefixLogits = (prefix) => table.subarray((prefix.at(-1) ?? 4) * 4, (prefix.at(-1) ?? 4) * 4 + 4);
    const all = exhaustiveSearch(identifiers, 3, logits);
    const scoreOf = (item: number): number => all.scores[all.items.indexOf(item)] ?? Number.NaN;
    expectRanking(Array.from(items), Array.from(scores), all, scoreOf);
  });
});
