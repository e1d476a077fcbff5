import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import preset from '../../models/t5/test.json';
import { sequenceTable } from '../base/sequenceTable';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { identifierTokens, identifierVocabulary } from '../recommenders/identifierVocabulary';
import { batchOf } from '../recommenders/t5/batch';
import { T5Trainer } from '../recommenders/t5/trainer';
import { createRqvaeTrainer } from '../tokenizers/rqvae/trainer';
import { checkRunConfig } from './config';
import { estimateSizes } from './runEstimate';
import { rqvaeConfigOf } from './tokenizerJob';

const ITEMS = 100;
const config = checkRunConfig(preset, 'preset');
const DATA = { items: ITEMS, trainingItems: ITEMS, longestHistory: 50 };

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

const bytesOf = (...groups: Iterable<{ readonly byteLength: number }>[]): number =>
  groups.flatMap((group) => [...group]).reduce((sum, { byteLength }) => sum + byteLength, 0);

describe('the estimate before a start', () => {
  it('has the parameters, intermediates and checkpoint of the recommender’s real trainer', async () => {
    const { levels, codes } = config.tokenizer;
    const vocabulary = identifierVocabulary(levels, codes);
    const digits = Array.from({ length: ITEMS }, (_, item) => [item % codes, Math.floor(item / codes), 0, 1]).flat();
    const source = { vocabulary, tokens: identifierTokens(vocabulary, digits) };
    const sequences = sequenceTable([Array.from({ length: 20 }, (_, item) => item)]);
    for (const [accumulationSteps, storage] of [
      [1, 'f32'],
      [4, 'f32'],
      [4, 'f16'],
    ] as const) {
      const recommender = { ...config.recommender, accumulationSteps, storage };
      const { memory, checkpointBytes } = estimateSizes(
        { ...config, recommender },
        DATA,
        engine.device.profile,
      ).recommender;
      const trainer = new T5Trainer({ engine, config: recommender, source, sequences, seed: 1 });
      try {
        const { variables, step } = trainer;
        const { historyLimit, batchSize } = recommender;
        const history = Uint32Array.from({ length: historyLimit }, (_, item) => item);
        const rows = batchSize / accumulationSteps;
        const batch = batchOf([history], Uint32Array.of(7), rows, { historyLimit, source });
        if (accumulationSteps === 1) await step.run(batch);
        else await step.runParts([{ batch, weight: 1 }]);
        const program = await step.program(batch, accumulationSteps > 1);
        expect(memory.arenaBytes).toBe(program.report.arenaBytes);
        const held = (['parameters', 'gradients', 'gradientSum', 'moment1', 'moment2'] as const)
          .filter((arena) => variables.hasArena(arena))
          .reduce((sum, arena) => sum + variables.arena(arena).size, 0);
        expect(memory.variableBytes).toBe(held);
        const { parameters, moment1, moment2 } = await trainer.state();
        expect(4 * memory.parameterCount).toBe(bytesOf(parameters.values()));
        expect(checkpointBytes).toBe(bytesOf(parameters.values(), moment1.values(), moment2.values()));
      } finally {
        await trainer.dispose();
      }
    }
  });

  it('has the parameters and checkpoint of the tokenizer’s real trainer', async () => {
    const estimate = estimateSizes(config, DATA, engine.device.profile).tokenizer;
    const { components } = config.encoder;
    const vectors = Float32Array.from({ length: ITEMS * components }, (_, at) => Math.sin(at * at));
    const trainer = await createRqvaeTrainer(engine, {
      config: rqvaeConfigOf(config.tokenizer, components),
      vectors,
      trainingItems: Uint32Array.from({ length: ITEMS }, (_, item) => item),
      seed: 1,
    });
    try {
      const { parameters, accumulators } = await trainer.state();
      expect(estimate?.checkpointBytes).toBe(bytesOf(Object.values(parameters), Object.values(accumulators)));
    } finally {
      await trainer.dispose();
    }
  });

  it('says which part does not fit an adapter, and by how much', () => {
    const wide = { ...config, recommender: { ...config.recommender, width: 8192, feedForwardWidth: 65_536 } };
    const { problem } = estimateSizes(wide, DATA, { ...engine.device.profile, maxBindingBytes: 2 ** 27 });
    expect(problem).toMatch(/recommender's parameters take \d+ bytes, this adapter binds at most 134217728/);
    expect(estimateSizes(config, DATA, engine.device.profile).problem).toBeNull();
  });
});
