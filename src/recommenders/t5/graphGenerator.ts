/**
 * Recommendations from the exported graphs (onnxGraph) instead of the GPU: the same beam search within the identifier
 * trie, step by step, on any runtime that runs a graph. Scores are summed in float64; equal scores go to the smaller
 * (beam, token), as on the GPU. One history at a time: a decoder run a digit, all beams as its batch.
 */
import { ConfigError, ShapeError } from '../../base/errors';
import type { KeptBeams } from '../../decode/freeSearch';
import { checkKnobs, type InspectedSearch, openSearch, type SearchKnobs } from '../../decode/openedSearch';
import { logSumExp } from '../../decode/reference';
import { buildTrie, type Trie } from '../../decode/trie';
import { PADDING_TOKEN } from '../identifierVocabulary';
import { fillInputRow, inputLength, type TokenSource } from './batch';
import type { T5Config } from './config';
import type { Generated, GeneratorOptions } from './generator';
import { pastName, presentName } from './onnxGraph';

export interface GraphTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** One loaded graph. */
export interface GraphSession {
  run(inputs: Readonly<Record<string, GraphTensor>>): Promise<Readonly<Record<string, GraphTensor>>>;
  dispose(): Promise<void>;
}

export interface T5Graphs {
  readonly t5: T5Config;
  readonly encoder: GraphSession;
  readonly decoder: GraphSession;
}

interface Beam {
  readonly node: number;
  readonly token: number;
  readonly score: number;
  /** Row of the decoder run that it grew from. */
  readonly parent: number;
}

/** What the Demo changes and sees of a search. */
interface WatchedSearch {
  readonly temperature?: number;
  /** Told the beams that a step kept and the logits that it chose by. */
  readonly onStep?: (beams: readonly Beam[], logits: Float32Array) => void;
}

const PARTS = ['key', 'value'] as const;
/** Items scored in one decoder run: their logits take 1 MB with 1,000 tokens and 4 digits. */
const ITEMS_PER_RUN = 64;
const integers = (values: ArrayLike<number>, dims: readonly number[]): GraphTensor => ({
  dims,
  data: BigInt64Array.from(values, BigInt),
});

export class T5GraphGenerator {
  readonly trie: Trie;

  /** Takes the sessions. @throws ConflictError `trie/duplicate`; ConfigError `decode/width` */
  constructor(
    readonly graphs: T5Graphs,
    readonly source: TokenSource,
    readonly options: Pick<GeneratorOptions, 'beamWidth' | 'historyLimit'>,
  ) {
    if (!(options.beamWidth >= 1))
      throw new ConfigError('decode/width', `beam search: wanted a width of at least 1, got ${options.beamWidth}.`);
    this.trie = buildTrie(source.tokens, source.vocabulary.digits);
  }

  /** Ranks items for the first of `histories`. */
  async generate(histories: readonly ArrayLike<number>[]): Promise<Generated> {
    const beams = await this.#search(await this.#read(histories[0] ?? []), this.options.beamWidth);
    return {
      items: beams.map(({ node }) => this.trie.itemOfLeaf[node] ?? 0),
      scores: beams.map(({ score }) => score),
    };
  }

