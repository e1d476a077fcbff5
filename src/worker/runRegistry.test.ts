import { describe, expect, it } from 'vitest';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { UNDO_MS } from './protocol/data';
import { freeName, NAME_COUNT, nameAt, STRIDE } from './runNames';
import { RunRegistry } from './runRegistry';
import { upstreamOf } from './runView';
import { storeSink } from './storeSink';
import { CURRENT_RUN, DATA_RUN, PRETRAINING_RUN } from './workspace';

const DATA = { name: 'shop', contentHash: 'd'.repeat(64) };
const ORIGIN = JSON.stringify({ kind: 'sample' });

function host() {
  const state = { nowMs: 1_000, busy: new Set<string>() };
  return { state, host: { nowMs: () => state.nowMs, busyRuns: async () => state.busy } };
}

async function start() {
  const store = createMemoryRunStore();
  const { state, host: own } = host();
  return { store, state, own, registry: await RunRegistry.open(store, own) };
}

const trained = (config: string) => ({ config, data: DATA, source: 'trained' as const });

describe('names of runs', () => {
  it('are all different, ten thousand of them, and fit into links and keys', () => {
    const names = Array.from({ length: 2 * NAME_COUNT }, (_, at) => nameAt(at));
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[a-z]+-[a-z]+(-\d+)?$/.test(name))).toBe(true);
  });

  it('are the same for the same run, and pass over those that are taken without missing one', async () => {
    const first = await freeName('a run', () => false);
    expect(await freeName('a run', () => false)).toBe(first);
    expect(await freeName('a run', (name) => name === first)).not.toBe(first);
    const places = new Set(Array.from({ length: NAME_COUNT }, (_, tried) => (tried * STRIDE) % NAME_COUNT));
    expect(places.size).toBe(NAME_COUNT);
  });
});

describe('registry of runs', () => {
  it('keeps every run, newest first, and remembers the shown one over a visit', async () => {
    const { store, state, own, registry } = await start();
    const first = await registry.create(trained('{"a":1}'));
    state.nowMs++;
    const second = await registry.create(trained('{"a":2}'));
    await registry.show(first);
    expect((await registry.list()).map(({ id }) => id)).toEqual([second, first]);
    const again = await RunRegistry.open(store, own);
    expect(again.shownId).toBe(first);
    expect(await again.findSame('{"a":2}', DATA.contentHash)).toMatchObject({ id: second });
    expect(await again.findSame('{"a":2}', 'other')).toBeNull();
  });

  it('keeps the parts of two runs apart', async () => {
    const { registry } = await start();
    const [first, second] = [await registry.create(trained('1')), await registry.create(trained('2'))];
    await storeSink(registry.view(first), CURRENT_RUN, () => 1).saveCheckpoint('best', Uint8Array.of(1));
    await storeSink(registry.view(first), PRETRAINING_RUN, () => 1).saveCheckpoint('best', Uint8Array.of(2));
    const names = async (id: string, part: string) =>
      (await registry.view(id).listCheckpoints(part)).map(({ name }) => name);
    expect(await names(first, CURRENT_RUN)).toEqual(['best']);
    expect(await names(first, PRETRAINING_RUN)).toEqual(['best']);
    expect(await names(second, CURRENT_RUN)).toEqual([]);
    expect(await registry.view(null).listCheckpoints(CURRENT_RUN)).toEqual([]);
  });

  it('deletes a run with its parts after ten seconds, and puts it back before', async () => {
    const { store, state, registry } = await start();
    const id = await registry.create({ ...trained('1'), hasUpstream: true });
    await registry.show(id);
    await registry.remove(id);
    expect([await registry.list(), registry.shownId]).toEqual([[], null]);
    state.nowMs += UNDO_MS - 1;
    await registry.purge();
    await registry.putBack(id);
    expect(await registry.list()).toHaveLength(1);
    await registry.remove(id);
    state.nowMs += UNDO_MS;
    await registry.purge();
    expect([await store.getRun(id), await store.getRun(upstreamOf(id))]).toEqual([undefined, undefined]);
    await expect(registry.putBack(id)).rejects.toMatchObject({ code: 'run/unknown' });
  });

  it('refuses to delete what another tab trains, and to change what comes with the program', async () => {
    const { state, registry } = await start();
    const id = await registry.create(trained('1'));
    state.busy.add(id);
    await expect(registry.remove(id)).rejects.toMatchObject({ code: 'storage/locked' });
    const shipped = {
      id: 'tiger-1',
      name: 'TIGER',
      config: '1',
      dataHash: 'x',
      status: 'finished',
      createdAtMs: 0,
    } as const;
    await registry.createShipped(shipped);
    await expect(registry.rename('tiger-1', 'mine')).rejects.toMatchObject({ code: 'run/shipped' });
    await expect(registry.remove('tiger-1')).rejects.toMatchObject({ code: 'run/shipped' });
    await expect(registry.rename(id, '  ')).rejects.toMatchObject({ code: 'run/name' });
    await registry.rename(id, ' my run ');
    expect(await registry.require(id)).toMatchObject({ name: 'my run' });
    await registry.clear();
    expect((await registry.list()).map((run) => run.id)).toEqual([id]);
  });
});

