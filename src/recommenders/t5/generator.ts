/**
 * Recommendations from a T5: the encoder reads a history once, then all beams of all users walk the identifier trie in one
 * program (one submit a batch). Keys and values of earlier digits stay where they were written; beams find theirs
 * through an ancestor table.
 */
import { type BeamSearchResult, type DecodeStep, type KeptStep, traceBeamSearch } from '../../decode/beamSearch';
import { freeGraph, itemOf, type KeptBeams, tokensOfBeam } from '../../decode/freeSearch';
import { buildTrie, type Trie } from '../../decode/trie';
import { trieConstants } from '../../decode/trieTensors';
import type { CompiledStep, Engine } from '../../plan/engine';
import type { OutputArray, Program } from '../../plan/program';
import type { Variables } from '../../plan/variables';
import type { Tensor } from '../../tensor/graph';
import { attention } from '../../tensor/ops/attention';
import { NOTHING } from '../../tensor/ops/beam';
import { decodeAttention } from '../../tensor/ops/decodeAttention';
import { add, multiply } from '../../tensor/ops/elementwise';
import { embedding } from '../../tensor/ops/embedding';
import { matmul } from '../../tensor/ops/matmul';
import { rmsNorm } from '../../tensor/ops/norm';
import { relativeBias } from '../../tensor/ops/relativeBias';
import { reshape } from '../../tensor/ops/views';
import { PADDING_TOKEN } from '../identifierVocabulary';
import { encodeHistories, type TokenSource } from './batch';
import type { T5Config } from './config';
import { type Params, T5Graph } from './model';
import { relativePositionBucket } from './relativeBuckets';

export interface GeneratorOptions {
  /** Items returned for a history, at most 50. */
  readonly beamWidth: number;
  readonly historyLimit: number;
  /** Histories of one program run; more use a GPU better and take more memory. */
  readonly usersPerBatch?: number;
  /** False: any code sequence may be generated, as the published references decode; true by default. */
  readonly isConstrained?: boolean;
}

export interface Generated {
  /**
   * Dense item indices, best first; fewer than the width if the catalogue is smaller. An unconstrained search has NOTHING where
   * the codes are no item's.
   */
  readonly items: number[];
  /** Exact log-probabilities of the results' codes, normalised over the whole vocabulary at every digit. */
  readonly scores: number[];
}

const DEFAULT_USERS_PER_BATCH = 32;
const NO_SCORES = new Float32Array();

/** Keys and values of one decoder layer, a tensor for each earlier digit. */
export interface LayerCache {
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
}

/** Cross-attention keys and values [users, T, H·W] of one decoder layer. */
export interface LayerMemory {
  readonly k: Tensor;
  readonly v: Tensor;
}

/** What a trained model gives the generator. */
export interface GeneratorModel {
  readonly variables: Variables;
  readonly t5: T5Config;
}

export class T5Generator {
  readonly trie: Trie;
  readonly #step: CompiledStep;
  readonly #usersPerBatch: number;
  readonly #isFree: boolean;

