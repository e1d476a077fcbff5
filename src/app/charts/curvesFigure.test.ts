import { beforeEach, describe, expect, it } from 'vitest';
import { appendRows, clearCurves, curveOf } from '../curves/curves';
import { csvOf } from '../figures/csv';
import { forReport } from '../figures/drawnRows';
import { sceneOf } from '../figures/layout';
import { tableOf } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { curvesFigure } from './curvesFigure';
import { RECOMMENDER_CURVES } from './recommenderCurves';

const STEPS = 30_000;
const SPIKE = 12_345;

describe('figure of live curves', () => {
  beforeEach(() => {
    clearCurves('recommender');
    const row = (step: number, values: Readonly<Record<string, number>>) => ({
      run: 'recommender' as const,
      step,
      epoch: 1,
      seconds: 0,
      values,
    });
    for (let step = 1; step <= STEPS; step++)
      appendRows([row(step, { loss: step === SPIKE ? 99 : 5 + Math.sin(step) })]);
    appendRows([row(STEPS + 1, { validRecall10: 0.125, validNdcg10: 0.0625 })]);
  });

  it('writes every point that is held to CSV, raw and averaged as the curve has them', () => {
    const spec = curvesFigure('recommender', RECOMMENDER_CURVES, null);
    expect(spec.data.map(({ name, rows }) => [name, rows.length])).toEqual([
      ['loss', STEPS],
      ['validation', 1],
    ]);
    const loss = tableOf(spec, 'loss');
    const lines = loss ? csvOf(loss).trimEnd().split('\r\n') : [];
    expect(lines[0]).toBe('"Step","Loss","Loss, average"');
    const { steps, values, smooth } = curveOf('recommender', 'loss');
    expect(lines.slice(1)).toEqual(
      Array.from(steps, (step, at) => `${step},${values[at]?.toFixed(4)},${smooth[at]?.toFixed(4)}`),
    );
  });

  it('draws a file of few points with the spike among them', () => {
    const spec = curvesFigure('recommender', RECOMMENDER_CURVES, null);
    const scene = sceneOf(spec, { width: 480, em: 8, hasTitle: true });
    expect(scene.anchors.size).toBeLessThan(8000);
    expect([...scene.anchors.keys()]).toContain(`loss:${SPIKE - 1}`);
    expect(svgOf(spec, 84).length).toBeLessThan(200_000);
  });

  it('draws the steps that are shown, each of them where they fit', () => {
    const spec = curvesFigure('recommender', RECOMMENDER_CURVES, [12_000, 12_100]);
    const anchors = [...sceneOf(spec, { width: 480, em: 8, hasTitle: true }).anchors.keys()].filter((key) =>
      key.startsWith('loss:'),
    );
    expect(anchors).toEqual(Array.from({ length: 101 }, (_, at) => `loss:${11_999 + at}`));
    expect(tableOf(spec, 'loss')?.rows.length).toBe(STEPS);
  });

  it('goes into a report with what is drawn, and says so', () => {
    const kept = forReport(curvesFigure('recommender', RECOMMENDER_CURVES, null));
    const rows = tableOf(kept, 'loss')?.rows ?? [];
    expect(rows.length).toBeLessThan(10_000);
    expect(rows.some(({ loss }) => loss === 99)).toBe(true);
    expect(kept.note).toContain(`${rows.length} of ${STEPS} rows are kept here`);
  });

  it('has nothing before the first point', () => {
    clearCurves('recommender');
    expect(curvesFigure('recommender', RECOMMENDER_CURVES, null).data).toEqual([]);
  });
});
