import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { codeSharing } from '../../evaluate/codeSharing';
import { CodeWallRecord } from '../../evaluate/codeWall';
import { collisionReport } from '../../evaluate/collisions';
import type { CollisionsReply, NeighbourSharingReply } from '../../worker/protocol/codebooks';
import { tableOf } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { BUCKET_ORDERS, inOrder } from './bucketOrder';
import { collisionFigure, domainsText, logTicks } from './collisionFigure';
import { sharingFigure } from './sharingFigure';
import { staircaseFigure } from './staircaseFigure';

const ITEMS = 90;
const CODES = 6;
const random = uniformGenerator(7);
const codes = Uint16Array.from({ length: ITEMS * 2 }, () => Math.floor(random() ** 2 * CODES));
const domainOfItem = Uint8Array.from({ length: ITEMS }, (_, item) => item % 3);
const domainNames = ['Maps', 'Moon', 'Seas'];
const popularity = Uint32Array.from({ length: ITEMS }, () => Math.floor(9 * random()));
const report = collisionReport({ codes, levels: 2, domainOfItem, domainNames, titles: [] }, popularity, {
  values: Float32Array.from({ length: ITEMS * 2 }, random),
  width: 2,
});
const reply: CollisionsReply = {
  report,
  policy: 'digit',
  isResolved: true,
  isBeforeResolution: true,
  isPartOfInteractions: false,
};

describe('collisionFigure', () => {
  const spec = collisionFigure(reply, 'A note.');

  it('has every size, group and shared identifier in its tables', () => {
    expect(tableOf(spec, 'sizes')?.rows).toHaveLength(report.groups.flatMap(({ sizes }) => sizes).length);
    expect(tableOf(spec, 'groups')?.rows.map(({ rate }) => rate)).toEqual(report.groups.map(({ rate }) => rate));
    const buckets = tableOf(spec, 'buckets')?.rows ?? [];
    expect(buckets.map(({ items, distance }) => [items, distance])).toEqual(
      report.buckets.map(({ items, distance }) => [items.length, distance]),
    );
    const members = buckets.reduce((sum, { items }) => sum + Number(items), 0);
    expect(members).toBe(report.groups[0]?.sharing);
  });

  it('says rate and affected interactions, and draws without a number missing', () => {
    expect(spec.summary).toContain(`rate ${report.groups[0]?.rate.toFixed(4)}`);
    expect(spec.note).toContain('A note.');
    expect(svgOf(spec, 84)).not.toMatch(/NaN|Infinity/);
  });

  it('says so where nothing is shared, or only the resolved identifiers are known', () => {
    const alone = collisionReport(
      { codes: Uint16Array.of(0, 1), levels: 1, domainOfItem: null, domainNames: [], titles: [] },
      Uint32Array.of(1, 1),
      null,
    );
    const figure = collisionFigure({ ...reply, report: alone, isBeforeResolution: false });
    expect(figure.summary).toBe(
      'After conflicts were resolved, every one of the 2 items has an identifier of its own.',
    );
    expect(figure.note).toContain('came without its snapshots');
    expect(svgOf(figure, 84)).not.toMatch(/NaN|Infinity/);
  });

  it('has readable ticks', () => {
    expect(logTicks(30).map(({ at }) => at)).toEqual([1, 2, 5, 10, 20]);
    expect(logTicks(20_000).map(({ label }) => label)).toEqual(['1', '10', '100', '1,000', '10,000']);
    expect(domainsText([1, 0, 3], domainNames)).toBe('Seas 3, Maps 1');
  });
});

