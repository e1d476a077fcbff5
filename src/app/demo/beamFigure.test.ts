import { describe, expect, it } from 'vitest';
import { cardOf, demoDataset, demoModel, ITEMS } from '../../worker/demo.fixture';
import { ModelAnswers } from '../../worker/demoAnswers';
import type { BeamReply } from '../../worker/protocol';
import { csvOf } from '../figures/csv';
import { sceneOf } from '../figures/layout';
import type { Row } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { openedBy } from './BeamOpened';
import { beamFigure } from './beamFigure';
import { beamLayout } from './beamLayout';
import { pathOf, targetPlaces } from './beamPaths';
import { decimal, EDITED_HISTORY, someOf } from './demoView';
import { mirrorFigure, sharedLeaves } from './mirrorFigure';
import { whyFigure } from './whyFigure';

const view = { dataset: demoDataset(), card: cardOf, popularity: new Uint32Array(ITEMS) };
const answers = new ModelAnswers(demoModel());
const search = async (beamWidth: number, user = 0): Promise<BeamReply> =>
  (await answers.answer(
    { kind: 'beam', user, history: null, settings: { beamWidth, temperature: 1, lengthPenalty: 0 } },
    view,
  )) as BeamReply;

describe('the layout of a beam search', () => {
  it('stacks prefixes without overlap, as high as their probability, and splits each to its end', async () => {
    const { tree } = await search(12);
    const { columns, edges, slots } = beamLayout(tree, 10);
    expect(columns).toHaveLength(5);
    for (const [at, column] of columns.entries()) {
      const sorted = [...column].sort((a, b) => b.high - a.high);
      sorted.forEach(({ low, high }, place) => {
        expect(high).toBeGreaterThan(low);
        if (place > 0) expect(high).toBeLessThanOrEqual((sorted[place - 1]?.low ?? 0) + 1e-12);
      });
      const nodes = tree.steps[at - 1]?.nodes;
      const [a, b] = [nodes?.[0], nodes?.[1]];
      const [first, second] = [column[0], column[1]];
      if (a && b && first && second)
        expect((first.high - first.low) / (second.high - second.low)).toBeCloseTo(
          Math.exp(a.logProbability - b.logProbability),
          6,
        );
    }
    for (const [step, { kept, pruned, impossible }] of edges.entries())
      tree.steps[step]?.parents.forEach((_, parent) => {
        const own = kept.filter((_edge, place) => tree.steps[step]?.nodes[place]?.parent === parent);
        const height = [...own, pruned[parent], impossible[parent]].reduce(
          (sum, span) => sum + (span ? span.high - span.low : 0),
          0,
        );
        const box = columns[step]?.[parent];
        expect(height).toBeCloseTo((box?.high ?? 0) - (box?.low ?? 0), 6);
      });
    expect(slots).toHaveLength(10);
  });
});

