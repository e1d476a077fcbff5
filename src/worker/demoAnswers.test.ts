import { describe, expect, it } from 'vitest';
import type { Dataset } from '../data/dataset';
import { eventCount, historyOf } from '../data/splits';
import { popularity } from '../evaluate/sparseCounts';
import type { BesideModel } from './besideModels';
import { cardOf, codesOf, demoDataset, demoModel, ITEMS } from './demo.fixture';
import { ModelAnswers } from './demoAnswers';
import { DemoDesk } from './demoDesk';
import { drawUser, listUsers, tailItems, userAfter, userGroups } from './demoUsers';
import type { DemoReplies, DemoRequest, ModelRequest } from './protocol/demo';

const dataset = demoDataset();
const view = { dataset, card: cardOf, popularity: popularity(dataset.sequences, ITEMS) };
const SETTINGS = { beamWidth: 20, temperature: 1, lengthPenalty: 0 };

/** Answers as the page gets them. */
async function answered<R extends ModelRequest>(answers: ModelAnswers, request: R): Promise<DemoReplies[R['kind']]> {
  return (await answers.answer(request, view)) as DemoReplies[R['kind']];
}

describe('what a model answers to the Demo', () => {
  it('opens the search of which it tells the ten best', async () => {
    const answers = new ModelAnswers(demoModel());
    const { top, target } = await answered(answers, { kind: 'recommend', user: 0, history: null, count: 10 });
    const beam = await answered(answers, { kind: 'beam', user: 0, history: null, settings: SETTINGS });
    expect(target?.item).toBe(6);
    expect(beam.leaves.slice(0, 10).map(({ item }) => item)).toEqual(top.map(({ card }) => card.item));
    const first = beam.tree.steps[0]?.nodes[0];
    const best = codesOf(beam.leaves[0]?.item ?? 0);
    expect((first?.token ?? 0) - (beam.firstTokens[0] ?? 0)).toBeLessThan(32);
    const last = beam.tree.steps[3]?.nodes[0];
    expect((last?.token ?? 0) - (beam.firstTokens[3] ?? 0)).toBe(best[3]);
    for (const { parents } of beam.tree.steps)
      for (const { kept, pruned, impossible } of parents)
        expect(Math.abs(kept + pruned + impossible - 1)).toBeLessThan(1e-4);
  });

  it('tells a search in less than 50 kB at the widest', async () => {
    const settings = { ...SETTINGS, beamWidth: 50 };
    const beam = await answered(new ModelAnswers(demoModel()), { kind: 'beam', user: 0, history: null, settings });
    expect(beam.leaves).toHaveLength(50);
    // JSON writes every number in full, so it is longer than what is sent.
    expect(JSON.stringify(beam).length).toBeLessThan(60_000);
    expect(binaryBytes(beam)).toBeLessThan(50_000);
  });

  it('tells every pruned child of a prefix on request, only of the last search', async () => {
    const answers = new ModelAnswers(demoModel());
    await expect(answered(answers, { kind: 'beamBranches', step: 0, parent: 0 })).rejects.toMatchObject({
      code: 'demo/search',
    });
    const beam = await answered(answers, { kind: 'beam', user: 0, history: null, settings: SETTINGS });
    const pruned = await answered(answers, { kind: 'beamBranches', step: 1, parent: 2 });
    expect(pruned).toHaveLength(beam.tree.steps[1]?.parents[2]?.prunedCount ?? -1);
    const share = pruned.reduce((sum, { tokenLogProbability }) => sum + Math.exp(tokenLogProbability), 0);
    expect(share).toBeCloseTo(beam.tree.steps[1]?.parents[2]?.pruned ?? -1, 9);
  });

  it('lists the items below a prefix, the most popular first', async () => {
    const answers = new ModelAnswers(demoModel());
    const token = demoModel().source.tokens[0] ?? 0;
    const { total, entries } = await answered(answers, { kind: 'beamItems', prefix: [token], offset: 0, limit: 5 });
    expect(total).toBe(ITEMS / 8);
    expect(entries).toHaveLength(5);
    const counts = entries.map((entry) => entry.popularity);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
  });

  it('places the true next item among all items, as a full sort does', async () => {
    const model = demoModel();
    const { rank, items, logProbability } = await answered(new ModelAnswers(model), { kind: 'targetRank', user: 1 });
    const all = await model.score(
      [[1, 2, 3, 1, 2]],
      Array.from({ length: ITEMS }, (_, item) => item),
    );
    expect(rank).toBe(1 + all.filter((score, item) => item !== 599 && score >= (all[599] ?? 0)).length);
    expect(items).toBe(ITEMS);
    expect(logProbability).toBe(all[599]);
  });

  it('leaves out one item of the history at a time', async () => {
    const model = demoModel();
    const answers = new ModelAnswers(model);
    const why = await answered(answers, { kind: 'why', user: 0, history: [3, 9, 4], item: 9 });
    const [whole, without] = await model.score(
      [
        [3, 9, 4],
        [3, 4],
      ],
      [9],
    );
    expect(why.logProbability).toBe(whole);
    expect(why.without[1]).toBe(without);
    expect(why.logProbability).toBeGreaterThan(why.without[1] ?? 0);
    const single = await answered(answers, { kind: 'why', user: 0, history: [3], item: 9 });
    expect(single.without).toEqual([null]);
  });

  it('refuses an empty history, other widths and knobs', async () => {
    const answers = new ModelAnswers(demoModel());
    const ask = (beamWidth: number, history: number[] = [1], temperature = 1) =>
      answered(answers, { kind: 'beam', user: 0, history, settings: { ...SETTINGS, beamWidth, temperature } });
    await expect(ask(20, [])).rejects.toMatchObject({ code: 'demo/empty' });
    await expect(ask(51)).rejects.toMatchObject({ code: 'decode/beams' });
    await expect(ask(20, [1], 0)).rejects.toMatchObject({ code: 'demo/knobs' });
  });
});

