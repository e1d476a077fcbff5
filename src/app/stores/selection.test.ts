import { beforeEach, describe, expect, it } from 'vitest';
import { forgetChanges, redoChange, undoChange } from '../commands/undoStack';
import { NOTHING, partsOf, useSelection } from './selection';

const selection = useSelection.getState;

beforeEach(() => {
  selection().restore(NOTHING);
  forgetChanges();
});

describe('the selection', () => {
  it('keeps items and runs sorted and without duplicates, and codes in their order', () => {
    selection().pick({ items: [9, 2, 9, 4], runs: ['b', 'a', 'b'], codes: [7, 3, 7] });
    expect(selection()).toMatchObject({ items: [2, 4, 9], runs: ['a', 'b'], codes: [7, 3, 7] });
  });

  it('replaces only the parts that are picked', () => {
    selection().pick({ items: [1], step: 40 });
    selection().pick({ users: [5] });
    expect(partsOf(selection())).toEqual({ ...NOTHING, items: [1], users: [5], step: 40 });
  });

  it('toggles one entry in and out', () => {
    selection().toggle('domains', 'home');
    selection().toggle('items', 3);
    expect(selection()).toMatchObject({ domains: ['home'], items: [3] });
    selection().toggle('domains', 'home');
    expect(selection().domains).toEqual([]);
  });

  it('takes each change back and makes it again', () => {
    selection().pick({ items: [1, 2] });
    selection().clear('items');
    undoChange();
    expect(selection().items).toEqual([1, 2]);
    undoChange();
    expect(selection().items).toEqual([]);
    redoChange();
    redoChange();
    expect(selection().items).toEqual([]);
  });

  it('notes nothing when nothing changes, and nothing when an address is opened', () => {
    selection().pick({ items: [1] });
    selection().pick({ items: [1] });
    selection().restore({ ...NOTHING, users: [3] });
    expect(undoChange()).toBe('selection');
    expect(undoChange()).toBeNull();
  });
});