describe('figure V4', () => {
  it('draws and tables the same search; shares of a step add up to 1', async () => {
    const reply = await search(8);
    const spec = beamFigure(reply, { shown: 4, item: 0, isMultiples: false });
    const rows = (name: string) => spec.data.find((table) => table.name === name)?.rows ?? [];
    expect(rows('prefixes')).toHaveLength(32);
    expect(rows('items')).toHaveLength(8);
    for (const step of [1, 2, 3, 4]) {
      const shares = rows('mass').filter((row) => row['step'] === step);
      expect(shares.reduce((sum, row) => sum + Number(row['share']), 0)).toBeCloseTo(1, 9);
    }
    for (const row of rows('shares'))
      expect(Number(row['kept']) + Number(row['pruned']) + Number(row['impossible'])).toBeCloseTo(1, 4);
    expect(rows('prefixes').filter((row) => row['series'] === 'path')).toHaveLength(4);
    const scene = sceneOf(spec, { width: 1100, em: 11, hasTitle: false });
    for (const row of rows('prefixes').keys()) expect(scene.anchors.has(`prefixes:${row}`)).toBe(true);
    expect(svgOf(spec, 174)).toContain('impossible: no item has it');
    const table = spec.data[3];
    expect(table && csvOf(table).split('\r\n')[1]).toContain(`"${reply.leaves[0]?.title}"`);
  });

  it('grows step by step, and its tables stay whole', async () => {
    const reply = await search(8);
    const anchors = (shown: number) =>
      sceneOf(beamFigure(reply, { shown, item: null, isMultiples: false }), { width: 1100, em: 11, hasTitle: false })
        .anchors;
    const drawn = (shown: number) => [...anchors(shown).keys()].filter((key) => key.startsWith('prefixes')).length;
    expect([drawn(0), drawn(1), drawn(2)]).toEqual([0, 8, 16]);
    expect([...anchors(3).keys()].some((key) => key.startsWith('items'))).toBe(false);
    const spec = beamFigure(reply, { shown: 0, item: null, isMultiples: false });
    expect(spec.data[0]?.rows).toHaveLength(32);
  });

  it('stands still as one picture a step where motion is not wanted', async () => {
    const reply = await search(8);
    const spec = beamFigure(reply, { shown: 4, item: null, isMultiples: true });
    expect(spec.rows[0]?.panels.map(({ title }) => title)).toEqual([
      'Step 1 of 4',
      'Step 2 of 4',
      'Step 3 of 4',
      'Step 4 of 4',
      'Items',
    ]);
    const scene = sceneOf(spec, { width: 1100, em: 11, hasTitle: false });
    for (let row = 0; row < 32; row++) expect(scene.anchors.has(`prefixes:${row}`)).toBe(true);
    for (let row = 0; row < 8; row++) expect(scene.anchors.has(`items:${row}`)).toBe(true);
  });

  it('says what became of the true next item', async () => {
    const lost = await search(1, 1);
    expect(lost.tree.target?.lostAt).not.toBeNull();
    const spec = beamFigure(lost, { shown: 4, item: null, isMultiples: false });
    expect(spec.summary).toContain(`pruned at step ${(lost.tree.target?.lostAt ?? 0) + 1}`);
    const note = spec.data[1]?.rows.filter((row) => row['what'] === 'the true next item');
    expect(note).toHaveLength(1);
    const kept = await search(50, 2);
    if (kept.tree.target?.lostAt === null) {
      expect(kept.leaves[targetPlaces(kept.tree).at(-1) ?? -1]?.item).toBe(3);
      expect(beamFigure(kept, { shown: 4, item: null, isMultiples: false }).summary).toContain('came through');
    }
  });

  it('walks from a leaf to the start', async () => {
    const { tree } = await search(8);
    const path = pathOf(tree, 5);
    expect(path).toHaveLength(4);
    expect(path[3]).toBe(5);
    expect(tree.steps[3]?.nodes[5]?.parent).toBe(path[2]);
  });
});