/** Bytes of a structured clone, about: 9 a number, 1 a character, keys and objects as they are. */
function binaryBytes(value: unknown): number {
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return 5 + value.length;
  if (value === null || typeof value !== 'object') return 1;
  const parts = Array.isArray(value) ? value.map((part) => ['', part] as const) : Object.entries(value);
  return 8 + parts.reduce((sum, [key, part]) => sum + key.length + 2 + binaryBytes(part), 0);
}

describe('users by what they met next', () => {
  const counts = popularity(dataset.sequences, ITEMS);
  const groups = userGroups(dataset, counts);

  it('calls cold what no training sequence has, and rare what is least met', () => {
    // Training parts: 1 2 3 4 / 1 2 3 1 / 1 1 2 2 / 7 1 2 1. Targets: 6, 599, 3, 7.
    expect([...groups.cold]).toEqual([0, 1]);
    expect([...groups.longTail]).toEqual([3]);
    const tail = tailItems(counts);
    expect([tail[4], tail[7], tail[3], tail[1]]).toEqual([1, 1, 0, 0]);
  });

  it('lists, draws and steps within a group', () => {
    expect(listUsers(dataset, groups.cold, '1', 10)).toEqual({
      users: [{ user: 1, id: 'user-1', events: 6 }],
      groupSize: 2,
    });
    expect(drawUser(dataset, groups.cold, 0.99)?.user).toBe(1);
    expect(drawUser(dataset, new Uint32Array(), 0.5)).toBeNull();
    expect(userAfter(dataset, groups.cold, 1, 1)?.user).toBe(0);
    expect(userAfter(dataset, groups.cold, 0, -1)?.user).toBe(1);
    expect(userAfter(dataset, groups.cold, 3, 1)?.user).toBe(0);
    expect(userAfter(dataset, groups.cold, 3, -1)?.user).toBe(1);
    expect(userAfter(dataset, null, 3, 1)?.user).toBe(0);
    expect(userAfter(dataset, null, 9, 0)).toBeNull();
  });
});

