import { afterEach, describe, expect, it } from 'vitest';
import { forgetChanges, recordChange, redoChange, undoChange } from './undoStack';

/** A number that is changed through the history. */
function counter() {
  let value = 0;
  const set = (next: number, mergeKey?: string, at?: number): void => {
    const before = value;
    value = next;
    recordChange(
      {
        label: `to ${next}`,
        undo: () => set(before),
        redo: () => set(next),
        ...(mergeKey === undefined ? {} : { mergeKey }),
      },
      at,
    );
  };
  return { set, get: () => value };
}

afterEach(forgetChanges);

describe('the history of changes', () => {
  it('walks back and forward over changes in their order', () => {
    const { set, get } = counter();
    set(1);
    set(2);
    expect(undoChange()).toBe('to 2');
    expect(get()).toBe(1);
    expect(undoChange()).toBe('to 1');
    expect(get()).toBe(0);
    expect(undoChange()).toBeNull();
    expect(redoChange()).toBe('to 1');
    expect(redoChange()).toBe('to 2');
    expect(get()).toBe(2);
    expect(redoChange()).toBeNull();
  });

  it('forgets what was undone once something else is changed', () => {
    const { set, get } = counter();
    set(1);
    undoChange();
    set(5);
    expect(redoChange()).toBeNull();
    expect(get()).toBe(5);
  });

  it('makes one change of quick changes with one key, and keeps slow ones apart', () => {
    const { set, get } = counter();
    set(1, 'typing', 0);
    set(2, 'typing', 400);
    set(3, 'typing', 2000);
    undoChange();
    expect(get()).toBe(2);
    undoChange();
    expect(get()).toBe(0);
  });

  it('keeps the newest hundred', () => {
    const { set, get } = counter();
    for (let value = 1; value <= 150; value++) set(value);
    let steps = 0;
    while (undoChange() !== null) steps++;
    expect(steps).toBe(100);
    expect(get()).toBe(50);
  });
});
