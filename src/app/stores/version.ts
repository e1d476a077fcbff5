/** A newer version of the page that has been fetched and waits for the word to take over. */
import { create } from 'zustand';

interface Version {
  /** Makes the waiting version take over and reloads the page; null while there is none. */
  readonly takeOver: (() => void) | null;
  waits(takeOver: () => void): void;
}

export const useVersion = create<Version>()((set) => ({
  takeOver: null,
  waits: (takeOver) => set({ takeOver }),
}));