/** Ranks items by their number. */
const byNumber = (name: string, closed: string[]): BesideModel => ({
  name,
  system: 'SASRec',
  backend: 'webgpu',
  historyLimit: 2,
  dataset,
  search: null,
  top: async (history) => ({ items: [9, 8, history.length], scores: [3, 2, 1] }),
  rankOf: async (_, item) => item,
  codesOf: () => null,
  dispose: async () => void closed.push(name),
});
const openBeside = async (run: string): Promise<BesideModel> => byNumber(run, []);

/** A run with a search, on `own` items. */
const searching = (own: Dataset): BesideModel => {
  const model = demoModel();
  return {
    ...byNumber('searching', []),
    system: 'UTGRec',
    dataset: own,
    search: model,
    top: async (history) => {
      const { items, scores } = await model.generate(history);
      return { items: [...items].map((item) => item % own.itemCount), scores: [...scores] };
    },
    codesOf,
  };
};

describe('another run’s search', () => {
  const host = (own: Dataset) => ({
    open: async () => demoModel(),
    openBeside: async () => searching(own),
    view: () => ({ dataset, card: cardOf }),
  });

  it('answers as it does alone, beside the Demo’s own', async () => {
    const desk = new DemoDesk();
    const question = { user: 0, history: null } as const;
    const beam = { kind: 'beam', settings: SETTINGS, ...question } as const;
    const alone = await answered(new ModelAnswers(demoModel()), beam);
    const beside = (await desk.answer({ ...beam, run: 'other' }, host(dataset))) as DemoReplies['beam'];
    expect(beside.tree).toEqual(alone.tree);
    expect(beside.leaves).toEqual(alone.leaves);
    expect(beside.firstTokens).toEqual(alone.firstTokens);
    const why = { kind: 'why', item: 9, user: 0, history: [3, 9, 4] } as const;
    const reasons = (await desk.answer({ ...why, run: 'other' }, host(dataset))) as DemoReplies['why'];
    expect(reasons.without).toEqual((await answered(new ModelAnswers(demoModel()), why)).without);
    // The own search has not run: what is pruned is asked of the other.
    const branches = { kind: 'beamBranches', step: 1, parent: 0 } as const;
    expect(await desk.answer({ ...branches, run: 'other' }, host(dataset))).toHaveLength(
      alone.tree.steps[1]?.parents[0]?.prunedCount ?? -1,
    );
    await expect(desk.answer(branches, host(dataset))).rejects.toMatchObject({ code: 'demo/search' });
  });

  it('is refused to models of item ids, and to a run that knows other items', async () => {
    const beam = { kind: 'beam', run: 'other', settings: SETTINGS, user: 0, history: null } as const;
    await expect(new DemoDesk().answer(beam, { ...host(dataset), openBeside })).rejects.toMatchObject({
      code: 'demo/no-search',
    });
    const other = { ...dataset, contentHash: 'b'.repeat(64) };
    await expect(new DemoDesk().answer(beam, host(other))).rejects.toMatchObject({ code: 'run/data' });
  });

  it('finds the items of a run that was transferred to one domain by their ids', async () => {
    // The second half of the catalogue, renumbered from 0.
    const ids = dataset.items.ids.slice(ITEMS / 2);
    const half: Dataset = {
      ...dataset,
      name: 'half',
      itemCount: ids.length,
      contentHash: 'c'.repeat(64),
      items: { ...dataset.items, ids, indexOfId: new Map(ids.map((id, item) => [id, item])) },
    };
    const asked: (readonly number[])[] = [];
    const run = searching(half);
    const openHalf = async (): Promise<BesideModel> => ({
      ...run,
      top: async (history) => {
        asked.push(history);
        return { items: [7, 1], scores: [-1, -2] };
      },
    });
    const ask = (history: readonly number[]) =>
      new DemoDesk().answer(
        { kind: 'besideTop', run: 'other', user: 0, history, count: 2 },
        { ...host(half), openBeside: openHalf },
      ) as Promise<DemoReplies['besideTop']>;
    const { top, unknownItems } = await ask([5, ITEMS / 2 + 3]);
    expect(asked).toEqual([[3]]);
    expect(unknownItems).toBe(1);
    expect(top.map(({ card }) => card.item)).toEqual([ITEMS / 2 + 7, ITEMS / 2 + 1]);
    expect(top[0]?.card.codes).toEqual(codesOf(7));
    await expect(ask([5, 6])).rejects.toMatchObject({ code: 'demo/unknown-items' });
  });
});

