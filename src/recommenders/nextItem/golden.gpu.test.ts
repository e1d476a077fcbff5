import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Golden, goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { sequenceTable } from '../../base/sequenceTable';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { Engine } from '../../plan/engine';
import type { Batch } from '../../plan/program';
import type { Variables } from '../../plan/variables';
import { invertIndex, type RowIndex } from '../../tensor/ops/embedding';
import { ITEM_TABLE, NO_ITEM, nextItemLoss, nextItemParameters } from './model';
import { NextItemScorer } from './scorer';
import type { NextItemLoss, NextItemSettings } from './settings';
import { NextItemTrainer } from './trainer';

const ITEMS = 9;
const TABLE_ROWS = 12;
const WIDTH = 8;

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

function settingsOf(system: 'sasrec' | 'gru4rec', loss: NextItemLoss): NextItemSettings {
  const training = {
    historyLimit: 5,
    loss,
    negatives: 4,
    dropout: 0,
    epochs: 1,
    targetsPerBatch: 15,
    learningRate: 0,
    warmupSteps: 0,
    weightDecay: 0,
    clipNorm: 0,
    validateEvery: 1,
    validationUsers: 1,
    patience: 0,
    seenItems: 'kept',
  } as const;
  return system === 'sasrec'
    ? { system, width: WIDTH, layers: 2, heads: 2, feedForwardWidth: 16, attentionDropout: 0, ...training }
    : { system, width: WIDTH, hiddenWidth: 12, ...training };
}

/** Golden parameters; the rows above the catalogue are large numbers, which must not matter. */
function load(variables: Variables, golden: Golden): void {
  for (const name of variables.slots.keys()) {
    const values = Float32Array.from(goldenTensor(golden, name).data);
    if (name !== ITEM_TABLE) variables.write(name, values);
    else {
      const table = new Float32Array(TABLE_ROWS * WIDTH).fill(50);
      table.set(values);
      variables.write(name, table);
    }
  }
}

const ids = (golden: Golden, name: string): Uint32Array =>
  Uint32Array.from(goldenTensor(golden, name).data, (id) => (id < 0 ? NO_ITEM : id));

function batchOf(golden: Golden, loss: NextItemLoss): Batch {
  const inputs = ids(golden, 'input:ids');
  const targets = ids(golden, 'input:targets');
  const index = (name: string, values: Uint32Array): Batch => {
    const { order, starts } = invertIndex(values, TABLE_ROWS);
    return {
      [`${name}Order`]: { data: order, shape: [order.length] },
      [`${name}Starts`]: { data: starts, shape: [starts.length] },
    };
  };
  const base = {
    ids: { data: inputs, shape: [3, 5] },
    targets: { data: targets, shape: [3, 5] },
    ...index('id', inputs),
  };
  if (loss === 'crossEntropy') return base;
  const drawn = goldenTensor(golden, loss === 'sampled' ? 'input:sampled' : 'input:drawn');
  const negatives = Uint32Array.from(drawn.data, (id) => (id < 0 ? NO_ITEM : id));
  return {
    ...base,
    negatives: { data: negatives, shape: drawn.shape },
    labels: { data: targets.map((target) => (target === NO_ITEM ? NO_ITEM : 0)), shape: [15] },
    weights: { data: Float32Array.from(targets, (target) => (target === NO_ITEM ? 0 : 1)), shape: [15] },
    ...index('target', targets),
    ...index('negative', negatives),
  };
}

function expectClose(golden: Golden, name: string, got: Float32Array): void {
  const { data } = goldenTensor(golden, name);
  expect(got.length, name).toBe(data.length);
  for (const [i, want] of data.entries())
    expect(Math.abs((got[i] as number) - want), `${name} at ${i}`).toBeLessThan(2e-5 + 1e-4 * Math.abs(want));
}

for (const system of ['sasrec', 'gru4rec'] as const)
  for (const [loss, file] of [
    ['crossEntropy', 'cross_entropy'],
    ['sampled', 'sampled'],
    ['bce', 'bce'],
  ] as const)
    describe(`${system} with ${loss}`, () => {
      const golden = loadGolden(`models/${system}/golden/${file}`);
      const settings = settingsOf(system, loss);

      it('has the loss and every gradient of the PyTorch network', async () => {
        using model = engine.variables(nextItemParameters(settings, ITEMS), 0);
        load(model, golden);
        const step = engine.compile(
          model,
          ({ params, input }) => {
            const index = (name: string): RowIndex => ({
              order: input(`${name}Order`),
              starts: input(`${name}Starts`),
            });
            const inputs = { ids: input('ids'), targets: input('targets'), idIndex: index('id') };
            const drawn = () => ({
              targetIndex: index('target'),
              negatives: input('negatives'),
              negativeIndex: index('negative'),
              labels: input('labels'),
              weights: input('weights'),
            });
            const all = loss === 'crossEntropy' ? inputs : { ...inputs, drawn: drawn() };
            return { loss: nextItemLoss(settings, params, all, ITEMS) };
          },
          adamw({ learningRate: 0 }),
        );
        await step.run(batchOf(golden, loss));
        const [row] = await step.metrics();
        expect(row?.loss).toBeCloseTo(goldenNumber(golden, 'loss'), 5);
        for (const name of model.slots.keys()) {
          const gradient = await model.read(name, 'gradients');
          const rows = name === ITEM_TABLE ? ITEMS * WIDTH : gradient.length;
          expectClose(golden, `grad:${name}`, gradient.subarray(0, rows));
          expect(gradient.subarray(rows).every((value) => value === 0)).toBe(true);
        }
        await step.dispose();
      });

      it('scores the items of the PyTorch network', async () => {
        const sequences = sequenceTable([[0, 1, 2, 3, 4]]);
        const trainer = new NextItemTrainer({ engine, settings, sequences, itemCount: ITEMS, seed: 1 });
        load(trainer.variables, golden);
        const scorer = new NextItemScorer(engine, trainer);
        const got: Float32Array[] = [];
        const histories = [[2, 0, 3, 1, 5], [4, 1, 6], [7]];
        await scorer.scoreAll(histories, (at, scores) => {
          got[at] = scores.slice();
        });
        const all = new Float32Array(3 * ITEMS);
        got.forEach((scores, at) => {
          all.set(scores, at * ITEMS);
        });
        expectClose(golden, 'output:scores', all);
        await scorer.dispose();
        await trainer.dispose();
      });
    });
