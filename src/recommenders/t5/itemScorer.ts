/**
 * Exact log-probabilities of items after histories, for the Demo: teacher forcing instead of a search, so that any item can
 * be placed in the full ranking. U histories share one encoder run each; the P items of a history are queries over the same
 * encoder states. Cost: U · P · digits decoder positions.
 */
import type { CompiledStep, Engine } from '../../plan/engine';
import type { Tensor } from '../../tensor/graph';
import { attention } from '../../tensor/ops/attention';
import { crossEntropy } from '../../tensor/ops/crossEntropy';
import { add } from '../../tensor/ops/elementwise';
import { embedding } from '../../tensor/ops/embedding';
import { matmul } from '../../tensor/ops/matmul';
import { rmsNorm } from '../../tensor/ops/norm';
import { reshape } from '../../tensor/ops/views';
import { PADDING_TOKEN } from '../identifierVocabulary';
import { encodeHistories, type TokenSource } from './batch';
import { encoderMemory, type GeneratorModel, type LayerMemory } from './generator';
import { T5Graph } from './model';

/** Identifiers of one program run: their logits take 4 MB with 1,000 tokens and 4 digits. */
const ROWS_PER_RUN = 256;

export class ItemScorer {
  readonly #step: CompiledStep;

  /** Borrows everything. */
  constructor(
    engine: Engine,
    model: GeneratorModel,
    readonly source: TokenSource,
    readonly historyLimit: number,
  ) {
    this.#step = engine.compile(model.variables, ({ params, batch }) => {
      const need = (name: string): Tensor => batch[name] as Tensor;
      const graph = new T5Graph(model.t5, params, 0);
      const logits = teacherForced(graph, need('tokens'), need('mask'), need('decoderTokens'));
      return { outputs: { losses: crossEntropy(logits, need('labels')).losses } };
    });
  }

  /**
   * @param histories U of them @param items scored after every history
   * @returns log p [U, items] of the items' identifiers, normalised over the whole vocabulary at every digit
   * @throws ShapeError `t5/item` for an item without identifier
   */
  async score(histories: readonly ArrayLike<number>[], items: ArrayLike<number>): Promise<Float64Array> {
    const users = histories.length;
    const { vocabulary, tokens } = this.source;
    const { digits } = vocabulary;
    const inputs = encodeHistories(histories, users, this.historyLimit, this.source);
    const shape = [users, inputs.length];
    // Equal runs share a program: a short last one is padded with its first item.
    const perRun = Math.max(1, Math.min(items.length, Math.floor(ROWS_PER_RUN / users)));
    const scores = new Float64Array(users * items.length);
    for (let first = 0; first < items.length; first += perRun) {
      const labels = new Uint32Array(users * perRun * digits);
      const decoderTokens = new Uint32Array(labels.length).fill(PADDING_TOKEN);
      for (let row = 0; row < users * perRun; row++) {
        const item = items[first + (row % perRun)] ?? items[first] ?? 0;
        for (let digit = 0; digit < digits; digit++) {
          const token = tokens[item * digits + digit] as number;
          labels[row * digits + digit] = token;
          if (digit + 1 < digits) decoderTokens[row * digits + digit + 1] = token;
        }
      }
      const [losses = new Float32Array()] = await this.#step.fetch(
        {
          tokens: { data: inputs.tokens, shape },
          mask: { data: inputs.mask, shape },
          decoderTokens: { data: decoderTokens, shape: [users * perRun, digits] },
          labels: { data: labels, shape: [labels.length] },
        },
        ['losses'],
      );
      const count = Math.min(perRun, items.length - first);
      for (let user = 0; user < users; user++)
        for (let at = 0; at < count; at++) {
          const from = (user * perRun + at) * digits;
          for (let digit = 0; digit < digits; digit++)
            scores[user * items.length + first + at] =
              (scores[user * items.length + first + at] ?? 0) - (losses[from + digit] ?? Number.NaN);
        }
    }
    return scores;
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}

/** Logits [U · P · S, V] of decoder inputs [U · P, S] over histories [U, T]. */
function teacherForced(graph: T5Graph, tokens: Tensor, mask: Tensor, decoderTokens: Tensor): Tensor {
  const { config, params } = graph;
  const { heads, headWidth } = config;
  const users = tokens.shape[0] ?? 0;
  const [rows = 0, length = 0] = decoderTokens.shape;
  const memory = encoderMemory(graph, tokens, mask);
  const bias = graph.bias('decoder', length, length);
  let x = embedding(params('shared.weight'), decoderTokens);
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const block = `decoder.block.${layer}.layer`;
    x = graph.attend(x, `${block}.0`, 'SelfAttention', null, { bias, isCausal: true });
    const weight = (part: string): Tensor => params(`${block}.1.EncDecAttention.${part}.weight`);
    const { k, v } = memory[layer] as LayerMemory;
    const q = matmul(graph.norm(x, `${block}.1`), weight('q'), { transposeB: true });
    const mixed = attention({
      q: reshape(q, [users, (rows / users) * length, heads * headWidth]),
      k,
      v,
      heads,
      scale: 1,
      isCausal: false,
      keyMask: mask,
    });
    x = add(matmul(reshape(mixed, [rows, length, heads * headWidth]), weight('o'), { transposeB: true }), x);
    x = graph.feedForward(x, `${block}.2`);
  }
  const states = rmsNorm(x, params('decoder.final_layer_norm.weight'), config.normEps);
  return reshape(graph.logits(states), [rows * length, config.vocabularySize]);
}