describe('the Demo’s desk', () => {
  it('asks other runs with as much of the history as they read, and keeps three of them open', async () => {
    const desk = new DemoDesk();
    const closed: string[] = [];
    const opened: string[] = [];
    const ask = (run: string) =>
      desk.answer(
        { kind: 'besideTop', run, user: 0, history: null, count: 3 },
        {
          open: async () => demoModel(),
          openBeside: async (id) => {
            opened.push(id);
            return byNumber(id, closed);
          },
          view: () => ({ dataset, card: cardOf }),
        },
      );
    expect(await ask('a')).toMatchObject({
      name: 'a',
      isLogProbability: false,
      targetRank: 6,
      top: [{ card: { item: 9, codes: null } }, { card: { item: 8 } }, { card: { item: 2 } }],
    });
    for (const run of ['b', 'c', 'a', 'd', 'a']) await ask(run);
    expect(opened).toEqual(['a', 'b', 'c', 'd']);
    expect(closed).toEqual(['b']);
    await desk.close();
    expect(closed.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('answers without a model what needs none, opens it once, and answers in turn', async () => {
    const desk = new DemoDesk();
    let opened = 0;
    const open = async () => {
      opened++;
      return demoModel();
    };
    const ask = (request: DemoRequest) =>
      desk.answer(request, { open, openBeside, view: () => ({ dataset, card: cardOf }) });
    const markov = await ask({ kind: 'referenceTop', system: 'markov', user: 0, history: [1], count: 3 });
    expect(markov).toMatchObject({ name: 'Markov', targetRank: null, top: [{ card: { item: 2 } }, {}, {}] });
    expect(await ask({ kind: 'demoUsers', group: 'cold', query: '', limit: 1 })).toMatchObject({ groupSize: 2 });
    const own = await ask({ kind: 'userHistory', user: 0, limit: 2 });
    const [last, before] = [...historyOf(dataset.sequences, 0, eventCount(dataset.sequences, 0), 2)].reverse();
    expect(own).toMatchObject({ user: { user: 0 }, newestFirst: [{ item: last }, { item: before }] });
    expect(await ask({ kind: 'userHistory', user: dataset.userCount, limit: 2 })).toBeNull();
    expect(opened).toBe(0);
    const both = [
      ask({ kind: 'recommend', user: 0, history: [], count: 3 }),
      ask({ kind: 'recommend', user: 0, history: null, count: 3 }),
    ];
    await expect(both[0]).rejects.toMatchObject({ code: 'demo/empty' });
    expect(await both[1]).toMatchObject({ user: 0 });
    expect(opened).toBe(1);
  });

  it('places the true next item for a counting recommender as the evaluation does', async () => {
    const reply = await new DemoDesk().answer(
      { kind: 'referenceTop', system: 'mostPopular', user: 2, history: null, count: 2 },
      { open: async () => demoModel(), openBeside, view: () => ({ dataset, card: cardOf }) },
    );
    // 1 and 2 are more popular than 3.
    expect(reply).toMatchObject({ targetRank: 3, top: [{ card: { item: 1 } }, { card: { item: 2 } }] });
  });
});
