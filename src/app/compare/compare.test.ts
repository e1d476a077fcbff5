import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import preset from '../../../models/sample/tiger.json';
import { byPopularity, longTail } from '../../evaluate/longTail';
import { pairedDelta } from '../../evaluate/pairedDelta';
import { checkRunConfig } from '../../train/config';
import type { NamedDelta, PairMatrix, RunInfo, TailBin } from '../../worker/protocol';
import { sceneOf } from '../figures/layout';
import { tableOf } from '../figures/spec';
import { deltaFigure } from './deltaFigure';
import { matrixFigure } from './matrixFigure';
import { bufferOf, overlayFigure, stepsOf } from './overlayFigure';
import {
  configKeys,
  differingKeys,
  flatConfig,
  keyKinds,
  metricOf,
  metricText,
  metricTitle,
  sectionOf,
  shownKeys,
} from './runColumns';
import { filtered, ordered, styleIndices } from './runOrder';
import { tailFigure } from './tailFigure';

const config = checkRunConfig(preset, 'preset');

const run = (id: string, change: Partial<RunInfo> = {}): RunInfo => ({
  id,
  name: id,
  system: 'TIGER',
  source: 'trained',
  status: 'finished',
  ending: null,
  isShown: false,
  canShow: true,
  isFetched: true,
  data: { name: 'sample', hash: 'h' },
  config,
  seed: 1,
  createdAtMs: 0,
  hasModel: true,
  sizeBytes: 1,
  evaluations: [],
  metrics: {},
  ...change,
});
const withRate = (id: string, learningRate: number, createdAtMs = 0): RunInfo =>
  run(id, { createdAtMs, config: { ...config, recommender: { ...config.recommender, learningRate } } });

describe('columns of the run table', () => {
  it('are the settings that differ, by dotted keys', () => {
    const runs = [withRate('a', 0.01), withRate('b', 0.005)];
    expect(differingKeys(runs)).toEqual(['recommender.learningRate']);
    expect(differingKeys(runs.slice(0, 1))).toEqual([]);
    expect(configKeys(runs)).toContain('tokenizer.hiddenWidths');
    expect(flatConfig(config)).toMatchObject({ 'tokenizer.hiddenWidths': '128', 'encoder.model': '' });
    expect(flatConfig(config)['seed']).toBeUndefined();
  });

  it('count a setting that one run does not have', () => {
    const sasrec = { name: 'x', seed: 1, system: 'sasrec', recommender: { width: 32 } };
    const keys = differingKeys([run('a'), run('b', { config: sasrec as unknown as RunInfo['config'] })]);
    expect(keys).toContain('tokenizer.levels');
    expect(keys).toContain('system');
    expect(keys).not.toContain('recommender.width');
  });

  it('are at first what differs and every system has; keys of one section stand together', () => {
    const sasrec = (id: string, width: number, learningRate: number): RunInfo => {
      const own = {
        seed: 1,
        system: 'sasrec',
        recommender: { blockWidth: width, learningRate },
        loss: { kind: 'bpr' },
      };
      return run(id, { system: 'SASRec', config: own as unknown as RunInfo['config'] });
    };
    const runs = [withRate('a', 0.01), withRate('b', 0.005), sasrec('c', 32, 0.01), sasrec('d', 64, 0.01)];
    const kinds = keyKinds(runs);
    // Values among SASRec runs alone, and of the other system alone.
    expect(kinds.get('recommender.blockWidth')).toBe('own');
    expect(kinds.get('tokenizer.levels')).toBe('same');
    expect(kinds.get('recommender.learningRate')).toBe('differs');
    const sections = [...kinds.keys()].map(sectionOf);
    expect(sections.filter((section, at) => section !== sections[at - 1])).toEqual([...new Set(sections)]);
    const isDiffOnly = true;
    expect(shownKeys(kinds, { isDiffOnly, picked: {} })).toContain('recommender.learningRate');
    expect(shownKeys(kinds, { isDiffOnly, picked: {} })).not.toContain('recommender.blockWidth');
    const picked = { 'recommender.blockWidth': true, 'recommender.learningRate': false };
    expect(shownKeys(kinds, { isDiffOnly, picked })).toContain('recommender.blockWidth');
    expect(shownKeys(kinds, { isDiffOnly, picked })).not.toContain('recommender.learningRate');
    expect(shownKeys(kinds, { isDiffOnly: false, picked: {} })).toEqual([...kinds.keys()]);
    // One system alone: its own keys are everyone's.
    expect(keyKinds(runs.slice(2)).get('recommender.blockWidth')).toBe('differs');
  });

  it('give the value that the aggregator says, with fixed digits', () => {
    const metrics = { 'recommender/loss': { last: 2.5, best: 2.25, atBest: 2.4 } };
    const one = run('a', { metrics });
    const values = (['last', 'best', 'atBest'] as const).map((each) => metricOf(one, 'recommender/loss', each));
    expect(values).toEqual([2.5, 2.25, 2.4]);
    expect(metricOf(one, 'recommender/none', 'last')).toBeNull();
    expect(metricOf(one, 'test/R@10', 'best')).toBeNull();
    expect([metricText('test/R@10', 0.12345), metricText('recommender/loss', 2.5), metricText('x', null)]).toEqual([
      '0.1235',
      '2.500',
      '–',
    ]);
    expect(['recommender/validNdcg10', 'tokenizer/loss', 'test/N@5'].map(metricTitle)).toEqual([
      'valid NDCG@10',
      'tokenizer loss',
      'N@5',
    ]);
  });
});