  /** Borrows everything. @throws ConflictError `trie/duplicate` if two items share an identifier; ConfigError for the width */
  constructor(
    readonly engine: Engine,
    readonly model: GeneratorModel,
    readonly source: TokenSource,
    readonly options: GeneratorOptions,
  ) {
    this.#usersPerBatch = options.usersPerBatch ?? DEFAULT_USERS_PER_BATCH;
    this.trie = buildTrie(source.tokens, source.vocabulary.digits);
    const { trie } = this;
    this.#isFree = options.isConstrained === false;
    const bounds = this.#isFree ? freeGraph(source.vocabulary.size, source.vocabulary.digits) : trie;
    this.#step = engine.compile(model.variables, ({ params, batch }) => {
      const inputs = { tokens: batch['tokens'] as Tensor, mask: batch['mask'] as Tensor };
      const { items, scores, steps } = traceGeneration({ config: model.t5, params }, inputs, bounds, options);
      return { outputs: this.#isFree ? { scores, ...pathOutputs(steps) } : { items, scores } };
    });
  }

  /** Ranks items for a few histories (at most one batch of them per call is efficient). */
  async generate(histories: readonly ArrayLike<number>[]): Promise<Generated> {
    const [first = { items: [], scores: [] }] = await this.#run(histories.slice(0, 1), 1);
    return first;
  }

  /**
   * Ranks items for many histories in batches of similar length.
   * @param onResult called with the position of the history, its items and their scores, in no particular order
   * @param onProgress awaited after each batch; may throw to stop
   */
  async generateAll(
    histories: readonly ArrayLike<number>[],
    onResult: (at: number, items: readonly number[], scores: readonly number[]) => void | Promise<void>,
    onProgress: (done: number) => void | Promise<void>,
  ): Promise<void> {
    const order = histories
      .map((_, at) => at)
      .sort((a, b) => (histories[a]?.length ?? 0) - (histories[b]?.length ?? 0) || a - b);
    const rows = this.#usersPerBatch;
    for (let start = 0; start < order.length; start += rows) {
      const chosen = order.slice(start, start + rows);
      const results = await this.#run(
        chosen.map((at) => histories[at] ?? []),
        rows,
      );
      for (const [row, at] of chosen.entries())
        await onResult(at, results[row]?.items ?? [], results[row]?.scores ?? []);
      await onProgress(Math.min(order.length, start + rows));
    }
  }

  async #run(histories: readonly ArrayLike<number>[], rows: number): Promise<Generated[]> {
    const { beamWidth, historyLimit } = this.options;
    const inputs = encodeHistories(histories, rows, historyLimit, this.source);
    const shape = [rows, inputs.length];
    const batch = { tokens: { data: inputs.tokens, shape }, mask: { data: inputs.mask, shape } };
    const names = this.#isFree ? pathNames(this.trie.depth) : ['items'];
    const [scores = NO_SCORES, ...found] = await this.#step.fetch(batch, ['scores', ...names]);
    if (this.#isFree) return this.#looked(pathsOf(found), Float32Array.from(scores), histories.length, rows);
    const [items = NO_SCORES] = found;
    return histories.map((_, row) => {
      const from = row * beamWidth;
      const real = [...items.subarray(from, from + beamWidth)].filter((item) => item !== NOTHING);
      return { items: real, scores: [...scores.subarray(from, from + real.length)] };
    });
  }

  /** The items of an unconstrained search's results. */
  #looked(steps: readonly KeptBeams[], scores: Float32Array, users: number, rows: number): Generated[] {
    const { beamWidth } = this.options;
    return Array.from({ length: users }, (_, user) => ({
      items: Array.from({ length: beamWidth }, (_unused, beam) =>
        itemOf(this.trie, tokensOfBeam(steps, rows, user, beam)),
      ),
      scores: [...scores.subarray(user * beamWidth, (user + 1) * beamWidth)],
    }));
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}

/** What each step kept, as outputs `tokens0`, `parents0`, … */
export function pathOutputs(steps: readonly KeptStep[]): Record<string, Tensor> {
  return Object.fromEntries(
    steps.flatMap(({ tokens, parents }, t) => [
      [`tokens${t}`, tokens],
      [`parents${t}`, parents],
    ]),
  );
}

/** Names of `pathOutputs`, step after step. */
const pathNames = (depth: number): string[] =>
  Array.from({ length: depth }, (_, t) => [`tokens${t}`, `parents${t}`]).flat();

/** Values of the outputs `pathNames`, in their order. */
const pathsOf = (values: readonly OutputArray[]): KeptBeams[] =>
  Array.from({ length: values.length / 2 }, (_, t) => ({
    tokens: Uint32Array.from(values[2 * t] ?? []),
    parents: Uint32Array.from(values[2 * t + 1] ?? []),
  }));

/** Reads the outputs of `pathOutputs` back. */
export async function readPaths(program: Program, depth: number): Promise<KeptBeams[]> {
  const steps: KeptBeams[] = [];
  for (let t = 0; t < depth; t++)
    steps.push({
      tokens: await program.readIndices(`tokens${t}`),
      parents: await program.readIndices(`parents${t}`),
    });
  return steps;
}

/**
 * The whole generation as a graph: encoder, cross-attention keys and values once a layer, then one decoder step a digit.
 * `inverseTemperature` [1], for the Demo only, multiplies the logits that the search sees.
 */
