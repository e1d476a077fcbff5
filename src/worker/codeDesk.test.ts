import { describe, expect, it } from 'vitest';
import type { Dataset } from '../data/dataset';
import { CodeDesk } from './codeDesk';
import type { ItemCard } from './protocol/items';

const dataset = {
  itemCount: 4,
  items: { domainOfItem: null, domainNames: [], titles: ['Map', 'Map', 'Moon', 'Moon'] },
} as unknown as Dataset;
const card = (item: number, codes: readonly number[]): ItemCard => ({
  item,
  id: `i${item}`,
  title: '',
  detail: '',
  domain: null,
  image: null,
  codes,
});
const opened = (): CodeDesk => {
  const desk = new CodeDesk();
  desk.begin(dataset, { entries: [4, 4], books: null });
  return desk;
};

describe('CodeDesk', () => {
  it('has no wall and no paths before the first snapshot, and says that there are no items', async () => {
    expect(await opened().answer({ kind: 'codeWall' }, card)).toBeNull();
    expect(await opened().answer({ kind: 'codePaths', prefix: [] }, card)).toBeNull();
    await expect(opened().answer({ kind: 'codeNeighbours', item: 0, limit: 3 }, card)).rejects.toMatchObject({
      code: 'codes/none',
    });
  });

  it('lists the items of a prefix a page at a time, with their codes', async () => {
    const desk = opened();
    desk.add(5, Uint16Array.of(1, 0, 1, 2, 3, 3, 1, 0));
    const reply = await desk.answer({ kind: 'prefixItems', prefix: [1], offset: 1, limit: 1 }, card);
    expect(reply).toEqual({ total: 3, cards: [card(1, [1, 2])] });
  });

  it('answers with the codes that items have in the end, and walls with those of training', async () => {
    const desk = opened();
    desk.add(5, Uint16Array.of(1, 0, 1, 0, 3, 3, 1, 0));
    desk.settle(Uint16Array.of(1, 0, 1, 1, 3, 3, 1, 2));
    expect(await desk.answer({ kind: 'codeNeighbours', item: 0, limit: 1 }, card)).toEqual({
      card: card(0, [1, 0]),
      circles: [
        { shared: 2, total: 0, cards: [] },
        { shared: 1, total: 2, cards: [card(1, [1, 1])] },
      ],
    });
    const wall = await desk.answer({ kind: 'codeWall' }, card);
    expect(wall).toMatchObject({ steps: [5], counts: Uint32Array.of(0, 3, 0, 1, 3, 0, 0, 1) });
  });

  it('keeps its own copy of the codes', async () => {
    const desk = opened();
    const codes = Uint16Array.of(1, 0, 1, 2, 3, 3, 1, 0);
    desk.add(5, codes);
    codes.fill(0);
    expect(await desk.answer({ kind: 'prefixItems', prefix: [3], offset: 0, limit: 9 }, card)).toMatchObject({
      total: 1,
    });
  });
});
