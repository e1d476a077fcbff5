import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import preset from '../../models/sample/tiger.json';
import { mixSeed, uniformGenerator } from '../base/random';
import type { Dataset } from '../data/dataset';
import { metricsFromRanks } from '../evaluate/metrics';
import { formatTable } from '../evaluate/tableFormats';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { metricSet } from '../train/evaluateModel';
import type { EvaluationReport } from '../train/reports';
import { compareAnswer } from './compareDesk';
import type { CompareReplies, CompareRequest } from './protocol/compare';
import { RunDesk } from './runDesk';
import { RunRegistry } from './runRegistry';
import { ShippedRuns } from './shippedRuns';
import { storeSink } from './storeSink';
import { CURRENT_RUN } from './workspace';

const USERS = 120;
const table = { seenItems: 'kept', against: null, test: 't', cutoffs: [5, 10] } as const;

let desk: RunDesk;
const ids: string[] = [];
beforeAll(async () => {
  const host = { nowMs: () => 5, busyRuns: async () => new Set<string>() };
  desk = new RunDesk(await RunRegistry.open(createMemoryRunStore(), host), new ShippedRuns('http://localhost/'));
  desk.shipped.list = async () => [];
  for (const [width, seed, share] of [
    [32, 1, 0.5],
    [32, 2, 0.4],
    [64, 1, 0.7],
    [16, 1, 0.2],
  ] as const)
    ids.push(await stored(`width${width}`, { width, seed, share }));
});

interface Made {
  readonly width?: number;
  readonly seed?: number;
  readonly share?: number;
  readonly data?: string;
  readonly firstUser?: number;
}

/** A run with one evaluation whose ranks come from its seed and width. */
async function stored(name: string, made: Made): Promise<string> {
  const { width = 32, seed = 1, share = 0.5, data = 'sample (aaaaaaaa)', firstUser = 0 } = made;
  const config = { ...preset, name, seed, recommender: { ...preset.recommender, width } };
  const id = await desk.registry.create({
    config: JSON.stringify(config),
    data: { name: 'sample', contentHash: 'a'.repeat(64) },
    source: 'trained',
  });
  const uniform = uniformGenerator(mixSeed(seed, width));
  const ranks = Uint32Array.from({ length: USERS }, () => (uniform() < share ? 1 + Math.floor(uniform() * 12) : 40));
  const report: EvaluationReport = {
    name: 'TIGER',
    kind: 'model',
    split: 'test',
    users: USERS,
    metrics: metricSet(metricsFromRanks(ranks)),
    protocol: 'in words',
    pAgainstPopular: null,
    details: {
      system: 'TIGER',
      protocol: { data, split: 'test', users: USERS, items: 9, ranking: { kind: 'scores' }, seenItems: 'kept' },
      groups: [],
      lists: [],
    },
  };
  const users = Uint32Array.from({ length: USERS }, (_, user) => firstUser + user);
  await storeSink(desk.registry.view(id), CURRENT_RUN, () => 1).saveEvaluation(report, users, ranks);
  return id;
}

async function ask<K extends CompareRequest['kind']>(
  request: Extract<CompareRequest, { kind: K }>,
  opened: Dataset | null = null,
): Promise<CompareReplies[K]> {
  return (await compareAnswer(request, desk, opened)) as CompareReplies[K];
}

