/** Light, dark or the system's choice, kept in localStorage. The document element carries what is shown as `data-theme`. */
import { create } from 'zustand';

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
    writeChoice(choice);
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

/** Storage may be refused (private windows, policies): the theme then lasts as long as the page. */
function readChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch (error) {
    console.warn('theme: the kept choice could not be read', error);
    return 'system';
  }
}

function writeChoice(choice: ThemeChoice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch (error) {
    console.warn('theme: the choice could not be kept', error);
  }
}
