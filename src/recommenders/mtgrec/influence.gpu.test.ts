import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mixSeed, uniformGenerator } from '../../base/random';
import { type SequenceTable, sequenceTable } from '../../base/sequenceTable';
import { heldOutExamples, historyOf, targetOf, trainExamples } from '../../data/splits';
import { GpuDevice } from '../../gpu/device';
import { Engine } from '../../plan/engine';
import type { IdentifierVocabulary } from '../identifierVocabulary';
import { fillInputRow, inputLength, type TokenSource } from '../t5/batch';
import { t5ParameterShapes } from '../t5/config';
import { IGNORED_LABEL, type ReferenceExample, referenceLoss, t5Reference } from '../t5/reference';
import { T5Trainer, type T5TrainingConfig } from '../t5/trainer';
import { InfluenceEstimator, type InfluenceOptions } from './influence';
import { influenceMatrix } from './influenceReference';

const ITEMS = 9;
/** Two digits of three codes; small enough to differentiate the float64 model number by number. */
const vocabulary: IdentifierVocabulary = { levels: 1, codes: 3, digits: 2, userToken: 7, endToken: 8, size: 12 };
const sourceOf = (shift: number): TokenSource => ({
  vocabulary,
  tokens: Uint32Array.from({ length: ITEMS * 2 }, (_, at) => {
    const item = (Math.floor(at / 2) + shift) % ITEMS;
    return at % 2 === 0 ? 1 + Math.floor(item / 3) : 4 + (item % 3);
  }),
});
const sources = [sourceOf(0), sourceOf(4), sourceOf(5)];

function walkers(users: number): SequenceTable {
  const uniform = uniformGenerator(mixSeed(3));
  return sequenceTable(
    Array.from({ length: users }, () => {
      const start = Math.floor(uniform() * ITEMS);
      return Array.from({ length: 4 + Math.floor(uniform() * 3) }, (_, t) => (start + t) % ITEMS);
    }),
  );
}
const sequences = walkers(6);

const config: T5TrainingConfig = {
  width: 8,
  headWidth: 4,
  heads: 2,
  feedForwardWidth: 8,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0.1,
  historyLimit: 4,
  epochs: 10,
  batchSize: 5,
  learningRate: 0.01,
  warmupSteps: 1,
  weightDecay: 0.01,
  clipNorm: 1,
};

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

async function trained(steps: number): Promise<T5Trainer> {
  const source = sources[0] as TokenSource;
  const trainer = new T5Trainer({ engine, config, source, sequences, seed: 5 });
  for (let i = 0; i < steps; i++) await trainer.runStep();
  await trainer.metrics();
  return trainer;
}

const estimator = (trainer: T5Trainer, changes: Partial<InfluenceOptions> = {}): InfluenceEstimator =>
  new InfluenceEstimator({
    engine,
    model: trainer,
    sources,
    sequences,
    seed: 5,
    historyLimit: config.historyLimit,
    batchSize: config.batchSize,
    trainingSamples: 0,
    validationSamples: 0,
    dropout: 0,
    ...changes,
  });

/** Every example of a split as the float64 model reads it, padded like the longest. */
function referenceExamples(split: 'train' | 'valid', source: TokenSource): ReferenceExample[] {
  const { users, ends } = split === 'train' ? trainExamples(sequences) : heldOutExamples(sequences, 'valid');
  const length = inputLength(vocabulary, config.historyLimit);
  return Array.from(users, (user, e) => {
    const end = ends[e] as number;
    const tokens = new Uint32Array(length);
    const real = fillInputRow(tokens, historyOf(sequences, user, end, config.historyLimit), source);
    const item = targetOf(sequences, user, end);
    const labels = [source.tokens[item * 2], source.tokens[item * 2 + 1], vocabulary.endToken] as number[];
    expect(labels).not.toContain(IGNORED_LABEL);
    return { tokens, mask: tokens.map((_, i) => (i < real ? 1 : 0)), labels };
  });
}

