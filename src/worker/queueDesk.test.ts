import { describe, expect, it } from 'vitest';
import preset from '../../models/t5/test.json';
import { ConflictError } from '../base/errors';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { checkRunConfig } from '../train/config';
import { errorReport } from './errorReport';
import type { QueuedRun, QueueEntry, QueueState } from './protocol/queue';
import { QueueDesk, type QueuedEnd, type QueueHost } from './queueDesk';
import { checkedRuns } from './queueHost';
import { RunRegistry } from './runRegistry';

const config = checkRunConfig(preset, 'preset');
const run = (name: string): QueuedRun => ({ name, config, rules: { minutes: null } });
const DONE: QueuedEnd = { kind: 'done', ending: { kind: 'complete', message: 'All epochs are done.' } };
const DATA = { name: 'shop', hash: 'd'.repeat(64) };
type Turn = { readonly name: string; end(end: QueuedEnd | Error): void };

const NO_QUOTA = { usedBytes: 0, quotaBytes: 0 };

let ids = 0;

/** A tab: its desk, whose runs end when the test says so. */
async function tab(store = createMemoryRunStore(), locks = new Map<string, Promise<unknown>>()) {
  const turns: Turn[] = [];
  const state = { isIdle: true, waiters: [] as (() => void)[], told: [] as QueueState[] };
  let wake = (): void => {};
  const turn = async (at: number): Promise<Turn> => {
    while (turns.length <= at)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const found = turns[at];
    if (!found) throw new Error('no turn');
    return found;
  };
  const locked = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const result = (locks.get(name) ?? Promise.resolve()).then(work);
    locks.set(
      name,
      result.catch(() => null),
    );
    return result;
  };
  const registry = await RunRegistry.open(store, { nowMs: () => 7, busyRuns: async () => new Set() });
  const host: QueueHost = {
    nowMs: () => 7,
    newId: () => `id-${ids++}`,
    notes: store,
    inTurn: (work) => locked('queue', work),
    asRunner: (work) => locked('runner', work),
    isIdle: () => state.isIdle,
    whenTrainerFree: () => new Promise((resolve) => state.waiters.push(resolve)),
    train: async (entry: QueueEntry, became) => {
      await became(`run-of-${entry.name}`);
      return new Promise<QueuedEnd>((resolve, reject) => {
        turns.push({ name: entry.name, end: (end) => (end instanceof Error ? reject(end) : resolve(end)) });
        wake();
      });
    },
    check: (wanted) =>
      checkedRuns(wanted, {
        registry,
        dataset: { contentHash: DATA.hash } as never,
        profile: null,
        storage: NO_QUOTA,
        errorReport,
      }),
    data: async () => ({ data: DATA, dataOrigin: null }),
    tell: (told) => state.told.push(told),
    errorReport,
    warn: (error) => expect.fail(String(error)),
  };
  const desk = new QueueDesk(host);
  const ask = (request: Parameters<QueueDesk['answer']>[0]) =>
    desk.answer(request, () => turns.at(-1)?.end({ kind: 'stopped' }));
  const add = (...names: string[]) => ask({ kind: 'enqueue', runs: names.map(run), batch: null });
  /** Waits until the queue is as wanted. */
  const until = async (isSo: (queue: QueueState) => boolean): Promise<QueueState> => {
    for (let tried = 0; tried < 1000; tried++) {
      const queue = (await ask({ kind: 'queue' })) as QueueState;
      if (isSo(queue)) return queue;
    }
    throw new Error('it never was');
  };
  return { desk, ask, add, turn, turns, state, until, store, locks };
}

const words = ({ entries }: QueueState): string => entries.map(({ name, state }) => `${name} ${state}`).join(', ');

