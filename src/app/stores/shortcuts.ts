/** Single-character shortcuts: on or off, and what the user has put in place of their keys. Kept in localStorage. */
import { create } from 'zustand';
import { isKeysText, isSingleCharacter } from '../commands/keys';
import { readKept, writeKept } from './kept';

const KEY = 'tessera.shortcuts';

interface Shortcuts {
  readonly isOn: boolean;
  /** Keys by the id of the command. */
  readonly remapped: Readonly<Record<string, string>>;
  switchTo(isOn: boolean): void;
  /** Other keys for a command; null brings its own back. */
  remap(id: string, keys: string | null): void;
}

export const useShortcuts = create<Shortcuts>()((set, get) => {
  const keep = (change: Partial<Pick<Shortcuts, 'isOn' | 'remapped'>>): void => {
    set(change);
    const { isOn, remapped } = get();
    writeKept(KEY, JSON.stringify({ isOn, remapped }));
  };
  return {
    ...readShortcuts(readKept(KEY)),
    switchTo: (isOn) => keep({ isOn }),
    remap: (id, keys) => {
      const { [id]: _old, ...others } = get().remapped;
      keep({ remapped: keys === null ? others : { ...others, [id]: keys } });
    },
  };
});

/** What was kept; anything that is no such text counts as nothing kept. */
export function readShortcuts(kept: string | null): Pick<Shortcuts, 'isOn' | 'remapped'> {
  const none = { isOn: true, remapped: {} };
  if (kept === null) return none;
  try {
    const value: unknown = JSON.parse(kept);
    if (typeof value !== 'object' || value === null || !('isOn' in value) || !('remapped' in value)) return none;
    const { isOn, remapped } = value;
    if (typeof isOn !== 'boolean' || typeof remapped !== 'object' || remapped === null) return none;
    const entries = Object.entries(remapped).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && isKeysText(entry[1]),
    );
    return { isOn, remapped: Object.fromEntries(entries) };
  } catch (error) {
    console.warn(`${KEY}: what was kept could not be read`, error);
    return none;
  }
}

/** The keys of a command as they are now; null where it has none or they are switched off. */
export function keysOf(
  command: { readonly id: string; readonly keys?: string },
  { isOn, remapped }: Pick<Shortcuts, 'isOn' | 'remapped'>,
): string | null {
  if (command.keys === undefined) return null;
  if (!isSingleCharacter(command.keys)) return command.keys;
  return isOn ? (remapped[command.id] ?? command.keys) : null;
}
