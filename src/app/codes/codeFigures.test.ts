import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { type CodedItems, pathTree } from '../../evaluate/codePaths';
import { CodeWallRecord, codeUse, wallCounts } from '../../evaluate/codeWall';
import { moved, nearestRow, stopsOf } from '../figures/cursor';
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

  it('places a code in every domain at once, and says which domain dominates it', () => {
    const scene = sceneOf(spec, { width: 900, em: 11, hasTitle: false });
    const last = wall.steps.length - 1;
    for (const [index, row] of (tableOf(spec, 'codes')?.rows ?? []).entries()) {
      const key = `codes:${index}`;
      expect(1 + (scene.echoes?.get(key)?.length ?? 0)).toBe(wall.groups.length);
      const counts = [1, 2, 3].map(
        (group) => wallCounts(wall, last, group, Number(row['level']) - 1)[Number(row['code'])],
      );
      const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
      if (total === 0) expect(row['purity']).toBeNull();
      else expect(row['purity']).toBeCloseTo(Math.max(...counts.map(Number)) / total, 12);
    }
    // The pointer means the code in whatever domain it is on, the arrow keys go by level and step.
    const stops = stopsOf(spec, scene);
    const echo = scene.echoes?.get('codes:3')?.[1];
    const under = { x: (echo?.x ?? 0) + 2, y: (echo?.y ?? 0) + (echo?.height ?? 0) / 2, series: null };
    expect(nearestRow(scene, stops, under)).toBe('codes:3');
    expect(moved(stops, null, 'right')).toBe('use:0');
    const panels = spec.rows.flatMap((line) => line.panels);
    const { used, perplexity } = codeUse(wallCounts(wall, last, 0, 0));
    expect(panels[0]?.caption?.[0]).toBe(
      `${((100 * used) / CODES).toFixed(1)}% used · perplexity ${(perplexity / CODES).toFixed(2)} of all`,
    );
  });

  it('can show only the codes that one domain leaves out', () => {
    const only = wallFigure(wall, { isDeadHere: true });
    const kinds = new Set(
      only.rows
        .flatMap(({ panels }) => panels)
        .flatMap(({ marks }) => marks)
        .flatMap((mark) => (mark.kind === 'raster' ? mark.columns.flatMap(({ cells }) => [...cells]) : [])),
    );
    expect([...kinds].sort((a, b) => a - b)).toEqual([9, 10]);
    expect(only.series.map(({ key }) => key)).toEqual(['deadHere', 'alive']);
  });

  it('can stand at an earlier snapshot, on the axes and in the order of all', () => {
    const early = wallFigure(wall, { until: 0 });
    const [first, second] = [early, spec].map((each) => each.rows[0]?.panels[0]);
    expect(first?.x.scale).toEqual(second?.x.scale);
    const rasterOf = (panel: typeof first) => panel?.marks.find((mark) => mark.kind === 'raster');
    expect(rasterOf(first)?.columns).toEqual(rasterOf(second)?.columns.slice(0, 1));
    expect(tableOf(early, 'use')?.rows).toEqual(use.filter((row) => row['step'] === 10));
    const rows = tableOf(early, 'codes')?.rows ?? [];
    expect(rows.map((row) => row['code'])).toEqual(tableOf(spec, 'codes')?.rows.map((row) => row['code']));
    for (const row of rows)
      expect(row['group0']).toBe(wallCounts(wall, 0, 0, Number(row['level']) - 1)[Number(row['code'])]);
    const { used, perplexity } = codeUse(wallCounts(wall, 0, 0, 0));
    expect(first?.caption?.[0]).toContain(
      `${((100 * used) / CODES).toFixed(1)}% used · perplexity ${(perplexity / CODES).toFixed(2)}`,
    );
    expect(early.summary).toContain('At step 10 ');
    expect(wallFigure(wall, { until: 99 })).toEqual(spec);
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

  it('marks picked items in every prefix that has some, and tells the purity of codes', () => {
    const chosen = new Set([0, 7, 8, 31]);
    const marked = pathTree(coded, [], chosen);
    expect(marked.picked).toBe(4);
    for (const { prefix, picked, merged } of marked.nodes)
      if (merged === 0)
        expect(picked).toBe(
          [...chosen].filter((item) => prefix.every((code, level) => codes[item * 2 + level] === code)).length,
        );
    const figure = pathFigure(marked);
    expect(figure.summary).toContain('4 of them are picked.');
    const rows = tableOf(figure, 'prefixes')?.rows ?? [];
    expect(rows[0]?.['picked']).toBe(4);
    const firsts = new Map<number, number[]>();
    for (let item = 0; item < ITEMS; item++) {
      const counts = firsts.get(codes[item * 2] ?? 0) ?? [0, 0, 0];
      counts[item % 3] = (counts[item % 3] ?? 0) + 1;
      firsts.set(codes[item * 2] ?? 0, counts);
    }
    const purity = [...firsts.values()].reduce((sum, counts) => sum + Math.max(...counts), 0) / ITEMS;
    expect(spec.summary).toContain(`${(100 * purity).toFixed(1)}% of the items are of the commonest domain`);
    expect(spec.series.some(({ key }) => key === 'picked')).toBe(false);
  });

  it('bends into a sunburst of the same tables, a part of a ring for every node', () => {
    const round = pathFigure(tree, '', true);
    expect(round.data).toEqual(spec.data);
    expect(round.summary).toBe(spec.summary);
    const scene = sceneOf(round, { width: 900, em: 11, hasTitle: false });
    const stops = stopsOf(round, scene);
    for (const [index, { items, prefix }] of tree.nodes.entries()) {
      const sector = scene.anchors.get(`prefixes:${index}`)?.sector;
      if (!sector) throw new Error(`no sector for node ${index}`);
      expect(sector.to - sector.from).toBeCloseTo((2 * Math.PI * items) / ITEMS, 9);
      // The root is the disc in the middle; every further code lies a ring further out.
      expect(Math.round((3 * sector.inner) / ((52 * 11) / 2))).toBe(prefix.length);
      const [angle, radius] = [(sector.from + sector.to) / 2, (sector.inner + sector.outer) / 2];
      const [x, y] = sector.centre;
      const under = { x: x + radius * Math.sin(angle), y: y - radius * Math.cos(angle), series: null };
      expect(nearestRow(scene, stops, under)).toBe(`prefixes:${index}`);
    }
    // Files and page draw the same; nothing sticks out of the paper.
    const svg = svgOf(round, 84);
    expect([...svg.matchAll(/data-row="prefixes:/g)]).toHaveLength(tree.nodes.length);
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(moved(stops, 'prefixes:0', 'down')).toBe('prefixes:1');
  });

  it('measures how even domains are', () => {
    expect(evenness([5, 5])).toBeCloseTo(1, 12);
    expect(evenness([5, 0])).toBe(0);
    expect(evenness([])).toBe(0);
  });
});