describe('the queue at work', () => {
  it('begins the next run by itself, never two at a time', async () => {
    const { add, turn, turns, until } = await tab();
    await add('a', 'b');
    (await turn(0)).end(DONE);
    const second = await turn(1);
    expect(second.name).toBe('b');
    expect(turns).toHaveLength(2);
    const state = await until(({ entries }) => entries[1]?.runId !== null);
    expect(words(state)).toBe('a done, b running');
    expect(state.entries.map(({ runId }) => runId)).toEqual(['run-of-a', 'run-of-b']);
    second.end(DONE);
    expect(words(await until(({ entries }) => entries[1]?.state === 'done'))).toBe('a done, b done');
  });

  it('waits while something else trains, and begins when it is told that this is over', async () => {
    const { desk, add, turn, turns, until, state } = await tab();
    state.isIdle = false;
    await add('a');
    expect(words(await until(() => true))).toBe('a waiting');
    expect(turns).toHaveLength(0);
    state.isIdle = true;
    desk.pump();
    expect((await turn(0)).name).toBe('a');
  });

  it('goes on after a run that failed, and says why it did', async () => {
    const { add, turn, until } = await tab();
    await add('a', 'b');
    (await turn(0)).end(new ConflictError('train/odd', 'this one does not work'));
    await turn(1);
    const state = await until(({ entries }) => entries[1]?.state === 'running');
    expect(state.entries[0]).toMatchObject({
      state: 'failed',
      error: { code: 'train/odd', message: 'this one does not work' },
    });
    expect(state.isHeld).toBe(false);
  });

  it('is held by a lost GPU: the next run would fail as well', async () => {
    const { ask, add, turn, turns, until } = await tab();
    await add('a', 'b');
    (await turn(0)).end({ kind: 'failed', error: { code: 'gpu/lost', message: 'gone' } });
    const state = await until(({ isHeld }) => isHeld);
    expect(words(state)).toBe('a failed, b waiting');
    expect(state.heldBecause).toContain('GPU was lost');
    expect(turns).toHaveLength(1);
    await ask({ kind: 'retryInQueue', id: state.entries[0]?.id ?? '' });
    await ask({ kind: 'releaseQueue' });
    expect((await turn(1)).name).toBe('a');
  });

  it('is held when the user stops a run, and goes on when they skip it', async () => {
    const { ask, add, turn, until } = await tab();
    await add('a', 'b', 'c');
    await turn(0);
    await ask({ kind: 'skipInQueue' });
    const second = await turn(1);
    expect(second.name).toBe('b');
    second.end({ kind: 'stopped' });
    const state = await until(({ isHeld }) => isHeld);
    expect(words(state)).toBe('a stopped, b stopped, c waiting');
  });

  it('keeps how a run ended; one that fell behind goes on to its end when it is asked to, and holds nothing up', async () => {
    const { ask, turn, until } = await tab();
    const median = { minRuns: 3, graceEpochs: 1 };
    await ask({ kind: 'enqueue', runs: [{ ...run('a'), rules: { minutes: 5, median } }, run('b')], batch: 'sweep' });
    const behind = { kind: 'median', message: 'behind' } as const;
    (await turn(0)).end({ kind: 'done', ending: behind });
    expect((await turn(1)).name).toBe('b');
    const state = await until(({ entries }) => entries[1]?.state === 'running');
    expect(state).toMatchObject({ isHeld: false, entries: [{ state: 'done', ending: behind, rules: { median } }, {}] });
    await ask({ kind: 'retryInQueue', id: state.entries[0]?.id ?? '' });
    (await turn(1)).end(DONE);
    expect((await turn(2)).name).toBe('a');
    const again = (await until(() => true)).entries.find(({ name }) => name === 'a');
    expect(again?.rules).toEqual({ minutes: 5 });
    expect(again?.ending).toBeUndefined();
  });

  it('adds all runs or none, and names the field that is wrong', async () => {
    const { ask, until } = await tab();
    const wrong = { ...run('wrong'), config: { ...config, tokenizer: { ...config.tokenizer, levels: 99 } } };
    await expect(ask({ kind: 'enqueue', runs: [run('right'), wrong], batch: 'sweep' })).rejects.toMatchObject({
      code: 'config/field',
      message: expect.stringMatching(/wrong: field "tokenizer\.levels" wants an integer from 1 to 8, got 99/),
    });
    expect((await until(() => true)).entries).toEqual([]);
    expect(await ask({ kind: 'checkRuns', runs: [run('right'), wrong] })).toMatchObject([
      { error: null },
      { error: { code: 'config/field' } },
    ]);
  });

  it('survives the page: another visit begins again what was under way, then the rest', async () => {
    const first = await tab();
    await first.add('a', 'b');
    await first.turn(0);
    // The page goes: its run never ends, its locks are free.
    const second = await tab(first.store);
    second.desk.pump();
    const again = await second.turn(0);
    expect(again.name).toBe('a');
    expect((await second.until(() => true)).entries[0]).toMatchObject({ attempts: 2 });
    again.end(DONE);
    expect((await second.turn(1)).name).toBe('b');
  });

  it('is worked by one tab at a time; a second one waits, and takes over what is left', async () => {
    const first = await tab();
    const second = await tab(first.store, first.locks);
    await first.add('a');
    const turn = await first.turn(0);
    await second.add('b');
    expect(words(await second.until(() => true))).toBe('a running, b waiting');
    expect(second.turns).toHaveLength(0);
    turn.end(DONE);
    expect((await first.turn(1)).name).toBe('b');
    expect(second.turns).toHaveLength(0);
  });

  it('waits for another tab that trains by hand, and loses nothing', async () => {
    const { add, turn, turns, until, state } = await tab();
    await add('a');
    (await turn(0)).end(new ConflictError('storage/locked', 'another tab trains'));
    const queue = await until(({ entries }) => entries[0]?.state === 'waiting');
    expect(queue).toMatchObject({ isHeld: false, entries: [{ attempts: 0, error: null }] });
    expect(turns).toHaveLength(1);
    while (state.waiters.length === 0) await until(() => true);
    state.waiters[0]?.();
    expect((await turn(1)).name).toBe('a');
  });

  it('hands a run over to another tab, which goes on with it and with what waits behind, also while the queue is held', async () => {
    const first = await tab();
    const second = await tab(first.store, first.locks);
    expect(first.desk.handOver()).toBeNull();
    await first.add('a', 'b');
    const begun = await first.turn(0);
    await first.ask({ kind: 'holdQueue' });
    const entry = first.desk.handOver();
    const taken = second.desk.goOnWith(entry ?? '');
    begun.end({ kind: 'stopped' });
    const again = await second.turn(0);
    expect(again.name).toBe('a');
    const queue = await second.until(({ entries }) => entries[0]?.state === 'running');
    expect(queue).toMatchObject({ isHeld: true, heldBecause: null, entries: [{ attempts: 1 }, { state: 'waiting' }] });
    await second.ask({ kind: 'releaseQueue' });
    again.end(DONE);
    (await second.turn(1)).end(DONE);
    await taken;
    expect(words(await second.until(() => true))).toBe('a done, b done');
    expect(first.turns).toHaveLength(1);
  });
});
