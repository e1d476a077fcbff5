import { describe, expect, it } from 'vitest';
import { DeviceLostError, NumericsError, OutOfMemoryError } from '../base/errors';
import { BACK_OFF_MS, DeviceLoss, type LossPorts, NEWS_MS, RESTART_PAUSE_MS } from './deviceLoss';

/** A device that the test takes away. */
function fakeEngine() {
  let take = (_: { reason: string; message: string }): void => undefined;
  const state = { isLost: false };
  const lost = new Promise<{ reason: string; message: string }>((resolve) => {
    take = resolve;
  });
  return {
    device: {
      get isLost() {
        return state.isLost;
      },
      lost,
    },
    /** The news may come before or after what fails by it. */
    lose: (message: string): void => {
      state.isLost = true;
      take({ reason: 'unknown', message });
    },
  };
}
type Fake = ReturnType<typeof fakeEngine>;

/** What happened, in order, and a clock that waiting moves. */
function page(reopened: readonly (Fake | Error)[] = []) {
  const log: string[] = [];
  const state = { now: 0, isStopped: false, onWait: (_: number): void => undefined };
  let at = 0;
  const ports: LossPorts<Fake> = {
    reopen: async () => {
      log.push('asked again');
      const next = reopened[at++];
      if (next instanceof Error || !next) throw next ?? new Error('no more');
      return next;
    },
    interrupted: async (message, isRetried) => void log.push(`interrupted: ${message}${isRetried ? '' : ', for good'}`),
    resumed: async () => void log.push('resumed'),
    now: () => state.now,
    wait: async (ms) => {
      // Promises of the device come before the time is over.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      state.onWait(ms);
      state.now += ms;
      log.push(`waited ${ms}`);
    },
    isStopped: () => state.isStopped,
  };
  return { ports, log, state };
}

describe('training that loses its GPU', () => {
  it('is interrupted, asks once more after a pause, and goes on', async () => {
    const [first, second] = [fakeEngine(), fakeEngine()];
    const { ports, log } = page([second]);
    const used: Fake[] = [];
    const train = async (engine: Fake): Promise<string> => {
      used.push(engine);
      if (engine === second) return 'trained';
      first.lose('driver reset');
      throw new DeviceLostError('gpu/lost', 'the GPU went');
    };
    expect(await new DeviceLoss().survive(first, train, ports)).toBe('trained');
    expect(used).toEqual([first, second]);
    expect(log).toEqual(['interrupted: driver reset', `waited ${BACK_OFF_MS}`, 'asked again', 'resumed']);
  });

  it('is not called short of memory when the allocation failed by the loss, also where the news comes after it', async () => {
    for (const isLate of [false, true]) {
      const [first, second] = [fakeEngine(), fakeEngine()];
      const { ports, log, state } = page([second]);
      const train = async (engine: Fake): Promise<string> => {
        if (engine === second) return 'trained';
        if (isLate) void Promise.resolve().then(() => first.lose('reset'));
        else first.lose('reset');
        throw new OutOfMemoryError('gpu/memory', 'no memory');
      };
      expect(await new DeviceLoss().survive(first, train, ports)).toBe('trained');
      expect(log[0]).toMatch(isLate ? /^interrupted|^waited/ : /^interrupted/);
      expect(log).toContain('interrupted: reset');
      expect(state.isStopped).toBe(false);
    }
  });

  it('fails as what it is where the device is there: memory, numbers', async () => {
    const engine = fakeEngine();
    const { ports, log } = page();
    const fail = (error: Error) => new DeviceLoss().survive(engine, () => Promise.reject(error), ports);
    await expect(fail(new OutOfMemoryError('gpu/memory', 'no memory'))).rejects.toMatchObject({ code: 'gpu/memory' });
    await expect(fail(new NumericsError('train/numbers', 'NaN'))).rejects.toMatchObject({ code: 'train/numbers' });
    expect(log).toEqual([`waited ${NEWS_MS}`]);
  });

  it('ends by a second loss soon after, and is tried again by one much later', async () => {
    const engines = [fakeEngine(), fakeEngine(), fakeEngine()] as const;
    const { ports, log, state } = page([engines[1], engines[2]]);
    const train = async (engine: Fake): Promise<string> => {
      if (engine === engines[2]) return 'trained';
      throw new DeviceLostError('gpu/lost', 'gone');
    };
    const loss = new DeviceLoss();
    await expect(loss.survive(engines[0], train, ports)).rejects.toMatchObject({ code: 'gpu/lost' });
    expect(log.filter((line) => line === 'asked again')).toHaveLength(1);
    expect(log.at(-1)).toBe('interrupted: gone, for good');
    state.now += RESTART_PAUSE_MS;
    expect(await loss.survive(engines[1], train, ports)).toBe('trained');
  });

  it('says so when the GPU does not come back', async () => {
    const first = fakeEngine();
    const { ports, log } = page([new Error('no adapter')]);
    const train = () => Promise.reject(new DeviceLostError('gpu/lost', 'gone'));
    await expect(new DeviceLoss().survive(first, train, ports)).rejects.toMatchObject({
      code: 'gpu/lost',
      message: expect.stringContaining('did not come back (no adapter)'),
    });
    expect(log).not.toContain('resumed');
  });

  it('asks for nothing where the user stopped it while it waited', async () => {
    const first = fakeEngine();
    const { ports, log, state } = page([fakeEngine()]);
    state.onWait = () => {
      state.isStopped = true;
    };
    const train = () => Promise.reject(new DeviceLostError('gpu/lost', 'gone'));
    await expect(new DeviceLoss().survive(first, train, ports)).rejects.toMatchObject({ code: 'gpu/lost' });
    expect(log).not.toContain('asked again');
  });
});