  /** A search of `beamWidth` with every kept and pruned child. @throws ConfigError `demo/knobs` */
  async inspect(history: ArrayLike<number>, beamWidth: number, knobs: SearchKnobs = {}): Promise<InspectedSearch> {
    const { temperature } = checkKnobs(knobs);
    const kept: KeptBeams[] = [];
    const logits: Float32Array[] = [];
    await this.#search(await this.#read(history), beamWidth, {
      temperature,
      onStep: (beams, seen) => {
        kept.push({
          tokens: Uint32Array.from(beams, ({ token }) => token),
          parents: Uint32Array.from(beams, ({ parent }) => parent),
        });
        logits.push(seen);
      },
    });
    return openSearch(this.trie, { kept, logits }, this.graphs.t5.vocabularySize, knobs);
  }

  /** Exact log-probabilities of the identifiers of `items` after a history, a decoder run for some of them at a time. */
  async score(history: ArrayLike<number>, items: ArrayLike<number>): Promise<Float64Array> {
    const memory = await this.#read(history);
    const { decoder, t5 } = this.graphs;
    const { tokens } = this.source;
    const { depth } = this.trie;
    const scores = new Float64Array(items.length);
    for (let first = 0; first < items.length; first += ITEMS_PER_RUN) {
      const rows = Math.min(ITEMS_PER_RUN, items.length - first);
      const token = (row: number, digit: number): number => tokens[(items[first + row] ?? 0) * depth + digit] ?? 0;
      const inputs = Uint32Array.from({ length: rows * depth }, (_, at) =>
        at % depth === 0 ? PADDING_TOKEN : token(Math.floor(at / depth), (at % depth) - 1),
      );
      const fed = { input_ids: integers(inputs, [rows, depth]), ...memory, ...this.#emptyPast(rows) };
      const logits = this.#logits(await decoder.run(fed), rows * depth);
      for (let at = 0; at < rows * depth; at++) {
        const row = logits.subarray(at * t5.vocabularySize, (at + 1) * t5.vocabularySize);
        const place = first + Math.floor(at / depth);
        scores[place] = (scores[place] ?? 0) + (row[token(Math.floor(at / depth), at % depth)] ?? 0) - logSumExp(row);
      }
    }
    return scores;
  }

  /** Keys and values of the encoded history. */
  async #read(whole: ArrayLike<number>): Promise<Record<string, GraphTensor>> {
    const history = Array.from(whole).slice(-this.options.historyLimit);
    const { encoder, t5 } = this.graphs;
    const length = inputLength(this.source.vocabulary, history.length);
    const row = new Uint32Array(length);
    fillInputRow(row, history, this.source);
    const mask = integers(new Uint8Array(length).fill(1), [1, length]);
    const encoded = await encoder.run({ input_ids: integers(row, [1, length]), attention_mask: mask });
    const memory: Record<string, GraphTensor> = { encoder_attention_mask: mask };
    for (let layer = 0; layer < t5.decoderLayers; layer++)
      for (const part of PARTS)
        memory[pastName(layer, 'encoder', part)] = need(encoded, presentName(layer, 'encoder', part));
    return memory;
  }

  async #search(
    memory: Readonly<Record<string, GraphTensor>>,
    beamWidth: number,
    { temperature = 1, onStep }: WatchedSearch = {},
  ): Promise<Beam[]> {
    const { decoder, t5 } = this.graphs;
    let beams: Beam[] = [{ node: 0, token: PADDING_TOKEN, score: 0, parent: 0 }];
    let past = this.#emptyPast(1);
    for (let digit = 0; digit < this.trie.depth; digit++) {
      const tokens = integers(
        beams.map(({ token }) => token),
        [beams.length, 1],
      );
      const outputs = await decoder.run({ input_ids: tokens, ...memory, ...past });
      const own = this.#logits(outputs, beams.length);
      const logits = temperature === 1 ? own : own.map((logit) => logit / temperature);
      const grown = beams.flatMap((beam, at) => {
        const row = logits.subarray(at * t5.vocabularySize, (at + 1) * t5.vocabularySize);
        return this.#children(beam, at, row);
      });
      // Array.sort is stable and candidates come in (beam, token) order.
      beams = grown.sort((a, b) => b.score - a.score).slice(0, beamWidth);
      onStep?.(beams, logits);
      past = this.#reordered(outputs, beams);
    }
    return beams;
  }

  /** @throws ShapeError `graph/logits` */
  #logits(outputs: Readonly<Record<string, GraphTensor>>, rows: number): Float32Array {
    const logits = need(outputs, 'logits').data;
    const { vocabularySize } = this.graphs.t5;
    if (!(logits instanceof Float32Array) || logits.length !== rows * vocabularySize)
      throw new ShapeError(
        'graph/logits',
        `decode: wanted logits of ${rows} rows of ${vocabularySize}, came ${logits.length} values; the graph belongs to another model.`,
      );
    return logits;
  }

  #children(beam: Beam, parent: number, logits: Float32Array): Beam[] {
    const { childStart, childCount, childToken, childNode } = this.trie;
    const norm = logSumExp(logits);
    const start = childStart[beam.node] ?? 0;
    return Array.from({ length: childCount[beam.node] ?? 0 }, (_, at) => {
      const token = childToken[start + at] ?? 0;
      return { node: childNode[start + at] ?? 0, token, score: (logits[token] ?? 0) - norm + beam.score, parent };
    });
  }

  #emptyPast(rows: number): Record<string, GraphTensor> {
    const { heads, headWidth, decoderLayers } = this.graphs.t5;
    const past: Record<string, GraphTensor> = {};
    for (let layer = 0; layer < decoderLayers; layer++)
      for (const part of PARTS)
        past[pastName(layer, 'decoder', part)] = { dims: [rows, heads, 0, headWidth], data: new Float32Array(0) };
    return past;
  }

  /** Keys and values of the surviving beams: each takes its parent's rows. */
  #reordered(outputs: Readonly<Record<string, GraphTensor>>, beams: readonly Beam[]): Record<string, GraphTensor> {
    const past: Record<string, GraphTensor> = {};
    for (let layer = 0; layer < this.graphs.t5.decoderLayers; layer++)
      for (const part of PARTS) {
        const { data, dims } = need(outputs, presentName(layer, 'decoder', part));
        const size = dims.slice(1).reduce((product, axis) => product * axis, 1);
        const rows = new Float32Array(beams.length * size);
        if (data instanceof Float32Array)
          beams.forEach(({ parent }, at) => {
            rows.set(data.subarray(parent * size, (parent + 1) * size), at * size);
          });
        past[pastName(layer, 'decoder', part)] = { dims: [beams.length, ...dims.slice(1)], data: rows };
      }
    return past;
  }

  async dispose(): Promise<void> {
    await this.graphs.encoder.dispose();
    await this.graphs.decoder.dispose();
  }
}

function need(tensors: Readonly<Record<string, GraphTensor>>, name: string): GraphTensor {
  const tensor = tensors[name];
  if (!tensor)
    throw new ShapeError(
      'graph/output',
      `decode: wanted an output "${name}", came none; the graph is another model's.`,
    );
  return tensor;
}