export function traceGeneration(
  { config, params }: { readonly config: T5Config; readonly params: Params },
  {
    tokens,
    mask,
    inverseTemperature,
  }: { readonly tokens: Tensor; readonly mask: Tensor; readonly inverseTemperature?: Tensor },
  trie: Trie,
  { beamWidth }: Pick<GeneratorOptions, 'beamWidth'>,
): BeamSearchResult {
  const graph = new T5Graph(config, params, 0);
  const users = tokens.shape[0] ?? 0;
  return traceBeamSearch({
    users,
    beamWidth,
    trie: trieConstants(trie),
    bounds: trie,
    startToken: PADDING_TOKEN,
    cache: [],
    decodeStep: t5DecodeStep(graph, encoderMemory(graph, tokens, mask), mask, inverseTemperature),
  });
}

/** What the decoder needs of the encoder, once for a whole search. */
export function encoderMemory(graph: T5Graph, tokens: Tensor, mask: Tensor): LayerMemory[] {
  const encoded = graph.encode(tokens, mask);
  return Array.from({ length: graph.config.decoderLayers }, (_, layer) => {
    const weight = (part: string): Tensor =>
      graph.params(`decoder.block.${layer}.layer.1.EncDecAttention.${part}.weight`);
    return {
      k: matmul(encoded, weight('k'), { transposeB: true }),
      v: matmul(encoded, weight('v'), { transposeB: true }),
    };
  });
}

/** One digit of all beams; the cache has an entry a layer. */
export function t5DecodeStep(
  graph: T5Graph,
  memory: readonly LayerMemory[],
  mask: Tensor,
  inverseTemperature?: Tensor,
): DecodeStep<readonly LayerCache[]> {
  const { config, params } = graph;
  return ({ t, users, beams, tokens, ancestors }, cache) => {
    let x = embedding(params('shared.weight'), tokens);
    const next: LayerCache[] = [];
    const bias = stepBias(config, params, t);
    for (let layer = 0; layer < config.decoderLayers; layer++) {
      const block = `decoder.block.${layer}.layer`;
      const self = (part: string): Tensor => params(`${block}.0.SelfAttention.${part}.weight`);
      const normed = graph.norm(x, `${block}.0`);
      const held = cache[layer] ?? { keys: [], values: [] };
      const keys = [...held.keys, matmul(normed, self('k'), { transposeB: true })];
      const values = [...held.values, matmul(normed, self('v'), { transposeB: true })];
      next.push({ keys, values });
      const mixed = decodeAttention({
        q: matmul(normed, self('q'), { transposeB: true }),
        keys,
        values,
        ancestors,
        heads: config.heads,
        bias,
      });
      x = add(matmul(mixed, self('o'), { transposeB: true }), x);
      x = crossAttend(graph, x, `${block}.1`, memory[layer] as LayerMemory, mask, users, beams);
      x = graph.feedForward(x, `${block}.2`);
    }
    const states = rmsNorm(x, params('decoder.final_layer_norm.weight'), config.normEps);
    const logits = graph.logits(states);
    return { logits: inverseTemperature ? multiply(logits, inverseTemperature) : logits, cache: next };
  };
}

/** Cross-attention of the beams [users · beams, D]: the beams of one user are queries over the same encoder states. */
function crossAttend(
  graph: T5Graph,
  x: Tensor,
  sublayer: string,
  memory: LayerMemory,
  keyMask: Tensor,
  users: number,
  beams: number,
): Tensor {
  const { heads, headWidth } = graph.config;
  const weight = (part: string): Tensor => graph.params(`${sublayer}.EncDecAttention.${part}.weight`);
  const q = reshape(matmul(graph.norm(x, sublayer), weight('q'), { transposeB: true }), [
    users,
    beams,
    heads * headWidth,
  ]);
  const mixed = attention({ q, k: memory.k, v: memory.v, heads, scale: 1, isCausal: false, keyMask });
  return add(matmul(reshape(mixed, [users * beams, heads * headWidth]), weight('o'), { transposeB: true }), x);
}

/** Position bias [H, t + 1] of the query at step t over steps 0 … t: the last row of the causal bias. */
function stepBias(config: T5Config, params: Params, t: number): Tensor {
  const rule = { isBidirectional: false, buckets: config.buckets, maxDistance: config.maxDistance };
  const buckets = Uint32Array.from({ length: t + 1 }, (_, key) => relativePositionBucket(key - t, rule));
  const table = params('decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight');
  return reshape(relativeBias(table, buckets, 1, t + 1), [config.heads, t + 1]);
}
