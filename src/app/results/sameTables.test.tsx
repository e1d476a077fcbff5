/** One run's evaluation through every way out: page, CSV, LaTeX, Markdown and command line show the same numbers. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mixSeed, uniformGenerator } from '../../base/random';
import { compareRuns } from '../../cli/compare';
import { folderSink } from '../../cli/folders';
import { writeRunFile } from '../../cli/runContext';
import { MISS, metricsFromRanks } from '../../evaluate/metrics';
import type { ResultsTable } from '../../evaluate/resultsTable';
import { formatTable } from '../../evaluate/tableFormats';
import { createMemoryRunStore } from '../../storage/recordRunStore';
import { metricSet } from '../../train/evaluateModel';
import type { EvaluationReport } from '../../train/reports';
import type { RunSink } from '../../train/runSink';
import type { ResultsRequest } from '../../worker/protocol';
import { ResultsDesk } from '../../worker/resultsDesk';
import { measuredEvaluations, storeSink } from '../../worker/storeSink';
import { GroupsTable } from './GroupsTable';
import { ResultsTableView } from './ResultsTableView';

const USERS = 300;
const DATA = { name: 'toy', contentHash: 'ab'.repeat(32) };
const request: ResultsRequest = { seenItems: 'kept', against: 'Most-popular', test: 'wilcoxon', cutoffs: null };
const folder = mkdtempSync(path.join(tmpdir(), 'tessera-results-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Saves what training would: a model and two reference points, in an order that is not the one of their names. */
async function measure(sink: RunSink, seed: number, share: number): Promise<void> {
  for (const [name, kind, hits] of [
    ['TIGER', 'model', share],
    ['Most-popular', 'reference', 0.2],
    ['Decayed transitions', 'reference', 0.3],
  ] as const) {
    const uniform = uniformGenerator(mixSeed(kind === 'model' ? seed : 0, 5));
    const ranks = Uint32Array.from({ length: USERS }, () =>
      uniform() < hits ? 1 + Math.floor(uniform() * 12) : uniform() < 0.5 ? MISS : 30,
    );
    const report: EvaluationReport = {
      name,
      kind,
      split: 'test',
      users: USERS,
      metrics: metricSet(metricsFromRanks(ranks)),
      protocol: 'in words',
      pAgainstPopular: null,
      details: {
        system: name,
        protocol: {
          data: 'toy',
          split: 'test',
          users: USERS,
          items: 900,
          ranking: kind === 'model' ? { kind: 'beam', width: 50, isConstrained: true } : { kind: 'scores' },
          seenItems: 'kept',
        },
        groups: [
          { name: '[0, 20)', users: 200, recall10: hits / 2, ndcg10: 0.1 },
          { name: 'cold', users: 0, recall10: 0, ndcg10: 0 },
        ],
        lists: kind === 'model' ? [{ cutoff: 10, coverage: 0.4321, popularityBias: 1.5 }] : [],
      },
    };
    await sink.saveEvaluation(
      report,
      Uint32Array.from({ length: USERS }, (_, user) => user),
      ranks,
    );
  }
}
const configOf = (name: string, seed: number, width: number) => ({ name, seed, recommender: { width } });
async function runFolder(name: string, seed: number, width: number, share: number): Promise<string> {
  const run = path.join(folder, name);
  mkdirSync(run);
  await writeRunFile(run, configOf(name, seed, width), DATA);
  await measure(await folderSink(run), seed, share);
  return run;
}
const filesOf = (run: string): File[] => [
  new File([readFileSync(path.join(run, 'run.json'))], 'run.json'),
  ...readdirSync(path.join(run, 'evaluations')).map(
    (name) => new File([readFileSync(path.join(run, 'evaluations', name))], name),
  ),
];

/** Numbers with four digits, row by row. */
const numbersIn = (text: string): string[] => text.match(/\d+\.\d{4}/g) ?? [];

describe('a table of results', () => {
  let folders: string[] = [];
  let table: ResultsTable;
  let html = '';
  beforeAll(async () => {
    folders = [
      await runFolder('first', 1, 8, 0.4),
      await runFolder('second', 2, 8, 0.5),
      await runFolder('wide', 1, 16, 0.6),
    ];
    const store = createMemoryRunStore();
    let savedAt = 0;
    await store.createRun({ id: 'r', name: 'r', config: '', dataHash: '', status: 'finished', createdAtMs: 0 });
    await measure(
      storeSink(store, 'r', () => savedAt++),
      1,
      0.4,
    );
    const own = { config: configOf('first', 1, 8), evaluations: await measuredEvaluations(store, 'r') };
    const desk = new ResultsDesk();
    for (const run of folders.slice(1)) await desk.add(filesOf(run), own, { name: DATA.name, hash: DATA.contentHash });
    const reply = desk.table(own, request);
    if (!reply) throw new Error('a table expected');
    expect(reply.compared).toEqual(['second', 'wide']);
    table = reply.table;
    html =
      renderToStaticMarkup(<ResultsTableView table={table} />) +
      renderToStaticMarkup(<GroupsTable groups={reply.groups} />);
  });

  it('is the command line’s, character by character, in every format', async () => {
    for (const format of ['csv', 'latex', 'markdown', 'json'])
      expect(formatTable(table, format)).toBe(await compareRuns(folders, { ...request, format }));
    expect(await compareRuns(folders, { ...request, format: 'text' })).toContain(formatTable(table, 'text'));
  });

  it('has the same numbers on the page as in its CSV and LaTeX, with marks and seeds', () => {
    const cells = table.rows
      .flatMap((row) => row.cells)
      .flatMap(({ text, deviationText }) => [text, deviationText ?? []])
      .flat();
    const wanted = cells.filter((text) => text !== '–');
    const [results = ''] = html.split('</table>');
    expect(numbersIn(results.replaceAll(/title="[^"]*"/g, ''))).toEqual(wanted);
    expect(numbersIn(formatTable(table, 'latex').split('\\midrule')[1] ?? '')).toEqual(wanted);
    expect(results).toContain('2 seeds');
    expect(results).toContain('<sup>*</sup>');
    expect(table.rows.map(({ name }) => name)).toEqual([
      'Decayed transitions',
      'Most-popular',
      'TIGER, first',
      'TIGER, wide',
    ]);
  });

  it('shows groups with a dash where no user is', () => {
    const [, groups = ''] = html.split('</table>');
    expect(numbersIn(groups.replaceAll(/style="[^"]*"/g, ''))).toEqual(['0.1500', '0.1000', '0.2250', '0.3000']);
    expect(groups.match(/–/g)).toHaveLength(4);
  });

  it('refuses a run on other data, without evaluations or without run.json, and keeps what it had', async () => {
    const desk = new ResultsDesk();
    const data = { name: DATA.name, hash: DATA.contentHash };
    const files = filesOf(folders[0] ?? '');
    const refused = async (chosen: readonly File[], hash: string, code: string): Promise<void> => {
      await expect(desk.add(chosen, null, { ...data, hash })).rejects.toMatchObject({ code });
      expect(desk.table(null, request)).toBeNull();
    };
    await refused(files, 'cd'.repeat(32), 'run/data');
    await refused(files.slice(0, 1), data.hash, 'compare/none');
    await refused(files.slice(1), data.hash, 'run/missing');
    await desk.add(files, null, data);
    await expect(desk.add(files, null, data)).rejects.toMatchObject({ code: 'compare/seed' });
    expect(desk.table(null, request)?.compared).toEqual(['first']);
    desk.clear();
    expect(desk.table(null, request)).toBeNull();
  });
});
