import { describe, expect, it } from 'vitest';
import { checkSystemConfig } from '../../train/systemConfig';
import type { SystemConfig } from '../../worker/protocol';
import { configDifferences, fieldsOf, labelOf, pathOf } from '../config/configPaths';
import type { Field } from '../config/fields';
import { PRESET_NAMES, PRESETS } from '../config/presets';
import { asDraft } from '../runs/asDraft';
import { finishedBatches } from '../stores/queue';
import { ablationsOf } from './ablations';
import { medianWords, readMedianRule, USUAL_MEDIAN } from './medianRule';
import { joinedName, runName } from './runName';
import { isSweepable, rangeValues, readSeeds, readValues, sweepRuns } from './sweep';

const RULES = { minutes: null };

function fieldAt(config: SystemConfig, path: string): Field {
  const found = fieldsOf(config).find(({ field }) => pathOf(field) === path);
  if (!found) throw new Error(`no field ${path}`);
  return found.field;
}

function valueAt(config: object, path: string): unknown {
  let value: unknown = config;
  for (const key of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

describe('values of a sweep', () => {
  const rate = fieldAt(PRESETS.test, 'recommender.learningRate');
  const width = fieldAt(PRESETS.test, 'recommender.width');

  it('are read as the form reads one, and say which one is wrong', () => {
    expect(readValues(rate, '0.001, 3e-3 0.01')).toEqual({ values: [0.001, 0.003, 0.01], problem: null });
    expect(readValues(rate, '0.001, 0.001')).toEqual({ values: [0.001], problem: null });
    expect(readValues(width, '32, 33.5').problem).toBe('“33.5”: a whole number from 4 to 8192');
    expect(readValues(rate, ' ').problem).not.toBeNull();
  });

  it('of a range keep its ends, with equal steps or equal ratios', () => {
    expect(rangeValues(rate, { from: 0.001, to: 0.1, count: 3, scale: 'log' }).values).toEqual([0.001, 0.01, 0.1]);
    expect(rangeValues(rate, { from: 0, to: 1, count: 5, scale: 'linear' }).values).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(rangeValues(width, { from: 4, to: 6, count: 5, scale: 'linear' }).values).toEqual([4, 5, 6]);
    expect(rangeValues(rate, { from: 0, to: 1, count: 3, scale: 'log' }).problem).toContain('above 0');
    expect(rangeValues(rate, { from: 1, to: 2, count: 1, scale: 'log' }).problem).toContain('from 2 to');
    expect(rangeValues(rate, { from: Number.NaN, to: 2, count: 2, scale: 'log' }).problem).not.toBeNull();
  });

  it('and seeds are whole and different', () => {
    expect(readSeeds('1, 2 3,2')).toEqual({ seeds: [1, 2, 3], problem: null });
    for (const text of ['', '-1', '1.5', 'x']) expect(readSeeds(text).problem).not.toBeNull();
  });
});

describe('the rule that stops what falls behind', () => {
  it('is off unless asked for, and says what it cannot read', () => {
    expect(readMedianRule(USUAL_MEDIAN)).toEqual({ rule: null, problem: null });
    const on = { ...USUAL_MEDIAN, isOn: true };
    expect(readMedianRule(on)).toEqual({ rule: { minRuns: 3, graceEpochs: 2 }, problem: null });
    for (const text of ['', '0', '2.5', 'x', '101'])
      expect(readMedianRule({ ...on, minRuns: text })).toEqual({
        rule: null,
        problem: 'Earlier runs: a whole number from 1 to 100',
      });
    expect(readMedianRule({ ...on, graceEpochs: '0' }).problem).toContain('Epochs for every run');
    expect(medianWords({ minRuns: 3, graceEpochs: 1 })).toBe('stops behind the median of 3 or more earlier runs');
  });
});

describe('a sweep', () => {
  it('makes every combination once, named by what differs, all else as in the draft', () => {
    const base = PRESETS.test;
    const axes = [
      { field: fieldAt(base, 'recommender.learningRate'), values: [0.001, 0.01] },
      { field: fieldAt(base, 'tokenizer.epochs'), values: [2, 3] },
    ];
    const runs = sweepRuns(base, axes, [1, 2], RULES);
    expect(runs.map(({ name }) => name)).toEqual([
      'TIGER, learning rate 0.001, tokenizer epochs 2, seed 1',
      'TIGER, learning rate 0.001, tokenizer epochs 2, seed 2',
      'TIGER, learning rate 0.001, tokenizer epochs 3, seed 1',
      'TIGER, learning rate 0.001, tokenizer epochs 3, seed 2',
      'TIGER, learning rate 0.01, tokenizer epochs 2, seed 1',
      'TIGER, learning rate 0.01, tokenizer epochs 2, seed 2',
      'TIGER, learning rate 0.01, tokenizer epochs 3, seed 1',
      'TIGER, learning rate 0.01, tokenizer epochs 3, seed 2',
    ]);
    const allowed = ['seed', 'recommender.learningRate', 'tokenizer.epochs'];
    for (const { config } of runs)
      expect(configDifferences(base, config).filter(({ path }) => !allowed.includes(path))).toEqual([]);
    expect(new Set(runs.map(({ config }) => JSON.stringify(config))).size).toBe(8);
  });

  it('can go over any number and choice of every preset, and its paths are those of the configuration', () => {
    for (const name of PRESET_NAMES)
      for (const { field } of fieldsOf(PRESETS[name])) {
        const path = pathOf(field);
        const was = valueAt(PRESETS[name], path);
        expect(was, `${name} ${path}`).toBeDefined();
        if (!isSweepable(field)) continue;
        const value = typeof was === 'number' ? was + 1 : 'other';
        const [run] = sweepRuns(PRESETS[name], [{ field, values: [value] }], [PRESETS[name].seed], RULES);
        expect(configDifferences(PRESETS[name], run?.config)).toEqual([{ path, from: was, to: value }]);
      }
  });
});

describe('names', () => {
  it('never end within a part and never exceed what a run may be called', () => {
    expect(joinedName(['a'.repeat(79), 'b'])).toBe('a'.repeat(79));
    expect(joinedName(['a'.repeat(90)])).toHaveLength(80);
    expect(joinedName(['a', 'b', 'c'])).toBe('a, b, c');
  });

  it('say method, preset, seed and what the draft changes', () => {
    expect(runName(PRESETS.test)).toBe(`TIGER test, seed ${PRESETS.test.seed}`);
    const changed = { ...PRESETS.test, seed: 5, recommender: { ...PRESETS.test.recommender, dropout: 0.3 } };
    expect(runName(changed)).toBe('TIGER test, seed 5, dropout 0.3');
  });
});

describe('ablations', () => {
  it('of UTGRec are the seven of Table 3, each one switch, on the draft’s own settings', () => {
    const base = { ...PRESETS['utgrec-transfer'], seed: 9 };
    const all = ablationsOf(base);
    expect(all.map(({ title }) => title.slice(0, 3))).toEqual(['(1)', '(2)', '(3)', '(4)', '(5)', '(6)', '(7)']);
    for (const { title, switches, config } of all) {
      expect(switches, title).toHaveLength(1);
      expect(configDifferences(base, config).map(({ path, to }) => ({ path, to }))).toEqual(
        switches.map(({ path, to }) => ({ path, to })),
      );
      expect(checkSystemConfig(config, title)).toEqual(config);
    }
  });

  it('say what they switch in words, never by a path', () => {
    for (const base of [PRESETS['utgrec-transfer'], PRESETS['mtgrec-laptop']])
      for (const { switches } of ablationsOf(base))
        for (const { path } of switches) expect(labelOf(base, path), path).not.toContain('.');
  });

  it('that need a transfer are not offered where the draft has none', () => {
    const offered = ablationsOf(PRESETS['utgrec-test']).filter(({ config }) => config !== null);
    expect(offered.map(({ title }) => title.slice(0, 3))).toEqual(['(1)', '(2)', '(3)']);
  });

  it('of MTGRec switch what their files switch', () => {
    const base = PRESETS['mtgrec-laptop'];
    const paths = ablationsOf(base).map(({ title, config }) => [
      title,
      configDifferences(base, config).map(({ path }) => path),
    ]);
    expect(Object.fromEntries(paths)).toEqual({
      'uniform sampling of tokenizers': ['multiIdentifier.sampling'],
      'without fine-tuning': ['multiIdentifier.fineTuning'],
      'tokenizers of spaced epochs': ['tokenizer.keepEvery'],
      'temperature 0.1': ['multiIdentifier.temperature'],
      'ten tokenizers': ['tokenizer.keep', 'multiIdentifier.fineTuning.identifiers'],
      'one identifier': ['tokenizer.keep', 'multiIdentifier.sampling', 'multiIdentifier.fineTuning.identifiers'],
    });
    for (const { title, config } of ablationsOf(base)) expect(checkSystemConfig(config, title)).toEqual(config);
    expect(ablationsOf(PRESETS.test)).toEqual([]);
  });
});

describe('a duplicate', () => {
  it('of a run of every system that the page trains is its configuration', () => {
    for (const name of PRESET_NAMES) expect(asDraft({ config: PRESETS[name] })).toEqual(PRESETS[name]);
  });
});

describe('batches', () => {
  const entry = (id: string, state: 'waiting' | 'done' | 'failed', runId: string | null) => ({
    ...{ id, state, runId, name: id, config: PRESETS.test, rules: RULES, error: null, attempts: 0 },
    ...{
      batch: { id: 'b', title: 'Sweep' },
      data: { name: '', hash: '' },
      dataOrigin: null,
      addedAtMs: 0,
      endedAtMs: 0,
    },
  });

  it('are compared when nothing of them waits, without what failed', () => {
    const over = [entry('1', 'done', 'x'), entry('2', 'failed', 'y'), entry('3', 'done', 'z')];
    expect(finishedBatches({ entries: over })).toEqual([{ id: 'b', title: 'Sweep', runs: ['x', 'z'] }]);
    expect(finishedBatches({ entries: [...over, entry('4', 'waiting', null)] })).toEqual([]);
    expect(finishedBatches({ entries: over.slice(0, 2) })).toEqual([]);
  });
});