describe('comparing runs', () => {
  it('gives the same table in every format whatever order the runs are named in', async () => {
    const wanted = await ask({ kind: 'compareTable', ids, table });
    expect(wanted.table.rows.map(({ name, seeds }) => [name, seeds]).sort()).toEqual([
      ['TIGER, width16', 1],
      ['TIGER, width32', 2],
      ['TIGER, width64', 1],
    ]);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(ids, { minLength: ids.length }), async (shuffled) => {
        const { table: found } = await ask({ kind: 'compareTable', ids: [...shuffled, ...shuffled], table });
        expect(formatTable(found, 'latex')).toBe(formatTable(wanted.table, 'latex'));
      }),
      { numRuns: 10 },
    );
  });

  it('leaving runs out changes no number of those that stay', async () => {
    const numbersOf = async (chosen: readonly string[]): Promise<Map<string, string>> => {
      const { table: found } = await ask({ kind: 'compareTable', ids: chosen, table });
      return new Map(
        found.rows.map(({ name, cells }) => [
          // Alone, a system needs no run's name beside it.
          name.includes(',') ? name : `${name}, ${found.rows.length}`,
          cells.map(({ text, deviationText }) => `${text}±${deviationText}`).join(' '),
        ]),
      );
    };
    const all = await numbersOf(ids);
    await fc.assert(
      fc.asyncProperty(fc.subarray(ids.slice(2), { minLength: 1 }), async (some) => {
        // The two seeds stay together: one of them alone is another row.
        for (const [name, numbers] of await numbersOf([...ids.slice(0, 2), ...some]))
          expect(numbers).toBe(all.get(name));
      }),
      { numRuns: 6 },
    );
  });

  it('compares rows with their seeds averaged, and both ways alike', async () => {
    const question = { ids, seenItems: 'kept', metric: 'R@10', test: 't' } as const;
    const matrix = await ask({ kind: 'compareMatrix', ...question });
    expect(matrix.pairs).toHaveLength(3);
    const [pair] = matrix.pairs;
    const [first = '', second = ''] = [matrix.names[pair?.first ?? 0], matrix.names[pair?.second ?? 0]];
    const delta = await ask({ kind: 'comparePair', ...question, first, second });
    const back = await ask({ kind: 'comparePair', ...question, first: second, second: first });
    expect(delta.mean).toBeCloseTo(pair?.difference ?? Number.NaN, 12);
    expect(back.mean).toBeCloseTo(-delta.mean, 12);
    expect(back.pValue).toBeCloseTo(delta.pValue, 12);
    // Holm only raises p.
    expect(pair?.adjustedP).toBeGreaterThanOrEqual(delta.pValue - 1e-12);
    const { table: shown } = await ask({ kind: 'compareTable', ids, table });
    const meanOf = (name: string) =>
      shown.rows.find((row) => row.name === name)?.cells[shown.columns.indexOf('R@10')]?.mean;
    expect(delta.mean).toBeCloseTo((meanOf(first) ?? Number.NaN) - (meanOf(second) ?? Number.NaN), 12);
  });

  it('refuses by name what cannot stand side by side', async () => {
    const other = await stored('other', { width: 8, data: 'shop (bbbbbbbb)' });
    const later = await stored('later', { width: 12, firstUser: 3 });
    const tableOf = (...chosen: string[]) => ask({ kind: 'compareTable', ids: chosen, table });
    await expect(tableOf(ids[0] ?? '', other)).rejects.toThrow(/data: .*(sample \(aaaaaaaa\)|shop \(bbbbbbbb\))/);
    await expect(tableOf(ids[0] ?? '', later)).rejects.toThrow(/users differ: user \d+ only in/);
    await expect(tableOf('no-run')).rejects.toMatchObject({ code: 'run/unknown' });
    const question = { ids, seenItems: 'kept', metric: 'R@10', test: 't', first: 'TIGER, width16' } as const;
    await expect(ask({ kind: 'comparePair', ...question, second: 'nobody' })).rejects.toMatchObject({
      code: 'compare/row',
    });
    await expect(
      ask({ kind: 'comparePair', ...question, metric: 'R@7', second: 'TIGER, width64' }),
    ).rejects.toMatchObject({ code: 'compare/metric' });
    await expect(
      ask({ kind: 'compareTail', by: 'popularity', ...question, second: 'TIGER, width64' }),
    ).rejects.toMatchObject({
      code: 'run/data',
    });
  });
});
