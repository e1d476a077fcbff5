/** W4: the product's T5 recommender on the workload's weights, tokens and optimizer. */
import { adamw } from '../../src/nn/optimizers';
import type { CompiledStep, Engine } from '../../src/plan/engine';
import type { Batch } from '../../src/plan/program';
import type { Variables } from '../../src/plan/variables';
import { t5Loss, t5Parameters } from '../../src/recommenders/t5/model';
import { invertIndex } from '../../src/tensor/ops/embedding';
import type { Storage } from '../../src/tensor/storage';
import { lossesLine } from '../references';
import { BENCH_T5, libraryWeights } from '../t5Model';
import { T5_SIZES as S, t5Flops, t5Tokens } from '../t5Setup';
import type { Workload } from '../workload';
import { describeLaunches, input, openEngine } from './session';

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
  const variables = engine.variables(t5Parameters(BENCH_T5), 0);
  for (const [name, values] of libraryWeights()) variables.write(name, values);
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
      return { loss: t5Loss(BENCH_T5, params, inputs, 0).loss };
    },
    optimizer,
  );
  return { variables, step, makeBatch: makeBatch() };
}

/** Reads the loss in every step, as the peers must to make their step happen. */
export async function openT5(storage: Storage = 'f32'): Promise<Workload> {
  const engine = await openEngine();
  const { step, makeBatch } = openT5Run(engine);
  step.storage = storage;
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