describe('order of the run table', () => {
  const runs = [withRate('a', 0.01, 3), withRate('b', 0.005, 2), run('c', { system: 'SASRec', createdAtMs: 1 })];

  it('sorts by setting and metric, runs without a value last whichever way', () => {
    const loss = (id: string, last: number) =>
      run(id, { metrics: { 'recommender/loss': { last, best: last, atBest: null } } });
    const measured = [loss('x', 3), run('none'), loss('y', 2)];
    const by = (isDescending: boolean) =>
      ordered(measured, { by: 'recommender/loss', isDescending }, () => 'last').map(({ id }) => id);
    expect([by(false), by(true)]).toEqual([
      ['y', 'x', 'none'],
      ['x', 'y', 'none'],
    ]);
    const rate = ordered(runs, { by: 'recommender.learningRate', isDescending: false }, () => 'last');
    expect(rate.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
  });

  it('finds runs by words and by settings', () => {
    const found = (query: string) => filtered(runs, query).map(({ id }) => id);
    expect(found('sasrec')).toEqual(['c']);
    expect(found('recommender.learningrate=0.005')).toEqual(['b']);
    expect(found('tiger recommender.learningrate=0.01')).toEqual(['a']);
    expect(found('')).toHaveLength(3);
  });

  it('hiding or re-ordering runs recolours no other', () => {
    const arbitrary = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 2 });
    fc.assert(
      fc.property(arbitrary, fc.constantFrom('run', 'system', 'recommender.learningRate'), (ids, key) => {
        const all = ids.map((id, at) => withRate(id, (at % 3) / 10, at));
        const styles = styleIndices(all, key);
        expect(styleIndices([...all].reverse(), key)).toEqual(new Map([...styles]));
        if (key === 'run') expect(new Set(styles.values()).size).toBe(ids.length);
      }),
    );
  });
});

describe('figures of the Compare page', () => {
  it('draw curves of any length with every extreme, and list all their points', () => {
    const curve = (count: number, spike: number) =>
      bufferOf({
        steps: Float64Array.from({ length: count }, (_, at) => at + 1),
        values: Float64Array.from({ length: count }, (_, at) => (at === spike ? 90 : 2 + Math.sin(at))),
      });
    const curves = new Map([
      ['a', curve(40_000, 12_345)],
      ['b', curve(3, 1)],
    ]);
    expect(stepsOf([...curves.values()])).toEqual([1, 40_000]);
    expect(stepsOf([])).toBeNull();
    const runs = [run('a'), run('b')];
    const common = { runs, all: runs, curves, metric: 'recommender/loss', groupBy: 'run', note: '' };
    const spec = overlayFigure({ ...common, span: null });
    expect(tableOf(spec, 'curves')?.rows).toHaveLength(40_000 + 3);
    const scene = sceneOf(spec, { width: 600, em: 11, hasTitle: false });
    expect(scene.anchors.has('curves:12345')).toBe(true);
    expect(scene.anchors.size).toBeLessThan(9000);
    expect(spec.series.map(({ dash }) => dash.join())).not.toEqual([
      spec.series[0]?.dash.join(),
      spec.series[0]?.dash.join(),
    ]);
    const zoomed = sceneOf(overlayFigure({ ...common, span: [20_000, 20_050] }), {
      width: 600,
      em: 11,
      hasTitle: false,
    });
    expect([...zoomed.anchors.keys()]).toEqual(Array.from({ length: 51 }, (_, at) => `curves:${19_999 + at}`));
  });

  it('say of a pair what the test says', () => {
    const users = Uint32Array.from({ length: 40 }, (_, user) => user);
    const first = users.map((user) => (user < 20 ? 1 : 0));
    const second = users.map((user) => (user % 4 === 0 ? 1 : 0));
    const delta: NamedDelta = { ...pairedDelta(users, first, second, { test: 't' }), userIds: {} };
    const spec = deltaFigure(delta, { first: 'A', second: 'B', metric: 'R@10', test: 'Paired t-test', note: '' });
    expect(spec.summary).toContain(`of 40 users 15 are better off, 5 worse, 20 tie (50.0%)`);
    expect(spec.summary).toContain('mean +0.2500');
    const steps = tableOf(spec, 'users')?.rows ?? [];
    expect(steps.map(({ users: count, difference }) => [count, difference])).toEqual([
      [15, 1],
      [20, 0],
      [5, -1],
    ]);
    const bins: readonly TailBin[] = longTail({
      groups: byPopularity(
        [0, 1, 5],
        users.map((user) => user % 3),
      ),
      first,
      second,
      test: 't',
    });
    const tail = tailFigure(bins, { first: 'A', second: 'B', metric: 'R@10', test: 'T', note: '' }, 'popularity');
    expect(tableOf(tail, 'bins')?.rows.map(({ bin }) => bin)).toEqual(['cold', '1', '4–7']);
  });

  it('show only significant differences in the matrix', () => {
    const matrix: PairMatrix = {
      names: ['A', 'B', 'C'],
      pairs: [
        { first: 0, second: 1, difference: 0.1, adjustedP: 0.01 },
        { first: 0, second: 2, difference: 0.02, adjustedP: 0.4 },
        { first: 1, second: 2, difference: -0.08, adjustedP: 0.05 },
      ],
    };
    const spec = matrixFigure(matrix, { metric: 'R@10', test: 'T', note: '' });
    expect(spec.summary).toMatch(/^1 of 3 pairs differ .* closest are A and C/);
    const cells = tableOf(spec, 'pairs')?.rows ?? [];
    expect(cells.find(({ row, column }) => row === 'B' && column === 'A')).toMatchObject({ shown: -0.1, mark: '*' });
    expect(cells.find(({ row, column }) => row === 'C' && column === 'A')).toMatchObject({
      shown: 0,
      difference: -0.02,
    });
  });
});