describe('the one run of the first version', () => {
  const legacy = {
    name: 'laptop',
    config: '{"name":"laptop"}',
    dataHash: DATA.contentHash,
    status: 'created',
    createdAtMs: 5,
  } as const;

  async function old(dataHash: string) {
    const store = createMemoryRunStore();
    await store.createRun({ id: CURRENT_RUN, ...legacy });
    await store.createRun({ id: PRETRAINING_RUN, ...legacy });
    await store.createRun({ ...legacy, id: DATA_RUN, name: 'shop', config: ORIGIN, dataHash, status: 'finished' });
    await storeSink(store, CURRENT_RUN, () => 1).saveCheckpoint('tokenizer', Uint8Array.of(7));
    await storeSink(store, PRETRAINING_RUN, () => 1).saveCheckpoint('tokenizer', Uint8Array.of(8));
    return store;
  }

  it('becomes a named run that is shown, with all its parts', async () => {
    const store = await old(DATA.contentHash);
    const registry = await RunRegistry.open(store, host().host);
    const [run, ...others] = await registry.list();
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      id: CURRENT_RUN,
      dataName: 'shop',
      dataOrigin: ORIGIN,
      status: 'paused',
      source: 'trained',
    });
    expect(run?.name).toMatch(/^[a-z]+-[a-z]+$/);
    expect(registry.shownId).toBe(CURRENT_RUN);
    const loaded = async (part: string) => storeSink(registry.view(), part, () => 1).loadCheckpoint('tokenizer');
    expect([await loaded(CURRENT_RUN), await loaded(PRETRAINING_RUN)]).toEqual([Uint8Array.of(7), Uint8Array.of(8)]);
  });

  it('is adopted once, keeps a new name, and stays when another run is started', async () => {
    const store = await old(DATA.contentHash);
    const own = host().host;
    const registry = await RunRegistry.open(store, own);
    await registry.rename(CURRENT_RUN, 'mine');
    const id = await registry.create({ ...trained('2'), hasUpstream: true });
    expect((await RunRegistry.open(store, own)).shownId).toBe(CURRENT_RUN);
    expect((await registry.list()).map((run) => run.name).sort()).toEqual([id, 'mine'].sort());
  });

  it('is kept but not shown when other data are open', async () => {
    const registry = await RunRegistry.open(await old('e'.repeat(64)), host().host);
    expect(registry.shownId).toBeNull();
    expect(await registry.list()).toMatchObject([{ id: CURRENT_RUN, dataName: 'an older data set' }]);
  });
});
