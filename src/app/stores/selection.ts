/**
 * What the user has picked, shared by all pages: lasso items on the map and the collision list, the tree and the Demo can
 * all show the same ones. It is in the address (navigation/urlState.ts), shows as removable chips in the page head, and
 * every change can be undone (`Mod+Z`).
 *
 * Use it so:
 * ```ts
 * const items = useSelection((selection) => selection.items);            // read one part; re-renders when it changes
 * useSelection.getState().pick({ items: [4, 17] });                      // replace parts, others stay
 * useSelection.getState().pick({ codes: [3, 91] });                      // all items whose identifier starts 3, 91
 * useSelection.getState().toggle('runs', 'amber-otter');                 // add or take out one entry
 * useSelection.getState().clear('items');                                // or clear() for everything
 * const isPicked = useIsPicked('items');                                 // (value) => boolean, quick for 1e5 items
 * ```
 * Indices are those of the open data set; opening other data clears what refers to the old one. Entries are kept sorted and
 * without duplicates, so that equal selections are equal addresses. An empty list means "nothing picked", never "everything".
 */
import { useMemo } from 'react';
import { create } from 'zustand';
import { recordChange } from '../commands/undoStack';

export interface Selection {
  /** Item indices of the open data set, ascending. */
  readonly items: readonly number[];
  /** A prefix of an identifier, code by code from level 0; empty for none. */
  readonly codes: readonly number[];
  /** User indices of the open data set, ascending. */
  readonly users: readonly number[];
  /** Ids of runs, sorted. */
  readonly runs: readonly string[];
  /** Names of domains, sorted. */
  readonly domains: readonly string[];
  /** A training step that figures look at; null for the newest. */
  readonly step: number | null;
}

export type SelectionPart = keyof Selection;
type NumberList = 'items' | 'users';
type TextList = 'runs' | 'domains';

interface SelectionActions {
  /** Replaces the given parts. */
  pick(parts: Partial<Selection>): void;
  toggle(part: NumberList, value: number): void;
  toggle(part: TextList, value: string): void;
  /** Empties one part, or all. */
  clear(part?: SelectionPart): void;
  /** Takes over a whole selection without a step in the history: an address was opened, or other data. */
  restore(selection: Selection): void;
}

export const NOTHING: Selection = { items: [], codes: [], users: [], runs: [], domains: [], step: null };

export const useSelection = create<Selection & SelectionActions>()((set, get) => {
  const change = (parts: Partial<Selection>): void => {
    const before = partsOf(get());
    const after = { ...before, ...tidied(parts) };
    if (sameSelection(before, after)) return;
    set(after);
    recordChange({ label: 'selection', undo: () => set(before), redo: () => set(after) });
  };
  return {
    ...NOTHING,
    pick: change,
    toggle: (part: NumberList | TextList, value: number | string) => {
      const list: readonly (number | string)[] = get()[part];
      const others = list.filter((entry) => entry !== value);
      const next = others.length < list.length ? others : [...list, value];
      change({ [part]: next });
    },
    clear: (part) => change(part === undefined ? NOTHING : { [part]: NOTHING[part] }),
    restore: (selection) => set(tidied(selection)),
  };
});

/** The data of the store without its actions. */
export const partsOf = ({ items, codes, users, runs, domains, step }: Selection): Selection => ({
  items,
  codes,
  users,
  runs,
  domains,
  step,
});

export const isNothing = (selection: Selection): boolean => sameSelection(selection, NOTHING);

/** Whether a value is picked; a set is made once for each selection. */
export function useIsPicked<P extends NumberList | TextList>(part: P): (value: Selection[P][number]) => boolean {
  const list = useSelection((selection): readonly (number | string)[] => selection[part]);
  return useMemo(() => {
    const set = new Set(list);
    return (value) => set.has(value);
  }, [list]);
}

const sameSelection = (a: Selection, b: Selection): boolean =>
  a.step === b.step &&
  sameList(a.items, b.items) &&
  sameList(a.codes, b.codes) &&
  sameList(a.users, b.users) &&
  sameList(a.runs, b.runs) &&
  sameList(a.domains, b.domains);

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((value, at) => value === b[at]));
}

function tidied<T extends Partial<Selection>>(parts: T): T {
  return {
    ...parts,
    ...(parts.items && { items: ascending(parts.items) }),
    ...(parts.users && { users: ascending(parts.users) }),
    ...(parts.runs && { runs: [...new Set(parts.runs)].sort() }),
    ...(parts.domains && { domains: [...new Set(parts.domains)].sort() }),
  };
}

/** Sorted without duplicates; a list that is so already comes back as it is. */
function ascending(list: readonly number[]): readonly number[] {
  if (list.every((value, at) => at === 0 || value > (list[at - 1] ?? 0))) return list;
  return [...new Set(list)].sort((a, b) => a - b);
}
