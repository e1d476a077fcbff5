import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { type CodedItems, pathTree } from '../../evaluate/codePaths';
import { CodeWallRecord, codeUse, wallCounts } from '../../evaluate/codeWall';
import { sceneOf } from '../figures/layout';
import { tableOf } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { evenness, pathFigure } from './pathFigure';
import { shadesOf, wallFigure } from './wallFigure';

const ITEMS = 60;
const CODES = 8;
const random = uniformGenerator(5);
const codes = Uint16Array.from({ length: ITEMS * 2 }, () => Math.floor(random() ** 2 * CODES));
const domainOfItem = Uint8Array.from({ length: ITEMS }, (_, item) => item % 3);
const domainNames = ['Maps', 'Moon', 'Empty'];
const record = new CodeWallRecord(
  { entries: [CODES, CODES], books: ['root', 'leaf'], domainOfItem, domainNames },
  ITEMS,
);
record.add(
  10,
  codes.map((code) => code % 2),
);
record.add(20, codes);
const wall = record.wall();
if (!wall) throw new Error('no wall');
const coded: CodedItems = {
  codes,
  levels: 2,
  domainOfItem,
  domainNames,
  titles: Array.from({ length: ITEMS }, () => 'A map'),
};

describe('wallFigure', () => {
  const spec = wallFigure(wall);
  const use = tableOf(spec, 'use')?.rows ?? [];

  it('says of every level, step and group what counting says', () => {
    expect(use).toHaveLength(2 * 2 * 4);
    for (const row of use) {
      const at = [
        wall.steps.indexOf(Number(row['step'])),
        wall.groups.findIndex(({ name }) => name === row['group']),
      ] as const;
      const { used, perplexity, largest } = codeUse(wallCounts(wall, ...at, Number(row['level']) - 1));
      expect(row).toMatchObject({ used, share: used / CODES, perplexity, dead: CODES - used, largest });
    }
  });

  it('has the items on each code at the last step, summing up to the group', () => {
    const rows = tableOf(spec, 'codes')?.rows ?? [];
    expect(rows).toHaveLength(2 * CODES);
    for (const level of [1, 2])
      for (const [group, { items }] of wall.groups.entries()) {
        const own = rows.filter((row) => row['level'] === level);
        expect(own.reduce((sum, row) => sum + Number(row[`group${group}`]), 0)).toBe(items);
      }
  });

  it('tells dead from rare, and dead here from dead everywhere', () => {
    const order = [...Array(CODES).keys()];
    const all = wallCounts(wall, 0, 0, 0);
    const everywhere = shadesOf(wall, { snapshot: 0, group: 0, level: 0 }, order);
    const here = shadesOf(wall, { snapshot: 0, group: 1, level: 0 }, order);
    const own = wallCounts(wall, 0, 1, 0);
    order.forEach((code) => {
      expect(everywhere[code] === 8).toBe(all[code] === 0);
      expect(here[code]).toBe(own[code] ? here[code] : all[code] ? 9 : 8);
    });
    expect(everywhere.includes(8)).toBe(true);
    // Shade 3: as many items as if all codes were used alike.
    const even = new CodeWallRecord({ entries: [4], books: null, domainOfItem: null, domainNames: [] }, 8);
    even.add(1, Uint16Array.of(0, 0, 1, 1, 2, 2, 3, 3));
    expect([...shadesOf(even.wall() ?? wall, { snapshot: 0, group: 0, level: 0 }, [0, 1, 2, 3])]).toEqual([3, 3, 3, 3]);
  });

  it('has a place for the cursor at every row, and draws in one path a shade', () => {
    const scene = sceneOf(spec, { width: 900, em: 11, hasTitle: false });
    for (const index of use.keys()) expect(scene.anchors.has(`use:${index}`)).toBe(true);
    expect(scene.shapes.length).toBeLessThan(200);
    expect(svgOf(spec, 174)).toContain('Level 1, root book: 8 codes');
  });
});

describe('pathFigure', () => {
  const tree = pathTree(coded, []);
  const spec = pathFigure(tree);

  it('has a row and a box for every node, as wide as its items', () => {
    const rows = tableOf(spec, 'prefixes')?.rows ?? [];
    expect(rows).toHaveLength(tree.nodes.length);
    const scene = sceneOf(spec, { width: 900, em: 11, hasTitle: false });
    const unit = (scene.anchors.get('prefixes:0')?.width ?? 0) / ITEMS;
    for (const [index, { items }] of tree.nodes.entries())
      expect(scene.anchors.get(`prefixes:${index}`)?.width).toBeCloseTo(items * unit, 6);
  });

  it('splits every prefix into its domains', () => {
    const mix = tableOf(spec, 'mix')?.rows ?? [];
    for (const { prefix, items, domains } of tree.nodes) {
      const own = mix.filter((row) => row['prefix'] === (prefix.length === 0 ? 'all items' : prefix.join(' · ')));
      expect(own.map((row) => row['items'])).toEqual(domains.filter((count) => count > 0));
      expect(own.reduce((sum, row) => sum + Number(row['items']), 0)).toBe(items);
    }
  });

  it('measures how even domains are', () => {
    expect(evenness([5, 5])).toBeCloseTo(1, 12);
    expect(evenness([5, 0])).toBe(0);
    expect(evenness([])).toBe(0);
  });
});
