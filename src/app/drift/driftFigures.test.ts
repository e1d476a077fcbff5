import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../../base/random';
import { DRIFT_CLASSES } from '../../evaluate/codeDrift';
import { DriftRecord, type DriftSummary } from '../../evaluate/driftSummary';
import { sceneOf } from '../figures/layout';
import { type FigureSpec, tableOf } from '../figures/spec';
import { svgOf } from '../figures/svgText';
import { agreementFigure, riverFigure, windowFigure } from './driftFigures';

async function summaryOf(tokenizers: number): Promise<DriftSummary> {
  const random = uniformGenerator(3);
  const record = new DriftRecord();
  let assignments = Uint16Array.from({ length: 120 * 3 }, () => Math.floor(random() * 8));
  for (let index = 0; index < tokenizers; index++) {
    assignments = assignments.map((code) => (random() < 0.2 ? Math.floor(random() * 8) : code));
    const neighbours = Uint16Array.from({ length: 24 }, (_, at) => ((at % 8) + 1) % 8);
    record.add({ epoch: 10 + 2 * index, assignments, levels: 3, codes: 8, neighbours });
  }
  const summary = await record.summary(async () => {});
  if (!summary) throw new Error('two tokenizers at least');
  return summary;
}

const rowsOf = (spec: FigureSpec, name: string) => tableOf(spec, name)?.rows ?? [];

describe('riverFigure', () => {
  it('tables every class of every step and level, and the bars stand on each other', async () => {
    const summary = await summaryOf(4);
    const rows = rowsOf(riverFigure(summary, { isMovedOnly: false }), 'moves');
    expect(rows).toHaveLength(3 * 3 * 4);
    for (const [step, levels] of summary.counts.entries())
      for (const [level, counts] of levels.entries()) {
        const own = rows.filter((row) => row['step'] === step && row['level'] === level + 1);
        expect(own.map((row) => row['items'])).toEqual(counts);
        own.forEach((row, place) => {
          expect(Number(row['high']) - Number(row['low'])).toBe(row['items']);
          expect(row['low']).toBe(place === 0 ? 0 : own[place - 1]?.['high']);
        });
        expect(own.at(-1)?.['high']).toBe(summary.items);
      }
  });

  it('lets ribbons leave and arrive without a gap', async () => {
    const summary = await summaryOf(4);
    const spec = riverFigure(summary, { isMovedOnly: false });
    for (const bar of rowsOf(spec, 'moves')) {
      const leaving = rowsOf(spec, 'flows').filter(
        (flow) => flow['level'] === bar['level'] && flow['series'] === bar['series'] && flow['left'] === bar['right'],
      );
      if (bar['step'] === summary.counts.length - 1) expect(leaving).toHaveLength(0);
      else expect(leaving.reduce((sum, flow) => sum + Number(flow['items']), 0)).toBe(bar['items']);
    }
  });

  it('leaves the items that stayed out on request', async () => {
    const spec = riverFigure(await summaryOf(3), { isMovedOnly: true });
    expect(rowsOf(spec, 'moves').some((row) => row['series'] === 'kept')).toBe(false);
    expect(spec.series).toHaveLength(DRIFT_CLASSES.length - 1);
    expect(spec.note).toContain('left out');
  });

  it('says so where no codebook is known', async () => {
    const summary = { ...(await summaryOf(2)), hasNeighbours: false };
    const spec = riverFigure(summary, { isMovedOnly: false });
    expect(spec.note).toContain('every move counts as far');
    // Two tokenizers: one step, no ribbons, no second table.
    expect(spec.data).toHaveLength(1);
  });
});

describe('agreementFigure', () => {
  it('draws the chosen measure and tables all of them', async () => {
    const summary = await summaryOf(4);
    for (const measure of ['raw', 'matched', 'adjustedInformation'] as const) {
      const rows = rowsOf(agreementFigure(summary, measure), 'pairs');
      expect(rows).toHaveLength(summary.pairs.length);
      rows.forEach((row, index) => {
        expect(row['shown']).toBe(summary.pairs[index]?.[measure]);
        expect(row['changed']).toBeCloseTo(1 - Number(row['raw']), 12);
      });
    }
  });
});

describe('windowFigure', () => {
  it('marks the chosen number of tokenizers', async () => {
    const summary = await summaryOf(5);
    const rows = rowsOf(windowFigure(summary, 3), 'windows');
    expect(rows.map((row) => row['tokenizers'])).toEqual([2, 3, 4, 5]);
    expect(rows.filter((row) => row['series'] === 'chosen').map((row) => row['tokenizers'])).toEqual([3]);
    expect(rows.map((row) => row['agreement'])).toEqual(summary.windows.map(({ agreement }) => agreement));
  });
});

it('every figure of V5 gives its cursor something to visit and a clean file', async () => {
  const summary = await summaryOf(6);
  for (const spec of [
    riverFigure(summary, { isMovedOnly: false }),
    agreementFigure(summary, 'raw'),
    windowFigure(summary, 3),
  ]) {
    const scene = sceneOf(spec, { width: 700, em: 11, hasTitle: false });
    for (const { data } of spec.cursors)
      rowsOf(spec, data).forEach((_, index) => {
        expect(scene.anchors.has(`${data}:${index}`)).toBe(true);
      });
    expect(svgOf(spec, 84)).not.toMatch(/NaN|undefined/);
  }
});
