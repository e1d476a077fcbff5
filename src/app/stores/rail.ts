/** The navigation rail: folded to icons by choice (kept), opened as a drawer on narrow windows (not kept). */
import { create } from 'zustand';
import { readKept, writeKept } from './kept';

const KEY = 'tessera.rail';

interface Rail {
  readonly isFolded: boolean;
  readonly isDrawerOpen: boolean;
  fold(isFolded: boolean): void;
  openDrawer(isDrawerOpen: boolean): void;
}

export const useRail = create<Rail>()((set) => ({
  isFolded: readKept(KEY) === 'folded',
  isDrawerOpen: false,
  fold(isFolded) {
    writeKept(KEY, isFolded ? 'folded' : 'open');
    set({ isFolded });
  },
  openDrawer: (isDrawerOpen) => set({ isDrawerOpen }),
}));
