/** W4: the product's T5 recommender on the workload's weights, tokens and optimizer. */
import { adamw } from '../../src/nn/optimizers';
import type { CompiledStep, Engine } from '../../src/plan/engine';
import type { Batch } from '../../src/plan/program';
import type { Variables } from '../../src/plan/variables';
import type { T5Config } from '../../src/recommenders/t5/config';
import { t5Loss, t5Parameters } from '../../src/recommenders/t5/model';
import { invertIndex } from '../../src/tensor/ops/embedding';
import { lossesLine } from '../references';
import { T5_SIZES as S, t5Flops, t5Tokens, t5Weights } from '../t5Setup';
import type { Workload } from '../workload';
import { describeLaunches, input, openEngine } from './session';

const CONFIG: T5Config = {
  vocabularySize: S.vocabulary,
  width: S.width,
  headWidth: S.headWidth,
  heads: S.heads,
  feedForwardWidth: S.feedForward,
  encoderLayers: S.encoderLayers,
  decoderLayers: S.decoderLayers,
  buckets: S.buckets,
  maxDistance: S.maxDistance,
  normEps: S.normEps,
  hasTiedHead: true,
  dropout: 0,
};

/** The library's name of a weight of `t5Weights`. */
export function libraryName(name: string): string {
  const whole: Record<string, string> = {
    emb: 'shared.weight',
    encBias: 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
    decBias: 'decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
    encN: 'encoder.final_layer_norm.weight',
    decN: 'decoder.final_layer_norm.weight',
  };
  const known = whole[name];
  if (known) return known;
  const [, side, layer, sublayer, part] = /^([ed])(\d)([scf])([nqkvoi])$/.exec(name) ?? [];
  if (!side || !sublayer || !part) throw new Error(`bench: no library name for ${name}`);
  const stack = side === 'e' ? 'encoder' : 'decoder';
  const position = sublayer === 's' ? 0 : sublayer === 'c' || side === 'e' ? 1 : 2;
  const block = `${stack}.block.${layer}.layer.${position}`;
  if (part === 'n') return `${block}.layer_norm.weight`;
  if (sublayer === 'f') return `${block}.DenseReluDense.w${part}.weight`;
  return `${block}.${sublayer === 's' ? 'SelfAttention' : 'EncDecAttention'}.${part}.weight`;
}

/** [rows, columns] → [columns, rows]: the library keeps linear weights as [out, in]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] as number;
  return out;
}

function loadWeights(variables: Variables): void {
  for (const [name, { data, shape }] of Object.entries(t5Weights())) {
    const isTable = name === 'emb' || name.endsWith('Bias');
    const [rows = 0, columns] = shape;
    const isLinear = columns !== undefined && !isTable;
    variables.write(libraryName(name), isLinear ? transposed(data, rows, columns) : data);
  }
}

/** The host's part of a step; the inverted indices of the embedding's gradient are made here, as in training. */
function makeBatch(): () => Batch {
  const given = t5Tokens();
  const tokens = Uint32Array.from(given.tokens);
  const decoderTokens = Uint32Array.from(given.decoderTokens);
  const labels = Uint32Array.from(given.labels);
  const mask = new Uint32Array(tokens.length).fill(1);
  const encoderShape = [S.batch, S.encoderLength];
  const decoderShape = [S.batch, S.decoderLength];
  const vector = (data: Uint32Array<ArrayBuffer>) => ({ data, shape: [data.length] });
  return () => {
    const tokenIndex = invertIndex(tokens, S.vocabulary);
    const decoderIndex = invertIndex(decoderTokens, S.vocabulary);
    return {
      tokens: { data: tokens, shape: encoderShape },
      mask: { data: mask, shape: encoderShape },
      decoderTokens: { data: decoderTokens, shape: decoderShape },
      labels: { data: labels, shape: decoderShape },
      tokenOrder: vector(tokenIndex.order),
      tokenStarts: vector(tokenIndex.starts),
      decoderOrder: vector(decoderIndex.order),
      decoderStarts: vector(decoderIndex.starts),
    };
  };
}

export interface T5Run {
  readonly variables: Variables;
  readonly step: CompiledStep;
  readonly makeBatch: () => Batch;
}

/** The model with the workload's weights and a step that has not been traced yet. The caller disposes. */
export function openT5Run(engine: Engine): T5Run {
  const variables = engine.variables(t5Parameters(CONFIG), 0);
  loadWeights(variables);
  const optimizer = adamw({
    learningRate: S.learningRate,
    beta1: S.beta1,
    beta2: S.beta2,
    eps: S.adamEps,
    weightDecay: S.weightDecay,
  });
  const step = engine.compile(
    variables,
    ({ params, batch }) => {
      const inputs = {
        tokens: input(batch, 'tokens'),
        mask: input(batch, 'mask'),
        decoderTokens: input(batch, 'decoderTokens'),
        labels: input(batch, 'labels'),
        tokenIndex: { order: input(batch, 'tokenOrder'), starts: input(batch, 'tokenStarts') },
        decoderIndex: { order: input(batch, 'decoderOrder'), starts: input(batch, 'decoderStarts') },
      };
      return { loss: t5Loss(CONFIG, params, inputs, 0).loss };
    },
    optimizer,
  );
  return { variables, step, makeBatch: makeBatch() };
}

/** Reads the loss in every step, as the peers must to make their step happen. */
export async function openT5(): Promise<Workload> {
  const engine = await openEngine();
  const { step, makeBatch } = openT5Run(engine);
  const losses: number[] = [];
  return {
    flops: t5Flops(),
    async step() {
      await step.run(makeBatch());
      for (const { loss } of await step.metrics()) losses.push(loss);
    },
    launches: async () => describeLaunches(await step.program(makeBatch())),
    check() {
      const errors = engine.device.uncapturedErrors;
      return errors.length === 0 ? lossesLine(losses) : `GPU ERRORS ${errors.join('; ')}`;
    },
  };
}
