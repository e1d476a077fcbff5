/** Counts how often the items' codes changed: panels that show them ask the worker again when it does. */
import { create } from 'zustand';

interface Codes {
  /** 0 while there are none. */
  readonly version: number;
  changed(): void;
  forgotten(): void;
}

export const useCodes = create<Codes>()((set) => ({
  version: 0,
  changed: () => set(({ version }) => ({ version: version + 1 })),
  forgotten: () => set({ version: 0 }),
}));
