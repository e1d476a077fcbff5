import { describe, expect, it } from 'vitest';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import { trainUtgrec, type UtgrecRunHost } from '../train/utgrecJob';
import { tinyRun, tinyUtgrec } from '../train/utgrecRun.fixture';
import { DeviceLoss, type LossPorts } from './deviceLoss';

const fresh = async (): Promise<Engine> => new Engine(await GpuDevice.acquire(navigator.gpu));

async function bitsOf(host: UtgrecRunHost): Promise<Float32Array[]> {
  const { trainer } = await trainUtgrec(host);
  const { parameters } = await trainer.state();
  await trainer.dispose();
  return [...parameters.values()];
}

describe('a run whose GPU is taken away', () => {
  it('goes on from its checkpoint on a new device, to the bits of a run that kept its own', async () => {
    const config = tinyUtgrec({ transfer: null });
    const undisturbed = await bitsOf(tinyRun(await fresh(), config).host);
    const engine = await fresh();
    const run = tinyRun(engine, config);
    const log: string[] = [];
    const ports: LossPorts<Engine> = {
      reopen: fresh,
      interrupted: async (message) => void log.push(message),
      resumed: async () => void log.push('resumed'),
      now: () => 0,
      wait: async () => undefined,
      isStopped: () => false,
    };
    const hooks = {
      ...run.host.hooks,
      // In the middle of the recommender's first epoch, with work on its way.
      progress: ({ stage, done }: { readonly stage: string; readonly done: number }) => {
        if (stage === 'recommender' && done >= 3) engine.device.dispose();
      },
    };
    const train = (own: Engine) => bitsOf({ ...run.host, engine: own, hooks });
    const survived = await new DeviceLoss().survive(engine, train, ports);
    expect(log).toEqual([expect.stringContaining('destroyed'), 'resumed']);
    expect(engine.device.isLost).toBe(true);
    expect(survived).toEqual(undisturbed);
  });
});
