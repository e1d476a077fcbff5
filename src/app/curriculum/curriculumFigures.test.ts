import { describe, expect, it } from 'vitest';
import { samplingProbabilities } from '../../evaluate/curriculum';
import type { CurriculumReport } from '../../worker/protocol';
import { sceneOf } from '../figures/layout';
import { tableOf } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { isNearlyUniform, stageFigure, stagesOf, streamFigure } from './curriculumFigures';

const report = (stage: number, influence: readonly (readonly number[])[], temperature: number): CurriculumReport => {
  const scores = influence.map((row) => row.reduce((a, b) => a + b, 0) / row.length);
  return {
    stage,
    stages: 2,
    epoch: [3, 5][stage - 1] ?? 0,
    step: 10 * stage,
    tokenizers: [46, 48, 50],
    influence,
    meanInfluence: influence,
    scores,
    probabilities: samplingProbabilities(scores, temperature),
    learningRate: 0.01,
    learningRateWeight: 0.5,
    learningRateWeights: [0.5, 0.5],
    trainingSamples: 128,
    validationSamples: 64,
    isFullPass: false,
    samplingError: 0.1,
    estimateSeconds: 1,
    trainingSeconds: 9,
    validation: null,
  };
};
const INFLUENCE = [
  [0.3, 0.2, -0.1],
  [0.1, 0.4, 0.2],
  [-0.2, 0.1, 0.5],
];
const REPORTS = [report(1, INFLUENCE, 0.1), report(2, [...INFLUENCE].reverse(), 0.1)];
const DATA = { reports: REPORTS, rule: null, epochs: 8, validation: [{ epoch: 4, value: 0.02 }] };

describe('stagesOf', () => {
  it('starts uniform, then holds each estimate until the next and the last one until the end', () => {
    const stages = stagesOf(REPORTS, null, 8);
    expect(stages.map(({ from, until }) => [from, until])).toEqual([
      [0, 3],
      [3, 5],
      [5, 8],
    ]);
    expect(stages[0]?.probabilities).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(stages[0]?.entropy).toBeCloseTo(1, 12);
    expect(stages[2]?.probabilities).toEqual(REPORTS[1]?.probabilities);
  });

  it('recomputes probabilities for another temperature, exactly as the run would', () => {
    const [, first] = stagesOf(REPORTS, { temperature: 0.02, centring: 'minMax' }, 8);
    expect(first?.probabilities).toEqual(samplingProbabilities(REPORTS[0]?.scores ?? [], 0.02, 'minMax'));
    const [, same] = stagesOf(REPORTS, { temperature: 0.1, centring: 'none' }, 8);
    expect(same?.probabilities).toEqual(REPORTS[0]?.probabilities);
  });

  it('calls a high temperature nearly uniform, a low one not', () => {
    expect(isNearlyUniform(stagesOf(REPORTS, { temperature: 50, centring: 'none' }, 8))).toBe(true);
    expect(isNearlyUniform(stagesOf(REPORTS, { temperature: 0.05, centring: 'none' }, 8))).toBe(false);
    expect(isNearlyUniform([])).toBe(false);
  });
});

describe('streamFigure', () => {
  it('tables the probabilities in force, and bands fill the unit', () => {
    const rows = tableOf(streamFigure(DATA), 'probabilities')?.rows ?? [];
    expect(rows).toHaveLength(9);
    for (const stage of [0, 1, 2]) {
      const own = rows.filter((row) => row['stage'] === stage);
      expect(own[0]?.['low']).toBe(0);
      expect(own.at(-1)?.['high']).toBeCloseTo(1, 12);
      own.forEach((row) => {
        expect(Number(row['high']) - Number(row['low'])).toBeCloseTo(Number(row['probability']), 12);
      });
    }
    expect(rows.slice(3, 6).map((row) => row['probability'])).toEqual(REPORTS[0]?.probabilities);
  });

  it('tables every cell of every matrix as it was measured', () => {
    const rows = tableOf(streamFigure(DATA), 'influence')?.rows ?? [];
    expect(rows.map((row) => row['influence'])).toEqual(REPORTS.flatMap(({ influence }) => influence.flat()));
    expect(rows[1]).toMatchObject({ stage: 1, trained: 46, validated: 48 });
  });

  it('says how the gradients were sampled, and that what-if is not trained', () => {
    expect(streamFigure(DATA).note).toContain('128 training samples and 64 validation users; sub-sampling error 10.0%');
    const whatIf = streamFigure({ ...DATA, rule: { temperature: 3, centring: 'none' } });
    expect(whatIf.summary).toContain('not trained');
    expect(whatIf.name).not.toBe(streamFigure(DATA).name);
  });

  it('gives the cursor every row to visit and a clean file, with and without validation', () => {
    for (const validation of [DATA.validation, []]) {
      const spec = streamFigure({ ...DATA, validation });
      const scene = sceneOf(spec, { width: 700, em: 11, hasTitle: false });
      for (const { data } of spec.cursors)
        (tableOf(spec, data)?.rows ?? []).forEach((_, index) => {
          expect(scene.anchors.has(`${data}:${index}`)).toBe(true);
        });
      expect(svgOf(spec, 84)).not.toMatch(/NaN|undefined/);
    }
  });
});

describe('stageFigure', () => {
  it('sorts one stage from large to small', () => {
    const [, stage] = stagesOf(REPORTS, null, 8);
    if (!stage) throw new Error('a stage');
    const rows = tableOf(stageFigure(stage, [46, 48, 50]), 'probabilities')?.rows ?? [];
    const values = rows.map((row) => Number(row['probability']));
    expect(values).toEqual([...stage.probabilities].sort((a, b) => b - a));
    expect(rows.map((row) => row['label'])).toEqual(values.map((value) => value.toFixed(4)));
  });
});
