/** Light, dark or the system's choice, kept in localStorage. The document element carries what is shown as `data-theme`. */
import { create } from 'zustand';
import { readKept, writeKept } from './kept';

export type ThemeChoice = 'system' | 'light' | 'dark';
const KEY = 'tessera.theme';
const darkQuery = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

interface Theme {
  readonly choice: ThemeChoice;
  /** What is shown: follows the system when that is the choice. */
  readonly shown: 'light' | 'dark';
  choose(choice: ThemeChoice): void;
}

const resolve = (choice: ThemeChoice): 'light' | 'dark' =>
  choice === 'system' ? (darkQuery?.matches ? 'dark' : 'light') : choice;

export const useTheme = create<Theme>()((set) => ({
  choice: 'system',
  shown: resolve('system'),
  choose(choice) {
    writeKept(KEY, choice);
    set({ choice, shown: resolve(choice) });
  },
}));

/** Applies the kept choice and follows the system from now on; call once before the first paint. */
export function startTheme(): void {
  useTheme.subscribe(({ shown }) => {
    document.documentElement.dataset['theme'] = shown;
  });
  useTheme.getState().choose(readChoice());
  darkQuery?.addEventListener('change', () => useTheme.setState(({ choice }) => ({ shown: resolve(choice) })));
}

function readChoice(): ThemeChoice {
  const kept = readKept(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}
