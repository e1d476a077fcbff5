import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Protocol } from '../evaluate/protocol';
import { compareRuns } from './compare';
import type { TableRequest } from './options';

const folder = mkdtempSync(path.join(tmpdir(), 'tessera-compare-'));
const request: TableRequest = { format: 'csv', seenItems: 'kept', against: null, test: 'randomisation', cutoffs: [10] };

interface Evaluation {
  readonly system: string;
  readonly kind?: string;
  readonly ranks: readonly number[];
  readonly protocol?: Partial<Protocol>;
  readonly details?: object | null;
  readonly generation?: object;
}

/** A run's folder as training leaves it, with these evaluations. */
function writeRun(name: string, config: object, evaluations: readonly Evaluation[]): string {
  const run = path.join(folder, name);
  mkdirSync(path.join(run, 'evaluations'), { recursive: true });
  writeFileSync(path.join(run, 'run.json'), JSON.stringify({ version: 1, config, data: { name: 'toy', hash: '00' } }));
  evaluations.forEach(({ system, kind = 'model', ranks, protocol = {}, details, generation }, at) => {
    const whole: Protocol = {
      data: 'toy (00)',
      split: 'test',
      users: ranks.length,
      items: 50,
      ranking: { kind: 'scores' },
      seenItems: 'kept',
      ...protocol,
    };
    const groups = [{ name: '[0, 20)', users: ranks.length, recall10: 0.5, ndcg10: 0.25 }];
    const stored = {
      name: system,
      kind,
      split: 'test',
      protocol: 'in words',
      metrics: { recall5: 0, ndcg5: 0, recall10: 0, ndcg10: 0 },
      pAgainstPopular: null,
      users: ranks.map((_, user) => user),
      ranks,
      ...(details === null
        ? {}
        : {
            details: details ?? { system, protocol: whole, groups, lists: [], ...(generation ? { generation } : {}) },
          }),
    };
    writeFileSync(path.join(run, 'evaluations', `test-${at}.json`), JSON.stringify(stored));
  });
  return run;
}

const popular: Evaluation = { system: 'Most-popular', kind: 'reference', ranks: [20, 20, 5, 30] };
let first = '';
let second = '';
let wider = '';
beforeAll(() => {
  first = writeRun('a', { name: 'a', seed: 1, system: 'sasrec', width: 8 }, [
    { system: 'SASRec', ranks: [1, 2, 30, 4] },
    popular,
  ]);
  second = writeRun('b', { name: 'b', seed: 2, system: 'sasrec', width: 8 }, [
    { system: 'SASRec', ranks: [1, 20, 30, 4] },
    popular,
  ]);
  wider = writeRun('c', { name: 'c', seed: 1, system: 'sasrec', width: 16 }, [
    { system: 'SASRec', ranks: [1, 1, 1, 1] },
    popular,
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = (csv: string): string[] => csv.split('\n').filter((line) => line && !line.startsWith('#'));

describe('compareRuns', () => {
  it('makes seeds of one configuration a row with a spread, and the reference points one row each', async () => {
    const rows = rowsOf(await compareRuns([first, second], request));
    expect(rows[0]).toBe('recommender,seeds,R@10,R@10 std,N@10,N@10 std,MRR@10,MRR@10 std');
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(/^Most-popular,1,0\.2500,,/);
    // Recall .75 and .5: mean .625, sample deviation .25 / √2.
    expect(rows[2]).toMatch(/^SASRec,2,0\.6250,0\.1768,/);
  });

  it('keeps other configurations apart, in the order given', async () => {
    const rows = rowsOf(await compareRuns([first, wider], request));
    expect(rows.map((row) => row.split(',')[0])).toEqual(['recommender', 'Most-popular', '"SASRec', '"SASRec']);
    expect(rows.slice(2).map((row) => row.split('"')[1])).toEqual(['SASRec, a', 'SASRec, c']);
    expect(rows[3]).toMatch(/^"SASRec, c",1,1\.0000,/);
  });

  it('prints the card, and significance for a declared baseline only', async () => {
    const plain = await compareRuns([first], { ...request, format: 'text' });
    expect(plain).toContain('seen items: items of the history stay candidates');
    expect(plain).toContain('R@10 by target popularity');
    expect(plain).not.toContain('Holm');
    const declared = await compareRuns([first], { ...request, format: 'markdown', against: 'Most-popular', test: 't' });
    expect(declared).toContain('Holm over a family of 3');
  });

  it('says how many results of an unconstrained search are no item', async () => {
    const free = writeRun('free', { name: 'free' }, [
      { system: 'TIGER, unconstrained', ranks: [1, 2, 3, 4], generation: { results: 200, invalid: 30, repeated: 1 } },
    ]);
    expect(await compareRuns([free], request)).toContain(
      'TIGER, unconstrained: of 200 results 15.0 % are no item (they keep their rank), 0.5 % repeat one',
    );
  });

  const refusals: readonly [string, () => Promise<string>, string][] = [
    ['no folders', () => compareRuns([], request), 'compare/folders'],
    ['the same run twice', () => compareRuns([first, first], request), 'compare/seed'],
    [
      'a policy that nothing was measured under',
      () => compareRuns([first], { ...request, seenItems: 'removed' }),
      'compare/none',
    ],
    ['an unknown baseline', () => compareRuns([first], { ...request, against: 'nobody' }), 'table/baseline'],
    ['a folder that is no run', () => compareRuns([folder], request), 'cli/no-run'],
    [
      'an evaluation of an older version',
      () => compareRuns([writeRun('old', {}, [{ ...popular, details: null }])], request),
      'compare/evaluation',
    ],
    [
      'ranks that are no numbers',
      () => compareRuns([writeRun('bad', {}, [{ system: 'x', ranks: [1, 2.5, -1, 2] }])], request),
      'run/evaluation',
    ],
    [
      'details with a hole',
      () =>
        compareRuns([writeRun('hole', {}, [{ ...popular, details: { system: 'x', groups: [], lists: [] } }])], request),
      'run/evaluation',
    ],
    [
      'other data',
      () =>
        compareRuns(
          [first, writeRun('other', { seed: 9 }, [{ system: 'x', ranks: [1, 1, 1, 1], protocol: { data: 'y' } }])],
          request,
        ),
      'table/protocol',
    ],
    [
      'other users',
      () =>
        compareRuns(
          [first, writeRun('fewer', { seed: 9 }, [{ system: 'x', ranks: [1, 1, 1], protocol: { users: 4 } }])],
          request,
        ),
      'table/users',
    ],
  ];
  it.each(refusals)('refuses %s', async (_what, run, code) => {
    await expect(run()).rejects.toMatchObject({ code });
  });
});