describe('figure V4 of two models', () => {
  const otherModel = (): ReturnType<typeof demoModel> => {
    const model = demoModel();
    // Another model: it reads histories from the end.
    return { ...model, inspect: (history, settings) => model.inspect([...history].reverse().slice(1), settings) };
  };
  const otherAnswers = new ModelAnswers(otherModel());
  const pairOf = async (user = 0) => {
    const settings = { beamWidth: 8, temperature: 1, lengthPenalty: 0 };
    const second = (await otherAnswers.answer({ kind: 'beam', user, history: null, settings }, view)) as BeamReply;
    return [
      { name: 'Left', beam: await search(8, user) },
      { name: 'Right', beam: second },
    ] as const;
  };

  it('puts the items of both on one axis, the better place first', async () => {
    const [first, second] = await pairOf();
    const leaves = sharedLeaves(first.beam, second.beam);
    const [own, others] = [first, second].map(({ beam }) => beam.leaves.map(({ item }) => item));
    expect(new Set(leaves.map(({ item }) => item))).toEqual(new Set([...(own ?? []), ...(others ?? [])]));
    for (const { item, places, logProbabilities } of leaves)
      for (const [side, { beam }] of [first, second].entries()) {
        const at = beam.leaves.findIndex((leaf) => leaf.item === item);
        expect(places[side]).toBe(at < 0 ? null : at);
        expect(logProbabilities[side]).toBe(at < 0 ? null : beam.leaves[at]?.logProbability);
      }
    const best = leaves.map(({ places }) => Math.min(places[0] ?? 99, places[1] ?? 99));
    expect(best).toEqual([...best].sort((a, b) => a - b));
  });

  it('mirrors the second tree and keeps every number of both', async () => {
    const [first, second] = await pairOf();
    const shared = first.beam.leaves.find(({ item }) => second.beam.leaves.some((leaf) => leaf.item === item));
    const spec = mirrorFigure(first, second, { shown: 4, item: shared?.item ?? null });
    const rows = (name: string) => spec.data.find((table) => table.name === name)?.rows ?? [];
    for (const [suffix, { beam }] of [
      ['', first],
      ['2', second],
    ] as const) {
      const alone = beamFigure(beam, { shown: 4, item: null, isMultiples: false });
      for (const [table, name] of [
        ['prefixes', 0],
        ['pruned', 1],
        ['mass', 4],
      ] as const) {
        const columns = alone.data[name]?.columns.filter(({ isHidden }) => !isHidden) ?? [];
        const plain = (list: readonly Row[]) => list.map((row) => columns.map(({ key }) => row[key]));
        expect(plain(rows(`${table}${suffix}`))).toEqual(plain(alone.data[name]?.rows ?? []));
      }
    }
    const scene = sceneOf(spec, { width: 1400, em: 11, hasTitle: false });
    const x = (key: string): number => scene.anchors.get(key)?.x ?? Number.NaN;
    // To the right on one side, to the left on the other, the items between them.
    expect(x('prefixes:0')).toBeLessThan(x('prefixes:31'));
    expect(x('prefixes2:0')).toBeGreaterThan(x('prefixes2:31'));
    expect(x('items:0')).toBeGreaterThan(x('prefixes:31'));
    expect(x('items:0')).toBeLessThan(x('prefixes2:31'));
    if (shared) {
      expect(rows('prefixes').filter(({ series }) => series === 'path')).toHaveLength(4);
      expect(rows('prefixes2').filter(({ series }) => series === 'path')).toHaveLength(4);
    }
    const both = rows('items').filter(({ rank, rank2 }) => rank !== null && rank2 !== null).length;
    expect(spec.summary).toContain(`${both} of ${rows('items').length} items were found by both`);
    expect(svgOf(spec, 174)).not.toMatch(/NaN|Infinity/);
    const before = mirrorFigure(first, second, { shown: 1, item: null });
    const early = sceneOf(before, { width: 1400, em: 11, hasTitle: false });
    expect([...early.anchors.keys()].some((key) => key.startsWith('items'))).toBe(false);
  });

  it('opens what a click on either tree means', async () => {
    const [first, second] = await pairOf();
    const spec = mirrorFigure(first, second, { shown: 4, item: null });
    const row = spec.data.find(({ name }) => name === 'prefixes2')?.rows[9];
    const opened = row && openedBy('prefixes', row, { beam: second.beam, run: 'other', of: 'Right' });
    expect(opened).toMatchObject({ kind: 'prefix', run: 'other', name: row?.['prefix'] });
  });
});

describe('why', () => {
  it('shows differences with their sign and the entropy along the codes', async () => {
    const reply = await search(8);
    const history = await Promise.all([1, 2].map(cardOf));
    const why = { item: reply.leaves[0]?.item ?? 0, logProbability: -2, without: [-3, -1.5], elapsedMs: 1 };
    const spec = whyFigure(why, history, reply, 0, 'thing');
    expect(spec.data[0]?.rows.map((row) => row['difference'])).toEqual([-0.5, 1]);
    expect(spec.data[1]?.rows).toHaveLength(4);
    expect(spec.summary).toContain('“item 1” helps it most');
    expect(sceneOf(spec, { width: 600, em: 11, hasTitle: false }).anchors.size).toBe(6);
    expect(whyFigure({ ...why, without: [null] }, history.slice(0, 1), null, -1, 'thing').data).toHaveLength(1);
  });
});

describe('the Demo in the address', () => {
  it('reads back what it writes and refuses the rest', () => {
    expect(EDITED_HISTORY.read(EDITED_HISTORY.write([3, 3, 12]))).toEqual([3, 3, 12]);
    for (const text of ['', '1..2', '1.-2', 'a', '1e3']) expect(EDITED_HISTORY.read(text)).toBeNull();
    const kind = decimal(0.1, 5, 1);
    expect(kind.read(kind.write(0.7000000001))).toBe(0.7);
    for (const text of ['', '9', '0', '1e1', 'NaN']) expect(kind.read(text)).toBeNull();
    const some = someOf(['a', 'b', 'c']);
    expect(some.read(some.write(['c', 'a']))).toEqual(['a', 'c']);
    expect(some.read('x,b')).toEqual(['b']);
  });
});
