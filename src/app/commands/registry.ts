/**
 * What can be done, by name: the palette lists it, the keyboard runs it, the help sheet shows its keys. A page registers its
 * own while it is shown:
 * ```ts
 * useCommands([
 *   { id: 'compare.latex', title: 'Export the table as LaTeX', group: 'page', run: exportLatex },
 *   { id: 'runs.next', title: 'Next run', group: 'page', keys: ']', run: next },
 * ]);
 * ```
 * Buttons need no entry of their own: the palette also lists every button that the page shows (pageActions.ts). Register what
 * has no button, or what deserves keys.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export type CommandGroup = 'page' | 'pages' | 'job' | 'view';

export interface Command {
  /** `area.verb`, unique and stable: remapped keys are kept under it. */
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** More words to find it by. */
  readonly words?: string;
  /**
   * Keys as pressed: `Mod+Shift+Z`, `?`, `g d` (one after the other), `Space`. Single characters can be switched off and
   * remapped in Settings and never fire in inputs.
   */
  readonly keys?: string;
  /** The keys work only while the focus is inside such an element; the palette offers the command anyway. */
  readonly within?: string;
  /** Stays out of the palette: only keys (what the palette could not do sensibly, such as opening itself). */
  readonly isHidden?: boolean;
  run(): void;
}

const sources = new Map<symbol, readonly Command[]>();
let known: readonly Command[] = [];
const listeners = new Set<() => void>();

function renew(): void {
  known = [...sources.values()].flat();
  for (const listener of listeners) listener();
}

/** All commands that can be run now; of two with one id the one registered last (the page's) wins. */
export function commandsNow(): readonly Command[] {
  return [...new Map(known.map((command) => [command.id, command])).values()];
}

export function runCommand(id: string): void {
  commandsNow()
    .find((command) => command.id === id)
    ?.run();
}

/** Offers commands for as long as the component is shown. The list may be made anew on every render. */
export function useCommands(commands: readonly Command[]): void {
  const key = useRef(Symbol('commands'));
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  // What a command does may change without anyone being told: it is looked up when it runs.
  const signature = JSON.stringify(commands.map(({ run: _run, ...rest }) => rest));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the commands
  useEffect(() => {
    const source = key.current;
    sources.set(
      source,
      commands.map((command) => ({
        ...command,
        run: () => latest.current.find(({ id }) => id === command.id)?.run(),
      })),
    );
    renew();
    return () => {
      sources.delete(source);
      renew();
    };
  }, [signature]);
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useAllCommands(): readonly Command[] {
  useSyncExternalStore(
    subscribe,
    () => known,
    () => known,
  );
  return commandsNow();
}
