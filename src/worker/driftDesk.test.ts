import { describe, expect, it } from 'vitest';
import type { ItemColumns } from '../data/dataset';
import type { DriftReport } from '../train/reports';
import { DriftDesk } from './driftDesk';

const ITEMS: ItemColumns = {
  ids: ['a', 'b', 'c'],
  indexOfId: new Map(),
  titles: ['Apple', '', 'Cherry'],
  brands: ['', '', ''],
  categories: [[], [], []],
  descriptions: ['', '', ''],
  keywords: [[], [], []],
  domainOfItem: Uint8Array.of(0, 0, 1),
  domainNames: ['fruit', 'trees'],
};
const report = (epoch: number, codes: readonly number[]): DriftReport => ({
  epoch,
  index: epoch - 1,
  tokenizers: 2,
  levels: 2,
  codes: 4,
  assignments: Uint16Array.from(codes),
  neighbours: Uint16Array.of(1, 0, 1, 2, 1, 0, 1, 2),
  changedShare: null,
  changedByLevel: [],
});

describe('DriftDesk', () => {
  it('tells the window of a kept epoch without its codes', () => {
    expect(new DriftDesk().take(report(1, [0, 0, 1, 1, 2, 2]))).toEqual({
      epoch: 1,
      index: 0,
      tokenizers: 2,
      changedShare: null,
    });
  });

  it('lists the items behind a band with both identifiers, a page at a time', async () => {
    const desk = new DriftDesk();
    desk.reset([report(1, [0, 0, 1, 1, 2, 2]), report(2, [0, 1, 1, 0, 2, 2])]);
    const band = { kind: 'driftItems', step: 0, level: 1, class: 'near', offset: 1, limit: 1 } as const;
    expect(await desk.answer(band, ITEMS)).toEqual({
      total: 2,
      items: [{ item: 1, title: 'b', domain: 'fruit', before: [1, 1], after: [1, 0] }],
    });
  });

  it('forgets a run', async () => {
    const desk = new DriftDesk();
    desk.reset([report(1, [0, 0, 1, 1, 2, 2]), report(2, [0, 1, 1, 0, 2, 2])]);
    expect(await desk.answer({ kind: 'driftSummary' }, ITEMS)).toMatchObject({ epochs: [1, 2] });
    desk.reset();
    expect(await desk.answer({ kind: 'driftSummary' }, ITEMS)).toBeNull();
  });
});
