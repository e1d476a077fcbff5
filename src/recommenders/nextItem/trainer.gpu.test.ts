import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../base/errors';
import { mixSeed, uniformGenerator } from '../../base/random';
import { type SequenceTable, sequenceTable } from '../../base/sequenceTable';
import { rankOfTarget } from '../../evaluate/metrics';
import { GpuDevice } from '../../gpu/device';
import { Engine } from '../../plan/engine';
import { NextItemScorer } from './scorer';
import { NEXT_ITEM_LOSSES, type NextItemSettings } from './settings';
import { type NextItemState, NextItemTrainer } from './trainer';

const ITEMS = 37;

/** Users who walk the catalogue in steps of one: the next item is certain. */
function walkers(users: number): SequenceTable {
  const uniform = uniformGenerator(mixSeed(3));
  return sequenceTable(
    Array.from({ length: users }, () => {
      const start = Math.floor(uniform() * ITEMS);
      return Array.from({ length: 4 + Math.floor(uniform() * 9) }, (_, t) => (start + t) % ITEMS);
    }),
  );
}

const training = {
  historyLimit: 8,
  loss: 'crossEntropy',
  negatives: 12,
  dropout: 0.1,
  epochs: 40,
  targetsPerBatch: 64,
  learningRate: 0.01,
  warmupSteps: 0,
  weightDecay: 0,
  clipNorm: 0,
  validateEvery: 1,
  validationUsers: 10,
  patience: 0,
  seenItems: 'kept',
} as const;
const SETTINGS: readonly NextItemSettings[] = [
  { system: 'sasrec', width: 16, layers: 1, heads: 2, feedForwardWidth: 32, attentionDropout: 0.1, ...training },
  { system: 'gru4rec', width: 16, hiddenWidth: 24, ...training },
];

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
  engine.dispose();
  engine.device.dispose();
});

const make = (settings: NextItemSettings): NextItemTrainer =>
  new NextItemTrainer({ engine, settings, sequences: walkers(80), itemCount: ITEMS, seed: 5 });
async function run(trainer: NextItemTrainer, steps: number): Promise<number[]> {
  for (let i = 0; i < steps; i++) await trainer.runStep();
  return (await trainer.metrics()).map(({ loss }) => loss);
}
const bitsOf = ({ step, cursor, ...arenas }: NextItemState) => ({
  step,
  cursor,
  parameters: [...arenas.parameters],
  moment1: [...arenas.moment1],
  moment2: [...arenas.moment2],
});

describe.each(SETTINGS)('NextItemTrainer of $system', (settings) => {
  it('ends with the same bits when stopped inside an epoch and resumed in a new trainer', async () => {
    const sampled: NextItemSettings = { ...settings, loss: 'sampled' };
    const whole = make(sampled);
    const steps = whole.stepsPerEpoch + 3;
    await run(whole, steps);
    const half = make(sampled);
    await run(half, 2);
    const resumed = make(sampled);
    resumed.restore(await half.state());
    await run(resumed, steps - 2);
    expect(bitsOf(await resumed.state())).toEqual(bitsOf(await whole.state()));
    expect((await whole.state()).step).toBe(steps);
    for (const trainer of [whole, half, resumed]) await trainer.dispose();
  });

  it('follows the same curve with activations kept as f16', async () => {
    const curves: number[][] = [];
    for (const storage of ['f32', 'f16'] as const) {
      const trainer = make({ ...settings, targetsPerBatch: 512, storage });
      curves.push(await run(trainer, 12));
      await trainer.dispose();
    }
    const [plain = [], half = []] = curves;
    expect(half).not.toEqual(plain);
    expect(half[0]).toBe(plain[0]);
    expect(Math.max(...half.map((loss, at) => Math.abs(loss / (plain[at] ?? 0) - 1)))).toBeLessThan(1e-3);
  });

  it.each(NEXT_ITEM_LOSSES)('learns a walk with the loss %s: the next item comes first or near it', async (loss) => {
    const trainer = make({ ...settings, loss });
    // One negative a position teaches far less than all items: four times the updates for less.
    for (let steps = 0; steps < (loss === 'crossEntropy' ? 100 : 400); steps += 50) await run(trainer, 50);
    const scorer = new NextItemScorer(engine, trainer);
    let first = 0;
    const histories = Array.from({ length: 30 }, (_, start) => [start, start + 1, start + 2]);
    await scorer.scoreAll(histories, (at, scores) => {
      // Drawn negatives are never items of the same user, so those losses do not order the neighbours of a walk.
      const places = loss === 'crossEntropy' ? 1 : 3;
      if (rankOfTarget(scores, at + 3, histories[at]) <= places) first++;
    });
    expect(first).toBeGreaterThanOrEqual(27);
    await scorer.dispose();
    await trainer.dispose();
  });

  it('refuses histories that are empty or name an item outside the catalogue', async () => {
    const trainer = make(settings);
    const scorer = new NextItemScorer(engine, trainer);
    for (const history of [[], [1, ITEMS], [-1], [0.5]])
      await expect(scorer.scoreAll([[1], history], () => undefined)).rejects.toMatchObject({
        code: 'nextItem/history',
        constructor: ConfigError,
      });
    await scorer.dispose();
    await trainer.dispose();
  });
});