describe('inOrder', () => {
  it('sorts by every column in both directions, equal ones as they came', () => {
    for (const order of BUCKET_ORDERS) {
      const falling = inOrder(report.buckets, order, 'falling');
      expect(new Set(falling)).toEqual(new Set(report.buckets));
      const rising = inOrder(report.buckets, order, 'rising');
      if (order !== 'size') continue;
      const sizes = falling.map(({ items }) => items.length);
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      expect(rising.map(({ items }) => items.length)).toEqual(sizes.toReversed());
      // The report breaks ties by the first item.
      const smallest = rising.filter(({ items }) => items.length === 2).map(({ items }) => items[0] ?? 0);
      expect(smallest).toEqual(smallest.toSorted((a, b) => a - b));
    }
  });
});

describe('sharingFigure', () => {
  const record = new CodeWallRecord({ entries: [CODES, CODES], books: null, domainOfItem, domainNames }, ITEMS);
  record.add(4, new Uint16Array(codes.length));
  record.add(8, codes);
  const wall = record.wall();
  if (!wall) throw new Error('no wall');
  const neighbours: NeighbourSharingReply = {
    domains: domainNames,
    levels: 2,
    steps: [8],
    shares: Float64Array.from({ length: 18 }, (_, at) => (Math.floor((at % 9) / 3) === at % 3 ? Number.NaN : at / 18)),
    isComplete: false,
    queriesOfDomain: 30,
    candidatesOfDomain: 20,
  };

  it('has shared use above, perplexity on and neighbours below the diagonal', () => {
    const spec = sharingFigure({ wall, snapshot: 1, level: 1, neighbours });
    const rows = tableOf(spec, 'pairs')?.rows ?? [];
    expect(rows).toHaveLength(2 * 9);
    expect(spec.rows[0]?.panels.map(({ title }) => title)).toEqual(['Level 1', 'Level 2']);
    for (const { row, column, value, kind, level } of rows) {
      const at = Number(level) - 1;
      const { jaccard, perplexity } = codeSharing(wall, 1, at);
      const [a, b] = [domainNames.indexOf(String(row)), domainNames.indexOf(String(column))];
      if (a === b) expect([kind, value]).toEqual(['perplexity', (perplexity[a] ?? 0) / CODES]);
      else if (b > a) expect([kind, value]).toEqual(['jaccard', jaccard[a]?.[b]]);
      else expect([kind, value]).toEqual(['neighbours', (9 * at + 3 * a + b) / 18]);
    }
    expect(spec.note).toContain('30 items of a domain looked up among 20 of another');
    expect(svgOf(spec, 174)).not.toMatch(/NaN|Infinity/);
  });

  it('leaves the lower half empty without neighbours, and shows codes without an item as such', () => {
    const spec = sharingFigure({ wall, snapshot: 0, level: 0, neighbours: null });
    expect(tableOf(spec, 'pairs')?.rows).toHaveLength(2 * 6);
    expect(spec.note).toContain('empty until they are found');
    expect(tableOf(spec, 'sets')?.rows.map(({ domains, codes: count, items }) => [domains, count, items])).toEqual([
      ['no domain', CODES - 1, 0],
      ['Maps, Moon, Seas', 1, ITEMS],
    ]);
    expect(spec.summary).toContain(
      `Of ${CODES} codes, 1 (16.7%) are used by 3 domains, 0 by one domain only, 5 by none.`,
    );
  });
});

describe('staircaseFigure', () => {
  it('has every level of every group, and names the worst domain', () => {
    const groups = [
      { name: 'all items', items: 9, left: [1, 0.5, 0.25] },
      { name: 'Maps', items: 4, left: [1, 0.4, 0.2] },
      { name: 'Moon', items: 5, left: [1, 0.6, 0.3] },
    ];
    const spec = staircaseFigure({ groups, isComplete: false });
    expect(tableOf(spec, 'left')?.rows.map(({ left }) => left)).toEqual(groups.flatMap(({ left }) => left));
    expect(spec.summary).toBe(
      'Of the squared length of the latents, 50.0% after level 1, 25.0% after level 2 are left; most in Moon: 30.0%.',
    );
    expect(spec.note).toContain('Of 9 items, evenly spaced');
    expect(svgOf(spec, 84)).not.toMatch(/NaN|Infinity/);
  });
});