describe('data influence', () => {
  it('equals float64: gradients by central differences, preconditioned, multiplied', async () => {
    const trainer = await trained(4);
    const state = await trainer.state();
    const influence = estimator(trainer);
    const got = await influence.estimate();

    const names = [...t5ParameterShapes(trainer.t5)];
    const values = new Map(names.map(([name]) => [name, Float64Array.from(state.parameters.get(name) ?? [])]));
    const flat = (of: ReadonlyMap<string, ArrayLike<number>>): number[] =>
      names.flatMap(([name]) => Array.from(of.get(name) ?? []));
    const lossOf = (examples: readonly ReferenceExample[]): number =>
      referenceLoss(
        t5Reference(trainer.t5, new Map(names.map(([name, shape]) => [name, { shape, data: values.get(name) ?? [] }]))),
        examples,
      );
    const gradientOf = (split: 'train' | 'valid', source: TokenSource): number[] => {
      const examples = referenceExamples(split, source);
      const h = 1e-5;
      return names.flatMap(([name]) => {
        const array = values.get(name) ?? new Float64Array();
        return Array.from(array, (held, i) => {
          array[i] = held + h;
          const up = lossOf(examples);
          array[i] = held - h;
          const down = lossOf(examples);
          array[i] = held;
          return (up - down) / (2 * h);
        });
      });
    };
    const pair = sources.slice(0, 2);
    const want = influenceMatrix(
      { moment1: flat(state.moment1), moment2: flat(state.moment2) },
      pair.map((source) => gradientOf('train', source)),
      pair.map((source) => gradientOf('valid', source)),
    );
    // Against the product of the norms a cancelled sum would hide; the entries themselves are compared.
    for (const [i, row] of want.entries())
      for (const [j, value] of row.entries())
        expect(
          Math.abs((got[i]?.[j] ?? Number.NaN) - value),
          `S[${i}][${j}] ${got[i]?.[j]} against ${value}`,
        ).toBeLessThan(1e-3 * Math.abs(value));
    await influence.dispose();
    await trainer.dispose();
  });

  it('leaves parameters, moments and what training does next as they were', async () => {
    const untouched = await trained(6);
    const trainer = await trained(3);
    const influence = estimator(trainer, { dropout: 0.1 });
    const before = await trainer.state();
    await influence.estimate();
    expect(await trainer.state()).toEqual(before);
    await influence.dispose();
    for (let i = 0; i < 3; i++) await trainer.runStep();
    expect(await trainer.state()).toEqual(await untouched.state());
    await trainer.dispose();
    await untouched.dispose();
  });

  it('gives the same bits in chunks of one direction, and when repeated', async () => {
    const trainer = await trained(3);
    const whole = estimator(trainer);
    const chunked = estimator(trainer, { directions: 1 });
    const first = await whole.estimate();
    expect(await whole.estimate()).toEqual(first);
    expect(await chunked.estimate()).toEqual(first);
    expect(chunked.passes).toBeGreaterThan(whole.passes);
    await whole.dispose();
    await chunked.dispose();
    await trainer.dispose();
  });

  it('uses the same dropout masks for every tokenizer: equal identifiers have equal influence', async () => {
    const trainer = await trained(3);
    const twice = [sources[1], sources[1]] as TokenSource[];
    const dropped = estimator(trainer, { sources: twice, dropout: 0.3 });
    const plain = estimator(trainer, { sources: twice });
    const [[a, b], [c, d]] = (await dropped.estimate()) as [[number, number], [number, number]];
    expect([b, c, d]).toEqual([a, a, a]);
    expect((await plain.estimate())[0]?.[0]).not.toBe(a);
    await dropped.dispose();
    await plain.dispose();
    await trainer.dispose();
  });

  it('takes a sub-sample that is the same for every tokenizer and stage', async () => {
    const trainer = await trained(3);
    const small = estimator(trainer, { trainingSamples: 4, validationSamples: 3 });
    expect([small.trainingSamples, small.validationSamples]).toEqual([4, 3]);
    const again = estimator(trainer, { trainingSamples: 4, validationSamples: 3 });
    expect(await again.estimate()).toEqual(await small.estimate());
    const full = estimator(trainer);
    expect(await full.estimate()).not.toEqual(await small.estimate());
    for (const one of [small, again, full]) await one.dispose();
    await trainer.dispose();
  });

  it('row 17: the validation loss falls by η ⟨G, g⟩ as η goes to 0', async () => {
    const trainer = await trained(2);
    const influence = estimator(trainer);
    const source = sources[1] as TokenSource;
    const gradient = await influence.meanGradient('training', source);
    const validation = await influence.meanGradient('validation', source);
    const start = (await trainer.state()).parameters;
    const product = [...gradient].reduce(
      (sum, [name, values]) => sum + values.reduce((part, g, i) => part + g * (validation.get(name)?.[i] ?? 0), 0),
      0,
    );
    const examples = referenceExamples('valid', source);
    const lossAt = (rate: number): number =>
      referenceLoss(
        t5Reference(
          trainer.t5,
          new Map(
            [...t5ParameterShapes(trainer.t5)].map(([name, shape]) => [
              name,
              {
                shape,
                data: Float64Array.from(start.get(name) ?? [], (w, i) => w - rate * (gradient.get(name)?.[i] ?? 0)),
              },
            ]),
          ),
        ),
        examples,
      );
    const ratioAt = (rate: number): number => (lossAt(0) - lossAt(rate)) / (rate * product);
    expect(Math.abs(ratioAt(1e-5) - 1)).toBeLessThan(1e-3);
    expect(Math.abs(ratioAt(1e-5) - 1)).toBeLessThan(Math.abs(ratioAt(1e-2) - 1));
    await influence.dispose();
    await trainer.dispose();
  });

  it('refuses a single tokenizer', async () => {
    const trainer = await trained(1);
    expect(() => estimator(trainer, { sources: sources.slice(0, 1) })).toThrow(
      expect.objectContaining({ code: 'mtgrec/one-tokenizer' }),
    );
    await trainer.dispose();
  });
});
