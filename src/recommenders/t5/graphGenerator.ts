/**
 * Recommendations from the exported graphs (onnxGraph) instead of the GPU: the same beam search within the identifier
 * trie, step by step, on any runtime that runs a graph. Scores are summed in float64; equal scores go to the smaller
 * (beam, token), as on the GPU. One history at a time: a decoder run a digit, all beams as its batch.
 */
import { ConfigError, ShapeError } from '../../base/errors';
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

const PARTS = ['key', 'value'] as const;
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
    const history = Array.from(histories[0] ?? []).slice(-this.options.historyLimit);
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
    return this.#search(memory);
  }

  async #search(memory: Readonly<Record<string, GraphTensor>>): Promise<Generated> {
    const { decoder, t5 } = this.graphs;
    let beams: Beam[] = [{ node: 0, token: PADDING_TOKEN, score: 0, parent: 0 }];
    let past = this.#emptyPast();
    for (let digit = 0; digit < this.trie.depth; digit++) {
      const tokens = integers(
        beams.map(({ token }) => token),
        [beams.length, 1],
      );
      const outputs = await decoder.run({ input_ids: tokens, ...memory, ...past });
      const logits = need(outputs, 'logits').data;
      if (!(logits instanceof Float32Array) || logits.length !== beams.length * t5.vocabularySize)
        throw new ShapeError(
          'graph/logits',
          `decode: wanted logits [${beams.length}, 1, ${t5.vocabularySize}], came ${logits.length} values; the graph belongs to another model.`,
        );
      const grown = beams.flatMap((beam, at) => {
        const row = logits.subarray(at * t5.vocabularySize, (at + 1) * t5.vocabularySize);
        return this.#children(beam, at, row);
      });
      // Array.sort is stable and candidates come in (beam, token) order.
      beams = grown.sort((a, b) => b.score - a.score).slice(0, this.options.beamWidth);
      past = this.#reordered(outputs, beams);
    }
    return {
      items: beams.map(({ node }) => this.trie.itemOfLeaf[node] ?? 0),
      scores: beams.map(({ score }) => score),
    };
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

  #emptyPast(): Record<string, GraphTensor> {
    const { heads, headWidth, decoderLayers } = this.graphs.t5;
    const past: Record<string, GraphTensor> = {};
    for (let layer = 0; layer < decoderLayers; layer++)
      for (const part of PARTS)
        past[pastName(layer, 'decoder', part)] = { dims: [1, heads, 0, headWidth], data: new Float32Array(0) };
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
