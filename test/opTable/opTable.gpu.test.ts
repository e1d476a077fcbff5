import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../../src/gpu/device';
import { Engine } from '../../src/plan/engine';
import { allOpNames } from '../../src/tensor/graph';
import { opRows } from './rows/all';
import { checkCase } from './runner';

/** Leaves and views that every other row exercises; ops of a program's frame. */
const WITHOUT_ROWS = new Set(['parameter', 'input', 'constant', 'step_state', 'reshape']);

for (const limits of ['adapter', 'default-limits'] as const) {
  describe(`op table (${limits})`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = new Engine(await GpuDevice.acquire(navigator.gpu, { limits }));
    });
    afterAll(() => {
      expect(engine.device.uncapturedErrors).toEqual([]);
      engine.dispose();
      engine.device.dispose();
    });
    for (const row of opRows)
      for (const opCase of row.cases)
        it(opCase.name, async () => {
          expect(await checkCase(engine, opCase)).toEqual([]);
        });
  });
}

describe('op table', () => {
  it('has a row for every op', () => {
    const covered = new Set(opRows.flatMap((row) => row.ops));
    expect(allOpNames().filter((name) => !covered.has(name) && !WITHOUT_ROWS.has(name))).toEqual([]);
  });
});
